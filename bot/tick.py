"""One tick: what is due now is decided, each thing in a transaction of its own; without it no clock in the town would ring."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.agenda import Slot, next_slot
from bot.desk import Desk
from bot.rings import Due, Rings
from storage import clocks, deliveries, duties, slots, talks, watches
from storage.clocks import Earliest
from storage.ledger import Ledger

log = structlog.get_logger()
MOST = 500


@dataclass
class SlotAhead:
    """The next slot as last read; a slot another process fired meanwhile is found fired when its turn comes."""

    slot: Slot | None = None
    read_at: datetime | None = None
    """The town's time then; earlier than that the timetable is read again, as somebody has set the clock back."""


@dataclass(frozen=True)
class Ticker:
    """Finds what is due and has it decided. A tick that finds nothing costs one statement (on PostgreSQL one more:
    what other processes have bound), however many duties are open."""

    desk: Desk
    rings: Rings
    ahead: SlotAhead = field(default_factory=SlotAhead)

    async def run_due(self, now: datetime) -> int:
        """Everything due at ``now`` (town time), in order; returns how many things were decided."""
        total = 0
        while True:
            found = await self.desk.database.transact(lambda tx: self._find(self._ledger(tx), now))
            if not found:
                return total
            results = await self.desk.database.each(self._ledger, [partial(self._ring, due, now) for due in found])
            for due, result in zip(found, results, strict=True):
                if isinstance(result, Exception):
                    log.error("a clock failed", what=due.sort, fault=type(result).__name__, exc_info=result)
            total += len(found)
            self.desk.wake()
            self.desk.order()
            if all(isinstance(result, Exception) for result in results):
                return total

    async def coming(self) -> tuple[datetime, str, str] | None:
        """(when, what sort of thing, of what) of the next thing that will happen in the town; None when nothing will."""
        return await self.desk.database.transact(lambda tx: self._coming(self._ledger(tx)))

    def _ring(self, due: Due, now: datetime, ledger: Ledger) -> None:
        self.rings(ledger, due, now)

    def _ledger(self, tx: Connection) -> Ledger:
        return Ledger(tx, self.desk.book.config_town.key, self.desk.vault)

    def _find(self, ledger: Ledger, now: datetime) -> list[Due]:
        """Everything due, the earliest first."""
        self.desk.book.follow(ledger)
        at = clocks.earliest(ledger)
        found = self._slots(ledger, now)
        if _is(at.rung, now):
            found += [Due(when, "rung", (ref,)) for when, ref in duties.due(ledger, now, MOST)]
        if _is(at.alarm, now):
            found += [Due(when, "alarm", (ref,)) for when, ref in duties.ringing(ledger, now, MOST)]
        if _is(at.checkin, now):
            found += [Due(c.next_at or now, "checkin", (c,)) for c in watches.due(ledger, now, MOST)]
        real_now = self.desk.real_now()
        if _is(at.delivery, real_now):
            found += [Due(now, "delivery", (cause,)) for cause in deliveries.to_check(ledger, real_now)]
        if _is(at.talk, now):
            found += [Due(now, "talk", (chat, person)) for chat, person in talks.idle(ledger, now)]
        if _is(at.watch, now):
            found += [Due(watch.until, "watch", (watch,)) for watch in watches.over(ledger, now)]
        return sorted(found, key=lambda due: due.at)

    def _slots(self, ledger: Ledger, now: datetime) -> list[Due]:
        """The next slot of the timetable, when it is due; read again after it, and when nobody knows it yet."""
        slot, read_at = self.ahead.slot, self.ahead.read_at
        if read_at is not None and read_at <= now and (slot is None or slot.at > now):
            return []
        slot = self._next_slot(ledger, now)
        self.ahead.slot, self.ahead.read_at = slot, now
        return [Due(slot.at, "slot", (slot,))] if slot is not None and slot.at <= now else []

    def _next_slot(self, ledger: Ledger, now: datetime) -> Slot | None:
        return next_slot(self.desk.book.town, slots.last(ledger, now), slots.begin(ledger, now))

    def _coming(self, ledger: Ledger) -> tuple[datetime, str, str] | None:
        found: list[tuple[datetime, str, str]] = []
        slot = self._next_slot(ledger, self.desk.town_now())
        if slot is not None:
            found.append((slot.at, slot.task, str(slot.number)))
        at = clocks.earliest(ledger)
        rung = duties.next_rung(ledger) if at.rung else None
        if rung is not None:
            found.append((rung[0], f"rung_{rung[1]}", rung[2]))
        found += [(when, name, "") for name, when in _others(at) if when is not None]
        return min(found, default=None)


def _is(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _others(at: Earliest) -> tuple[tuple[str, datetime | None], ...]:
    """The clocks in town time, besides the rungs, as ``coming`` names them."""
    return ("checkin", at.checkin), ("alarm", at.alarm), ("talk", at.talk), ("watch", at.watch)
