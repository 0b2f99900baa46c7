"""The real program on the sample town, over a messenger made of paper; without it the week would be played by a model of us."""

import asyncio
import contextlib
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import App
from bot.config import load
from bot.gateways import Accepted, Call, Result
from chat.incoming import Incoming, Said
from rules.duty import Duty
from rules.town import Address
from storage import duties
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.vault import Vault, new_key
from tests.conversations.stage import PaperGateway

SAMPLE = Path(__file__).resolve().parent.parent / "templates" / "sample-town.toml"
BEGINS = datetime(2020, 2, 10, 7, 25, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Monday, before the first call for temperatures."""
A_MINUTE = timedelta(minutes=1)
PATIENCE = 10.0
"""Real seconds that people wait for the post."""
Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Sheet:
    """A letter as it arrived: when (town time), where, what it says and which moves it offers."""

    at: datetime
    address: Address
    text: str
    rows: list[list[list[str]]]
    edits: str
    message: str
    lane: str

    @property
    def data(self) -> list[str]:
        """What its buttons mean."""
        return [data for row in self.rows for _, data, url in row if data and not url]


@dataclass
class Post(PaperGateway):
    """Keeps each sheet with the town's time."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    new: list[tuple[str, Sheet]] = field(default_factory=list)
    count: int = 0

    async def deliver(self, call: Call) -> Result:
        """As its parent, with the time."""
        result = await super().deliver(call)
        if isinstance(result, Accepted):
            self.count += 1
            sheet = Sheet(self.now(), call["address"], call["text"], call["rows"], str(call.get("edits") or ""),
                          result.message_id, call["lane"])  # fmt: skip
            self.new.append((str(call["row"]), sheet))
        return result

    def taken(self) -> list[Sheet]:
        """What came since the last time, chat by chat, in each in the order it was written: the same at every playing."""
        new, self.new = [sheet for _, sheet in sorted(self.new, key=lambda pair: (pair[1].address, pair[0]))], []
        return new


@dataclass
class Week:
    """The town, its clock and what people have set themselves to do."""

    app: App
    post: Post
    begins: datetime
    numbers: Any = field(default_factory=lambda: count(1))
    plans: list[tuple[datetime, int, Act]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """Town time."""
        return self.app.clock.now().astimezone(self.begins.tzinfo)

    def later(self, after: float, act: Act) -> None:
        """Somebody will do this so many minutes from now."""
        self.at(self.now + timedelta(minutes=after), act)

    def at(self, when: datetime, act: Act) -> None:
        """Somebody will do this then, or at the next even minute: what happens together is played together."""
        uneven = when.minute % 2
        heapq.heappush(self.plans, (when + A_MINUTE * uneven, next(self.numbers), act))

    async def say(self, sender: Address, chat: Address, text: str = "", button: str = "") -> None:
        """Somebody writes, or presses a button, in a chat."""
        said = Said(text=text, button=button)
        private = sender == chat
        await self.app.desk.receive(
            Incoming(
                "web", f"w{next(self.numbers)}", chat, sender, private, said, self.now, language="zh", addressed=True
            )
        )

    async def joined(self, chat: Address) -> None:
        """We are let into a chat again."""
        self.post.gone.discard(chat)
        await self.app.desk.receive(
            Incoming("web", f"w{next(self.numbers)}", chat, chat, False, Said(), self.now, event="joined")
        )

    async def duty(self, ref: str) -> Duty:
        """How a duty stands."""
        found: Duty | None = await self.read(lambda ledger: duties.of_message(ledger, ref))
        assert found is not None, ref
        return found

    async def read(self, work: Callable[[Ledger], Any]) -> Any:
        """Something of what is kept."""
        return await self.app.database.transact(lambda tx: work(self.app.ledger(tx)))

    async def live(self, until: datetime, hears: Callable[[Sheet], None]) -> None:
        """Let the time pass; at each moment at which something happens, people read what came and do what they had meant to."""
        while self.now < until:
            await self.app.clockwork.move(min(until, max(await self._next(), self.now)))
            self._hear(hears)
            while self.plans and self.plans[0][0] <= self.now:
                await heapq.heappop(self.plans)[2]()
            async with asyncio.timeout(PATIENCE):
                await self.app.sender.drained()
            self._hear(hears)

    def _hear(self, hears: Callable[[Sheet], None]) -> None:
        for sheet in self.post.taken():
            hears(sheet)

    async def _next(self) -> datetime:
        coming = await self.app.ticker.coming()
        soon = [self.plans[0][0]] if self.plans else []
        if coming is not None:
            soon.append(coming[0] if coming[0] > self.now else self.now + A_MINUTE)
        return min(soon, default=self.now + A_MINUTE)


@asynccontextmanager
async def open_week(folder: Path, begins: datetime) -> AsyncIterator[Week]:
    """The program on an empty database, its clock standing at ``begins``."""
    url = f"sqlite:///{folder}/week.db"
    migrate(url)
    post = Post(channel="web")
    app = App(load(SAMPLE).town, Database(url), Vault([new_key()]), {"web": post}, lambda: datetime.now(UTC), begins)
    await app.prepare()
    app.clock.rate = 0.0
    app.clock.set(begins)
    post.now = app.clock.now
    tasks = [asyncio.create_task(app.sender.run()), asyncio.create_task(app.reporting.run())]
    try:
        yield Week(app, post, begins)
    finally:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        await app.close()
