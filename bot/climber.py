"""Tells the rung of a duty that is due, in the commit that decides it; without it a ladder would be a picture on a wall."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.boards import Boards
from rules.alarms import put_off
from rules.binding import UNBOUND
from rules.climbing import Climb, climb, edited
from rules.duty import Duty
from rules.roster import Shift
from rules.routing import addresses, vacant
from rules.town import Address, Ladder, Rung, Town
from storage import boards, duties, people, roster
from storage.ledger import Ledger

log = structlog.get_logger()
TRY_AGAIN = timedelta(minutes=10)
"""How long until a duty that reached nobody at all is told again."""

REMINDER = "remind"
REMINDER_PAUSE = timedelta(minutes=10)
"""At most one reminder for each person in this time, whatever is behind it; what comes sooner waits, nothing is dropped."""
LAST, EARLIER = "last", "earlier"
"""What a letter's cause names instead of a rung when no ladder said whom to tell; and, in place of a target, whoever was told
by a rung that is no longer in the ladder."""


@dataclass(frozen=True)
class Climber:
    """Climbs ladders for one program; ``boards`` tells, and keeps what was told up to date."""

    boards: Boards

    def climb(self, ledger: Ledger, town: Town, duty: Duty, now: datetime, real_now: datetime) -> Duty:
        """Decide and tell what is due for this duty at ``now``; keeps the duty and returns it as it stands."""
        if duty.rung_at is None or duty.rung_at > now:
            duties.save(ledger, duty)
            return duty
        find = self.finder(ledger, town, duty, now)
        step = climb(duty, self.ladder(town, duty), now, find, lambda target: vacant(town, duty, target))
        step = self._without_reminding_twice(ledger, step, now)
        if not step.tell and (step.skipped or step.duty.told != duty.told):
            step = self._last_resort(ledger, town, step, duty, now)
        duties.save(ledger, step.duty)
        self._tell(ledger, town, step, now, real_now)
        if step.tell:
            targets = ", ".join(step.targets) if step.rung else "command_post"
            minutes = int(step.rung.after / timedelta(minutes=1)) if step.rung else -1
            duties.record(ledger, "duty", duty.ref, f"rung {minutes}", "", "", now, targets)
        return step.duty

    def _without_reminding_twice(self, ledger: Ledger, step: Climb, now: datetime) -> Climb:
        """Who holds it and was reminded of something just now hears of this rung when they may be reminded again, by the
        question of how it goes; everybody else of the rung hears now."""
        holder, rung = step.duty.holder, step.rung
        others = tuple(address for address in step.tell if address != holder)
        if rung is None or "holder" not in rung.tell or len(others) in (0, len(step.tell)) or step.duty.wait_until:
            return step
        last = boards.last_told(ledger, holder, REMINDER)
        if step.duty.state != "claimed" or last is None or last + REMINDER_PAUSE <= now:
            return step
        targets = tuple(target for target in step.targets if target != "holder")
        later = put_off(step.duty, "nudge", last + REMINDER_PAUSE)
        return replace(step, duty=later, tell=others, targets=targets)

    def _tell(self, ledger: Ledger, town: Town, step: Climb, now: datetime, real_now: datetime) -> None:
        """Tell everybody; where only a list was edited somebody is woken by it a minute after it last rang."""
        told = [self.boards.tell(ledger, town, step, address, now, real_now) for address in step.tell]
        wake_at = min((at for at in told if at is not None), default=None)
        if wake_at is not None and step.duty.repeat_at is None:
            duties.save(ledger, replace(step.duty, repeat_at=wake_at))

    def reschedule(self, ledger: Ledger, town: Town, duty: Duty, now: datetime) -> None:
        """A ladder was edited in the config: open duties go by it from their next rung on."""
        moved = edited(duty, self.ladder(town, duty), now)
        if moved != duty:
            duties.save(ledger, moved)

    def hurry(
        self, ledger: Ledger, town: Town, duty: Duty, cause: str, now: datetime, reached: Collection[Address] = ()
    ) -> None:
        """Delivered or climbed: what a rung told did not reach whom it should, so the next one is due now and says so."""
        rung = self.rung_of(town, duty, cause)
        named = rung.tell if rung else ("command_post",) if LAST in cause else (EARLIER,)
        missed = tuple(
            t for t in named if not vacant(town, duty, t) and not set(addresses(town, duty, t)) & set(reached)
        )  # fmt: skip
        unreached = tuple(dict.fromkeys((*duty.unreached, *missed))) or (EARLIER,)
        duties.record(ledger, "duty", duty.ref, "undelivered", "", "", now, ", ".join(unreached))
        if rung is None and LAST in cause:
            log.error("an alert reaches nobody", duty=duty.ref, kind=duty.kind)
            now += TRY_AGAIN  # nobody is left to climb to: told again and again at once, it would be a loop of refusals
        duties.save(ledger, replace(duty, rung_at=now, unreached=unreached))

    def rung_of(self, town: Town, duty: Duty, cause: str) -> Rung | None:
        """The rung that a letter told; None when no ladder, or only an earlier one, had it."""
        key = cause.partition("#")[2].partition("@")[0]
        return next((r for r in self.ladder(town, duty) if str(r.key) == key), None)

    def finder(self, ledger: Ledger, town: Town, duty: Duty, now: datetime) -> "Find":
        """Who can be reached behind the targets of this duty now."""
        return Find(
            town, duty, people.unreachable(ledger), roster.running(ledger, now), frozenset(self.boards.channels)
        )

    def ladder(self, town: Town, duty: Duty) -> Ladder:
        """The ladder this duty climbs."""
        return town.ladders.get(duty.ladder, ())

    def _last_resort(self, ledger: Ledger, town: Town, step: Climb, duty: Duty, now: datetime) -> Climb:
        """Nobody stands behind any rung that was left: the command post is told, whatever the ladder says; and if not even
        that can be reached, the log says so as an error, and the same rungs are tried again until somebody is back."""
        post = town.command_post
        reached = post and not post.startswith(UNBOUND) and post not in people.unreachable(ledger)
        if reached and post.partition(":")[0] in self.boards.channels:
            return replace(step, tell=(post,))
        log.error("an alert reaches nobody", duty=step.duty.ref, kind=step.duty.kind)
        return replace(step, duty=replace(duty, rung_at=now + TRY_AGAIN))


@dataclass(frozen=True)
class Find:
    """The addresses behind a target that can be reached now."""

    town: Town
    duty: Duty
    gone: frozenset[Address]
    shifts: tuple[Shift, ...]
    channels: frozenset[str]

    def __call__(self, target: str) -> tuple[Address, ...]:
        named = addresses(self.town, self.duty, target, self.shifts)
        return tuple(a for a in named if a not in self.gone and a.partition(":")[0] in self.channels)


def last_repeating(duty: Duty, ladder: Ladder) -> Rung | None:
    """The latest rung that was told and repeats."""
    told = [rung for rung in ladder if rung.key in duty.told and rung.repeat]
    return max(told, key=lambda rung: rung.after, default=None)
