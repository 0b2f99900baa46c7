"""A ladder is data: who is told when. Without this module nobody higher up would learn of what was left undone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.duty import Duty, reached
from rules.routing import ABOVE
from rules.town import DUE_KEYS, Address, Ladder, Rung


@dataclass(frozen=True)
class Climb:
    """What a duty's clock decided: the duty with its next rung set, the rung told now, and its addresses.

    ``rung`` is None when nobody is told now; ``targets`` are those of it behind whom somebody was found; ``skipped`` are
    targets that nobody stands behind: whoever is told instead reads of it.
    """

    duty: Duty
    rung: Rung | None = None
    tell: tuple[Address, ...] = ()
    skipped: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def always_meant(_target: str) -> bool:
    """Where every target is meant to have somebody behind it."""
    return False


def climb(duty: Duty, ladder: Ladder, now: datetime, find: Callable[[str], tuple[Address, ...]],
          vacant: Callable[[str], bool] = always_meant) -> Climb:  # fmt: skip
    """Decide the rung that is due at ``duty.rung_at``, which must not be after ``now``. Only what is due is told, unless the
    duty is hurried (``unreached``): a rung edited to be later waits for its new time.

    A rung with nobody to tell is gone past at once to the next (delivered or climbed); so is one that names somebody above
    the village when only others of it were found. ``find`` gives the reachable addresses behind a target; ``vacant`` says
    that nobody is meant to stand there (the holder of what nobody holds), so that nobody is missed.
    """
    skipped, told, left = duty.unreached, duty.told, remaining(duty, ladder)
    if left and not duty.unreached and rung_time(duty, left[0]) > now:
        return Climb(schedule(duty, ladder, now))
    for rung in left:
        told = (*told, rung.key)
        behind = {target: find(target) for target in rung.tell}
        missed = tuple(target for target in rung.tell if not behind[target] and not vacant(target))
        if any(behind.values()):
            repeat = now + rung.repeat if rung.repeat else duty.repeat_at
            climbs = duty.climbs + (not rung.at_once)
            after = schedule(
                replace(duty, told=told, climbs=climbs, repeat_at=repeat, unreached=()), ladder, now
            )  # fmt: skip
            targets = tuple(target for target in rung.tell if behind[target])
            if set(missed) & set(ABOVE) and not set(targets) & {*ABOVE, "asker"}:
                after = replace(after, rung_at=now, unreached=missed)
            found = tuple(dict.fromkeys(address for addresses in behind.values() for address in addresses))
            return Climb(after, rung, found, tuple(dict.fromkeys(skipped)), targets)
        skipped += missed
    return Climb(replace(duty, told=told, rung_at=None, unreached=()), skipped=tuple(dict.fromkeys(skipped)))


def schedule(duty: Duty, ladder: Ladder, now: datetime) -> Duty:
    """The duty with ``rung_at`` set to its next rung, never in the past; None when none is left for how it stands.

    Called after every move, so that a claim stops the rungs it should in the same commit, and a reopened duty is on its
    original clock: rungs passed over meanwhile are told now.
    """
    left = () if duty.over else remaining(duty, ladder)
    return replace(duty, rung_at=max(now, rung_time(duty, left[0])) if left else None)


def edited(duty: Duty, ladder: Ladder, now: datetime) -> Duty:
    """The duty as its edited ladder wants it from the next rung on: what stands before the last rung that was told is gone
    past and not told again, and what is hurried stays so. What is for other duties only is not gone past: this may become one."""
    last = max(_told_times(duty, ladder), default=None)
    before = [r for r in ladder if r.key not in duty.told and last is not None and rung_time(duty, r) <= last]
    return hastened(replace(duty, told=(*duty.told, *(r.key for r in before if r.fits(duty)))), ladder, now)


def hastened(duty: Duty, ladder: Ladder, now: datetime) -> Duty:
    """The duty scheduled anew because other rungs may be for it now; one that is hurried stays so."""
    return replace(duty, rung_at=duty.rung_at or now) if duty.unreached else schedule(duty, ladder, now)


def _told_times(duty: Duty, ladder: Ladder) -> list[datetime]:
    """When the rungs that were told were due, also those that are no longer in the ladder."""
    plain = [duty.base + timedelta(seconds=key) for key in duty.told if key > DUE_KEYS // 2]
    return plain + [rung_time(duty, rung) for rung in ladder if rung.key in duty.told]


def remaining(duty: Duty, ladder: Ladder) -> tuple[Rung, ...]:
    """The rungs still to be told for how the duty stands, the earliest first."""
    left = (r for r in ladder if r.key not in duty.told and r.fits(duty) and not reached(duty.state, r.unless))
    return tuple(sorted(left, key=lambda rung: rung_time(duty, rung)))


def rung_time(duty: Duty, rung: Rung) -> datetime:
    """When a rung of this duty is due."""
    return (duty.due_at if rung.from_due and duty.due_at else duty.base) + rung.after
