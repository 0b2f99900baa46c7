"""Tells the rung of a duty that is due, in the commit that decides it; without it a ladder would be a picture on a wall."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.boards import Boards
from rules.binding import UNBOUND
from rules.climbing import Climb, climb, edited
from rules.duty import Duty
from rules.roster import Shift
from rules.routing import addresses, vacant
from rules.town import Address, Ladder, Rung, Town
from storage import duties, people, roster
from storage.ledger import Ledger

log = structlog.get_logger()
TRY_AGAIN = timedelta(minutes=10)
"""How long until a duty that reached nobody at all is told again."""

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
        if not step.tell and (step.skipped or step.duty.told != duty.told):
            step = self._last_resort(ledger, town, step, duty, now)
        duties.save(ledger, step.duty)
        for address in step.tell:
            self.boards.tell(ledger, town, step, address, now, real_now)
        if step.tell:
            targets = ", ".join(step.targets) if step.rung else "command_post"
            minutes = int(step.rung.after / timedelta(minutes=1)) if step.rung else -1
            duties.record(ledger, "duty", duty.ref, f"rung {minutes}", "", "", now, targets)
        return step.duty

    def repeat(self, ledger: Ledger, town: Town, duty: Duty, now: datetime, real_now: datetime) -> None:
        """Tell the last rung that repeats once more: nobody has acknowledged it."""
        rung = last_repeating(duty, self.ladder(town, duty))
        find = self.finder(ledger, town, duty, now)
        for address in dict.fromkeys(a for target in (rung.tell if rung else ()) for a in find(target)):
            self.boards.tell(ledger, town, Climb(duty, rung, (address,)), address, now, real_now, again=True)

    def reschedule(self, ledger: Ledger, town: Town, duty: Duty, now: datetime) -> None:
        """A ladder was edited in the config: open duties go by it from their next rung on."""
        moved = edited(duty, self.ladder(town, duty), now)
        if moved != duty:
            duties.save(ledger, moved)

    def hurry(self, ledger: Ledger, town: Town, duty: Duty, cause: str, now: datetime) -> None:
        """Delivered or climbed: what a rung told reached nobody, so the next one is due now and says so."""
        key = cause.partition("#")[2].partition("@")[0]
        rung = next((r for r in self.ladder(town, duty) if str(r.key) == key), None)
        named = rung.tell if rung else ("command_post",) if key == LAST else (EARLIER,)
        missed = tuple(target for target in named if not vacant(town, duty, target))
        unreached = tuple(dict.fromkeys((*duty.unreached, *missed))) or (EARLIER,)
        duties.record(ledger, "duty", duty.ref, "undelivered", "", "", now, ", ".join(unreached))
        duties.save(ledger, replace(duty, rung_at=now, unreached=unreached))

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
