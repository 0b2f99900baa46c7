"""Fetches a URL each minute while all is well, so that somebody outside notices a dead bot."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import structlog

log = structlog.get_logger()
EVERY = 60.0
"""Seconds between two signs of life."""
QUIET = 10.0
"""Seconds without a tick after which all is not well."""


@dataclass
class Watchdog:
    """``beat`` is called by each tick; without beats no sign of life is given."""

    url: str
    last: float = 0.0

    def beat(self, _now: datetime) -> None:
        """The tick is alive."""
        self.last = asyncio.get_running_loop().time()

    @property
    def well(self) -> bool:
        """Whether the tick rang lately."""
        return asyncio.get_running_loop().time() - self.last < QUIET

    async def run(self) -> None:
        """Give signs of life until cancelled; does nothing without a URL."""
        if not self.url:
            await asyncio.Event().wait()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            while True:
                if self.well:
                    await self._ping(session)
                await asyncio.sleep(EVERY if self.last else 1)

    async def _ping(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.get(self.url) as answer:
                if answer.status >= 400:
                    log.warning("the watchdog's address refuses", status=answer.status)
        except (aiohttp.ClientError, TimeoutError) as fault:
            log.warning("the watchdog's address cannot be reached", fault=type(fault).__name__)
