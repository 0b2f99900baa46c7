"""Looks out for what moves, once for all open boards; without it a board would show how things stood when it was opened.

Once a second, and only while somebody has a board open, one query asks which rows of history are new. It is asked of the
database, not of this process's own desk: the move may have been made in another process, by the tick, or by a messenger. The
history has a row for every move, so nothing else needs watching. Ids are drawn before their transaction commits and may appear
out of order, so the look goes back over the last half minute and keeps the ids it has met.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.mailbox import DatabaseMailbox
from storage.traces import moves_since

log = structlog.get_logger()
LOOK_EVERY = 1.0
BEAT = 15.0
"""Seconds after which a quiet connection says that it is alive."""
BACK = timedelta(seconds=30)
BOARDS = "board:"
"""The bell of all open boards, among those of the chats."""


@dataclass
class Lookout:
    """Rings the bell of the boards. Runs as long as one is open."""

    mailbox: DatabaseMailbox
    real_now: Callable[[], datetime]
    _open: int = 0
    _met: frozenset[str] | None = None
    _looking: "asyncio.Task[None] | None" = field(default=None)

    async def moves(self) -> AsyncIterator[bool]:
        """True for each time something moved, False for each while in which nothing did, until the program stops."""
        self._open += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_out())
        try:
            with self.mailbox.listening((BOARDS,)) as bell:
                while not self.mailbox.closing:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(BEAT):
                            await bell.heard.wait()
                    yield bool(bell.answer())
        finally:
            self._open -= 1

    async def look(self) -> bool:
        """Whether there is anything new since the last look; rings if so."""
        since = self.real_now() - BACK
        found = await self.mailbox.do(lambda ledger: moves_since(ledger, since))
        new = self._met is not None and not found <= self._met
        self._met = found
        if new:
            self.mailbox.ring(BOARDS)
        return new

    async def _look_out(self) -> None:
        self._met = None
        while self._open and not self.mailbox.closing:
            try:
                await self.look()
            except SQLAlchemyError as fault:
                log.warning("the history cannot be read", fault=type(fault).__name__)
            await asyncio.sleep(LOOK_EVERY)
