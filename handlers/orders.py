"""交办: an order from the command post or a line leader is a duty too; without it what is decided at night is nobody's by day."""

from datetime import datetime, timedelta
from typing import Protocol

from chat.letter import Outcome, Say
from chat.reading.moments import read_moment
from chat.reading.phrases import AND as SEPARATORS
from chat.reading.phrases import named_first
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
    villages, rest = _villages(argument, context)
    if not villages or not rest:
        return Outcome(says=(Say("orders.how", {"said": argument}),))
    if foreign := next((v for v in villages if not _may_order(v, context)), None):
        own = [v.name for v in context.town.villages if _may_order(v, context)]
        return Outcome(says=(Say("orders.elsewhere", {"village": foreign.name, "own": own}),))
    found = read_moment(rest, now)
    due, text = found if found and found[1] else (now + UNLESS_SAID, rest)
    line = next(
        (x.key for x in context.town.lines if {context.sender, context.chat} & {x.leader, x.deputy}), "monitoring"
    )
    card = {"text": text, "who": context.name, "by": context.name}
    duties = [
        open_duty(Duty(reads.new_number(), "order", now, v.key, line, subject=context.chat, due_at=due, card=card))
        for v in villages
    ]
    facts = tuple(DutyOpened(duty, who=context.sender, chat=context.chat) for duty in duties)
    shown = ({"duty": d, "village": v.name, "due": due, "text": text} for d, v in zip(duties, villages, strict=True))
    return Outcome(facts, tuple(Say("orders.given", values) for values in shown))


def _may_order(village: Village, context: Context) -> bool:
    """Whether whoever speaks may give this village an order: an area head only those of their own district."""
    if context.place == "office" or context.roles & (ORDERERS - {"area_head"}):
        return True
    area = context.town.area_of(village.key)
    return area is not None and area.head == context.sender


def _villages(said: str, context: Context) -> tuple[list[Village], str]:
    """The villages that are named first, and the rest: 姚洼、石门 明早8点前 核实3户."""
    first, rest = _village(said, context)
    found = [first] if first else []
    while first is not None:
        first, after = _village(rest, context)
        if first is None or rest[len(rest) - len(after) - 1].strip(SEPARATORS):
            break
        found, rest = [*found, *(() if first in found else (first,))], after
    return found, rest


def _village(said: str, context: Context) -> tuple[Village | None, str]:
    """The village that is named first, and the rest."""
    key, rest = named_first(said, context.town.village_names)
    return context.town.village(key), rest
