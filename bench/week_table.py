"""The week in a table for people and as a sketch for the painter; without it both would say it in numbers of their own."""

from collections.abc import Iterator
from typing import Any

from bench.week_story import Need, Story

RUNGS = (("0", "cadres"), ("20", "village head"), ("60", "line leader"), ("90", "holder and line leader"),
         ("120", "command post"))  # fmt: skip
STOREYS = ("cadre", "head", "line", "post")
FATES = ("confirmed", "reported", "unconfirmed", "late", "running", "cancelled")


def table(story: Story) -> str:
    """A line for each figure."""
    return "\n".join(f"{words:<46}{value:>10}" for words, value in _rows(story))


def _rows(story: Story) -> Iterator[tuple[str, str]]:
    found, total = story.figures, story.figures.total
    yield "needs that fell due", str(total.due)
    yield "confirmed by the asker within two hours", f"{total.share or 0:.1%}"
    for fate in FATES:
        yield f"  {fate}", str(total.count(fate))  # type: ignore[arg-type]
    yield "from asking to confirmation, median, min", f"{found.median or 0:.0f}"
    yield "from asking to confirmation, p90, min", f"{found.p90 or 0:.0f}"
    for minute, who in RUNGS:
        yield f"rung {minute} min, told {who}", str(found.climbs.get(minute, 0))
    for name in STOREYS:
        mine = [need for need in story.needs if need.by == name]
        yield f"first taken by {name}", f"{len(mine)}"
    yield "put off to the morning by the asker", str(found.postponed)
    yield "handed over / reopened / merged", f"{found.handovers} / {found.reopened} / {found.merged}"
    yield "other duties", "  ".join(f"{kind} {n}" for kind, n in sorted(story.opened.items()) if kind != "need")
    yield "letters / edits in place", f"{story.letters} / {story.edits}"
    yield "reminders", str(story.reminders)
    yield "lists in place of a flood of cards", str(story.lists)
    for sort, (mean, most) in story.per_hour.items():
        yield f"letters an hour by day, one {sort} (most)", f"{mean:.2f} ({most})"
    yield "duties that were nobody's", str(len(story.dropped))


def sketch(story: Story) -> dict[str, Any]:
    """What the picture shows, as plain JSON."""
    needs = sorted((n for n in story.needs if n.end != "cancelled"), key=_order)
    return {
        "needs": [{"spans": [[s.who, s.since, s.until] for s in n.spans], "end": n.end, "kept": n.kept,
                   "rungs": list(n.rungs)} for n in needs],
        "taken": {name: sum(n.by == name for n in needs) for name in STOREYS},
        "kept": {name: sum(n.by == name and n.kept for n in needs) for name in STOREYS},
        "climbs": {minute: story.figures.climbs.get(minute, 0) for minute, _ in RUNGS},
        "share": story.figures.total.share or 0.0, "due": story.figures.total.due, "median": story.figures.median,
        "p90": story.figures.p90,
    }  # fmt: skip


def _order(need: Need) -> tuple[bool, float]:
    """What nobody above heard of first, then by when somebody took it."""
    return max(need.rungs, default=0) > 0, need.taken if need.taken is not None else 1e9
