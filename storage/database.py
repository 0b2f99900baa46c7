"""The one door to the database: plain functions run on a thread of their own, many waiting messages sharing one commit.

Without it every caller would have to know how SQLite and PostgreSQL differ in what a transaction is.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

T = TypeVar("T")
P = TypeVar("P")
Work = Callable[[Connection], T]

MOST_TOGETHER = 64
"""Pieces of work that may share one commit on SQLite: beyond that a reply would wait longer than a commit costs."""
TRIES = 5
POSTGRES_WORKERS = 4
FEW_TOGETHER = 16
"""Pieces of work in one PostgreSQL transaction: their rows stay locked until the last of them is done."""
COUNTED = {"preserve_rowcount": True}
"""Or an INSERT on PostgreSQL counts -1 rows, and what is there already would look new."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON", "temp_store=MEMORY",
           "wal_autocheckpoint=4000")  # fmt: skip
"""16 MB of log before it is written into the file: each time costs two more waits for the disk, and a busy minute has many."""
LINE = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
        "tcp_user_timeout": 20000}  # fmt: skip
"""Or a PostgreSQL whose machine has died without a word would be waited for by the operating system's patience: up to hours."""
READ_ONLY = "25006"
"""A server that has become a standby, or whose disk is full: somebody will see to it."""
SQLITE_AWAY = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
     sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM)
)  # fmt: skip


@dataclass
class _Wait:
    work: Callable[[Connection], Any]
    locks: tuple[str, ...]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Any]"


class Database:
    """``await transact(work)`` runs ``work(connection)`` in one transaction and returns its result once that is
    durable.

    Raises what ``work`` raises (nothing of it is kept then), or sqlalchemy's OperationalError when the database is
    away.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._waiting: queue.SimpleQueue[_Wait | None] = queue.SimpleQueue()
        self._ended = False
        self.at_once = 1 if self.sqlite else POSTGRES_WORKERS
        """Transactions that may run at the same time."""
        self._threads = [
            threading.Thread(target=self._run, name=f"database-{n}", daemon=True) for n in range(self.at_once)
        ]
        for thread in self._threads:
            thread.start()

    async def transact(self, work: Work[T], *locks: str) -> T:
        """One transaction. ``locks`` name what no two transactions may decide at once (a town and chat); PostgreSQL
        only, SQLite has one writer anyway."""
        loop = asyncio.get_running_loop()
        wait = _Wait(work, locks, loop, loop.create_future())
        self._waiting.put(wait)
        result: T = await wait.done
        return result

    async def each(self, prepare: Callable[[Connection], P], works: Sequence[Callable[[P], T]]) -> list[T | Exception]:
        """Each of many pieces of work for itself: what it gave, or what it raised (then nothing of it is kept). They work on
        what ``prepare`` makes of their transaction.

        SQLite lets them share commits anyway. On PostgreSQL a commit for each costs more than the work, so a few share a
        transaction; when one of them fails, nothing of these few is kept and each is done again, alone.
        """
        if self.sqlite:
            return await self._alone(prepare, works)
        some = [works[start : start + FEW_TOGETHER] for start in range(0, len(works), FEW_TOGETHER)]
        return [result for few in await asyncio.gather(*(self._few(prepare, few) for few in some)) for result in few]

    async def _few(self, prepare: Callable[[Connection], P], few: Sequence[Callable[[P], T]]) -> list[T | Exception]:
        try:
            return list(await self.transact(partial(_together, prepare, few)))
        except Exception:  # noqa: BLE001 - whose mistake it was shows when each is done alone
            return await self._alone(prepare, few)

    async def _alone(
        self, prepare: Callable[[Connection], P], works: Sequence[Callable[[P], T]]
    ) -> list[T | Exception]:
        one_by_one = (self.transact(partial(_prepared, prepare, work)) for work in works)
        results: list[T | Exception] = []
        for result in await asyncio.gather(*one_by_one, return_exceptions=True):
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
            results.append(result)
        return results

    def transact_now(self, work: Work[T], *locks: str) -> T:
        """The same for code that has no event loop (the command line)."""
        with _transaction(self.engine) as connection:
            _take_locks(connection, locks, self.sqlite)
            return work(connection)

    def close(self) -> None:
        """Finish what waits, then let go of the connections."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=10)
        self.engine.dispose()

    def _run(self) -> None:
        while not self._ended and (first := self._waiting.get()) is not None:
            together = [first]
            for left in range(TRIES - 1, -1, -1):
                try:
                    results = self._attempt(together)
                except Exception as fault:  # noqa: BLE001 - the thread's edge: whoever waits must hear of it, whatever it is
                    if left and _worth_another_try(fault):
                        continue
                    results = [(False, fault)] * len(together)
                _answer(together, results)
                break

    def _attempt(self, together: list[_Wait]) -> list[tuple[bool, Any]]:
        """One transaction. On SQLite whatever has come meanwhile joins it, each in a savepoint of its own; work that begins
        alone needs none, as nothing of it is kept when it fails."""
        results: list[tuple[bool, Any]] = []
        alone = len(together) == 1
        with _transaction(self.engine) as connection:
            for wait in together:
                if self.sqlite:
                    first = alone and not results
                    results.append((True, wait.work(connection)) if first else _in_savepoint(connection, wait.work))
                    if len(results) == len(together) < MOST_TOGETHER:
                        self._join(together)
                else:
                    _take_locks(connection, wait.locks, self.sqlite)
                    results.append((True, wait.work(connection)))
        return results

    def _join(self, together: list[_Wait]) -> None:
        with contextlib.suppress(queue.Empty):
            more = self._waiting.get_nowait()
            if more is None:
                self._ended = True
            else:
                together.append(more)


def _in_savepoint(connection: Connection, work: Work[Any]) -> tuple[bool, Any]:
    """SQLite only, and by the bare driver: SQLAlchemy's own savepoint costs as much as three statements."""
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT one")
    try:
        result = (True, work(connection))
    except Exception as fault:  # noqa: BLE001 - one bad message fails alone, the others keep their commit
        driver.execute("ROLLBACK TO one")
        result = (False, fault)
    driver.execute("RELEASE one")
    return result


def _together(prepare: Callable[[Connection], P], works: Sequence[Callable[[P], T]], connection: Connection) -> list[T]:
    ground = prepare(connection)
    return [work(ground) for work in works]


def _prepared(prepare: Callable[[Connection], P], work: Callable[[P], T], connection: Connection) -> T:
    return work(prepare(connection))


def _answer(together: list[_Wait], results: list[tuple[bool, Any]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Wait, tuple[bool, Any]]]] = {}
    for wait, result in zip(together, results, strict=True):
        by_loop.setdefault(wait.loop, []).append((wait, result))
    for loop, pairs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, pairs)


def _settle(pairs: list[tuple[_Wait, tuple[bool, Any]]]) -> None:
    for wait, (good, value) in pairs:
        if wait.done.done():
            continue
        if good:
            wait.done.set_result(value)
        else:
            wait.done.set_exception(value)


def _take_locks(connection: Connection, locks: Sequence[str], sqlite: bool) -> None:
    """Always in the same order, or two transactions could wait for each other."""
    for lock in () if sqlite else sorted(set(locks)):
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": lock})


def is_away(fault: BaseException) -> bool:
    """Whether the database could not be reached or written just now: then the same may succeed later. A mistake of ours in
    a statement is not that."""
    bare = getattr(fault, "orig", None) or fault
    if isinstance(bare, sqlite3.Error):
        return getattr(bare, "sqlite_errorcode", 0) & 0xFF in SQLITE_AWAY
    if getattr(bare, "sqlstate", "") == READ_ONLY:
        return True
    return isinstance(fault, OperationalError) or (isinstance(fault, DBAPIError) and fault.connection_invalidated)


def _worth_another_try(fault: Exception) -> bool:
    """A deadlock, a serialisation failure, a busy file or a server that went away: the same work may well
    succeed now."""
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return True
    state = getattr(getattr(fault, "orig", None), "sqlstate", "")
    return state in ("40001", "40P01") or (is_away(fault) and "locked" in str(fault))


def _engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(
            url, poolclass=QueuePool, pool_size=2, connect_args={"check_same_thread": False, "timeout": 30},
            execution_options=COUNTED, json_deserializer=orjson.loads,
        )  # fmt: skip
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    given = make_url(url).query
    return create_engine(url, pool_size=POSTGRES_WORKERS + 1, pool_pre_ping=True, execution_options=COUNTED,
                         connect_args={name: value for name, value in LINE.items() if name not in given},
                         json_deserializer=orjson.loads)  # fmt: skip


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """The driver must not open transactions by itself: its late BEGIN lets a savepoint outlive its transaction."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """Begun by hand on SQLite: a listener for SQLAlchemy's own "begin" would slow down every statement."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN IMMEDIATE")
        yield connection
