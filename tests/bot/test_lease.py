"""Leases: one receiver at a time, and the next one when it dies."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot import lease
from bot.lease import HELD, Leases
from storage.database import Database
from storage.migrate import migrate
from storage.vault import Vault, new_key

VAULT = Vault([new_key()])


@dataclass
class Village:
    """Processes on one database, with a clock that is moved by hand; ``polls`` says who receives."""

    url: str
    now: datetime = datetime(2020, 2, 10, tzinfo=UTC)
    polls: list[str] = field(default_factory=list)
    databases: list[Database] = field(default_factory=list)

    def process(self, owner: str) -> Leases:
        self.databases.append(Database(self.url))
        return Leases(self.databases[-1], VAULT, "", lambda: self.now, owner)

    def receives(self, process: Leases) -> "asyncio.Task[None]":
        async def listen() -> None:
            self.polls.append(process.owner)
            try:
                await asyncio.Event().wait()
            finally:
                self.polls.remove(process.owner)

        return asyncio.create_task(process.while_held("receiver/telegram", listen))

    async def until(self, *polls: str) -> None:
        async with asyncio.timeout(10):
            while self.polls != list(polls):  # noqa: ASYNC110 - the clock of these tests is moved by hand
                await asyncio.sleep(0.01)


@pytest.fixture
async def village(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Village]:
    monkeypatch.setattr(lease, "RENEWED", 0.02)
    await asyncio.to_thread(migrate, database_url)
    opened = Village(database_url)
    yield opened
    for database in opened.databases:
        await asyncio.to_thread(database.close)


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_one_receives_and_the_next_takes_over_when_it_dies(village: Village) -> None:
    first = village.receives(village.process("first"))
    await village.until("first")
    second = village.receives(village.process("second"))
    await asyncio.sleep(0.1)
    assert village.polls == ["first"]
    await stop(first)  # as if killed: it gives nothing back
    await asyncio.sleep(0.1)
    assert village.polls == [], "its lease still runs"
    village.now += HELD
    await village.until("second")
    await stop(second)


async def test_one_that_stops_in_order_hands_over_at_once(village: Village) -> None:
    old = village.process("old")
    first = village.receives(old)
    await village.until("old")
    second = village.receives(village.process("new"))
    await stop(first)
    await old.close()
    await village.until("new")
    await stop(second)


async def test_one_whose_lease_was_taken_stops_receiving(village: Village) -> None:
    sleeper = village.receives(village.process("sleeper"))
    await village.until("sleeper")
    other = village.process("other")
    await other.database.transact(lambda tx: lease.leases.forget_others(other._ledger(tx), "other"))
    awake = village.receives(other)
    async with asyncio.timeout(10):
        while len(village.polls) != 1 or not {"sleeper", "other"} & set(village.polls):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert len(village.polls) == 1
    await stop(sleeper)
    await stop(awake)


async def test_on_sqlite_a_restart_does_not_wait_for_the_dead(village: Village) -> None:
    killed = village.process("killed")
    await killed.begin()
    await stop(village.receives(killed))
    again = village.process("again")
    if not again.database.sqlite:
        pytest.skip("on PostgreSQL it may live on another machine: its lease must run out")
    await again.begin()
    task = village.receives(again)
    await village.until("again")
    await stop(task)


async def test_work_that_ends_by_itself_is_over(village: Village) -> None:
    process = village.process("one")
    done: list[str] = []

    async def work() -> None:
        done.append("once")

    await process.while_held("receiver/telegram", work)
    assert done == ["once"]
