"""The door to the database: what shares a commit, what fails alone, what is tried again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, bindparam, event, func, literal_column, select, text
from sqlalchemy.exc import DBAPIError

from storage.database import LINE, Database, is_away
from storage.fixed import Fixed
from storage.migrate import migrate
from storage.tables import bindings

CODES = Fixed(select(bindings.c.code).where(bindings.c.town == bindparam("town")))
END = Fixed(select(func.pg_terminate_backend(func.pg_backend_pid())))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await asyncio.to_thread(migrate, database_url)
    opened = Database(database_url)
    yield opened
    await asyncio.to_thread(opened.close)


def keep(code: str, then: Callable[[], None] = lambda: None) -> Callable[[Connection], str]:
    """Work that writes a row and then perhaps comes to grief."""

    def work(tx: Connection) -> str:
        tx.execute(
            text("INSERT INTO bindings (town, code, address, at) VALUES ('', :code, '', '2020-02-10')"), {"code": code}
        )
        then()
        return code

    return work


def fail() -> None:
    raise KeyError("a mistake of ours")


async def kept(database: Database) -> set[str]:
    return await database.transact(lambda tx: set(tx.execute(select(bindings.c.code)).scalars()))


async def test_a_bad_message_fails_alone_and_nothing_of_it_is_kept(database: Database) -> None:
    results = await asyncio.gather(
        *(database.transact(keep(f"{n}", fail if n == 7 else lambda: None)) for n in range(20)), return_exceptions=True
    )
    assert [n for n, result in enumerate(results) if isinstance(result, KeyError)] == [7]
    assert await kept(database) == {f"{n}" for n in range(20)} - {"7"}


async def test_on_sqlite_what_waits_together_shares_a_commit(database: Database) -> None:
    if not database.sqlite:
        pytest.skip("on PostgreSQL each message is a transaction of its own, under its lock")
    commits: list[int] = []
    event.listen(database.engine, "commit", lambda _: commits.append(1))
    gate = asyncio.Event()
    blocking = asyncio.create_task(
        database.transact(lambda tx: asyncio.run_coroutine_threadsafe(gate.wait(), loop).result())
    )
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(database.transact(keep(f"{n}"))) for n in range(10)]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(blocking, *waiting)
    assert len(commits) <= 2, "the first alone at most, then all that waited meanwhile"
    assert len(await kept(database)) == 10


async def test_a_connection_lost_in_the_middle_is_tried_again(database: Database) -> None:
    if database.sqlite:
        pytest.skip("a file has no connection to lose")
    tries: list[str] = []

    def work(tx: Connection) -> None:
        tries.append("try")
        keep(f"{len(tries)}")(tx)
        if len(tries) == 1:
            tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    await database.transact(work)
    assert (len(tries), await kept(database)) == (2, {"2"})


async def test_a_mistake_in_a_statement_is_not_a_database_that_is_away(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table") as raised:
        await database.transact(lambda tx: tx.execute(text("SELECT * FROM no_such_table")))
    assert not is_away(raised.value)


async def test_many_pieces_of_work_fail_each_for_itself(database: Database) -> None:
    works = [keep(f"{n}", fail if n == 7 else lambda: None) for n in range(40)]
    results = await database.each(lambda tx: tx, works)
    assert [n for n, result in enumerate(results) if isinstance(result, KeyError)] == [7]
    assert await kept(database) == {f"{n}" for n in range(40)} - {"7"}


async def test_a_fixed_statement_fails_as_any_other_does(database: Database) -> None:
    wrong = Fixed(select(literal_column("nowhere")).select_from(bindings))
    with pytest.raises(DBAPIError, match="nowhere") as raised:
        await database.transact(lambda tx: wrong.rows(tx, {}))
    assert not is_away(raised.value)


async def test_a_fixed_statement_on_a_lost_connection_is_tried_again(database: Database) -> None:
    if database.sqlite:
        pytest.skip("a file has no connection to lose")
    tries: list[str] = []

    def work(tx: Connection) -> None:
        tries.append("try")
        if len(tries) == 1:
            END.rows(tx, {})
        CODES.rows(tx, {"town": ""})

    await database.transact(work)
    assert len(tries) == 2


async def test_a_database_nobody_answers_for_is_away() -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Exception, match="connection") as raised:
        await away.transact(lambda tx: None)
    assert is_away(raised.value)
    await asyncio.to_thread(away.close)


async def test_a_server_that_only_reads_is_away_and_no_mistake_of_ours(database: Database) -> None:
    if database.sqlite:
        pytest.skip("a SQLite file that cannot be written says so by its own codes")

    def work(tx: Connection) -> None:
        tx.execute(text("SET TRANSACTION READ ONLY"))
        keep("standby")(tx)

    with pytest.raises(DBAPIError) as caught:
        await database.transact(work)
    assert is_away(caught.value)


async def test_a_server_whose_machine_has_died_is_not_waited_for_by_the_hour(database: Database) -> None:
    if database.sqlite:
        pytest.skip("nothing lies between us and a file")

    def given(engine: Engine) -> dict[str, str]:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            return dict(driver.info.get_parameters())

    assert given(database.engine).items() >= {name: str(value) for name, value in LINE.items()}.items()
    own = Database(f"{database.url}?connect_timeout=3")
    assert given(own.engine)["connect_timeout"] == "3"
    own.close()
