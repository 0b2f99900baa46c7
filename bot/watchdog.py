"""Fetches a URL each minute while all is well, so that somebody outside notices a dead bot."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import structlog

log = structlog.get_logger()
EVERY = 60.0
"""Seconds between two signs of life."""
QUIET = 10.0
"""Seconds without a tick after which all is not well."""
LOOK = 1.0
"""Seconds between two looks at whether a sign of life is due."""


@dataclass
class Watchdog:
    """``beat`` is called by each tick; without beats no sign of life is given. ``clock`` counts seconds."""

    url: str
    clock: Callable[[], float] = time.monotonic
    refused: Callable[[], tuple[str, ...]] = tuple
    """The channels that refuse us: then all is not well either."""
    _beaten: float | None = None
    _pinged: float | None = None

    def beat(self, _now: datetime) -> None:
        """The tick is alive."""
        self._beaten = self.clock()

    @property
    def well(self) -> bool:
        """Whether the tick rang lately, and no messenger refuses us."""
        return self._beaten is not None and self.clock() - self._beaten < QUIET and not self.refused()

    @property
    def due(self) -> bool:
        """Whether a sign of life is to be given now: at the first tick, and a minute after the last."""
        return self.well and (self._pinged is None or self.clock() - self._pinged >= EVERY)

    async def run(self) -> None:
        """Give signs of life until cancelled; does nothing without a URL."""
        if not self.url:
            await asyncio.Event().wait()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20), trust_env=True) as session:
            while True:
                await self.look(session)
                await asyncio.sleep(LOOK)

    async def look(self, session: aiohttp.ClientSession) -> None:
        """Give a sign of life if one is due."""
        if self.due:
            self._pinged = self.clock()
            await self._ping(session)

    async def _ping(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.get(self.url) as answer:
                if answer.status >= 400:
                    log.warning("the watchdog's address refuses", status=answer.status)
        except (aiohttp.ClientError, TimeoutError) as fault:
            log.warning("the watchdog's address cannot be reached", fault=type(fault).__name__)
