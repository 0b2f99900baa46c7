"""Asks Telegram for updates and confirms what is committed; the library's own loop confirms before anything is done."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from telegram.error import Conflict, TelegramError

from bot.gateways.telegram.inbox import Inbox, backoff
from bot.gateways.telegram.request import Flooded
from chat.incoming import Incoming

PATIENCE = 0.5
"""Seconds a batch may hold up the next one; what takes longer (a retry) goes on beside it, unconfirmed."""

TOGETHER = 32
"""Updates that share a commit: beyond that the first of them would wait longer than the commit costs."""

Ask = Callable[[int], Awaitable[list[Any]]]
"""getUpdates from an offset on (0: from the oldest unconfirmed); raises TelegramError."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Update:
    """One update as it came, and as it was read (None: unreadable)."""

    number: int
    raw: Any
    read: Sequence[Incoming] | None
    chat: str


class Poller:
    """Takes updates of different chats at the same time, those of one chat in order, and confirms up to the first that
    is neither committed nor set aside."""

    def __init__(self, ask: Ask, inbox: Inbox) -> None:
        self._ask = ask
        self._inbox = inbox
        self._offset = 0
        self._begun: dict[int, asyncio.Task[None] | None] = {}
        """Updates not confirmed yet and their work; None when there was nothing to do."""
        self._last_of: dict[str, asyncio.Task[None]] = {}
        """The newest work of each chat, after which its next one begins."""

    async def run(self) -> None:
        """Until cancelled. What was begun is cancelled too; Telegram repeats it, since it was not confirmed."""
        try:
            while True:
                self._begin(await self._next_batch())
                if working := self._working():
                    await asyncio.wait(set(working.values()), timeout=PATIENCE)
                self._settle()
        finally:
            working = self._working()
            for task in working.values():
                task.cancel()
            await asyncio.gather(*set(working.values()), return_exceptions=True)

    async def _next_batch(self) -> list[Any]:
        for pause in backoff():
            try:
                return await self._ask(self._offset)
            except TelegramError as error:
                wait = max(pause, error.seconds) if isinstance(error, Flooded) else pause
                happened = "telegram.another_receiver" if isinstance(error, Conflict) else "telegram.poll_failed"
                log.warning(happened, error=type(error).__name__, why=error.message, again_in=round(wait, 1))
                await asyncio.sleep(wait)
        raise AssertionError("backoff() does not end")

    def _begin(self, raws: Sequence[Any]) -> None:
        """What can be read, of chats in which nothing is being done, shares commits; everything else goes alone."""
        few: list[Update] = []
        for update in filter(None, map(self._opened, raws)):
            if update.read is None or update.chat in self._last_of:
                self._note(update, asyncio.create_task(self._alone(self._last_of.get(update.chat), update)))
                continue
            few.append(update)
            if len(few) == TOGETHER:
                self._begin_few(few)
                few = []
        if few:
            self._begin_few(few)

    def _begin_few(self, few: Sequence[Update]) -> None:
        task = asyncio.create_task(self._together(few))
        for update in few:
            self._note(update, task)

    def _opened(self, raw: Any) -> Update | None:
        number = raw.get("update_id") if isinstance(raw, dict) else None
        if not isinstance(number, int):
            log.error("telegram.update_without_number")  # cannot be confirmed, hence not waited for either
            return None
        if number < self._offset or number in self._begun:
            return None
        read = self._inbox.read(raw)
        if read is not None and not read:
            self._begun[number] = None
            return None
        return Update(number, raw, read, read[0].chat if read else f"unreadable:{number}")

    def _note(self, update: Update, task: asyncio.Task[None]) -> None:
        self._begun[update.number] = self._last_of[update.chat] = task
        task.add_done_callback(lambda done: self._forget(update.chat, done))

    async def _alone(self, before: asyncio.Task[None] | None, update: Update) -> None:
        if before is not None and not before.done():
            await asyncio.wait((before,))
        await self._inbox.take(update.raw, update.read)

    async def _together(self, few: Sequence[Update]) -> None:
        """If they cannot be committed together each is taken alone; what comes later in their chats waits for all of them."""
        if len(few) > 1 and await self._inbox.together([update.read or () for update in few]):
            return
        last: dict[str, asyncio.Task[None]] = {}
        for update in few:
            last[update.chat] = self._begun[update.number] = asyncio.create_task(
                self._alone(last.get(update.chat), update)
            )
        await asyncio.wait(last.values())

    def _forget(self, chat: str, done: asyncio.Task[None]) -> None:
        if self._last_of.get(chat) is done:
            del self._last_of[chat]

    def _working(self) -> dict[int, asyncio.Task[None]]:
        return {number: task for number, task in self._begun.items() if task is not None and not task.done()}

    def _settle(self) -> None:
        """Move the offset, which the next request confirms, behind all that is done."""
        if not self._begun:
            return
        working = self._working()
        self._offset = min(working) if working else max(self._begun) + 1
        self._begun = {number: task for number, task in self._begun.items() if number >= self._offset}
