"""The web chat's post boxes, with a bell on each; without it an open page would have to ask again and again.

Within this process a new letter rings at once. Where several processes share a PostgreSQL, each looks once a second which of
the chats that its own pages show have moved on: one small query whatever the number of pages, nothing to reconnect, and
nothing that a pooler between us and the server could swallow, as it does with LISTEN.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from rules.town import Address
from storage import mailbox, people
from storage.database import Database
from storage.ledger import Ledger
from storage.mailbox import Kept, Stored
from storage.vault import Vault

log = structlog.get_logger()
T = TypeVar("T")
LOOK_EVERY = 1.0
"""Seconds between looks at what other processes have put into the boxes."""


@dataclass(eq=False)
class Bell:
    """One open page: the chats it shows, and which of them have something new."""

    chats: frozenset[Address]
    rung: set[Address] = field(default_factory=set)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self, chat: Address) -> None:
        """There is something new in this chat."""
        self.rung.add(chat)
        self.heard.set()

    def answer(self) -> set[Address]:
        """The chats that rang since the last time."""
        rung, self.rung = self.rung, set()
        self.heard.clear()
        return rung


@dataclass
class DatabaseMailbox:
    """The boxes of one town. ``now`` is the town's clock: a letter bears its time."""

    database: Database
    vault: Vault
    town: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    closing: bool = False
    _bells: set[Bell] = field(default_factory=set)
    _known: dict[Address, int] = field(default_factory=dict)

    async def put(self, chat: Address, letter: str, sender: Address, body: Mapping[str, Any], quick: bool = False,
                  files: Sequence[str] = ()) -> int:  # fmt: skip
        """Keep a letter with its files, once for each id; returns its place in the chat."""
        now = self.now()

        def work(ledger: Ledger) -> int:
            for key in files:
                mailbox.show(ledger, key, chat, now)
            return mailbox.put(ledger, chat, letter, sender, body, now, quick)

        place = await self.do(work)
        self.ring(chat)
        return place

    async def edit(self, chat: Address, letter: str, body: Mapping[str, Any], quick: bool = False) -> bool:
        """Let a letter say something else; False when it is not there."""
        there = await self.do(lambda ledger: mailbox.edit(ledger, chat, letter, body, quick))
        self.ring(chat)
        return there

    async def later(self, wanted: Mapping[Address, int | None]) -> dict[Address, list[Kept]]:
        """What changed in these chats after these numbers."""
        return await self.do(lambda ledger: {chat: mailbox.later(ledger, chat, than) for chat, than in wanted.items()})

    async def saw(self, chat: Address, number: int) -> None:
        """A page that somebody looks at has shown everything up to this number."""
        await self.do(lambda ledger: mailbox.saw(ledger, chat, number, self.now()))

    async def store(self, file: Stored) -> None:
        """Keep a file that somebody uploaded, or a picture of ours."""
        await self.do(lambda ledger: mailbox.store(ledger, file, self.now()))

    async def sort_of_file(self, key: str, chat: Address, sender: Address) -> str:
        """photo, voice, or empty when this person uploaded no such file in this chat."""
        return await self.do(lambda ledger: mailbox.sort_of_file(ledger, key, chat, sender))

    async def file_in(self, key: str, chats: list[Address] | None) -> Stored | None:
        """A file shown in one of these chats (None: any)."""
        return await self.do(lambda ledger: mailbox.file_in(ledger, key, chats))

    async def person(self, address: Address) -> people.Known | None:
        """What is known of somebody."""
        return await self.do(lambda ledger: people.find(ledger, address))

    def forget(self, ledger: Ledger, chat: Address, since: datetime) -> int:
        """Erase a chat's letters from a time on, within a transaction that is open."""
        return mailbox.forget(ledger, chat, since)

    @contextlib.contextmanager
    def listening(self, chats: Sequence[Address]) -> Iterator[Bell]:
        """A bell for a page that shows these chats, as long as it is open."""
        bell = Bell(frozenset(chats))
        self._bells.add(bell)
        try:
            yield bell
        finally:
            self._bells.discard(bell)

    def ring(self, chat: Address) -> None:
        """Tell the open pages that show this chat."""
        for bell in self._bells:
            if chat in bell.chats:
                bell.ring(chat)

    def hang_up(self) -> None:
        """The program stops: every open page is let go, and comes back by itself when there is somebody to come back to."""
        self.closing = True
        for bell in self._bells:
            bell.heard.set()

    async def look_out(self) -> None:
        """Ring for what other processes put into the boxes, until cancelled. One SQLite file has one process."""
        while not self.database.sqlite:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look()
            except SQLAlchemyError as fault:
                log.warning("the mailbox cannot be read", fault=type(fault).__name__)
        await asyncio.Event().wait()

    async def do(self, work: Callable[[Ledger], T]) -> T:
        """One transaction on this town's rows."""

        def with_ledger(tx: Connection) -> T:
            return work(Ledger(tx, self.town, self.vault))

        return await self.database.transact(with_ledger)

    async def _look(self) -> None:
        shown = [chat for bell in self._bells for chat in bell.chats]
        if not shown:
            return
        lasts = await self.do(lambda ledger: mailbox.lasts(ledger, list(dict.fromkeys(shown))))
        for chat, last in lasts.items():
            if last > self._known.get(chat, 0):
                self.ring(chat)
        self._known = lasts
