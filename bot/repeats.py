"""What nobody has acknowledged is told again, in one message for each chat; without it ten fevers would ring six times a minute."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.boards import AGAIN
from bot.climber import Climber, last_repeating
from rules.alarms import ring
from rules.climbing import Climb
from rules.duty import Duty, worst_first
from rules.town import Address, Rung, Town
from storage import boards, duties
from storage.ledger import Ledger

PAUSE = timedelta(minutes=10)
"""At most one such message for each chat in this time, whatever is behind it."""

NEAR = timedelta(minutes=3)
"""What is to be told again within this time is told with the rest."""


@dataclass(frozen=True)
class Repeats:
    """Tells again what repeats, together with all that will do so soon."""

    climber: Climber

    def ring(self, ledger: Ledger, town: Town, duty: Duty, now: datetime, real_now: datetime) -> None:
        """The repeat of a duty is due: told with the others, or put off until this chat may be reminded again."""
        rung = last_repeating(duty, self.climber.ladder(town, duty))
        if rung is None:
            self._wake(ledger, town, duty, now, real_now)
            return
        told = self._addresses(ledger, town, duty, rung, now)
        until = max((at for a in told if (at := self._may_tell(ledger, a, now)) is not None), default=None)
        if until is not None and until > now:
            duties.save(ledger, replace(duty, repeat_at=until))
            return
        others = [d for d in duties.repeating(ledger, now + NEAR) if d.ref != duty.ref]
        shown = {duty.ref: duty}
        for address in told:
            shown |= {d.ref: d for d in self._tell(ledger, town, (duty, *others), address, now, real_now)}
        for each in shown.values():
            moved = ring(each, "repeat", self.climber.ladder(town, each), now, town.zone)
            duties.save(ledger, moved)
            duties.record(ledger, "duty", each.ref, "alarm repeat", "", "", now)

    def _tell(self, ledger: Ledger, town: Town, candidates: Sequence[Duty], address: Address, now: datetime,
              real_now: datetime) -> Sequence[Duty]:  # fmt: skip
        """All of these that this chat is told again; the one whose turn it is is always among them."""
        rungs = {d.ref: last_repeating(d, self.climber.ladder(town, d)) for d in candidates}
        mine = [
            d for d in candidates if (r := rungs[d.ref]) and address in self._addresses(ledger, town, d, r, now)
        ]  # fmt: skip
        turn, rest = mine[0], worst_first(tuple(mine[1:]), now)
        rung = rungs[turn.ref]
        assert rung is not None
        return self.climber.boards.again(ledger, town, (turn, *rest), rung, address, now, real_now)

    def _addresses(self, ledger: Ledger, town: Town, duty: Duty, rung: Rung, now: datetime) -> tuple[Address, ...]:
        find = self.climber.finder(ledger, town, duty, now)
        return tuple(dict.fromkeys(a for target in rung.tell for a in find(target)))

    def _may_tell(self, ledger: Ledger, address: Address, now: datetime) -> datetime | None:
        """When this chat may be reminded again; None when it may be now."""
        lately = [c.told_at for c in boards.recent(ledger, address, AGAIN, now - PAUSE) if c.told_at is not None]
        return max(lately) + PAUSE if lately else None

    def _wake(self, ledger: Ledger, town: Town, duty: Duty, now: datetime, real_now: datetime) -> None:
        """Its first rung was only an edit of a list: the list is sent anew, so that somebody is woken."""
        duties.save(ledger, replace(duty, repeat_at=None))
        told = [rung for rung in self.climber.ladder(town, duty) if rung.key in duty.told]
        for rung in told[-1:]:
            for address in self._addresses(ledger, town, duty, rung, now):
                self.climber.boards.wake(ledger, town, Climb(duty, rung), address, now, real_now)
