"""APScheduler rings, the tick reads the town's clock; and the demo's hands on that clock. Without it nothing would ever be due."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

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


@dataclass
class Clockwork:
    """Rings the tick each second; ``on_tick`` are told after each (the watchdog)."""

    database: Database
    vault: Vault
    town: str
    clock: TownClock
    ticker: Ticker
    sender: Sender
    on_tick: list[Callable[[datetime], None]] = field(default_factory=list)
    _moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Tick until cancelled. A late or missed ring is no loss: what is due stays due."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(
            self.tick, "interval", seconds=1, misfire_grace_time=None, coalesce=True, max_instances=1, id="tick",
            next_run_time=datetime.now(UTC),
        )  # fmt: skip
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """One ring: everything due is decided. At a rate above 1 each thing at its own time."""
        try:
            async with self._moving:
                if self.clock.moved and self.clock.rate > 1:
                    await self._through(self.clock.now())
                else:
                    await self.ticker.run_due(self.clock.now())
                await self._keep()
        except Exception as fault:
            log.error("the tick failed", fault=type(fault).__name__, exc_info=fault)
            return
        for heard in self.on_tick:
            heard(self.clock.now())

    async def move(self, to: datetime) -> datetime:
        """Forward the town's clock as if the time had passed with the program running. Raises ValueError for the past."""
        async with self._moving:
            if to < self.clock.now():
                raise ValueError("the clock goes forward only")
            await self._through(to)
            self.clock.set(max(to, self.clock.now()) if self.clock.rate > 1 else to)
            await self.ticker.run_due(self.clock.now())
            await self.sender.drained()
            await self._keep()
            return self.clock.now()

    async def set_rate(self, rate: float) -> None:
        """So many town seconds to a real one, from 1 to 3600. Raises ValueError for any other."""
        if not 1 <= rate <= 3600:
            raise ValueError("the rate is from 1 to 3600")
        async with self._moving:
            self.clock.set_rate(rate)
            await self._keep()

    async def _through(self, to: datetime) -> None:
        """Stop at each instant at which something is due, decide it there, and let the outbox run dry before going on."""
        rate = self.clock.rate
        while (coming := await self.ticker.coming()) is not None and coming[0] <= to:
            at = max(coming[0], self.clock.anchor_town)
            self.clock.set(at)
            self.clock.rate = 1.0
            try:
                decided = await self.ticker.run_due(at)
            finally:
                self.clock.rate = rate
            await self.sender.drained()
            if not decided:
                break
        self.clock.set(max(to, self.clock.anchor_town))
        self.clock.rate = rate

    async def _keep(self) -> None:
        if self.clock.moved:
            now, real = self.clock.now(), self.clock.real_now()
            rate = self.clock.rate
            await self.database.transact(
                lambda tx: slots.keep_clock(Ledger(tx, self.town, self.vault), now, real, rate, True)
            )
