"""One receiver at a time for each bot, and a sign of life of each process; without it two processes would steal each other's
messages, and nobody would know whose letters a dead one had under way."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import Connection

from bot.alive import certainly_dead, new_owner
from storage import leases
from storage.database import Database, is_away
from storage.ledger import Ledger
from storage.vault import Vault

log = structlog.get_logger()

RENEWED = 5.0
"""Seconds between two renewals in the database."""
HELD = timedelta(seconds=15)
"""After so long without renewal others take over."""


@runtime_checkable
class OneReceiver(Protocol):
    """A messenger that tells its messages to one receiver only (Telegram, when it is asked for them)."""

    @property
    def one_receiver(self) -> bool:
        """Whether that is so as it is set up."""


@dataclass
class Leases:
    """What this process holds. Real time throughout."""

    database: Database
    vault: Vault
    town: str
    real_now: Callable[[], datetime]
    owner: str = field(default_factory=new_owner)
    _until: dict[str, datetime] = field(default_factory=dict)

    async def begin(self) -> None:
        """Give the first sign of life. What an earlier run held is free at once, where it is certain that it runs no longer:
        on SQLite always, else when it was a process of this machine."""
        await self.database.transact(lambda tx: self._bury(self._ledger(tx)))
        await self._take(self._life)

    async def run(self) -> None:
        """Give signs of life until cancelled."""
        while True:
            await asyncio.sleep(RENEWED)
            try:
                await self._take(self._life)
            except Exception as fault:
                if not is_away(fault):
                    raise
                log.warning("no sign of life: the database is away")

    async def while_held(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Work while this process holds a lease, wait while another does; returns when the work ends by itself."""
        while True:
            await self._obtain(name)
            log.info("lease taken", name=name)
            if await self._worked(name, work):
                return
            log.warning("lease lost", name=name)

    async def close(self) -> None:
        """Let go of everything, so that others take over at once."""
        await self.database.transact(lambda tx: leases.give_back(self._ledger(tx), self.owner))

    def _bury(self, ledger: Ledger) -> None:
        for owner in leases.owners(ledger, self.real_now()) - {self.owner}:
            if self.database.sqlite or certainly_dead(owner):
                leases.give_back(ledger, owner)

    @property
    def _life(self) -> str:
        return f"process/{self.owner}"

    async def _obtain(self, name: str) -> None:
        while not await self._held(name):  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(RENEWED)

    async def _worked(self, name: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Whether the work came to its own end."""
        working = asyncio.ensure_future(work())
        try:
            while not working.done():
                await asyncio.wait([working], timeout=RENEWED)
                if not working.done() and not await self._held(name):
                    return False
            working.result()
            return True
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _held(self, name: str) -> bool:
        """Take or renew; while the database is away, a lease is still held until its time."""
        try:
            return await self._take(name)
        except Exception as fault:
            if not is_away(fault):
                raise
            return self.real_now() < self._until.get(name, self.real_now())

    async def _take(self, name: str) -> bool:
        now = self.real_now()
        taken = await self.database.transact(
            lambda tx: leases.take(self._ledger(tx), name, self.owner, now, now + HELD)
        )
        if taken:
            self._until[name] = now + HELD
        return taken

    def _ledger(self, tx: Connection) -> Ledger:
        return Ledger(tx, self.town, self.vault)
