"""Sends what is in the outbox: alerts first, in order for each chat, at the platforms' pace, again when it failed.

Without it every letter would stay in the database. Real time throughout; the town's clock has no part in it.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from bot.agenda import TOO_LATE
from bot.gateways import Accepted, Call, Gateway, Moved, Refused, Result, TryLater, Unknown
from bot.pace import Pace
from storage import leases, outbox, people
from storage.database import Database, is_away
from storage.ledger import Ledger
from storage.outbox import Row, Settled
from storage.vault import Vault

T = TypeVar("T")
Ended = tuple[Row, Result]

log = structlog.get_logger()

MOST_AT_ONCE = 64
FOR_ALERTS = 16
"""Of these kept free for alerts: a platform that answers slowly must not have all of them taken by replies and notices."""
IDLE = 1.0
"""Seconds after which the outbox is looked at even when nobody woke the sender (another process may have written)."""
AGAIN = 1.0
"""Seconds until the next try after the database was away."""
LOOK = 5.0
"""Seconds between two looks for letters that a dead process had under way."""
LAST = 5.0
"""Seconds that calls under way get at the end."""
NEVER = datetime.min.replace(tzinfo=UTC)
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
    owner: str = "only"
    """This process among those that share the database (its leases' owner)."""
    _looked_at: datetime = NEVER
    """When letters of dead processes were looked for last, by the machine's clock."""
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _busy: set[str] = field(default_factory=set)
    _ended: list[Ended] = field(default_factory=list)
    _under_way: set["asyncio.Task[None]"] = field(default_factory=set)

    def wake(self) -> None:
        """There is something new to send."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled; then give the calls under way a moment, and write down how they ended."""
        looked = -LOOK
        try:
            while True:
                if time.monotonic() - looked >= LOOK:
                    looked = time.monotonic()
                    await self._tried(self._recover())
                if not await self._tried(self._round()):
                    await self._rest()
        finally:
            await self._finish()

    async def drained(self, soon: timedelta = timedelta()) -> None:
        """Return once nothing that may go now, or within ``soon``, is waiting or under way."""
        while await self._open(soon) or self._busy:
            self.wake()
            await asyncio.sleep(0.005)

    async def _open(self, soon: timedelta) -> int:
        until = self.real_now() + soon
        return await self._transact(lambda ledger: outbox.open_count(ledger, until, self.gateways))

    async def _tried(self, work: Awaitable[int]) -> int:
        """The sender's edge: the database may be away for a while, and one mistake must not stop all letters."""
        try:
            return await work
        except Exception as fault:
            log.error("the outbox stands still", fault=type(fault).__name__, exc_info=None if is_away(fault) else fault)
            await asyncio.sleep(AGAIN)
            return 0

    async def _rest(self) -> None:
        held = self._under_way or self.pace.holding
        wait = min(IDLE, max(self.pace.soonest(), 0.002)) if held and self.pace.soonest() else IDLE
        # Not wait_for: in Python 3.11 it swallows a cancellation that comes with the wake, and the sender would never stop.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._woken.wait()
        self._woken.clear()

    async def _round(self) -> int:
        """One transaction: what has ended is written down and what goes next is marked; then those calls are made."""
        self._woken.clear()
        ended, room = tuple(self._ended), self._room()
        try:
            rows = await self._claimed(ended, room)
        except Exception as fault:
            if is_away(fault) or not ended:
                raise
            rows = []
            for one in ended:
                await self._settle_alone(one)
        self._let_go(ended)
        for row in rows:
            self._start(row)
        return len(rows) + len(ended)

    async def _claimed(self, ended: tuple[Ended, ...], room: int) -> list[Row]:
        """What goes next. Stopped while the claim is being committed, it is given back: nobody else would send it until our
        lease runs out, and then a notice not at all."""
        claiming = asyncio.ensure_future(self._transact(lambda ledger: self._settle_and_claim(ledger, ended, room)))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await self._tried(self._give_back(claiming))
            raise

    async def _give_back(self, claiming: "asyncio.Future[list[Row]]") -> int:
        rows, now = await claiming, self.real_now()
        back = [Settled(row.id, "waiting", row.attempts, now, why=REPEATED if row.repeated else "") for row in rows]
        await self._transact(lambda ledger: outbox.settle(ledger, self.owner, back))
        return len(back)

    def _room(self) -> int:
        return max(0, min(MOST_AT_ONCE - len(self._under_way), self.pace.room()))

    def _settle_and_claim(self, ledger: Ledger, ended: tuple[Ended, ...], room: int) -> list[Row]:
        self._settle(ledger, ended)
        if not room:
            return []
        going = {row.address for row, _ in ended}
        held = frozenset(self._busy - going) | self.pace.held()
        others = MOST_AT_ONCE - FOR_ALERTS - len(self._under_way)
        return outbox.claim(ledger, self.owner, self.real_now(), room, self.gateways, held, others)

    async def _settle_alone(self, one: Ended) -> None:
        """One that cannot be written down as it is must not hold up the others: it stays as unknown."""
        try:
            await self._transact(lambda ledger: self._settle(ledger, (one,)))
        except Exception as fault:
            if is_away(fault):
                raise
            log.error("a delivery cannot be kept", row=one[0].id, fault=type(fault).__name__, exc_info=fault)
            lost = Settled(one[0].id, "unknown", one[0].attempts + 1, self.real_now(), why=type(fault).__name__)
            await self._transact(lambda ledger: outbox.settle(ledger, self.owner, [lost]))

    def _let_go(self, ended: tuple[Ended, ...]) -> None:
        del self._ended[: len(ended)]
        for row, result in ended:
            self._busy.discard(row.address)
            if isinstance(result, Accepted):
                self.on_sent(row)

    def _start(self, row: Row) -> None:
        self._busy.add(row.address)
        self.pace.count(row.address, self.gateways[row.channel].pace(row.address))
        task = asyncio.create_task(self._deliver(row))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, row: Row) -> None:
        try:
            result = await self.gateways[row.channel].deliver(addressed(row))
        except Exception as fault:
            log.error("a gateway failed", channel=row.channel, fault=type(fault).__name__, exc_info=fault)
            result = Unknown(type(fault).__name__)
        self._ended.append((row, result))
        self.wake()

    async def _finish(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST)
        for task in self._under_way:
            task.cancel()
        ended = tuple(self._ended)
        if ended:
            await self._tried(self._transact(lambda ledger: self._settle(ledger, ended)))

    async def _recover(self) -> int:
        """What a process that lives no longer was sending is unknown: an alert or reply is repeated once, a notice never.
        A notice that could not go for so long that it is none any more is not sent after the fact."""
        return await self._transact(self._take_over)

    def _take_over(self, ledger: Ledger) -> int:
        now = self.real_now()
        left = outbox.interrupted(ledger, leases.owners(ledger, now) | {self.owner})
        for owner, rows in left.items():
            outbox.settle(ledger, owner, [settled(row, Unknown("stopped while sending"), now) for row in rows])
        if late := outbox.give_up_notices(ledger, now - TOO_LATE):
            log.error("notices could not be sent in time", count=late)
        if now < self._looked_at:
            log.error("the machine's clock went back", by=str(self._looked_at - now))
            outbox.forget_waits(ledger, now)
        self._looked_at = now
        return len(left)

    async def _transact(self, work: Callable[[Ledger], T]) -> T:
        return await self.database.transact(lambda tx: work(self._ledger(tx)), f"{self.town}/outbox")

    def _settle(self, ledger: Ledger, together: tuple[Ended, ...]) -> int:
        now = self.real_now()
        outbox.settle(ledger, self.owner, [settled(row, result, now) for row, result in together])
        for row, result in together:
            if isinstance(result, TryLater):
                outbox.pause(
                    ledger,
                    row.channel + outbox.EVERYBODY if result.everyone else row.address,
                    now + timedelta(seconds=result.seconds),
                )
            elif isinstance(result, Moved):
                people.rebind(ledger, row.address, result.address, now)
                outbox.readdress(ledger, row.address, result.address)
                self.on_moved(ledger)
            elif isinstance(result, Refused):
                log.warning("refused for good", channel=row.channel, why=result.why, duty=row.duty)
                if result.gone:
                    people.reachable(ledger, row.address, False)
                outbox.look_now(ledger, outbox.cause_of(ledger, row.id), now)
        return len(together)

    def _ledger(self, tx: Connection) -> Ledger:
        return Ledger(tx, self.town, self.vault)


def addressed(row: Row) -> Call:
    """A call with what the outbox knows of it: which row (its id tells when it was written), where to (a chat may have moved),
    which lane and duty."""
    return {**row.call, "row": row.id, "address": row.address, "lane": LANE_NAMES[row.lane], "duty": row.duty}


def settled(row: Row, result: Result, now: datetime) -> Settled:
    """How a call's outcome is written down."""
    attempts = row.attempts + 1
    match result:
        case Accepted(message_id):
            return Settled(row.id, "accepted", attempts, now, now, message_id)
        case TryLater(seconds, why):
            return Settled(row.id, "waiting", attempts, now + timedelta(seconds=seconds), why=why)
        case Moved(address):
            return Settled(row.id, "waiting", attempts, now, why=f"moved to {address}")
        case Refused(why):
            return Settled(row.id, "refused", attempts, now, why=why)
        case Unknown(why):
            repeat = row.lane != NOTICE and not row.repeated
            state = "waiting" if repeat else "unknown"
            return Settled(row.id, state, attempts, now, why=f"{REPEATED} ({why})" if repeat else why)
