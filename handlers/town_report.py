"""日报 and 零报告: the situation as of now, and a head's word that nothing happened; without it silence would
look like health."""

from datetime import datetime, timedelta
from typing import Protocol

from chat.letter import Button, Outcome, Say
from rules.context import Context
from rules.duty import Duty, worst_first
from rules.facts import ReportAsked, ZeroReported
from rules.seeing import seen
from rules.situation import scope_of
from rules.town import Village

MOST_OPEN = 5
"""Lines of what is open still, under a zero report."""
NO_NEWS = ("order", "visit")
"""Kinds that the town has set the village to do: nothing that happened there."""


class Reads(Protocol):
    """What these acts ask; the report itself is made after the commit, since it draws a picture."""

    def open_duties(
        self, villages: tuple[str, ...] = (), lines: tuple[str, ...] = (), whole: bool = False
    ) -> tuple[Duty, ...]:
        """What is not over there."""


def on_report(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """日报: as of now, in this chat, of what may be seen from here; never where villagers read along."""
    if context.among_villagers:
        return Outcome(says=(Say("desk.only_private"),))
    scope = scope_of(context)
    if scope is None:
        return Outcome(says=(Say("report.nothing_here"),))
    return Outcome((ReportAsked(context.chat, now, scope.villages, scope.line),))


def on_zero(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """零报告: the village's head says that nothing happened today; from anybody else it counts for nothing. While something is
    open there they are asked whether they mean it.

    ``argument``: the village's key, from a button; typed, it is the village they speak from, else the first of theirs.
    """
    village = _headed(context, argument)
    still = _open(village, context, reads, now) if village else ()
    if not still or village is None:
        return on_zero_sure(argument, context, reads, now)
    if context.among_villagers:
        return Outcome(says=(Say("desk.only_private"),))
    lines = [{"duty": d, "card": d.shown} for d in still[:MOST_OPEN]]
    shown = {"village": village.name, "count": len(still), "lines": lines, "more": max(0, len(still) - MOST_OPEN)}
    sure = ((Button("@acts.buttons.zero_sure", f"d:zero_sure:{village.key}"),),)
    return Outcome(says=(Say("desk.zero_open", shown, sure),))


def on_zero_sure(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """确认零报告: nothing new happened, whatever is open there still."""
    village = _headed(context, argument)
    if village is None:
        return Outcome(says=(Say("desk.zero_head_only"),))
    # After the night report it is said for the next one.
    night = now.date() + timedelta(days=now.time() >= context.town.report_time)
    return Outcome(
        (ZeroReported(village.key, night, context.sender),), (Say("desk.zero_kept", {"village": village.name}),)
    )


def _open(village: Village, context: Context, reads: Reads, now: datetime) -> tuple[Duty, ...]:
    """What is open there, as far as whoever speaks may see it: not what is told about themselves."""
    found = seen(reads.open_duties((village.key,)), context)
    return worst_first(tuple(d for d in found if d.village == village.key and d.kind not in NO_NEWS), now)


def _headed(context: Context, key: str) -> Village | None:
    mine = [v for v in context.town.villages if v.head == context.sender]
    wanted = key or context.village
    return next((v for v in mine if v.key == wanted), mine[0] if mine else None)
