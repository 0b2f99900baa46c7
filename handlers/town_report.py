"""日报 and 零报告: the situation as of now, and a head's word that nothing happened; without it silence would
look like health."""

from datetime import datetime
from typing import Protocol

from chat.letter import Outcome, Say
from rules.context import Context
from rules.facts import ReportAsked, ZeroReported


class Reads(Protocol):
    """What these acts ask: nothing; the report itself is made after the commit, since it draws a picture."""


def on_report(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """日报: as of now, in this chat."""
    return Outcome((ReportAsked(context.chat, now),))


def on_zero(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """零报告: the village's head says that nothing happened today; from anybody else it counts for nothing."""
    mine = [v for v in context.town.villages if v.head == context.sender]
    village = next((v for v in mine if v.key == context.village), mine[0] if mine else None)
    if village is None:
        return Outcome(says=(Say("desk.zero_head_only"),))
    return Outcome(
        (ZeroReported(village.key, now.date(), context.sender),), (Say("desk.zero_kept", {"village": village.name}),)
    )
