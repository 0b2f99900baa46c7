"""Brings each update to the desk until committed or on the record; without it a bad update is lost or blocks all."""

import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import structlog

from bot.gateways import Away, Receive, SetAside
from chat.incoming import Incoming

RETRIES = (0.2, 1.0, 3.0)
"""Seconds before the desk is asked again; after the last the update is set aside on the record."""
SHORTEST, LONGEST = 1.0, 30.0
"""Seconds between attempts when nothing answers: the network, Telegram, our own database."""

AWAY = 3.0
"""Seconds at most between attempts while our own database is away: whoever is in danger must not wait for our patience."""

Parse = Callable[[Mapping[str, Any]], Sequence[Incoming]]

log = structlog.get_logger(__name__)


def backoff() -> Iterator[float]:
    """Seconds to wait after each failure in a row: 1 doubling to 30, with jitter so that processes drift apart."""
    wait = SHORTEST
    while True:
        yield max(SHORTEST, wait * random.uniform(0.5, 1.0))
        wait = min(2 * wait, LONGEST)


class Inbox:
    """The way of one update to the desk. ``take`` may run for many updates at once; the caller keeps a chat's order."""

    def __init__(self, parse: Parse, receive: Receive, set_aside: SetAside) -> None:
        self._parse = parse
        self._receive = receive
        self._set_aside = set_aside

    def read(self, raw: Any) -> Sequence[Incoming] | None:
        """What was done in an update; None when it cannot be read and belongs on the record."""
        try:
            return self._parse(raw)
        except ValueError as error:
            log.error("telegram.unreadable_update", update=update_id(raw), why=str(error))
            return None

    async def take(self, raw: Any, read: Sequence[Incoming] | None) -> None:
        """Return only when the update is committed or set aside, however long the database is away."""
        for pause in backoff():
            wait = pause
            try:
                if await self._committed(read) or await self.put_aside(raw):
                    return
            except Away:
                wait = min(wait, AWAY)
            await asyncio.sleep(wait)

    async def offer(self, read: Sequence[Incoming]) -> bool:
        """One attempt to have it committed. Raises ``Away`` when it was never looked at."""
        for incoming in read:
            if not await self._done(self._receive(incoming), "telegram.desk_failed", incoming.message_id):
                return False
        return True

    async def together(self, several: Sequence[Sequence[Incoming]]) -> bool:
        """One attempt to have many updates committed at once."""
        with contextlib.suppress(Away):
            return await self._done(self._receive(*chain.from_iterable(several)), "telegram.desk_failed", "several")
        return False

    async def put_aside(self, raw: Any) -> bool:
        """One attempt to put an update on the record."""
        mark = update_id(raw)
        text = raw if isinstance(raw, str) else json.dumps(raw)
        return await self._done(self._set_aside("telegram", mark, text), "telegram.set_aside_failed", mark)

    async def _committed(self, read: Sequence[Incoming] | None) -> bool:
        if read is None:
            return False
        for pause in RETRIES:
            if await self.offer(read):
                return True
            await asyncio.sleep(pause)
        return await self.offer(read)

    async def _done(self, work: Awaitable[None], trouble: str, mark: str) -> bool:
        try:
            await work
        except Away as away:
            log.warning("telegram.database_away", update=mark, error=str(away))
            raise
        except Exception as error:  # noqa: BLE001 - the edge: whatever the desk raises must not end the listening
            log.error(trouble, update=mark, error=type(error).__name__)
            return False
        return True


def update_id(raw: Any) -> str:
    """``u<number>`` of a raw update, or empty."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return f"u{number}" if isinstance(number, int) else ""
