"""Each fault behaves as it says; without it a retry is tested against a fault that never happened."""

import asyncio
import time

import aiohttp
import pytest

from tests.botapi import BotApiServer, Fault, User
from tests.botapi.conftest import Call


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.too_many(3), 429),
        (Fault.forbidden(), 403),
        (Fault.bad_request(), 400),
        (Fault.moved(-1000000000001), 400),
        (Fault.server_error(), 500),
    ],
)
async def test_answers_of_trouble(server: BotApiServer, call: Call, fault: Fault, code: int) -> None:
    server.fail_next("sendMessage", fault)
    assert (await call("sendMessage", chat_id=1001, text="一"))["error_code"] == code
    assert not server.sent[0].accepted
    assert (await call("sendMessage", chat_id=1001, text="二"))["ok"]
    assert [one["text"] for one in server.messages(1001)] == ["二"]


async def test_a_proxy_answers_502_with_a_web_page(server: BotApiServer, call: Call) -> None:
    server.fail_next("sendMessage", Fault.server_error(502))
    with pytest.raises(aiohttp.ContentTypeError):
        await call("sendMessage", chat_id=1001, text="一")
    assert server.sent[0].status == 502


@pytest.mark.parametrize(("fault", "said"), [(Fault.cut_before(), []), (Fault.cut_after(), ["一"])])
async def test_a_cut_connection(server: BotApiServer, call: Call, fault: Fault, said: list[str]) -> None:
    server.fail_next("sendMessage", fault)
    with pytest.raises(aiohttp.ClientConnectionError):
        await call("sendMessage", chat_id=1001, text="一")
    assert [one["text"] for one in server.messages(1001)] == said
    assert (server.sent[0].accepted, server.sent[0].status) == (bool(said), 0)


async def test_a_slow_answer_is_accepted_at_once(server: BotApiServer, call: Call, li: User) -> None:
    server.fail_next("sendMessage", Fault.slow(0.2))
    start = time.monotonic()
    waiting = asyncio.create_task(call("sendMessage", chat_id=1001, text="一"))
    await server.wait_for(li, "一", timeout=0.15)
    assert (await waiting)["ok"]
    assert time.monotonic() - start >= 0.19


async def test_which_calls_a_fault_waits_for(server: BotApiServer, call: Call, li: User) -> None:
    server.user(1002, "Wang", started=True)
    server.fail_next("sendMessage", Fault.forbidden(), chat=1002)
    server.fail_next("sendMessage", Fault.server_error(), skip=1, times=2, where=lambda params: "急" in params["text"])

    async def code(chat: int, text: str) -> int:
        return int((await call("sendMessage", chat_id=chat, text=text)).get("error_code", 200))

    assert [await code(1001, text) for text in ("急 1", "好", "急 2", "急 3", "急 4")] == [200, 200, 500, 500, 200]
    assert [await code(1002, "好") for _ in range(2)] == [403, 200]
    server.fail_next("*", Fault.server_error(), times=None)
    assert [await code(1001, "好") for _ in range(2)] == [500, 500]
    assert (await call("getMe"))["error_code"] == 500
    server.heal()
    assert await code(1001, "好") == 200
