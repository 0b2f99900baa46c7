"""The server as a process, strict and fast; without it a broken control call is found out in the middle of a bench."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

HOUSE = Path(__file__).parents[2]
Post = Callable[..., Awaitable[Any]]


@asynccontextmanager
async def process(*options: str) -> AsyncIterator[Post]:
    """``await post("control/say", user=1)``: the JSON answered."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.botapi", "--token", "1:t", *options, cwd=HOUSE, stdout=asyncio.subprocess.PIPE
    )
    assert started.stdout
    base = (await started.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as session:

        async def post(path: str, **given: Any) -> Any:
            async with session.post(f"{base}/{path}", json=given) as response:
                return await response.json()

        try:
            yield post
        finally:
            started.terminate()
            await started.communicate()
    assert started.returncode == 0


async def test_verbs_over_http() -> None:
    async with process() as post:
        await post("control/user", number=1001, first_name="Li")
        await post("control/group", number=-501, title="Cadres", privacy=False, members=[1001])
        said = (await post("control/say", user=1001, chat=None, text="家里没米了"))["result"]
        assert said["text"] == "家里没米了"
        await post("control/photo", user=1001, chat=-501, data="anBlZw==")
        assert len((await post("bot1:t/getUpdates"))["result"]) == 2
        button = {"inline_keyboard": [[{"text": "办结", "callback_data": "done"}]]}
        await post("bot1:t/sendMessage", chat_id=1001, text="已记下", reply_markup=button)
        found = (await post("control/wait_for", chat=1001, wanted="已记下", timeout=1))["result"]
        pressed = await post("control/press", user=1001, chat=1001, message_id=found["message_id"], button="办结")
        assert (await post("control/query", id=pressed["result"]))["result"]["data"] == "done"
        await post("control/fail_next", method="sendMessage", fault="too_many", times=1, **{"with": 9})
        assert (await post("bot1:t/sendMessage", chat_id=1001, text="x"))["parameters"] == {"retry_after": 9}
        assert [one["status"] for one in (await post("control/sent"))["result"]] == [200, 429]
        assert (await post("control/violations"))["result"] == []
        assert (await post("control/counters"))["result"]["methods"]["sendMessage"] == 2
        assert "no verb" in (await post("control/dance"))["error"]
        assert "TimeoutError" in (await post("control/wait_for", chat=1001, wanted="?", timeout=0.01))["error"]


async def test_the_fast_path() -> None:
    async with process("--fast", "--check-every", "2") as post:
        assert (await post("bot1:t/getMe"))["result"]["id"] == 1
        await post("control/enqueue", count=250, chats=5, texts=["一", "二"])
        offset, texts = 0, []
        while found := (await post("bot1:t/getUpdates", offset=offset))["result"]:
            texts += [(one["message"]["chat"]["id"], one["message"]["text"]) for one in found]
            offset = found[-1]["update_id"] + 1
        assert len(texts) == 250
        assert texts[:6] == [(1000, "一"), (1001, "一"), (1002, "一"), (1003, "一"), (1004, "一"), (1000, "二")]
        for number in range(4):
            sent = (await post("bot1:t/sendMessage", chat_id=1000 + number, text="x"))["result"]
            assert (sent["chat"]["id"], sent["message_id"]) == (1000 + number, number + 1)
        await post("bot1:t/sendMessage", chat_id=1000, text="x")
        await post("bot1:t/sendMessage", chat_id=1000, text="x" * 4097)
        counters = (await post("control/counters"))["result"]
        assert (counters["accepted"], counters["answered"], counters["pending_updates"]) == (6, 6, 0)
        assert counters["answer_seconds"]["p50"] > 0
        assert (await post("control/violations"))["result"] == ["sendMessage: text of 4097 characters, 4096 allowed"]
        await post("control/reset")
        assert (await post("control/counters"))["result"]["accepted"] == 0
