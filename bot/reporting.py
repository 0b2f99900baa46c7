"""Makes the situation report after the commit that asked for it (provisional)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from bot.desk import Desk


@dataclass
class Reporting:
    desk: Desk
    _asked: "asyncio.Queue[tuple[str, datetime]]" = field(default_factory=asyncio.Queue)

    def ask(self, now: datetime, chat: str = "") -> None:
        self._asked.put_nowait((chat, now))

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def idle(self) -> None:
        return
