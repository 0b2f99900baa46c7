"""The registers' figures on both databases: what falls into a window, and what is counted for whom."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from rules.duty import Duty
from rules.facts import ReportAsked, ReturnRegistered, TemperatureTaken, WatchStarted, ZeroReported
from rules.situation import Counted, Scope, Window
from storage import duties, registers, watches
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.registers import FAILED
from storage.tables import returns
from storage.vault import Vault, new_key

ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = datetime(2020, 2, 10, 21, tzinfo=ZONE)
WINDOW = Window(UNTIL - timedelta(days=1), UNTIL)
NOON = UNTIL - timedelta(hours=9)
BEFORE, AFTER = WINDOW.since - timedelta(hours=1), UNTIL + timedelta(hours=1)


class Books:
    """A town's ledger, and what may be written into it."""

    def __init__(self, url: str, town: str = "town", vault: Vault | None = None) -> None:
        self.database, self.town, self.vault = Database(url), town, vault or Vault([new_key()])

    def do(self, work: Any, *given: Any, **more: Any) -> Any:
        """One transaction."""
        return self.database.transact_now(lambda tx: work(Ledger(tx, self.town, self.vault), *given, **more))

    def counted(self) -> Counted:
        """The figures of the window, read as the report does."""

        def read(ledger: Ledger) -> Counted:
            registers.one_moment(ledger)
            return registers.counted(ledger, WINDOW)

        return self.do(read)  # type: ignore[no-any-return]


@pytest.fixture
def books(database_url: str) -> Any:
    migrate(database_url)
    found = Books(database_url)
    yield found
    found.database.close()


def returned(village: str) -> ReturnRegistered:
    return ReturnRegistered("paper:li", village, f"{village}-1", "wuhan", UNTIL.date())


def test_a_return_that_is_put_right_stays_one_return_and_keeps_when_it_was_told(books: Books) -> None:
    first = returned("yaowa")
    books.do(registers.register_return, first, NOON)
    (kept,) = books.do(registers.returns_by, "paper:li")
    right = replace(first, match="yaowa-2", arrived=UNTIL.date() - timedelta(days=2), duty="7", report={"name": "李"},
                    instead_of=kept.id)  # fmt: skip
    books.do(registers.register_return, right, AFTER)
    assert books.do(registers.find_return, first.match) is None
    assert books.do(registers.find_return, right.match) == replace(kept, duty="7", report={"name": "李"})
    assert books.counted().returned == {"yaowa": 1}
    query = select(returns.c.arrived)
    assert books.do(lambda ledger: ledger.tx.execute(query).scalars().all()) == [right.arrived.isoformat()]


def fever(who: str, at: datetime, ill: bool = True) -> TemperatureTaken:
    return TemperatureTaken(who, "yaowa", 380 if ill else 365, ill, at)


def test_an_empty_town_has_nothing(books: Books) -> None:
    assert books.counted() == Counted()


def test_returns_of_the_window(books: Books) -> None:
    for at in (BEFORE, WINDOW.since, NOON, UNTIL, AFTER):
        books.do(registers.register_return, returned("yaowa"), at)
    found = books.counted()
    assert (found.returned, found.heard) == ({"yaowa": 2}, {"yaowa"})


def test_somebody_who_measures_five_times_is_ill_once(books: Books) -> None:
    for fact in (fever("a", NOON), fever("a", NOON), fever("b", NOON), fever("c", NOON, ill=False), fever("d", BEFORE)):
        books.do(watches.take, fact)
    assert books.counted().fevers == {"yaowa": 2}


def test_watched_are_those_at_the_end_of_the_window(books: Books) -> None:
    for who, since, until in (("a", BEFORE, AFTER), ("b", BEFORE, NOON), ("c", AFTER, AFTER), ("d", NOON, AFTER)):
        books.do(watches.start, WatchStarted(who, "yaowa", "wuhan", since, until))
    books.do(watches.end, "d", NOON)
    assert books.counted().watched == {"yaowa": 1}


def test_missed_checkins_and_those_made_up_for(books: Books) -> None:
    watched = [watches.Watch(who, "yaowa", "wuhan", BEFORE, AFTER) for who in ("a", "b", "c")]
    books.do(watches.call, watched, NOON, AFTER)
    for who in ("a", "b"):
        kept = books.do(watches.find_checkin, who, NOON)
        books.do(watches.set_state, replace(kept, state="missed", next_at=None, duty="1"))
    books.do(watches.take, fever("b", NOON + timedelta(hours=4), ill=False))
    found = books.counted()
    assert (found.missed, found.made_up) == ({"yaowa": 2}, {"yaowa": 1})


@pytest.mark.parametrize(
    ("kind", "heard"),
    [("need", True), ("fever", True), ("missed", False), ("tip", False), ("visit", False), ("order", False)],
)
def test_what_the_program_opened_is_no_word_of_the_village(books: Books, kind: str, heard: bool) -> None:
    books.do(duties.add, Duty("1", kind, NOON, "yaowa"))
    assert (books.counted().heard == {"yaowa"}) is heard


def test_cases_of_the_window_and_those_still_open(books: Books) -> None:
    cases = {
        "opened": Duty("1", "need", NOON, "yaowa"),
        "open for long": Duty("2", "need", BEFORE, "yaowa", due_at=BEFORE),
        "fell due": Duty("3", "need", BEFORE, "yaowa", state="closed", due_at=NOON, closed_at=BEFORE),
        "over before": Duty("4", "need", BEFORE, "yaowa", state="closed", due_at=BEFORE, closed_at=BEFORE),
        "after": Duty("5", "need", AFTER, "yaowa"),
    }
    for case in cases.values():
        books.do(duties.add, case)
    assert sorted(case.ref for case in books.counted().cases) == ["1", "2", "3"]


def test_of_cards_only_whom_a_tip_is_about_is_read(books: Books) -> None:
    books.do(duties.add, Duty("T4QM", "tip", NOON, "yaowa", card={"about": "cadre", "text": "x"}))
    books.do(duties.add, Duty("1", "need", NOON, "yaowa", card={"who": "x"}))
    assert sorted((c.ref, dict(c.card)) for c in books.counted().cases) == [("1", {}), ("T4QM", {"about": "cadre"})]


def test_zero_reports(books: Books) -> None:
    books.do(registers.keep_zero, ZeroReported("yaowa", NOON.date(), "paper:head"), NOON)
    books.do(registers.keep_zero, ZeroReported("yaowa", NOON.date(), "paper:head"), AFTER)
    books.do(registers.keep_zero, ZeroReported("shimen", BEFORE.date(), "paper:head2"), BEFORE)
    assert books.counted().zero == {"yaowa"}
    assert books.do(registers.spoken_for, WINDOW) == {"yaowa"}


def test_two_towns_never_see_each_other(books: Books) -> None:
    other = Books(books.database.url, "elsewhere", books.vault)
    books.do(registers.register_return, returned("yaowa"), NOON)
    books.do(duties.add, Duty("1", "need", NOON, "yaowa"))
    books.do(registers.order_report, ReportAsked("paper:command", NOON))
    assert (other.counted(), other.do(registers.next_order)) == (Counted(), None)
    other.database.close()


def test_an_order_is_settled_once(books: Books) -> None:
    books.do(registers.order_report, ReportAsked("paper:head", NOON + timedelta(hours=1), ("yaowa",)))
    books.do(registers.order_report, ReportAsked("", NOON, line="monitoring"))
    first = books.do(registers.next_order)
    assert (first.chat, first.scope, first.at) == ("", Scope(line="monitoring"), NOON)
    assert [books.do(registers.settle_order, first.id) for _ in range(2)] == [True, False]
    second = books.do(registers.next_order)
    assert (second.chat, second.scope) == ("paper:head", Scope(("yaowa",)))
    assert books.do(registers.settle_order, second.id, FAILED)
    assert books.do(registers.next_order) is None
