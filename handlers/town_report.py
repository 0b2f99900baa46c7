"""日报 and 零报告: the situation as of now, and a head's word that nothing happened; without it silence would
look like health."""

from datetime import datetime
from typing import Protocol

from chat.letter import Outcome, Say
from rules.context import Context
from rules.facts import ReportAsked, ZeroReported
from rules.situation import scope_of
from rules.town import Village


class Reads(Protocol):
    """What these acts ask: nothing; the report itself is made after the commit, since it draws a picture."""


def on_report(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """日报: as of now, in this chat, of what may be seen from here; never where villagers read along."""
    if context.among_villagers:
        return Outcome(says=(Say("desk.only_private"),))
    scope = scope_of(context)
    if scope is None:
        return Outcome(says=(Say("report.nothing_here"),))
    return Outcome((ReportAsked(context.chat, now, scope.villages, scope.line),))


def on_zero(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """零报告: the village's head says that nothing happened today; from anybody else it counts for nothing.

    ``argument``: the village's key, from a button; typed, it is the village they speak from, else the first of theirs.
    """
    village = _headed(context, argument)
    if village is None:
        return Outcome(says=(Say("desk.zero_head_only"),))
    return Outcome(
        (ZeroReported(village.key, now.date(), context.sender),), (Say("desk.zero_kept", {"village": village.name}),)
    )


def _headed(context: Context, key: str) -> Village | None:
    mine = [v for v in context.town.villages if v.head == context.sender]
    wanted = key or context.village
    return next((v for v in mine if v.key == wanted), mine[0] if mine else None)
