"""交办: an order from the command post or a line leader is a duty too; without it what is decided at night is nobody's by day."""

from datetime import datetime, timedelta
from typing import Protocol

from chat.letter import Outcome, Say
from chat.reading.moments import read_moment
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyOpened
from rules.town import Village

ORDERERS = frozenset({"line_leader", "deputy", "command_post", "duty_leader", "duty_officer", "area_head"})
UNLESS_SAID = timedelta(hours=4)
"""An order without a time is due by then."""


class Reads(Protocol):
    """What an order asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""


def on_order(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """交办 姚洼 明早8点前 核实3户: a duty of that village, with a due time and a ladder; the one who gave it is asked nothing."""
    if not context.roles & ORDERERS and context.place != "office":
        return Outcome(says=(Say("orders.not_yours"),))
    village, rest = _village(argument, context)
    if village is None or not rest:
        return Outcome(says=(Say("orders.how", {"said": argument}),))
    found = read_moment(rest, now)
    due, text = found if found and found[1] else (now + UNLESS_SAID, rest)
    line = next(
        (x.key for x in context.town.lines if {context.sender, context.chat} & {x.leader, x.deputy}), "monitoring"
    )
    card = {"text": text, "who": context.name, "by": context.name}
    duty = open_duty(
        Duty(reads.new_number(), "order", now, village.key, line, subject=context.chat, due_at=due, card=card)
    )
    shown = {"duty": duty, "village": village.name, "due": due, "text": text}
    return Outcome((DutyOpened(duty, who=context.sender, chat=context.chat),), (Say("orders.given", shown),))


def _village(said: str, context: Context) -> tuple[Village | None, str]:
    """The village that is named first, and the rest."""
    said = said.strip()
    for village in sorted(context.town.villages, key=lambda v: len(v.name), reverse=True):
        for name in (village.name, village.key):
            if said.lower().startswith(name.lower()):
                return village, said[len(name) :].strip(" :,")
    return None, said
