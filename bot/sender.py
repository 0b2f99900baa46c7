"""Sends what is in the outbox: alerts first, in order for each chat, at the platforms' pace, again when it failed.

Without it every letter would stay in the database. Real time throughout; the town's clock has no part in it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.gateways import Accepted, Call, Gateway, Moved, Refused, Result, TryLater, Unknown
from bot.pace import Pace
from storage import outbox, people
from storage.database import Database
from storage.ledger import Ledger
from storage.outbox import Row, Settled
from storage.tables import made_at
from storage.vault import Vault

log = structlog.get_logger()

MOST_AT_ONCE = 64
IDLE = 1.0
"""Seconds after which the outbox is looked at even when nobody woke the sender (another process may have written)."""
MOST_ATTEMPTS = 12
REPEATED = "repeated: its outcome was unknown"
NOTICE = outbox.LANES["notice"]
LANE_NAMES = {number: name for name, number in outbox.LANES.items()}


@dataclass
class Sender:
    """One sender for each program. ``town_now`` is needed only to make a duty climb whose alert nobody could get."""

    database: Database
    vault: Vault
    town: str
    gateways: dict[str, Gateway]
    real_now: Callable[[], datetime]
    town_now: Callable[[], datetime]
    on_moved: Callable[[Ledger], None] = lambda ledger: None
    on_sent: Callable[[Row], None] = lambda row: None
    pace: Pace = field(default_factory=Pace)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _busy: set[str] = field(default_factory=set)
    _done: "asyncio.Queue[tuple[Row, Result]]" = field(default_factory=asyncio.Queue)
    _under_way: set["asyncio.Task[None]"] = field(default_factory=set)

    def wake(self) -> None:
        """There is something new to send."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled."""
        await self.database.transact(self._after_crash)
        settling = asyncio.create_task(self._settle_all())
        try:
            while True:
                try:
                    started = await self._start_some()
                except Exception as fault:  # noqa: BLE001 - the sender's edge: the database may be away for a while
                    log.error("the outbox cannot be read", fault=type(fault).__name__)
                    started = 0
                if not started:
                    await self._rest()
        finally:
            settling.cancel()

    async def drained(self) -> None:
        """Return once nothing that may go now is waiting or under way."""
        while True:
            now = self.real_now()
            count = await self.database.transact(lambda tx: outbox.open_count(self._ledger(tx), now))
            if not count and not self._busy:
                return
            self.wake()
            await asyncio.sleep(0.005)

    async def _rest(self) -> None:
        try:
            wait = min(IDLE, max(self.pace.soonest(), 0.002)) if self._busy or self.pace.holding else IDLE
            await asyncio.wait_for(self._woken.wait(), wait)
        except TimeoutError:
            pass
        self._woken.clear()

    async def _start_some(self) -> int:
        room = min(MOST_AT_ONCE - len(self._under_way), self.pace.room())
        if room <= 0:
            await asyncio.sleep(max(self.pace.soonest(), 0.002))
            return 0
        rows = await self.database.transact(lambda tx: self._claim(self._ledger(tx), room))
        for row in rows:
            self._busy.add(row.address)
            self.pace.count(row.address, self.gateways[row.channel].pace(row.address))
            task = asyncio.create_task(self._deliver(row))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(rows)

    def _claim(self, ledger: Ledger, room: int) -> list[Row]:
        now = self.real_now()
        if outbox.paused_until(ledger, "*", now):
            return []
        held = frozenset(self._busy) | self.pace.held()
        rows = [r for r in outbox.waiting(ledger, now, 4 * MOST_AT_ONCE, held) if r.channel in self.gateways][:room]
        outbox.mark_sending(ledger, rows)
        return rows

    async def _deliver(self, row: Row) -> None:
        try:
            result = await self.gateways[row.channel].deliver(addressed(row))
        except Exception as fault:
            log.error("a gateway failed", channel=row.channel, fault=type(fault).__name__, exc_info=fault)
            result = Unknown(type(fault).__name__)
        await self._done.put((row, result))

    async def _settle_all(self) -> None:
        while True:
            together = [await self._done.get()]
            while not self._done.empty():
                together.append(self._done.get_nowait())
            while True:
                try:
                    await self.database.transact(lambda tx, some=tuple(together): self._settle(self._ledger(tx), some))
                    break
                except Exception as fault:  # noqa: BLE001 - what was sent must be written down, however long it takes
                    log.error("a delivery cannot be kept yet", fault=type(fault).__name__)
                    await asyncio.sleep(1)
            for row, result in together:
                self._busy.discard(row.address)
                if isinstance(result, Accepted):
                    self.on_sent(row)
            self.wake()

    def _settle(self, ledger: Ledger, together: tuple[tuple[Row, Result], ...]) -> None:
        now = self.real_now()
        outbox.settle(ledger, [settled(row, result, now) for row, result in together])
        for row, result in together:
            if isinstance(result, TryLater):
                outbox.pause(ledger, "*" if result.everyone else row.address, now + timedelta(seconds=result.seconds))
            elif isinstance(result, Moved):
                people.rebind(ledger, row.address, result.address, now)
                outbox.readdress(ledger, row.address, result.address)
                self.on_moved(ledger)
            elif isinstance(result, Refused):
                log.warning("refused for good", channel=row.channel, why=result.why, duty=row.duty)
                if result.gone:
                    people.reachable(ledger, row.address, False)
                outbox.look_now(ledger, outbox.cause_of(ledger, row.id), now)

    def _after_crash(self, tx: Connection) -> None:
        """What was being sent when the program died is unknown: an alert or reply is repeated once, a notice never."""
        ledger, now = self._ledger(tx), self.real_now()
        outbox.settle(
            ledger, [settled(row, Unknown("stopped while sending"), now) for row in outbox.interrupted(ledger)]
        )

    def _ledger(self, tx: Connection) -> Ledger:
        return Ledger(tx, self.town, self.vault)


def addressed(row: Row) -> Call:
    """A call with what the outbox knows of it: which row, where to (a chat may have moved), which lane and duty, and when it
    was written in real time."""
    return {
        **row.call, "row": row.id, "address": row.address, "lane": LANE_NAMES[row.lane], "duty": row.duty,
        "at": made_at(row.id).isoformat(timespec="seconds"),
    }  # fmt: skip


def settled(row: Row, result: Result, now: datetime) -> Settled:
    """How a call's outcome is written down."""
    attempts = row.attempts + 1
    match result:
        case Accepted(message_id):
            return Settled(row.id, "accepted", attempts, now, now, message_id)
        case TryLater(seconds, why):
            if attempts >= MOST_ATTEMPTS and row.lane == NOTICE:
                return Settled(row.id, "refused", attempts, now, why=f"given up: {why}")
            return Settled(row.id, "waiting", attempts, now + timedelta(seconds=seconds), why=why)
        case Moved(address):
            return Settled(row.id, "waiting", attempts, now, why=f"moved to {address}")
        case Refused(why):
            return Settled(row.id, "refused", attempts, now, why=why)
        case Unknown(why):
            repeat = row.lane != NOTICE and not row.repeated
            state = "waiting" if repeat else "unknown"
            return Settled(row.id, state, attempts, now, why=f"{REPEATED} ({why})" if repeat else why)
