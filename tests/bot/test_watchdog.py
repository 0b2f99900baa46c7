"""The watchdog outside hears from us each minute while the clock ticks, and nothing once it is stuck."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from bot.watchdog import EVERY, QUIET, Watchdog

NOW = datetime(2020, 2, 10, tzinfo=UTC)


class Outside:
    """A watchdog's server, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.time, self.pings, self.status, self.url = 1000.0, 0, 200, ""

    async def answer(self, _request: web.Request) -> web.Response:
        self.pings += 1
        return web.Response(status=self.status)

    async def pass_by(self, dog: Watchdog, seconds: int, ticking: bool) -> int:
        """Let so many seconds go by; returns how many pings came."""
        before = self.pings
        async with aiohttp.ClientSession() as session:
            for _ in range(seconds):
                self.time += 1
                if ticking:
                    dog.beat(NOW)
                await dog.look(session)
        return self.pings - before


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    there = Outside()
    app = web.Application()
    app.router.add_get("/ping", there.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there.url = f"http://127.0.0.1:{runner.addresses[0][1]}/ping"
    yield there
    await runner.cleanup()


async def test_it_is_pinged_each_minute_while_the_tick_rings_and_not_when_it_is_stuck(outside: Outside) -> None:
    dog = Watchdog(outside.url, lambda: outside.time)
    minute = int(EVERY)
    assert await outside.pass_by(dog, 30, ticking=False) == 0  # not before the first tick
    assert await outside.pass_by(dog, 3 * minute, ticking=True) == 3
    await outside.pass_by(dog, int(QUIET), ticking=False)
    assert await outside.pass_by(dog, 5 * minute, ticking=False) == 0
    assert await outside.pass_by(dog, 2 * minute, ticking=True) == 2


async def test_a_messenger_that_refuses_us_is_no_sign_of_life(outside: Outside) -> None:
    refused: list[str] = []
    dog = Watchdog(outside.url, lambda: outside.time, lambda: tuple(refused))
    minute = int(EVERY)
    assert await outside.pass_by(dog, 2 * minute, ticking=True) == 2
    refused.append("telegram")
    assert await outside.pass_by(dog, 3 * minute, ticking=True) == 0
    refused.clear()
    assert await outside.pass_by(dog, 1, ticking=True) == 1


async def test_a_tick_that_is_a_little_late_is_no_alarm(outside: Outside) -> None:
    dog = Watchdog(outside.url, lambda: outside.time)
    assert await outside.pass_by(dog, 1, ticking=True) == 1
    assert await outside.pass_by(dog, int(EVERY) - 5, ticking=True) == 0
    assert await outside.pass_by(dog, int(QUIET) - 1, ticking=False) == 1


@pytest.mark.parametrize("status", [500, 404])
async def test_an_outside_that_refuses_is_asked_again(outside: Outside, status: int) -> None:
    outside.status = status
    dog = Watchdog(outside.url, lambda: outside.time)
    assert await outside.pass_by(dog, 2 * int(EVERY), ticking=True) == 2


async def test_nobody_outside_is_no_trouble_inside(outside: Outside, unused_tcp_port: int) -> None:
    dog = Watchdog(f"http://127.0.0.1:{unused_tcp_port}/ping", lambda: outside.time)
    assert await outside.pass_by(dog, int(EVERY) + 1, ticking=True) == 0
