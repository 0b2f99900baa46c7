"""The sender: what becomes of a letter when the platform, the network, the program or the database has a bad day."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import sender as sending
from bot.gateways import Accepted, Call, Gateway, Moved, Refused, Result, TryLater, Unknown
from bot.sender import Sender
from storage import leases, outbox
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.tables import outbox as table
from storage.vault import Vault, new_key
from tests.conversations.stage import PaperGateway

NOW = datetime(2020, 2, 10, tzinfo=UTC)
VAULT = Vault([new_key()])


@dataclass
class Moody(PaperGateway):
    """Answers as it is told, in turn; then accepts."""

    moods: list[Result | Exception] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def deliver(self, call: Call) -> Result:
        self.said.append(f"{call['address']} {call['words']}")
        mood = self.moods.pop(0) if self.moods else Accepted(f"m{len(self.said)}")
        if isinstance(mood, Exception):
            raise mood
        return mood


@dataclass
class Office:
    """A database with a sender on it, and a clock moved by hand."""

    database: Database
    gateway: Moody = field(default_factory=Moody)
    now: datetime = NOW

    def put(self, *letters: str) -> None:
        for letter in letters:
            lane, address, words = letter.split()
            self.do(outbox.add, "paper", address, lane, [{"words": words}], self.now)

    def do(self, work: Any, *arguments: Any) -> Any:
        return self.database.transact_now(lambda tx: work(Ledger(tx, "", VAULT), *arguments))

    def sender(self, owner: str = "one") -> Sender:
        gateways: dict[str, Gateway] = {"paper": self.gateway}
        clock = lambda: self.now  # noqa: E731
        return Sender(self.database, VAULT, "", gateways, clock, clock, owner=owner)

    @contextlib.asynccontextmanager
    async def open(self, owner: str = "one") -> AsyncIterator[Sender]:
        """The sender runs."""
        sender = self.sender(owner)
        running = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def send(self) -> None:
        """Run a sender until nothing may go now."""
        async with self.open() as sender, asyncio.timeout(60):
            await sender.drained()

    def states(self) -> Sequence[tuple[str, str]]:
        rows = self.database.transact_now(lambda tx: tx.execute(table.select().order_by(table.c.id)).mappings().all())
        return [(row["state"], row["why"]) for row in rows]


@pytest.fixture
async def office(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setattr(sending, "AGAIN", 0.01)
    await asyncio.to_thread(migrate, database_url)
    opened = Office(Database(database_url))
    yield opened
    await asyncio.to_thread(opened.database.close)


REPEATED = "repeated: its outcome was unknown (cut)"
OUTCOMES: dict[str, tuple[str, list[Result | Exception], int, tuple[str, str]]] = {
    "an alert of unknown outcome is repeated once": ("alert", [Unknown("cut")], 2, ("accepted", "")),
    "a reply too": ("reply", [Unknown("cut")], 2, ("accepted", "")),
    "and not a third time": ("alert", [Unknown("cut"), Unknown("cut")], 2, ("unknown", "cut")),
    "a notice never": ("notice", [Unknown("cut")], 1, ("unknown", "cut")),
    "refused for good": ("alert", [Refused("400 no")], 1, ("refused", "400 no")),
    "a notice is not counted but timed": ("notice", [TryLater(0, "503")] * 30, 31, ("accepted", "")),
    "a gateway that comes to grief": ("notice", [KeyError("ours")], 1, ("unknown", "KeyError")),
}


@pytest.mark.parametrize("case", OUTCOMES)
async def test_outcomes(office: Office, case: str) -> None:
    lane, moods, calls, end = OUTCOMES[case]
    office.gateway.moods = list(moods)
    office.put(f"{lane} paper:x words")
    await office.send()
    assert (len(office.gateway.said), office.states()) == (calls, [end])


async def test_a_repeated_letter_is_marked_while_it_waits(office: Office) -> None:
    office.gateway.moods = [Unknown("cut"), TryLater(60, "429")]
    office.put("alert paper:x words")
    async with office.open() as sender:
        async with asyncio.timeout(60):
            while len(office.gateway.said) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await sender.drained()
    assert office.states() == [("waiting", "429")]


async def test_the_wait_of_a_429_is_kept_over_a_restart(office: Office) -> None:
    office.gateway.moods = [TryLater(30, "429", everyone=True)]
    office.put("reply paper:x first")
    await office.send()
    office.put("alert paper:y alarm")
    await office.send()
    assert office.gateway.said == ["paper:x first"]
    office.now += timedelta(seconds=31)
    await office.send()
    assert sorted(office.gateway.said) == ["paper:x first", "paper:x first", "paper:y alarm"]


async def test_a_notice_outlasts_an_outage_but_is_not_sent_when_it_is_no_news_any_more(office: Office) -> None:
    office.gateway.moods = [TryLater(2, "no route", everyone=True)] * 20
    office.put("notice paper:x morning")
    for _ in range(20):
        await office.send()
        office.now += timedelta(seconds=3)
    await office.send()
    assert office.states() == [("accepted", "")]
    office.put("notice paper:x noon", "reply paper:y answer")
    office.now += timedelta(minutes=91)
    await office.send()
    assert office.gateway.said[-1] == "paper:y answer"
    assert office.states()[1:] == [("refused", "too late"), ("accepted", "")]


async def test_a_clock_that_is_set_back_makes_no_letter_wait_for_as_long(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine starts with a clock that is eight hours ahead and without a network; then it learns the time."""
    monkeypatch.setattr(sending, "LOOK", 0.0)
    office.now += timedelta(hours=8)
    office.gateway.moods = [TryLater(2, "no route", everyone=True)]
    async with office.open() as sender, asyncio.timeout(60):
        office.put("alert paper:x alarm")
        sender.wake()
        await sender.drained()
        office.now -= timedelta(hours=8)
        office.put("alert paper:x second")
        while len(office.gateway.said) < 3:
            sender.wake()
            await asyncio.sleep(0.01)
        await sender.drained()
    assert office.gateway.said == ["paper:x alarm", "paper:x alarm", "paper:x second"]


async def test_an_alert_does_not_wait_until_a_slow_platform_has_taken_what_came_before(office: Office) -> None:
    never, alarm = asyncio.Event(), asyncio.Event()

    async def slowly(call: Call) -> Result:
        if call["words"] == "alarm":
            alarm.set()
            return Accepted("m1")
        await never.wait()
        return Accepted("m2")

    office.gateway.deliver = slowly  # type: ignore[method-assign]
    office.put(*(f"reply paper:{n} answer" for n in range(70)))
    async with office.open() as sender:
        async with asyncio.timeout(60):
            while len(sender._under_way) < sending.MOST_AT_ONCE - sending.FOR_ALERTS:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            office.put("alert paper:leader alarm")
            sender.wake()
            await alarm.wait()
        never.set()
        async with asyncio.timeout(60):
            await sender.drained()
    assert {state for state, _ in office.states()} == {"accepted"}


async def test_a_chat_that_moved_is_followed(office: Office) -> None:
    office.gateway.moods = [Moved("paper:new")]
    office.put("reply paper:old first", "reply paper:old second")
    await office.send()
    assert office.gateway.said == ["paper:old first", "paper:new first", "paper:new second"]


@pytest.mark.parametrize(
    ("owner", "said", "states"),
    [
        ("dead", ["paper:x alarm"], [("accepted", ""), ("unknown", "stopped while sending")]),
        ("alive", [], [("sending", ""), ("sending", "")]),
    ],
)
async def test_letters_of_a_dead_process_are_taken_over_those_of_a_living_one_are_not(
    office: Office, owner: str, said: list[str], states: list[tuple[str, str]]
) -> None:
    office.put("alert paper:x alarm", "notice paper:y news")
    office.do(outbox.claim, owner, NOW, 9, {"paper"})
    if owner == "alive":
        office.do(leases.take, "process/alive", "alive", NOW, NOW + timedelta(seconds=15))
    async with office.open():
        async with asyncio.timeout(60):
            while [state[0] for state in office.states()] != [state[0] for state in states]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
    assert (office.gateway.said, office.states()) == (said, states)


async def test_one_result_that_cannot_be_kept_does_not_hold_up_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = sending.settled

    def mistaken(row: outbox.Row, result: Result, now: datetime) -> outbox.Settled:
        kept = settled(row, result, now)
        return replace(kept, state=None) if row.call["words"] == "bad" else kept  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "settled", mistaken)
    office.put("reply paper:x bad", *(f"reply paper:{n} good" for n in range(5)))
    await office.send()
    assert [state for state, _ in office.states()] == ["unknown", *["accepted"] * 5]


async def test_results_are_kept_when_the_database_comes_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settle, failures = outbox.settle, iter(range(3))

    def away(ledger: Ledger, owner: str, results: Sequence[outbox.Settled]) -> None:
        if results and next(failures, None) is not None:
            raise OperationalError("settle", {}, Exception("gone"))
        settle(ledger, owner, results)

    monkeypatch.setattr(outbox, "settle", away)
    office.put("reply paper:x words")
    await office.send()
    assert (office.gateway.said, office.states()) == (["paper:x words"], [("accepted", "")])


async def test_what_was_claimed_when_the_sender_is_stopped_goes_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, begun, go_on = outbox.claim, asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slowly(*arguments: Any) -> list[outbox.Row]:
        claimed = claim(*arguments)
        if claimed:
            loop.call_soon_threadsafe(begun.set)
            go_on.wait(20)
        return claimed

    monkeypatch.setattr(outbox, "claim", slowly)
    office.put("notice paper:x words")
    running = asyncio.create_task(office.sender().run())
    async with asyncio.timeout(30):
        await begun.wait()
        running.cancel()
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(running, return_exceptions=True)
    assert (office.gateway.said, office.states()) == ([], [("waiting", "")])
    monkeypatch.setattr(outbox, "claim", claim)
    await office.send()
    assert (office.gateway.said, office.states()) == (["paper:x words"], [("accepted", "")])


async def test_two_senders_keep_the_order_of_each_chat(office: Office) -> None:
    for owner in ("one", "two"):  # as the program does, or each takes the other for dead and sends its letters again
        office.do(leases.take, f"process/{owner}", owner, NOW, NOW + timedelta(minutes=10))
    office.put(*(f"reply paper:{chat} {n}" for n in range(6) for chat in "abc"))
    async with office.open("one") as sender, office.open("two"), asyncio.timeout(90):
        await sender.drained()
        while {state for state, _ in office.states()} != {"accepted"}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for chat in "abc":
        assert [s for s in office.gateway.said if s.startswith(f"paper:{chat}")] == [
            f"paper:{chat} {n}" for n in range(6)
        ]
