"""数据: how the promise was kept, to whom it may concern; without it nobody would know before the inspectors do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chat.letter import Button, Outcome, Say
from rules.context import Context
from rules.duty import Duty
from rules.facts import ReportAsked
from rules.figures import Figures, Row, figures
from rules.seeing import counts_all, has_realm, seen
from rules.town import Town

DAYS = 7
"""Days that are counted when nobody says how many."""
MOST_ROWS = 6


class Climbs(Protocol):
    """What counting asks."""

    def climbs_of(self, refs: tuple[str, ...]) -> Mapping[str, int]:
        """Minutes of a rung → how often it was told for these duties."""


class Reads(Climbs, Protocol):
    """What the figures ask."""

    def needs_between(self, since: datetime, until: datetime) -> tuple[Duty, ...]:
        """Needs that fell, or fall, due in the window, and what is open from before it."""

    def promised_between(self, since: datetime, until: datetime) -> tuple[Duty, ...]:
        """What else than needs fell, or falls, due in the window."""

    def named(self, block: str, text: str) -> str:
        """The key of the first line of a vocabulary whose word is in the text; empty when none is."""


@dataclass(frozen=True)
class Counted:
    """Figures with their window; what everybody who shows them needs."""

    figures: Figures
    since: datetime
    until: datetime
    names: Mapping[str, str]
    """Village key → its name."""
    needs: tuple[Duty, ...] = ()
    """What was counted."""


def counted(days: int, context: Context, reads: Reads, now: datetime) -> Counted:
    """The figures of so many days until now, of what whoever asks may see."""
    since = now - timedelta(days=days)
    found = reads.needs_between(since, now + context.town.need_within)
    needs = found if counts_all(context) else seen(found, context)
    besides = seen(reads.promised_between(since, now + context.town.need_within), context)
    return counted_of(needs, since, now, context.town, reads, besides=besides)


def counted_of(
    needs: tuple[Duty, ...],
    since: datetime,
    now: datetime,
    town: Town,
    reads: Climbs,
    due_before: datetime | None = None,
    besides: tuple[Duty, ...] = (),
) -> Counted:
    """The figures of these needs; ``due_before``: of them only what fell due by then is judged; ``besides``: orders."""
    hours = {duty.ref: duty.opened_at.astimezone(town.zone).hour for duty in needs}
    climbs = reads.climbs_of(tuple(duty.ref for duty in needs))
    names = {village.key: village.name for village in town.villages}
    return Counted(figures(needs, now, climbs, hours, due_before, since, besides), since, now, names, needs)


def on_figures(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """数据, 数据 30: the last days of what this person may see, in words at once; 数据 图: as a picture, which is drawn after the
    commit and takes a moment."""
    digits = "".join(letter for letter in argument if letter.isdecimal())
    days = min(max(int(digits), 1), 90) if digits else DAYS
    if not (has_realm(context) or counts_all(context)):
        return Outcome(says=(Say("figures.not_yours"),))
    if reads.named("figures.pictures", argument):
        return Outcome((ReportAsked(context.chat, now, who=context.sender, days=days),))
    shown = counted(days, context, reads, now)
    zone = context.town.zone
    values = {
        "f": shown.figures, "days": days, "since": shown.since.astimezone(zone), "until": shown.until.astimezone(zone),
        "villages": _named(shown.figures.by_village, shown.names), "holders": _named(shown.figures.by_holder, {}),
        "kinds": [row for row in shown.figures.by_kind if row.due],
        "now": now, "link": f"{context.town.public_url}/figures" if context.town.public_url else "",
    }  # fmt: skip
    picture = Button("@figures.buttons.picture", f"d:figures:picture {days}")
    return Outcome(says=(Say("figures.shown", values, ((picture,),)),))


def _named(rows: tuple[Row, ...], names: Mapping[str, str]) -> list[tuple[str, Row]]:
    """The worst rows that had something due, each with its name."""
    return [(names.get(row.key, row.key), row) for row in rows if row.due][:MOST_ROWS]
