"""A ladder is data: who is told when. Without this module nobody higher up would learn of what was left undone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from rules.duty import Duty, reached
from rules.town import Address, Rung


@dataclass(frozen=True)
class Climb:
    """What a duty's clock decided: the duty with its next rung, and whom to tell now (rung number, targets, addresses)."""

    duty: Duty
    rung: int = -1
    rung_of: Rung | None = None
    tell: tuple[Address, ...] = ()
    skipped: tuple[str, ...] = ()
    """Targets that nobody stands behind now; whoever is told instead reads of it."""


def climb(duty: Duty, ladder: tuple[Rung, ...], now: datetime, find: Callable[[str], tuple[Address, ...]]) -> Climb:
    """Decide the rung that is due at ``duty.rung_at`` (which must not be after ``now``).

    A rung whose state is reached is passed over; one with nobody to tell is gone past at once to the next (delivered or
    climbed). ``find`` gives the reachable addresses behind a target.
    """
    nobody: list[str] = []
    number = duty.rung
    while number < len(ladder):
        rung = ladder[number]
        if nobody or _is_due(duty, number, rung, now):
            if not reached(duty.state, rung.unless) and not duty.told >> number & 1:
                found = _addresses(rung, find)
                if found:
                    told = replace(duty, rung=number + 1, told=duty.told | 1 << number)
                    return Climb(_with_next(told, ladder, now), number, rung, found, tuple(nobody))
                nobody.extend(rung.tell)
            number += 1
            continue
        return Climb(replace(duty, rung=number, rung_at=duty.opened_at + rung.after), skipped=tuple(nobody))
    return Climb(replace(duty, rung=len(ladder), rung_at=None), skipped=tuple(nobody))


def _is_due(duty: Duty, number: int, rung: Rung, now: datetime) -> bool:
    hurried = number == duty.rung and duty.rung_at is not None and duty.rung_at <= now
    return hurried or duty.opened_at + rung.after <= now


def _addresses(rung: Rung, find: Callable[[str], tuple[Address, ...]]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(address for target in rung.tell for address in find(target)))


def _with_next(duty: Duty, ladder: tuple[Rung, ...], now: datetime) -> Duty:
    for number in range(duty.rung, len(ladder)):
        if not reached(duty.state, ladder[number].unless):
            return replace(duty, rung=number, rung_at=max(now, duty.opened_at + ladder[number].after))
    # Nothing is left for the state it is in now; should it be reopened, reopen() sets the clock again.
    return replace(duty, rung=len(ladder), rung_at=None)
