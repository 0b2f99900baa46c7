"""Leases: one receiver at a time, and the next one when it dies."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import alive, lease
from bot.alive import certainly_dead
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
    await other.database.transact(lambda tx: lease.leases.give_back(other._ledger(tx), "sleeper"))
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


async def dead_process() -> str:
    """The owner's name of a process of this machine that has been killed."""
    script = "from bot.alive import new_owner; print(new_owner(), flush=True); input()"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    owner = (await child.stdout.readline()).decode().strip()
    assert not certainly_dead(owner)
    child.kill()
    await child.wait()
    return owner


@pytest.mark.skipif(not alive.BOOT.exists(), reason="this system does not tell its starts apart")
async def test_a_restart_on_the_same_machine_does_not_wait_for_the_dead(village: Village) -> None:
    killed = village.process(await dead_process())
    await killed.begin()
    await stop(village.receives(killed))
    again = village.process(alive.new_owner())
    await again.begin()
    task = village.receives(again)
    await village.until(again.owner)
    await stop(task)


async def test_what_lives_or_may_live_elsewhere_is_waited_for(village: Village) -> None:
    elsewhere = (await dead_process()).replace("-", "0-", 1)[1:]
    for owner in (alive.new_owner(), elsewhere, "first"):
        lives = village.process(owner)
        if lives.database.sqlite:
            pytest.skip("a SQLite file serves one program")
        await lives._take("receiver/telegram")
        again = village.process(alive.new_owner())
        await again.begin()
        assert not await again._take("receiver/telegram")
        await lives.close()


@pytest.mark.parametrize(
    ("owner", "reason"),
    [
        (lambda here, pid: f"{'0' * 10}-{pid}-{'a' * 12}", "another machine, or another start of this one"),
        (lambda here, pid: f"{here}-{os.getpid()}-{'a' * 12}", "its number is somebody's, ours"),
        (lambda here, pid: f"{here}-1-{'a' * 12}", "it lives"),
        (lambda here, pid: f"{here}-99999999-{'a' * 12}", "no number a process can have"),
        (lambda here, pid: "a" * 16, "a name from before"),
        (lambda here, pid: "", "no name"),
    ],
)
async def test_what_is_not_certain_is_not_dead(owner: Callable[[str, str], str], reason: str) -> None:
    here, pid, _ = (await dead_process()).split("-")
    assert not certainly_dead(owner(here, pid)), reason
    assert certainly_dead(f"{here}-{pid}-{'a' * 12}") == alive.BOOT.exists()


async def test_where_the_system_does_not_tell_nobody_is_dead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    owner = await dead_process()
    monkeypatch.setattr(alive, "BOOT", tmp_path / "none")
    assert not certainly_dead(owner)
    assert not certainly_dead(alive.new_owner())


async def test_work_that_ends_by_itself_is_over(village: Village) -> None:
    process = village.process("one")
    done: list[str] = []

    async def work() -> None:
        done.append("once")

    await process.while_held("receiver/telegram", work)
    assert done == ["once"]
