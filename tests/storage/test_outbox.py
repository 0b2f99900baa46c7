"""The outbox: which letter goes next, and whose it is."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from storage import boards, clocks, deliveries, duties, leases, outbox, people, watches
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.outbox import Settled
from storage.vault import Vault, new_key

NOW = datetime(2020, 2, 10, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=5), NOW + timedelta(minutes=1)
LONG = Settled("", "waiting", 1, LATER)
VAULT = Vault([new_key()])


class Desk:
    """Does one thing after another, each in its own transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def __call__(self, work: Any, *arguments: Any, **more: Any) -> Any:
        return self.database.transact_now(lambda tx: work(Ledger(tx, "", VAULT), *arguments, **more))

    def put(self, *letters: str) -> None:
        for letter in letters:
            lane, address, words = letter.split()
            self(outbox.add, "paper", address, lane, [{"words": words}], NOW)

    def goes(
        self, owner: str = "a", now: datetime = NOW, room: int = 64, held: frozenset[str] = frozenset()
    ) -> list[Any]:
        return list(self(outbox.claim, owner, now, room, {"paper"}, held))

    def words(self, **more: Any) -> list[str]:
        return [row.call["words"] for row in self.goes(**more)]

    def end(self, row: Any, state: str = "accepted", owner: str = "a", at: datetime = NOW) -> None:
        self(outbox.settle, owner, [Settled(row.id, state, 1, at)])


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    migrate(database_url)
    database = Database(database_url)
    yield Desk(database)
    database.close()


def test_alerts_go_before_replies_before_notices(desk: Desk) -> None:
    desk.put("notice x news", "reply y answer", "alert z alarm")
    assert desk.words() == ["alarm", "answer", "news"]


def test_one_letter_at_a_time_to_a_chat_and_in_order_within_a_lane(desk: Desk) -> None:
    desk.put("reply x first", "reply x second", "alert x alarm")
    for expected in ("alarm", "first", "second"):
        rows = desk.goes()
        assert [row.call["words"] for row in rows] == [expected]
        assert desk.goes() == [], "while one is under way no other goes to that chat"
        desk.end(rows[0])
    assert desk.goes() == []


def test_one_that_waits_for_its_next_try_holds_back_its_lane_only(desk: Desk) -> None:
    desk.put("reply x first", "reply x second")
    desk.end(desk.goes()[0], "waiting", at=LATER)
    assert desk.words(now=SOON) == []
    desk.put("alert x alarm")
    assert desk.words(now=SOON) == ["alarm"]


def test_chats_that_must_wait_do_not_hold_up_the_others_however_much_is_for_them(desk: Desk) -> None:
    desk.put(*(f"reply busy {n}" for n in range(outbox.PAGE + 20)), "reply free words")
    assert desk.words(held=frozenset({"busy"})) == ["words"]


@pytest.mark.parametrize(("who", "goes"), [("x", ["other"]), ("paper:*", []), ("telegram:*", ["words", "other"])])
def test_a_pause_is_kept_in_the_database(desk: Desk, who: str, goes: list[str]) -> None:
    desk.put("reply x words", "reply y other")
    desk(outbox.pause, who, LATER)
    assert desk.words(now=SOON) == goes
    assert "words" in goes or "words" in desk.words(now=LATER)


def test_an_accepted_letter_is_kept_no_longer(desk: Desk) -> None:
    desk.put("reply x secret")
    desk.end(desk.goes()[0])
    sealed = desk.database.transact_now(lambda tx: tx.execute(outbox.outbox.select()).mappings().one()["call_sealed"])
    assert sealed == ""


def test_a_letter_is_settled_by_whoever_sends_it_only(desk: Desk) -> None:
    desk.put("reply x words")
    row = desk.goes(owner="a")[0]
    desk.end(row, owner="b")
    assert desk(outbox.open_count, NOW, {"paper"}) == 1


def test_what_a_living_process_sends_is_not_interrupted(desk: Desk) -> None:
    desk.put("reply x words", "reply y more")
    desk.goes(owner="alive", room=1)
    desk.goes(owner="dead", room=1)
    desk(leases.take, "process/alive", "alive", NOW, LATER)
    desk(leases.take, "process/dead", "dead", NOW, SOON)
    assert list(desk(outbox.interrupted, desk(leases.owners, NOW))) == []
    assert list(desk(outbox.interrupted, desk(leases.owners, SOON))) == ["dead"]


def test_two_processes_never_send_to_one_chat_at_once_nor_out_of_order(desk: Desk) -> None:
    desk.put(*(f"reply {chat} {n}" for n in range(8) for chat in "xyz"))
    order: list[tuple[str, int]] = []

    async def send(owner: str) -> None:
        while rows := await desk.database.transact(
            lambda tx: outbox.claim(Ledger(tx, "", VAULT), owner, NOW, 2, {"paper"}), "/outbox"
        ):
            for row in rows:
                assert row.address not in under_way
                under_way.add(row.address)
            await asyncio.sleep(0)
            for row in rows:
                order.append((row.address, int(row.call["words"])))
                under_way.discard(row.address)
            done = [Settled(row.id, "accepted", 1, NOW) for row in rows]
            await desk.database.transact(lambda tx: outbox.settle(Ledger(tx, "", VAULT), owner, done))  # noqa: B023

    async def both() -> None:
        while len(order) < 24:
            await asyncio.gather(send("a"), send("b"))

    under_way: set[str] = set()
    asyncio.run(both())
    for chat in "xyz":
        assert [n for address, n in order if address == chat] == list(range(8))


CARD = boards.Card("1", "paper", "paper:a", "1", "accepted", "m1", "need/yaowa/0", "1#0")
LOOKS: list[tuple[str, Any, str]] = [
    ("recent", lambda ledger: boards.recent(ledger, "paper:a", "need", NOW), "outbox_by_flood"),
    ("last_told", lambda ledger: boards.last_told(ledger, "paper:a", "remind"), "outbox_by_flood"),
    ("cards_of", lambda ledger: boards.cards_of(ledger, "1"), "outbox_by_duty"),
    ("last_card", lambda ledger: boards.last_card(ledger, "paper:a", "1"), "outbox_by_duty"),
    ("told", lambda ledger: boards.told(ledger, "paper:a", "1#0"), "outbox_by_cause"),
    ("of_rung", lambda ledger: deliveries.of_rung(ledger, "1", "1#0"), "outbox_by_cause"),
    ("shown_in", lambda ledger: boards.shown_in(ledger, "paper:a", "m1"), "outbox_by_message"),
    ("go_by", lambda ledger: boards.go_by(ledger, CARD), "outbox_by_edits"),
    ("to_check", lambda ledger: deliveries.to_check(ledger, NOW), "outbox_by_check"),
    ("interrupted", lambda ledger: outbox.interrupted(ledger, ()), "outbox_by_state"),
    ("claim", lambda ledger: outbox.claim(ledger, "a", NOW, 1, {"paper"}), "outbox_by_state"),
    ("open_count", lambda ledger: outbox.open_count(ledger, NOW, {"paper"}), "outbox_by_state"),
    ("earliest", clocks.earliest, "watches_by_until"),
    ("over", lambda ledger: watches.over(ledger, NOW), "watches_by_until"),
    ("open_in", lambda ledger: duties.open_in(ledger, ["yaowa"]), "duties_open"),
    ("open_of", lambda ledger: duties.open_of(ledger, "paper:li"), "duties_by_subject"),
    ("unreachable", people.unreachable, "people_unreachable"),
    ("give_up_notices", lambda ledger: outbox.give_up_notices(ledger, NOW), "outbox_by_state"),
    ("lost_notices", lambda ledger: outbox.lost_notices(ledger, NOW), "outbox_by_state"),
]
OF_A_FEW = ("duties_open", "people_unreachable", "watches_by_until", "pauses")
"""These hold few rows only, so that all of a town's are a few."""


@pytest.mark.parametrize(("look", "index"), [x[1:] for x in LOOKS], ids=[x[0] for x in LOOKS])
def test_a_look_does_not_walk_through_what_a_year_has_left(desk: Desk, look: Any, index: str) -> None:
    """SQLite knows nothing of how much there is (nobody has it count), and takes what a town has for ten rows: a question must
    leave it no way to look through all of them. An index that holds some rows only is used when the question says so."""
    if not desk.database.sqlite:
        pytest.skip("PostgreSQL counts for itself: there the plan depends on what is in the table")
    asked: list[str] = []

    def plan(tx: Connection) -> list[str]:
        driver: Any = tx.connection.driver_connection
        driver.set_trace_callback(asked.append)
        look(Ledger(tx, "", VAULT))
        driver.set_trace_callback(None)
        return [
            row[3] for query in asked for row in tx.execute(text("EXPLAIN QUERY PLAN " + query.replace(":", "\\:")))
        ]

    steps = desk.database.transact_now(plan)
    assert any(index in step for step in steps)
    whole = [step for step in steps if step.startswith("SCAN ") or step.endswith("(town=?)")]
    assert [
        x for x in whole if not any(few in x for few in OF_A_FEW) and "CONSTANT ROW" not in x and "(subquery" not in x
    ] == []
