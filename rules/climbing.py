"""A ladder is data: who is told when. Without this module nobody higher up would learn of what was left undone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from rules.duty import Duty, reached
from rules.town import Address, Ladder, Rung


@dataclass(frozen=True)
class Climb:
    """What a duty's clock decided: the duty with its next rung set, the rung told now, and its addresses.

    ``rung`` is None when nobody is told now; ``skipped`` are targets that nobody stands behind: whoever is told instead
    reads of it.
    """

    duty: Duty
    rung: Rung | None = None
    tell: tuple[Address, ...] = ()
    skipped: tuple[str, ...] = ()


def climb(duty: Duty, ladder: Ladder, now: datetime, find: Callable[[str], tuple[Address, ...]]) -> Climb:
    """Decide the rung that is due at ``duty.rung_at``, which must not be after ``now``.

    A rung with nobody to tell is gone past at once to the next (delivered or climbed). ``find`` gives the reachable
    addresses behind a target.
    """
    skipped: list[str] = []
    told = duty.told
    for rung in remaining(duty, ladder):
        told = (*told, rung.key)
        found = tuple(dict.fromkeys(address for target in rung.tell for address in find(target)))
        if found:
            repeat = now + rung.repeat if rung.repeat else None
            climbed = replace(duty, told=told, climbs=duty.climbs + (rung.key != 0), repeat_at=repeat)
            return Climb(schedule(climbed, ladder, now), rung, found, tuple(skipped))
        skipped.extend(rung.tell)
    return Climb(replace(duty, told=told, rung_at=None), skipped=tuple(dict.fromkeys(skipped)))


def schedule(duty: Duty, ladder: Ladder, now: datetime) -> Duty:
    """The duty with ``rung_at`` set to its next rung, never in the past; None when none is left for how it stands.

    Called after every move, so that a claim stops the rungs it should in the same commit, and a reopened duty is on its
    original clock: rungs passed over meanwhile are told now.
    """
    left = () if duty.over else remaining(duty, ladder)
    return replace(duty, rung_at=max(now, rung_time(duty, left[0])) if left else None)


def hurried(duty: Duty, ladder: Ladder, now: datetime) -> Duty:
    """The duty with its next rung due now, because the last one reached nobody."""
    return replace(duty, rung_at=now) if not duty.over and remaining(duty, ladder) else duty


def remaining(duty: Duty, ladder: Ladder) -> tuple[Rung, ...]:
    """The rungs still to be told for how the duty stands, the earliest first."""
    left = (r for r in ladder if r.key not in duty.told and r.fits(duty) and not reached(duty.state, r.unless))
    return tuple(sorted(left, key=lambda rung: rung_time(duty, rung)))


def rung_time(duty: Duty, rung: Rung) -> datetime:
    """When a rung of this duty is due."""
    return (duty.due_at if rung.from_due and duty.due_at else duty.base) + rung.after
