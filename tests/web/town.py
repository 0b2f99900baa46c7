"""A town with its pages on a real port and a messenger made of paper, for tests of the pages of those who work."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.app import App
from bot.gateways import Gateway
from bot.gateways.web import WebGateway
from bot.mailbox import DatabaseMailbox
from bot.web.app import Doors, make_app
from bot.web.office import Office
from bot.web.server import listening, serve
from chat.incoming import Incoming, Said
from rules.town import Person
from storage.database import Database
from storage.migrate import migrate
from storage.vault import Vault, new_key
from tests.conversations.stage import BEGIN, TOWN, PaperGateway, name_of

MORE = (
    Person("paper:boss", "郑指挥", "", ("command_post",)),
    Person("paper:shi", "石磊", "shimen", ("cadre",)),
    Person("paper:lou", "娄奶奶", "shimen", ("isolated",), "paper:shi"),
)
LINK = re.compile(r"https?://\S+(/in/[\w-]+)")
NONCE = re.compile(r'name="id" value="([\w-]+)"')


@dataclass
class Town:
    """The program running, seen from outside: what people say, what reaches them, and its pages."""

    app: App
    paper: PaperGateway
    base: str
    office: Office = field(init=False)
    said: int = 0
    late: timedelta = timedelta()
    """By how much the machine's clock is put forward."""
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def real_now(self) -> datetime:
        return datetime.now(UTC) + self.late

    async def say(self, who: str, text: str, chat: str = "") -> None:
        """Somebody writes in private, or in a chat."""
        self.said += 1
        sender, place = f"paper:{who}", f"paper:{chat or who}"
        incoming = Incoming(
            "paper", f"m{self.said}", place, sender, not chat, Said(text), self.app.clock.now(), language="zh"
        )
        await self.app.desk.receive(incoming)
        await self.settled()

    async def settled(self) -> None:
        """All that is due is decided and sent."""
        await self.app.sender.drained()
        await self.app.ticker.run_due(self.app.clock.now())
        await self.app.sender.drained()

    async def clock(self, hour: int, minute: int = 0) -> None:
        """The town's clock stands at this time of the day."""
        await self.app.clockwork.move(BEGIN.replace(hour=hour, minute=minute))
        await self.settled()

    def heard(self, chat: str) -> list[str]:
        """What stands in a chat, an edited message as it is now."""
        now: dict[str, str] = {}
        for number, (_, address, call) in enumerate(self.paper.sheets, 1):
            if name_of(address) == chat:
                now[str(call.get("edits") or f"m{number}")] = call["text"]  # type: ignore[attr-defined,index]
        return list(now.values())

    def link(self, chat: str) -> str:
        """The path of the latest link that signs in, in a chat."""
        found = [m[1] for text in self.heard(chat) for m in LINK.finditer(text)]
        return found[-1]

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """A browser that is not signed in."""
        one = httpx.AsyncClient(base_url=self.base, headers={"accept-language": "zh", **headers})
        self.browsers.append(one)
        return one

    async def signed_in(self, who: str) -> httpx.AsyncClient:
        """A browser of somebody who asked the bot for a link and pressed its button."""
        await self.say(who, "看板")
        one = self.browser()
        answer = await one.post(self.link(who))
        assert answer.status_code == 303, answer.text
        return one


async def press(
    browser: httpx.AsyncClient, button: str, page: str = "", query: str = "", words: str = ""
) -> httpx.Response:  # fmt: skip
    """Press a button of a page (the board as it is now, unless an older one is given), as a browser without scripts does."""
    page = page or (await browser.get("/board")).text
    nonce = NONCE.search(page)
    made_up = "0123456789abcdef"  # an empty board has no forms, but a wicked browser can make one
    form = {"id": nonce[1] if nonce else made_up, "button": button, "words": words}
    return await browser.post(f"/board/move{query}", data=form)


@asynccontextmanager
async def town(url: str, gateways: Mapping[str, Gateway] | None = None, **more: Any) -> AsyncIterator[Town]:
    """The program on this database, its pages on a free port; ticks are left to the tests. ``gateways``: besides paper."""
    migrate(url)
    sock = listening("127.0.0.1", 0)
    base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    paper = PaperGateway()
    config = replace(TOWN, **{"people": TOWN.people + MORE, "public_url": base, **more})
    one = Town.__new__(Town)
    both: Mapping[str, Gateway] = {"paper": paper, **(gateways or {})}
    app = App(config, Database(url), Vault([new_key()]), both, lambda: Town.real_now(one), BEGIN)
    one.__init__(app, paper, base)  # type: ignore[misc]
    await app.prepare()
    app.clock.rate = 0.0
    app.clock.set(BEGIN.replace(hour=9, minute=30))
    mailbox = DatabaseMailbox(app.database, app.vault, config.key, app.clock.now)
    one.office = Office(app.desk, mailbox, one.real_now)
    doors = Doors(lambda: app.book.town, mailbox, app.desk.receive, WebGateway(mailbox), office=one.office)
    pages = asyncio.create_task(serve(make_app(doors), "", 0, sock))
    tasks = [asyncio.create_task(app.sender.run()), pages]
    try:
        yield one
    finally:
        for browser in one.browsers:
            await browser.aclose()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await app.close()
