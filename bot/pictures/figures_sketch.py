"""What is on the picture of the figures, as plain JSON with every word in it; without it the picture would have to count for
itself, and what is counted twice can differ. No name and no word of a resident is on it: a picture is sent on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.texts import Texts
from handlers.figures import Counted
from rules.duty import Duty
from rules.figures import Figures, Row
from rules.situation import Window

JUDGED = ("confirmed", "reported", "unconfirmed", "late")
"""What became of what was due, in the order of the bars; together they are all of it."""
MOST_ROWS, FEW_ROWS = 8, 3
LONGEST_AGE = 1.5
"""An age bar is as long as the promise at its mark; what is older than this many times that is drawn no longer."""
Json = dict[str, Any]
Words = Mapping[str, tuple[str, ...]]
Table = tuple[str, Sequence[Row], Mapping[str, str]]
"""What it is by, its rows, and the names of their keys."""


def sketch(found: Counted, place: str, words: Texts, zone: ZoneInfo) -> Json:
    """The picture's words and figures. Counts are the figures' own; ``parts`` follow JUDGED."""
    said, f = words.options("figures.picture_words"), found.figures
    window = Window(found.since.astimezone(zone), found.until.astimezone(zone))
    first, second = _shares(found, words)
    return {
        "sort": "figures",
        "title": words.say("figures.picture_title", place=place),
        "window": words.say("report.window", window=window),
        "share": _share(f.total, said),
        "spans": [_span(said[name][0], value, said) for name, value in (("median", f.median), ("p90", f.p90))],
        "first": first,
        "second": second,
        "hours": _hours(f, said),
        "climbs": _climbs(f, words),
        "worst": _worst(found, words),
        "source": said["source"][0],
    }


def parts_of(row: Row) -> list[int]:
    """How many ended in each way."""
    return [row.fates.get(fate, 0) for fate in JUDGED]


def _share(total: Row, said: Words) -> Json:
    note = said["of" if total.due else "none"][0].format(due=total.due, confirmed=total.count("confirmed"))
    aside = [
        said[fate][0].format(count=total.fates[fate]) for fate in ("running", "cancelled") if total.fates.get(fate)
    ]
    return {
        "label": said["share"][0], "value": "–" if total.percent is None else str(total.percent), "note": note,
        "tone": "plain" if not total.due else "good" if total.percent == 100 else "bad",
        "parts": parts_of(total), "labels": [said[fate][0] for fate in JUDGED], "aside": " · ".join(aside),
    }  # fmt: skip


def _span(label: str, minutes: float | None, said: Words) -> Json:
    value, unit = ("–", "") if minutes is None else (str(round(minutes)), said["minutes"][0])
    return {"label": label, "value": value, "unit": unit}


def _shares(found: Counted, words: Texts) -> tuple[Json, Json]:
    """Two tables of shares: villages and lines where there are several, else those who did the work."""
    f, said = found.figures, words.options("figures.picture_words")
    lines = {key: names[0] for key, names in words.options("report.lines").items()}
    tables: tuple[Table, ...] = (
        ("villages", f.by_village, found.names), ("lines", f.by_line, lines), ("holders", f.by_holder, {"": said["nobody"][0]})
    )  # fmt: skip
    several = [t for t in tables if len(t[1]) > 1 or (t[0] == "holders" and t[1])] or [tables[0]]
    return _table(several[0], MOST_ROWS, said), _table(several[1], FEW_ROWS, said) if len(several) > 1 else {}


def _table(table: Table, most: int, said: Words) -> Json:
    name, rows, names = table
    due = [row for row in rows if row.due]
    shown = [{
        "key": row.key, "name": names.get(row.key, row.key), "percent": f"{row.percent}%",
        "note": f"{row.count('confirmed')}/{row.due}", "parts": parts_of(row),
    } for row in due[:most]]  # fmt: skip
    more = said["more"][0].format(count=len(due) - most) if len(due) > most else ""
    return {"title": said[name][0], "rows": shown, "more": more, "empty": "" if due else said["none"][0]}


def _hours(f: Figures, said: Words) -> Json:
    found = {int(row.key): row for row in f.by_hour}
    hours = [{"at": f"{n:02}", "parts": parts_of(found.get(n, Row("")))} for n in range(24)]
    return {"title": said["hours"][0], "hours": hours, "empty": "" if f.total.due else said["none"][0]}


def _climbs(f: Figures, words: Texts) -> Json:
    said = words.options("figures.picture_words")
    rows = [{"name": words.say("figures.rung", minutes=minutes), "count": count} for minutes, count in f.climbs.items()]
    return {"title": said["climbs"][0], "rows": rows, "empty": "" if rows else said["climbs_none"][0]}


def _worst(found: Counted, words: Texts) -> Json:
    said = words.options("figures.picture_words")
    rows = [_aged(duty, found, words, said) for duty in found.figures.worst]
    return {
        "title": said["worst"][0],
        "mark": said["mark"][0],
        "rows": rows,
        "empty": "" if rows else said["worst_none"][0],
    }


def _aged(duty: Duty, found: Counted, words: Texts, said: Words) -> Json:
    """``age``: the part of its time that is gone; 1 is the moment it is due."""
    now, due = found.until, duty.due_at or found.until
    whole = due - duty.base
    age = (now - duty.base) / whole if whole > timedelta() else LONGEST_AGE
    where = found.names.get(duty.village, "")
    return {
        "name": " · ".join(_some((said["number"][0].format(ref=duty.ref), where))),
        "age": round(max(0.0, min(LONGEST_AGE, age)), 3), "late": due < now, "left": _left(due, now, words),
        "holder": duty.holder_name or said["nobody"][0],
    }  # fmt: skip


def _left(due: datetime, now: datetime, words: Texts) -> str:
    return words.say("figures.left", left=(due - now) // timedelta(minutes=1))


def _some(words: Iterable[str]) -> Iterable[str]:
    return (word for word in words if word)
