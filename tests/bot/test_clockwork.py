"""Moving the town's clock is as if the time had passed with the program running: each thing at its time, in order, to the end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import clockwork
from bot.app import App
from bot.gateways import Accepted, Call, Refused, Result, TryLater
from bot.town_clock import TownClock
from chat.incoming import Incoming, Said
from storage.database import Database
from storage.migrate import migrate
from storage.tables import audit, slots
from storage.vault import Vault, new_key
from tests.conversations.stage import TOWN, ZONE, PaperGateway

SEVEN = datetime(2020, 2, 10, 7, 0, tzinfo=ZONE)


def at(clock: str, day: int = 10) -> datetime:
    """A time of the sample day."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2020, 2, day, hour, minute, tzinfo=ZONE)


@dataclass
class Day:
    """A town's day: a real clock moved by hand, a messenger that notes the town's time of each letter."""

    url: str
    vault: Vault
    real: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    paper: PaperGateway = field(default_factory=PaperGateway)
    sent: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, Callable[[], Awaitable[Result]]] = field(default_factory=dict)
    app: Any = None
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def begin(self) -> None:
        """Start the program on this database."""
        database = Database(self.url)
        self.app = App(TOWN, database, self.vault, {"paper": self.paper}, lambda: self.real, SEVEN)
        self.paper.deliver = self._deliver  # type: ignore[method-assign]
        await self.app.prepare()
        self.tasks = [asyncio.create_task(self.app.sender.run()), asyncio.create_task(self.app.reporting.run())]

    async def end(self) -> None:
        """Stop it without a word, as a kill would."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.app.close()

    async def say(self, who: str, words: str, number: int) -> None:
        """Somebody says something in private."""
        address = f"paper:{who}"
        said = Said(text=words)
        await self.app.desk.receive(Incoming("paper", f"m{number}", address, address, True, said, self.now))

    @property
    def now(self) -> datetime:
        """The town's time."""
        time: datetime = self.app.clock.now()
        return time

    async def rungs(self) -> list[tuple[str, str]]:
        """(time, what) of each rung that was told, in the order it was kept."""
        columns = audit.c
        query = select(columns.at, columns.what).where(columns.what.like("rung %")).order_by(columns.id)
        rows = await self.app.database.transact(lambda tx: tx.execute(query).all())
        return [(f"{row.at.astimezone(ZONE):%H:%M:%S}", row.what) for row in rows]

    async def fired(self) -> list[tuple[datetime, datetime]]:
        """(when it was due, when it was done) of each slot of the timetable."""
        query = select(slots.c.at, slots.c.fired_at).order_by(slots.c.at)
        return [tuple(row) for row in await self.app.database.transact(lambda tx: tx.execute(query).all())]

    async def _deliver(self, call: Call) -> Result:
        answer = self.answers.get(str(call["address"]))
        if answer is not None:
            return await answer()
        self.sent.append((f"{self.now.astimezone(ZONE):%H:%M}", str(call["address"]).removeprefix("paper:")))
        return Accepted(f"m{len(self.sent)}")


@pytest.fixture
async def day(database_url: str) -> AsyncIterator[Day]:
    migrate(database_url)
    one = Day(database_url, Vault([new_key()]))
    await one.begin()
    yield one
    await one.end()


LADDER = [("09:00:00", "rung 0"), ("09:20:00", "rung 20"), ("10:00:00", "rung 60"), ("10:30:00", "rung 90"),
          ("11:00:00", "rung 120")]  # fmt: skip


async def file_a_need(day: Day) -> None:
    """At nine somebody needs rice, and nobody takes it."""
    await day.app.clockwork.move(at("09:00"))
    day.app.clock.rate = 0.0
    day.app.clock.set(at("09:00"))
    await day.say("wang", "需求 家里没米了", 1)
    await day.app.sender.drained()
    day.app.clock.rate = 1.0
    day.app.clock.set(at("09:00"))


async def test_each_thing_is_decided_at_its_own_time_and_sent_before_the_next(day: Day) -> None:
    await file_a_need(day)
    assert await day.app.clockwork.move(at("12:30")) == at("12:30")
    rungs = [r for r in await day.rungs() if r in LADDER]
    assert rungs == LADDER
    assert all(due == done for due, done in await day.fired())
    assert [due.astimezone(ZONE) for due, _ in await day.fired()] == [at("07:30"), at("08:00"), at("12:00")]
    assert day.sent == sorted(day.sent, key=lambda letter: letter[0])
    told = {time for time, who in day.sent if who == "command"}
    assert "11:00" in told
    assert {time for time, who in day.sent if who == "group-yaowa"} == {"07:30", "12:00"}


async def test_in_two_moves_it_is_the_same_as_in_one(day: Day) -> None:
    await file_a_need(day)
    for clock in ("09:19", "09:20", "09:20", "10:15", "12:30"):
        await day.app.clockwork.move(at(clock))
    assert [r for r in await day.rungs() if r in LADDER] == LADDER


async def test_a_time_in_the_past_moves_nothing(day: Day) -> None:
    await day.app.clockwork.move(at("09:00"))
    before, sent = day.now, list(day.sent)
    with pytest.raises(ValueError, match="forward only"):
        await day.app.clockwork.move(at("08:59"))
    assert (day.now, day.sent) == (before, sent)


@pytest.mark.parametrize("rate", [0, 0.5, -1, 3601, float("nan")])
async def test_a_rate_that_cannot_be_changes_nothing(day: Day, rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        await day.app.clockwork.set_rate(rate)
    assert day.app.clock.rate == 1.0


async def test_a_moved_clock_is_kept_over_a_restart(day: Day) -> None:
    await day.app.clockwork.move(at("15:00"))
    await day.end()
    day.real += timedelta(hours=7)
    await day.begin()
    assert at("15:00") <= day.now <= at("15:00") + timedelta(seconds=2)
    await day.app.clockwork.set_rate(60)
    await day.end()
    await day.begin()
    assert (day.app.clock.rate, day.now >= at("15:00")) == (60, True)


async def test_a_clock_nobody_moved_is_the_machines(database_url: str) -> None:
    migrate(database_url)
    one = Day(database_url, Vault([new_key()]))
    clock = TownClock.started(lambda: one.real, (None, None, 1.0, False))
    one.real += timedelta(days=3)
    assert clock.now() == one.real


async def test_sixty_seconds_are_an_hour_at_rate_sixty(day: Day) -> None:
    await file_a_need(day)
    await day.app.clockwork.set_rate(60)
    for _ in range(4):
        for seconds in (1, 19, 40):  # a ring may come late; nothing is decided late in the town because of it
            day.real += timedelta(seconds=seconds)
            await day.app.clockwork.tick()
    assert day.now == at("13:00")
    assert [r for r in await day.rungs() if r in LADDER] == LADDER
    assert all(due == done for due, done in await day.fired())


async def test_a_chat_that_must_wait_long_does_not_hold_up_the_clock(day: Day) -> None:
    async def later() -> Result:
        return TryLater(3600, "429 Too Many Requests")

    day.answers["paper:group-yaowa"] = later
    async with asyncio.timeout(60):
        await day.app.clockwork.move(at("19:00"))
    assert "group-shimen" in {who for _, who in day.sent}
    assert day.now == at("19:00")


async def test_a_whole_bot_that_must_wait_long_does_not_hold_up_the_clock(day: Day) -> None:
    async def later() -> Result:
        return TryLater(3600, "429 Too Many Requests", everyone=True)

    day.answers["paper:group-yaowa"] = later
    async with asyncio.timeout(60):
        await day.app.clockwork.move(at("19:00"))
    assert day.now == at("19:00")


async def test_a_chat_that_never_answers_does_not_hold_up_the_clock_for_ever(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clockwork, "AT_AN_INSTANT", 0.05)

    async def never() -> Result:
        return await asyncio.Event().wait() or Accepted()  # type: ignore[return-value]

    day.answers["paper:li"] = never
    async with asyncio.timeout(60):
        await day.app.clockwork.move(at("19:00"))
    assert {time for time, who in day.sent if who == "group-yaowa"} == {"07:30", "12:00", "18:30"}


async def test_a_head_who_has_blocked_us_makes_the_ladder_climb_at_once(day: Day) -> None:
    async def blocked() -> Result:
        return Refused("403 blocked", gone=True)

    day.answers["paper:head"] = day.answers["paper:cadres-yaowa"] = blocked
    await file_a_need(day)
    async with asyncio.timeout(60):
        await day.app.clockwork.move(at("09:21"))
    assert "leader-monitoring" in {who for _, who in day.sent}


async def test_an_alert_that_everybody_refuses_is_told_again_now_and_then_not_all_the_time(day: Day) -> None:
    tried: list[str] = []

    async def refused() -> Result:
        tried.append("")
        return Refused("400 BUTTON_URL_INVALID")

    for who in ("cadres-yaowa", "zhang", "head", "leader-monitoring", "deputy-monitoring", "command"):
        day.answers[f"paper:{who}"] = refused
    await file_a_need(day)
    async with asyncio.timeout(60):
        for _ in range(30):
            await day.app.ticker.run_due(day.now)
            await day.app.sender.drained()
    assert 3 <= len(tried) <= 10
    del day.answers["paper:command"]
    await day.app.clockwork.move(at("09:11"))
    assert "command" in {who for _, who in day.sent}


async def test_a_notice_that_was_lost_is_told_to_who_answers_for_it(day: Day) -> None:
    async def later() -> Result:
        return TryLater(2, "no route")

    day.answers["paper:group-yaowa"] = later
    await day.app.clockwork.move(at("10:00"))
    day.real += timedelta(minutes=91)
    day.answers.clear()
    await day.app.sender._recover()
    await day.app.clockwork.move(at("12:00"))
    assert ("12:00", "leader-publicity") in day.sent
    assert [time for time, who in day.sent if who == "group-yaowa"] == ["12:00"]


@pytest.mark.parametrize(
    ("lost_at", "alone", "told"), [("20:30", False, ["07:30"]), ("14:00", True, ["07:30", "18:30"])]
)
async def test_a_lost_notice_is_told_before_the_next_one_whatever_else_was_missing_that_day(
    day: Day, lost_at: str, alone: bool, told: list[str]
) -> None:
    """The evening's in the morning; the noon's also when the publicity line has heard of a village without a group that day."""

    async def later() -> Result:
        return TryLater(3600, "no route")

    if alone:
        villages = day.app.book.town.villages
        day.app.book.town = replace(day.app.book.town, villages=(*villages[:-1], replace(villages[-1], group="")))
    hour = int(lost_at[:2])
    await day.app.clockwork.move(at(f"{hour - 3}:00"))
    day.answers["paper:group-yaowa"] = later
    await day.app.clockwork.move(at(lost_at))
    day.real += timedelta(hours=4.5 if alone else 11)
    day.answers.clear()
    await day.app.sender._recover()
    await day.app.clockwork.move(at("07:31", day=11) if not alone else at("18:31"))
    assert [time for time, who in day.sent if who == "leader-publicity"] == told


async def test_a_clock_that_was_days_ahead_does_not_silence_the_town_until_then(day: Day) -> None:
    """The machine believed that it was the twentieth; then its clock was set right, and a minute back later on."""
    day.app.clock.set(at("11:00", day=20))
    await day.app.ticker.run_due(day.now)
    for clock in ("07:00", "07:29"):
        day.app.clock.set(at(clock, day=11))
        await day.app.ticker.run_due(day.now)
        await day.app.clockwork.move(at("07:30", day=11))
    await day.app.clockwork.move(at("12:01", day=11))
    assert [time for time, who in day.sent if who == "group-shimen"] == ["07:30", "12:00"]


async def test_what_cannot_be_decided_does_not_hold_up_the_rest(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    await file_a_need(day)

    def broken(*_: object) -> None:
        raise RuntimeError("this ladder cannot be climbed")

    monkeypatch.setattr(type(day.app.desk.climber), "climb", broken)
    async with asyncio.timeout(60):
        await day.app.clockwork.move(at("12:00"))
    assert day.now == at("12:00")
    assert (at("12:00").astimezone(UTC), at("12:00").astimezone(UTC)) in await day.fired()


async def test_a_move_that_is_cut_short_goes_on_where_it_was(day: Day) -> None:
    """Killed at eight, while the people are called: the clock is not earlier than what was decided by then."""
    reached = asyncio.Event()

    async def hang() -> Result:
        reached.set()
        return await asyncio.Event().wait() or Accepted()  # type: ignore[return-value]

    day.answers["paper:li"] = hang
    moving = asyncio.create_task(day.app.clockwork.move(at("12:30")))
    await reached.wait()
    moving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await moving
    await day.end()
    day.answers.clear()
    await day.begin()
    assert at("08:00") <= day.now < at("08:01")
    await day.app.clockwork.move(at("12:30"))
    assert [due.astimezone(ZONE) for due, _ in await day.fired()] == [at("07:30"), at("08:00"), at("12:00")]


async def test_the_end_cuts_a_tick_short_without_a_word(
    day: Day, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def hang(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(type(day.app.ticker), "run_due", hang)
    running = asyncio.create_task(day.app.clockwork.run())
    await begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    for _ in range(5):
        await asyncio.sleep(0)  # the scheduler looks at how its ring ended
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == []
