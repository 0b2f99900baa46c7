"""APScheduler rings, the tick reads the town's clock; and the demo's hands on that clock. Without it nothing would ever be due."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.sender import Sender
from bot.tick import Ticker
from bot.town_clock import TownClock
from storage import slots
from storage.database import Database
from storage.ledger import Ledger
from storage.vault import Vault

log = structlog.get_logger()
EVERY = 0.5
"""Seconds between two ticks: one that finds nothing is one statement, and a rung is never a whole second late."""
AT_AN_INSTANT, IN_ALL, LEAST_WAIT = 10.0, 30.0, 0.05
"""Real seconds that a move waits for the outbox at one instant and in all, and at least even then."""
SOON = timedelta(seconds=3)
"""A chat that may be written to again within this time is waited for."""
LEAST_STEP, MOST_STEPS = timedelta(minutes=1), 500
"""How a move goes on where something stays due."""


async def nothing_to_finish() -> None:
    """Where nothing is made after a commit."""


@dataclass
class Patience:
    """How long one move of the clock waits for the outbox: so long at one instant, and so long in all."""

    sender: Sender
    finished: Callable[[], Awaitable[None]]
    left: float = IN_ALL

    async def drain(self) -> None:
        """Return when the outbox is dry, or when it has been waited for long enough."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(min(AT_AN_INSTANT, self.left), LEAST_WAIT)):
                await self.finished()
                await self.sender.drained(SOON)
        except TimeoutError:
            log.warning("the clock goes on before everything is sent")
        self.left -= time.monotonic() - began


@dataclass
class Clockwork:
    """Rings the tick twice a second; ``on_tick`` are told after each (the watchdog)."""

    database: Database
    vault: Vault
    town: str
    clock: TownClock
    ticker: Ticker
    sender: Sender
    finished: Callable[[], Awaitable[None]] = nothing_to_finish
    """Returns when what is made after a commit (the night report's picture) is in the outbox."""
    on_tick: list[Callable[[datetime], None]] = field(default_factory=list)
    _moving: asyncio.Lock = field(default_factory=asyncio.Lock)
    _caught_up: datetime | None = None

    async def run(self) -> None:
        """Tick until cancelled. A late or missed ring is no loss: what is due stays due."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(
            self._ring, "interval", seconds=EVERY, misfire_grace_time=None, coalesce=True, max_instances=1, id="tick",
            next_run_time=datetime.now(UTC),
        )  # fmt: skip
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.pause()
            await asyncio.sleep(0)  # a ring that was just made begins, so that it can end without a word
            scheduler.shutdown(wait=False)

    async def _ring(self) -> None:
        """A tick. The program's end cuts it short, which is no fault for the scheduler to log: what is due stays due."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.tick()

    async def tick(self) -> None:
        """One ring: everything due is decided. At a rate above 1 each thing at its own time."""
        try:
            async with self._moving:
                if self.clock.moved and self.clock.rate > 1:
                    await self._catch_up(self.clock.now())
                await self.ticker.run_due(self.clock.now())
                await self._keep()
        except Exception as fault:
            log.error("the tick failed", fault=type(fault).__name__, exc_info=fault)
            return
        for heard in self.on_tick:
            heard(self.clock.now())

    async def move(self, to: datetime) -> datetime:
        """Forward the town's clock as if the time had passed with the program running: it stops at each instant at which
        something is due, decides it there, and lets the outbox run dry before going on. Raises ValueError for the past.

        It ends even if some chat cannot be written to: what waits for long is not waited for, what is slow for a while.
        """
        async with self._moving:
            return await self._move(self.clock.now(), to)

    async def forward(self, length: timedelta) -> datetime:
        """The same for a length of time, counted from when the move begins: whoever asks need not know the time."""
        async with self._moving:
            now = self.clock.now()
            return await self._move(now, now + length)

    async def _move(self, now: datetime, to: datetime) -> datetime:
        if to < now:
            raise ValueError("the clock goes forward only")
        patience = Patience(self.sender, self.finished)
        with self.clock.standing_still(now):
            await self.ticker.run_due(now)
            async for at in self._instants(now, to):
                await patience.drain()
                await self._stand_at(at)
                await self.ticker.run_due(at)
            await patience.drain()
            await self._stand_at(to)
            await self.ticker.run_due(to)
            await patience.drain()
        return to

    async def set_rate(self, rate: float) -> None:
        """So many town seconds to a real one, from 1 to 3600. Raises ValueError for any other."""
        if not 1 <= rate <= 3600:
            raise ValueError("the rate is from 1 to 3600")
        async with self._moving:
            self.clock.set_rate(rate)
            await self._keep()

    async def _catch_up(self, to: datetime) -> None:
        """What became due since the last ring of a fast clock, each at its own time."""
        patience = Patience(self.sender, self.finished)
        async for at in self._instants(self._caught_up or to, to):
            await self.ticker.run_due(at)
            await patience.drain()
        self._caught_up = to

    async def _instants(self, now: datetime, to: datetime) -> AsyncIterator[datetime]:
        """The moments after ``now`` and not after ``to`` at which something is due, as they come. What stays due, because
        deciding it fails, must not hold up the rest: then the clock goes on by steps."""
        step = max(LEAST_STEP, (to - now) / MOST_STEPS)
        while (coming := await self.ticker.coming()) is not None and coming[0] <= to:
            now = coming[0] if coming[0] > now else now + step
            if now > to:
                return
            yield now

    async def _stand_at(self, at: datetime) -> None:
        """Move the clock, and keep it before anything is decided there: after a crash it must not be earlier than that."""
        self.clock.set(at)
        await self._keep()

    async def _keep(self) -> None:
        if self.clock.moved:
            now, real = self.clock.now(), self.clock.real_now()
            rate = self.clock.rate
            await self.database.transact(
                lambda tx: slots.keep_clock(Ledger(tx, self.town, self.vault), now, real, rate, True)
            )
