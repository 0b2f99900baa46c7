"""A whole town behind real HTTP on a free port of this machine; without it a page could only be believed."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import aiohttp
from starlette.routing import BaseRoute

from bot.app import App
from bot.gateways.web import WebGateway
from bot.mailbox import DatabaseMailbox
from bot.web.app import Doors, make_app
from bot.web.server import listening, serve
from rules.town import Person, Town
from storage.database import Database
from storage.mailbox import page_has
from storage.migrate import migrate
from storage.vault import Vault, new_key
from tests.conversations.stage import BEGIN, TOWN

PATIENCE = 60
"""Seconds after which something that must come counts as lost."""
LI, ZHANG, ZHAO, STRANGER = (f"{name}-key-of-22-letters" for name in ("li", "zhang", "zhao", "stranger"))
GROUP, CADRES = "group-yaowa", "cadres-yaowa"


def web(value: Any) -> Any:
    """The stage's paper town with pages instead of paper."""
    if isinstance(value, str):
        return value.replace("paper:", "web:")
    if isinstance(value, tuple):
        return tuple(web(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{f.name: web(getattr(value, f.name)) for f in fields(value)})
    return value


def town() -> Town:
    """The paper town; Li, Zhang and Zhao also as people of the real web chat, with keys that nobody could guess."""
    same = web(TOWN)
    keyed = (
        Person(f"web:{LI}", "李大山", "yaowa", ("isolated",), f"web:{ZHANG}", place="村东头"),
        Person(f"web:{ZHANG}", "张建国", "yaowa", ("cadre",)),
        Person(f"web:{ZHAO}", "赵婶", "yaowa"),
    )
    return replace(same, people=(*same.people, *keyed), public_url="http://village.test")


class Table:
    """A demo without paths of its own: all phones lie on one table."""

    def routes(self) -> list[BaseRoute]:
        """None."""
        return []


@dataclass
class House:
    """One running program over HTTP. ``demo``: anybody may act as anybody."""

    url: str
    demo: bool = True
    vault: Vault = field(default_factory=lambda: Vault([new_key()]))
    base: str = ""
    app: Any = None
    doors: Any = None
    client: Any = None
    running: list[Any] = field(default_factory=list)

    async def open(self) -> "House":
        """Start it on its database."""
        migrate(self.url)
        database = Database(self.url)
        mailbox = DatabaseMailbox(database, self.vault, TOWN.key)
        gateway = WebGateway(mailbox)
        self.app = App(
            town(), database, self.vault, {"web": gateway}, lambda: datetime.now(UTC), BEGIN, page_has=page_has
        )
        await self.app.prepare()
        self.app.clock.rate = 0.0
        mailbox.now = self.app.clock.now
        self.doors = Doors(
            lambda: self.app.book.town, mailbox, self.app.desk.receive, gateway, Table() if self.demo else None
        )
        sock = listening("127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{sock.getsockname()[1]}"
        pages = make_app(self.doors)
        self.running = [
            asyncio.create_task(self.app.sender.run()),
            asyncio.create_task(gateway.listen(self.app.desk.receive, self.app.desk.set_aside)),
            asyncio.create_task(serve(pages, "127.0.0.1", 0, sock)),
        ]
        self.client = aiohttp.ClientSession(self.base, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def close(self) -> None:
        """Stop it."""
        await self.client.close()
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        await self.app.close()

    async def post(self, path: str, body: Any, key: str = "") -> tuple[int, dict[str, Any]]:
        """A JSON request, showing a key; (status, answer)."""
        headers = {"X-Cunshao-Key": key} if key else {}
        async with self.client.post(path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def say(
        self, chat: str, text: str = "", sender: str = "", key: str = "", **more: Any
    ) -> tuple[int, dict[str, Any]]:
        """Somebody says something; everything that came of it is delivered when this returns."""
        body = {"chat": chat, "sender": sender or chat, "id": str(uuid.uuid4()), "text": text, **more}
        answer = await self.post("/api/say", body, key)
        await self.app.sender.drained()
        return answer

    async def upload(self, chat: str, content: bytes, sender: str = "", key: str = "") -> tuple[int, dict[str, Any]]:
        """Somebody sends a file."""
        form = aiohttp.FormData({"chat": chat, "sender": sender or chat})
        form.add_field("file", BytesIO(content), filename="x.bin")
        headers = {"X-Cunshao-Key": key} if key else {}
        async with self.client.post("/api/file", data=form, headers=headers) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str, **headers: str) -> tuple[int, bytes, Any]:
        """(status, body, headers) of a page or file."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.get(path, headers=sent, allow_redirects=False) as answer:
            return answer.status, await answer.read(), answer.headers

    @asynccontextmanager
    async def page(self, *chats: str, had: str = "", key: str = "") -> AsyncIterator["Page"]:
        """An open page that shows these chats; ``had``: what its browser says it has already."""
        headers = {"Last-Event-ID": had} if had else {}
        query = [("chat", chat) for chat in chats] + [("as", key)] * bool(key)
        async with self.client.get("/api/stream", params=query, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            yield Page(answer)

    async def letters(self, chat: str, count: int, key: str = "") -> list[dict[str, Any]]:
        """What a page of this chat shows when it is opened now; waits for so many letters."""
        async with self.page(chat, key=key) as page:
            return await page.letters(count)


@dataclass
class Page:
    """The reading end of a stream."""

    answer: Any
    cursor: str = ""

    async def letters(self, count: int) -> list[dict[str, Any]]:
        """The next so many letters."""
        async with asyncio.timeout(PATIENCE):
            return [await self.letter() for _ in range(count)]

    async def letter(self) -> dict[str, Any]:
        """The next letter."""
        while True:
            line = (await self.answer.content.readline()).decode().rstrip("\n")
            if line.startswith("id: "):
                self.cursor = line[4:]
            elif line.startswith("data: "):
                letter: dict[str, Any] = json.loads(line[6:])
                return letter
            elif not line and self.answer.content.at_eof():
                raise AssertionError("the page was let go")
