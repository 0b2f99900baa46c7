"""What is on the picture of a situation, as plain JSON with every word in it; without it the painter would have to know the
town and its languages."""

from collections.abc import Sequence
from typing import Any

from bot.texts import Texts
from rules.situation import Load, Situation, VillageRow

MOST_BARS = 8
Json = dict[str, Any]


def sketch(found: Situation, words: Texts) -> Json:
    """The picture's words and figures. ``tone``: plain, good, bad (a fever, a broken promise) or quiet (nothing known)."""
    return {
        "title": words.say("report.picture_title", found=found),
        "window": words.say("report.window", window=found.window),
        "tiles": _tiles(found, words),
        "hours": _hours(found, words),
        "bars": _bars(found, words),
        "voices": _voices(found, words),
        "source": words.say("report.picture_source"),
    }


def _tiles(found: Situation, words: Texts) -> list[Json]:
    figures, needs = found.figures, found.needs
    share = "–" if needs.share is None else str(needs.share)
    bad_needs = needs.kept < needs.due or bool(needs.late)
    tiles = (
        ("fevers", str(figures.fevers), "bad" if figures.fevers else "plain"),
        ("missed", str(figures.missed), "bad" if figures.missed > figures.made_up else "plain"),
        ("returned", str(figures.returned), "plain"),
        ("watched", str(figures.watched), "plain"),
        ("tips", str(figures.tips), "plain"),
        ("share", share, "bad" if bad_needs else "good" if needs.due else "plain"),
    )
    labels, units, notes = (words.options(f"report.tile_{part}") for part in ("labels", "units", "notes"))
    values = {"made_up": figures.made_up, "kept": needs.kept, "due": needs.due, "late": needs.late, "open": needs.open}
    told = {key for key, some in (("missed", figures.made_up), ("share", needs.due)) if some}
    return [
        {"label": labels[key][0], "value": value, "unit": "" if value == "–" else units[key][0 if value == "1" else -1], "tone": tone,
         "note": notes[key][0].format(**values) if key in told else ""}
        for key, value, tone in tiles
    ]  # fmt: skip


def _hours(found: Situation, words: Texts) -> Json:
    chart = words.options("report.chart")
    hours = [{"at": f"{h.at:%H}", "counts": [h.kept, h.said, h.broken]} for h in found.hours]
    return {
        "title": chart["hours_title"][0], "key": [chart[part][0] for part in ("kept", "said", "broken")],
        "axis": chart["hours_axis"][0], "hours": hours, "empty": "" if found.needs.due else chart["hours_empty"][0],
    }  # fmt: skip


def _bars(found: Situation, words: Texts) -> Json:
    chart = words.options("report.chart")
    one = len(found.scope.villages) == 1
    if one:
        kinds = words.options("report.kinds")
        rows = [_bar(kinds.get(x.key, (x.key,))[0], x, "") for x in found.kinds if x.open]
    else:
        rows = [_bar(r.name, r.load, words.say("report.bar_note", row=r)) for r in _worst(found.rows)]
    return {
        "title": chart["kinds_title" if one else "villages_title"][0], "key": [chart["open"][0], chart["late"][0]],
        "rows": rows[:MOST_BARS], "empty": "" if rows else chart["bars_empty"][0],
        "more": words.say("report.bars_more", count=len(rows) - MOST_BARS) if len(rows) > MOST_BARS else "",
    }  # fmt: skip


def _worst(rows: Sequence[VillageRow]) -> list[VillageRow]:
    return [r for r in rows if r.load.open or r.figures.fevers or r.figures.missed]


def _bar(name: str, load: Load, note: str) -> Json:
    return {"name": name, "open": load.open - load.late, "late": load.late, "note": note}


def _voices(found: Situation, words: Texts) -> list[Json]:
    labels = words.options("report.voice" if len(found.scope.villages) == 1 else "report.voices")
    counts = (
        ("heard", len(found.heard), "good"),
        ("zero", len(found.zero), "plain"),
        ("silent", len(found.silent), "quiet"),
    )
    return [{"label": labels[key][0].format(count=n), "count": n, "tone": tone} for key, n, tone in counts]
