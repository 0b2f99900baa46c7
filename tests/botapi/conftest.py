"""A server with two people and a group; without it every test would build the same village."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest_asyncio

from tests.botapi import BotApiServer, Group, User

TOKEN = "12345:test"
Call = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(TOKEN) as server:
        server.user(1001, "Li", started=True)
        server.user(1002, "Wang")
        server.group(-501, "Cadres")
        yield server


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture
async def call(server: BotApiServer, session: aiohttp.ClientSession) -> Call:
    """``await call("sendMessage", chat_id=1, text="x")`` posts JSON and gives the whole answer."""

    async def post(method: str, **params: Any) -> dict[str, Any]:
        async with session.post(f"{server.base_url}/bot{TOKEN}/{method}", json=params) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == answer.get("error_code", 200)
            return answer

    return post


@pytest_asyncio.fixture
async def li(server: BotApiServer) -> User:
    found = server.world.chats[1001]
    assert isinstance(found, User)
    return found


@pytest_asyncio.fixture
async def cadres(server: BotApiServer) -> Group:
    found = server.world.chats[-501]
    assert isinstance(found, Group)
    return found
