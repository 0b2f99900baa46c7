"""What is confirmed to Telegram and when; without it a message could be confirmed and then lost."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from telegram.error import Conflict, NetworkError

from bot.gateways import Away
from bot.gateways.telegram import inbox as inbox_module
from bot.gateways.telegram import polling
from bot.gateways.telegram.inbox import Inbox, backoff
from bot.gateways.telegram.parse import Me, parse_update
from bot.gateways.telegram.polling import Poller
from bot.gateways.telegram.webhook import LONGEST, SECRET_HEADER, Webhook
from chat.incoming import Incoming

NOW = datetime(2020, 2, 10, tzinfo=UTC)
UNREADABLE = {"update_id": 2, "message": {"text": "?"}}


def said(number: int, chat: int = 1, text: str = "x") -> dict[str, Any]:
    person = {"id": chat, "type": "private", "first_name": "L", "is_bot": False}
    return {
        "update_id": number,
        "message": {"message_id": 1, "date": 1581292800, "chat": person, "from": person, "text": text},
    }


class Desk:
    """Commits what it is told, fails ``failures[text]`` times on the words that are to fail, waits where told to."""

    def __init__(self, **failures: int) -> None:
        self.failures = Counter(failures)
        self.gates: dict[str, asyncio.Event] = {}
        self.tries: list[str] = []
        self.together: list[int] = []
        self.kept: list[str] = []
        self.aside: list[str] = []
        self.record_fails = 0
        self.away = 0
        self.changed = asyncio.Event()

    async def receive(self, *several: Incoming) -> None:
        """All of several or none, as the real one when its database is away."""
        texts = [incoming.said.text for incoming in several]
        if len(texts) > 1 and any(text in self.gates or self.failures[text] for text in texts):
            raise RuntimeError("the desk has come to grief")
        self.together.append(len(texts))
        for text in texts:
            await self._receive(text)

    async def _receive(self, text: str) -> None:
        if self.away:
            self.away -= 1
            raise Away("OperationalError")
        self.tries.append(text)
        if text in self.gates:
            await self.gates[text].wait()
        await asyncio.sleep(0)
        if self.failures[text]:
            self.failures[text] -= 1
            raise RuntimeError("the desk has come to grief")
        self.kept.append(text)
        self.changed.set()

    async def has_kept(self, count: int) -> None:
        """Return once so many are kept. Raises TimeoutError."""
        async with asyncio.timeout(2):
            while len(self.kept) < count:
                self.changed.clear()
                await self.changed.wait()

    async def set_aside(self, channel: str, mark: str, raw: str) -> None:
        if self.record_fails:
            self.record_fails -= 1
            raise RuntimeError("the desk has come to grief")
        self.aside.append(mark or raw)

    def inbox(self) -> Inbox:
        return Inbox(lambda raw: parse_update(raw, Me(900), NOW), self.receive, self.set_aside)


class Telegram:
    """getUpdates as Telegram keeps it: an offset confirms what is below it; a request without news waits."""

    def __init__(self, *updates: Any) -> None:
        self.waiting = list(updates)
        self.troubles: list[Exception] = []
        self.confirmed = 0
        self.quiet = asyncio.Event()

    async def ask(self, offset: int) -> list[Any]:
        if self.troubles:
            raise self.troubles.pop(0)
        self.confirmed = max(self.confirmed, offset)
        self.waiting = [raw for raw in self.waiting if raw["update_id"] >= offset]
        if not self.waiting:
            self.quiet.set()
            await asyncio.Event().wait()
        return list(self.waiting)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "RETRIES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(inbox_module, "SHORTEST", 0.001)
    monkeypatch.setattr(inbox_module, "LONGEST", 0.002)
    monkeypatch.setattr(polling, "PATIENCE", 0.02)


async def poll(telegram: Telegram, desk: Desk) -> None:
    task = asyncio.create_task(Poller(telegram.ask, desk.inbox()).run())
    try:
        await asyncio.wait_for(telegram.quiet.wait(), 2)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_all_is_committed_then_confirmed_and_a_chat_keeps_its_order() -> None:
    telegram = Telegram(*(said(number, number % 3, f"{number % 3}:{number}") for number in range(1, 60)))
    desk = Desk()
    await poll(telegram, desk)
    assert telegram.confirmed == 60
    assert sorted(desk.kept) == sorted(f"{number % 3}:{number}" for number in range(1, 60))
    for chat in "012":
        mine = [int(text.partition(":")[2]) for text in desk.kept if text.startswith(chat)]
        assert mine == sorted(mine)
    assert desk.together[0] == polling.TOGETHER


async def test_what_comes_together_is_committed_together_but_no_chat_is_overtaken() -> None:
    telegram = Telegram(said(1, 1, "a"), said(2, 2, "slow"), said(3, 3, "b"), said(4, 1, "c"))
    desk = Desk()
    desk.gates["slow"] = asyncio.Event()
    task = asyncio.create_task(poll(telegram, desk))
    await desk.has_kept(3)
    telegram.waiting += [said(5, 2, "behind"), said(6, 4, "d"), said(7, 5, "e")]
    await desk.has_kept(5)
    assert (desk.kept, desk.together) == (["a", "b", "c", "d", "e"], [1, 1, 1, 1, 2])
    desk.gates["slow"].set()
    await task
    assert (desk.kept[-2:], telegram.confirmed) == (["slow", "behind"], 8)


async def test_an_unreadable_update_goes_on_the_record_and_the_others_go_on() -> None:
    telegram, desk = Telegram(said(1, text="a"), UNREADABLE, said(3, text="b")), Desk()
    await poll(telegram, desk)
    assert (sorted(desk.kept), desk.aside, telegram.confirmed) == (["a", "b"], ["u2"], 4)


async def test_a_failing_update_is_tried_four_times_and_then_set_aside() -> None:
    telegram, desk = Telegram(said(1, text="bad"), said(2, text="after")), Desk(bad=99)
    await poll(telegram, desk)
    assert desk.tries == ["bad"] * 4 + ["after"]
    assert (desk.kept, desk.aside, telegram.confirmed) == (["after"], ["u1"], 3)


async def test_a_desk_that_comes_back_loses_nothing() -> None:
    telegram, desk = Telegram(said(1, text="bad")), Desk(bad=6)
    desk.record_fails = 1
    await poll(telegram, desk)
    assert (desk.kept, desk.aside, telegram.confirmed) == (["bad"], [], 2)


async def test_while_the_database_is_away_nothing_is_set_aside() -> None:
    """However often it is away just when a message is offered: the record would take it, and nobody would be told of it."""
    telegram, desk = Telegram(said(1, 1, "a need"), said(2, 2, "another")), Desk()
    desk.away = 25
    await poll(telegram, desk)
    assert (sorted(desk.kept), desk.aside, telegram.confirmed) == (["a need", "another"], [], 3)


async def test_a_slow_update_holds_back_its_confirmation_and_its_chat_only() -> None:
    telegram, desk = Telegram(said(1, 1, "slow"), said(2, 2, "quick"), said(3, 1, "behind")), Desk()
    desk.gates["slow"] = asyncio.Event()
    task = asyncio.create_task(poll(telegram, desk))
    await asyncio.sleep(0.03)
    telegram.waiting.append(said(4, 3, "new"))
    await asyncio.sleep(0.06)
    assert (desk.kept, telegram.confirmed) == (["quick", "new"], 1)
    desk.gates["slow"].set()
    await task
    assert (desk.kept, telegram.confirmed) == (["quick", "new", "slow", "behind"], 5)
    assert desk.tries == ["slow", "quick", "new", "behind"]


async def test_what_was_not_committed_when_the_process_stops_is_not_confirmed() -> None:
    telegram, desk = Telegram(said(1, 1, "done"), said(2, 2, "stuck")), Desk()
    desk.gates["stuck"] = asyncio.Event()
    task = asyncio.create_task(Poller(telegram.ask, desk.inbox()).run())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (desk.kept, telegram.confirmed) == (["done"], 2)
    await poll(telegram, again := Desk())
    assert again.kept == ["stuck"]


async def test_trouble_on_the_line_is_waited_out() -> None:
    telegram, desk = Telegram(said(1, text="a")), Desk()
    telegram.troubles = [NetworkError("cut"), Conflict("another receiver"), NetworkError("cut")]
    await poll(telegram, desk)
    assert (desk.kept, telegram.confirmed) == (["a"], 2)


async def test_nothing_for_us_is_confirmed_without_the_desk() -> None:
    telegram, desk = Telegram({"update_id": 8, "poll_answer_of_next_year": {}}), Desk()
    await poll(telegram, desk)
    assert (desk.tries, telegram.confirmed) == ([], 9)


def test_the_wait_grows_to_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "SHORTEST", 1.0)
    monkeypatch.setattr(inbox_module, "LONGEST", 30.0)
    waits = list(islice(backoff(), 12))
    assert waits[0] == 1.0
    assert all(1.0 <= wait <= 30.0 for wait in waits)
    assert waits[-1] >= 15.0


async def post(webhook: Webhook, body: bytes, secret: str = "s3cret", path: str = "/hook/telegram") -> int:
    transport = httpx.ASGITransport(app=Starlette(routes=webhook.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="https://village.example") as client:
        return (await client.post(path, content=body, headers={SECRET_HEADER: secret})).status_code


@pytest.fixture
def desk() -> Desk:
    return Desk(bad=99)


@pytest.fixture
def webhook(desk: Desk) -> Webhook:
    webhook = Webhook("https://village.example/hook/telegram", "s3cret")
    webhook.inbox = desk.inbox()
    return webhook


async def test_a_webhook_answers_200_after_the_commit(webhook: Webhook, desk: Desk) -> None:
    assert await post(webhook, json.dumps(said(1, text="a")).encode()) == 200
    assert desk.kept == ["a"]


async def test_a_webhook_asks_for_repetition_and_sets_aside_the_fourth_time(webhook: Webhook, desk: Desk) -> None:
    body = json.dumps(said(1, text="bad")).encode()
    assert [await post(webhook, body) for _ in range(4)] == [500, 500, 500, 200]
    assert desk.aside == ["u1"]


async def test_a_webhook_asks_for_repetition_as_long_as_the_database_is_away(webhook: Webhook, desk: Desk) -> None:
    body, desk.away = json.dumps(said(1, text="a need")).encode(), 6
    assert [await post(webhook, body) for _ in range(7)] == [500] * 6 + [200]
    assert (desk.kept, desk.aside) == (["a need"], [])


async def test_a_webhook_puts_junk_on_the_record(webhook: Webhook, desk: Desk) -> None:
    assert await post(webhook, b"{junk") == 200
    assert await post(webhook, json.dumps(UNREADABLE).encode()) == 200
    assert await post(webhook, b"[1]") == 200
    assert desk.aside == ["{junk", "u2", "[1]"]
    desk.record_fails = 1
    assert await post(webhook, b"{junk") == 500


async def test_a_webhook_keeps_strangers_and_floods_out(webhook: Webhook, desk: Desk) -> None:
    body = json.dumps(said(1, text="a")).encode()
    assert await post(webhook, body, secret="guess") == 403
    assert await post(webhook, body, secret="") == 403
    assert await post(webhook, body, path="/hook/other") == 404
    assert await post(webhook, b" " * (LONGEST + 1)) == 413
    webhook.inbox = None
    assert await post(webhook, body) == 503
    assert desk.tries == []
