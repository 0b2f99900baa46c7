"""Who really hears of a duty when it is told, and what they cannot know yet; without it somebody in danger would be promised
help from people whom nothing has reached."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from rules.climbing import climb
from rules.duty import Duty
from rules.roster import Shift
from rules.routing import addresses
from rules.town import Address, Town


def told_now(
    duty: Duty, town: Town, now: datetime, shifts: Sequence[Shift], cannot_reach: Callable[[Address], bool]
) -> tuple[str, ...]:
    """The targets of the rung due now that somebody stands behind who can be reached; empty when only a last resort is left."""

    def find(target: str) -> tuple[Address, ...]:
        return tuple(a for a in addresses(town, duty, target, shifts) if not cannot_reach(a))

    rung = climb(duty, town.ladders.get(duty.ladder, ()), now, find).rung
    return tuple(target for target in rung.tell if find(target)) if rung else ()


def still_unknown(duty: Duty) -> str:
    """What whoever runs there cannot know yet, a letter each: where (w), which phone (f)."""
    where = not duty.village or not duty.card.get("place")
    return ("w" if where else "") + ("" if duty.card.get("phone") else "f")


def ringing_again(duty: Duty, now: datetime) -> Duty:
    """The duty with its first rung due once more, the others as they were: something was added that must be heard."""
    first = min(duty.told, default=None)
    return replace(duty, told=tuple(key for key in duty.told if key != first), rung_at=now)
