"""The config's people and watches, seeded once; without it two processes that start together would stumble over each other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier

from sqlalchemy import Connection, Table, func, select

from rules.town import Person, Town
from storage import people
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.seeds import seed
from storage.tables import audit, watches
from storage.tables import people as table
from storage.vault import Vault, new_key

NOW = datetime(2020, 2, 10, tzinfo=UTC)
LI = Person("web:li", "李大山", "yaowa", ("isolated",), "web:zhang", place="村东头")
TOWN = Town(
    "柳泉", people=(LI, Person("web:zhang", "张建国", "yaowa", ("cadre",)), Person("bind:AAAA2222", "马会计", "yaowa"))
)
VAULT = Vault([new_key()])


def begin(url: str, town: Town) -> None:
    database = Database(url)
    try:
        database.transact_now(lambda tx: _both(Ledger(tx, town.key, VAULT), town))
    finally:
        database.close()


def _both(ledger: Ledger, town: Town) -> None:
    people.seed(ledger, town)
    seed(ledger, town, NOW)


def counted(url: str) -> tuple[int, int, int]:
    database = Database(url)
    try:
        return database.transact_now(lambda tx: (_rows(tx, table), _rows(tx, watches), _rows(tx, audit)))
    finally:
        database.close()


def _rows(tx: Connection, of: Table) -> int:
    return int(tx.execute(select(func.count()).select_from(of)).scalar_one())


def called(url: str, who: str) -> str:
    database = Database(url)
    try:
        found = database.transact_now(lambda tx: people.find(Ledger(tx, TOWN.key, VAULT), who))
    finally:
        database.close()
    return found.name if found else ""


def test_processes_that_start_together_seed_once(database_url: str) -> None:
    migrate(database_url)
    ready = Barrier(3)

    def start() -> None:
        ready.wait(10)
        begin(database_url, TOWN)

    with ThreadPoolExecutor(3) as threads:
        for started in [threads.submit(start) for _ in range(3)]:
            started.result(30)
    assert counted(database_url) == (2, 1, 1)


def test_what_was_said_since_stays_and_who_is_new_comes_in(database_url: str) -> None:
    migrate(database_url)
    begin(database_url, TOWN)
    database = Database(database_url)
    found = database.transact_now(lambda tx: people.find(Ledger(tx, TOWN.key, VAULT), "web:li"))
    assert found is not None
    assert (found.name, found.place, found.roles, found.cadre) == ("李大山", "村东头", ("isolated",), "web:zhang")
    grown = replace(
        TOWN, people=(replace(LI, name="李小山"), *TOWN.people[1:], replace(LI, id="web:sun", name="孙桂英"))
    )
    begin(database_url, grown)
    database.close()
    assert (called(database_url, "web:li"), called(database_url, "web:sun")) == ("李大山", "孙桂英")
    assert counted(database_url) == (3, 2, 2)
