"""The sample town on a database of its own, its demo doors, and a messenger made of paper in place of the web chat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.app import App
from bot.config import load
from bot.demo import SAMPLE_TOWN, demo_doors
from bot.gateways.web import WebGateway
from bot.mailbox import DatabaseMailbox
from bot.web.app import Doors, make_app
from chat.incoming import Incoming, Said
from storage.database import Database
from storage.migrate import migrate
from storage.vault import Vault, new_key
from tests.conversations.stage import PaperGateway

TOWN = load(SAMPLE_TOWN).town
FIRST = datetime(2020, 2, 10, 7, 25, tzinfo=TOWN.zone)


@dataclass
class Table:
    """A running town and its doors."""

    app: App
    paper: PaperGateway
    http: httpx.AsyncClient
    mailbox: DatabaseMailbox
    said: int = 0

    async def say(self, who: str, text: str = "", button: str = "", chat: str = "") -> str:
        """Somebody writes, or presses a button; returns the message's id."""
        self.said += 1
        sender, place, name = f"web:{who}", f"web:{chat or who}", f"m{self.said}"
        await self.mailbox.put(place, name, sender, {"text": text or button, "rows": [], "attachments": []})
        said = Said(text, button)
        incoming = Incoming("web", name, place, sender, not chat, said, self.app.clock.now(), language="zh")
        await self.app.desk.receive(incoming)
        await self.app.sender.drained()
        return name

    async def behind(self, lang: str = "zh") -> dict[str, Any]:
        """What the drawer shows."""
        found: dict[str, Any] = (await self.http.get("/demo/behind", params={"lang": lang})).json()
        return found

    async def post(self, body: Any) -> httpx.Response:
        """Ask something of the clock."""
        content = body if isinstance(body, bytes) else None
        return await self.http.post("/demo/clock", content=content, json=None if content is not None else body)

    def to(self, chat: str) -> list[str]:
        """What reached a phone, in order."""
        return [call["text"] for _, address, call in self.paper.sheets if address == f"web:{chat}"]  # type: ignore[attr-defined]


@asynccontextmanager
async def table(url: str, vault: Vault | None = None) -> AsyncIterator[Table]:
    """The town running on this database, its tick left to the tests."""
    migrate(url)
    paper = PaperGateway(channel="web")
    town = replace(TOWN, public_url="http://127.0.0.1:8080")
    app = App(town, Database(url), vault or Vault([new_key()]), {"web": paper}, lambda: datetime.now(UTC), FIRST)
    await app.prepare()
    tasks = [asyncio.create_task(app.sender.run()), asyncio.create_task(app.reporting.run())]
    mailbox = DatabaseMailbox(app.database, app.vault, town.key, app.clock.now)
    doors = Doors(lambda: app.book.town, mailbox, app.desk.receive, WebGateway(mailbox), demo_doors(app))
    transport = httpx.ASGITransport(app=make_app(doors))
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://demo", headers={"accept-language": "zh"}
        ) as http:
            yield Table(app, paper, http, mailbox)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await app.close()
