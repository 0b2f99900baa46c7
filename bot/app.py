"""The wiring, by hand and in one place, top to bottom; without it the parts would not know each other."""

import asyncio
import contextlib
import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.boards import Boards
from bot.climber import Climber
from bot.clockwork import Clockwork
from bot.delivery import Delivery, PageHas, always_seen
from bot.desk import Desk
from bot.edits import Edits
from bot.front import Front
from bot.gateways import Borrowing, Gateway, doors, lend
from bot.lease import Leases, OneReceiver
from bot.outage import Outage
from bot.post import Post
from bot.reporting import Reporting, picture_folder
from bot.rings import Rings
from bot.sender import Sender
from bot.slots import SlotWork
from bot.tick import Ticker
from bot.town_book import TownBook
from bot.town_clock import TownClock
from bot.wiring import ROUTES
from rules.town import Town
from storage import people, slots
from storage.database import Database
from storage.ledger import Ledger
from storage.seeds import seed
from storage.soundness import keep_check
from storage.vault import Vault

log = structlog.get_logger()

TIDY_AFTER = 5.0
"""Seconds after the start: whoever writes first need not wait for it."""
YOUNG = 5000
"""New objects before the collector looks through them: a few dozen messages decided together make that many at once."""


@dataclass
class App:
    """One running town: its desk, sender and clock, over gateways that are given."""

    town: Town
    database: Database
    vault: Vault
    gateways: Mapping[str, Gateway]
    real_now: Callable[[], datetime]
    first: datetime | None = None
    """Where the town's clock starts when it has never run (a demo's sample day); None: the machine's time."""
    page_has: PageHas = always_seen
    """Whether an open page has a letter: what "delivered" means in the web chat."""
    book: TownBook = field(init=False)
    clock: TownClock = field(init=False)
    desk: Desk = field(init=False)
    sender: Sender = field(init=False)
    ticker: Ticker = field(init=False)
    clockwork: Clockwork = field(init=False)
    reporting: Reporting = field(init=False)
    delivery: Delivery = field(init=False)
    leases: Leases = field(init=False)

    async def prepare(self) -> None:
        """Read what is kept and seed what the config says; raises when the database is away."""
        self.book = TownBook(self.town)
        kept = await self.database.transact(lambda tx: slots.clock(self.ledger(tx)))
        self.clock = TownClock.started(self.real_now, kept, self.first)
        await self.database.transact(lambda tx: self._begin(self.ledger(tx)))
        self.leases = Leases(self.database, self.vault, self.town.key, self.real_now)
        await self.leases.begin()
        for gateway in self.gateways.values():
            if isinstance(gateway, Borrowing):
                gateway.borrow = lend(self.gateways)
        post = Post(self.gateways, self.town.public_url)
        climber = Climber(Boards(post))
        await Edits(self.database, self.ledger, climber).apply(self.book.town, self.clock.now())
        self.sender = Sender(
            self.database,
            self.vault,
            self.town.key,
            dict(self.gateways),
            self.real_now,
            self.clock.now,
            self.book.refresh,
            owner=self.leases.owner,
        )
        self.desk = Desk(
            self.database, self.vault, self.book, Front(ROUTES, doors(self.gateways)), post, climber, self.clock.now,
            self.real_now, self.sender.wake, lambda: self.reporting.wake(),
        )  # fmt: skip
        self.reporting = Reporting(self.desk, picture_folder(self.database.url))
        self.delivery = Delivery(climber, self.page_has)
        self.ticker = Ticker(self.desk, Rings(self.desk, SlotWork(), self.delivery))
        self.clockwork = Clockwork(
            self.database, self.vault, self.town.key, self.clock, self.ticker, self.sender, self.reporting.idle
        )

    async def run(self) -> None:
        """Receive, send and tick until cancelled."""
        gc.enable()
        gc.set_threshold(YOUNG)
        asyncio.get_running_loop().call_later(TIDY_AFTER, _tidy)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.sender.run())
            tasks.create_task(self.reporting.run())
            for gateway in self.gateways.values():
                tasks.create_task(self._listen(gateway))
            tasks.create_task(self.leases.run())
            tasks.create_task(Outage(self.desk).run())
            tasks.create_task(self.clockwork.run())

    async def _listen(self, gateway: Gateway) -> None:
        async def listen() -> None:
            await gateway.listen(self.desk.receive, self.desk.set_aside)

        if isinstance(gateway, OneReceiver) and gateway.one_receiver:
            await self.leases.while_held(f"receiver/{gateway.channel}", listen)
        else:
            await listen()

    async def close(self) -> None:
        """Let go of everything."""
        for gateway in self.gateways.values():
            await gateway.close()
        with contextlib.suppress(SQLAlchemyError):
            await self.leases.close()
        self.database.close()

    def ledger(self, tx: object) -> Ledger:
        """This town's ledger on an open transaction."""
        return Ledger(tx, self.town.key, self.vault)  # type: ignore[arg-type]  # a Connection, from transact

    def _begin(self, ledger: Ledger) -> None:
        now = self.clock.now()
        slots.begin(ledger, now)
        keep_check(ledger)
        if self.clock.moved:
            slots.keep_clock(ledger, now, self.real_now(), self.clock.rate, True)
        self.book.refresh(ledger)  # first: whoever has bound their code is seeded under the address they have now
        people.seed(ledger, self.book.town)
        seed(ledger, self.book.town, now)


def _tidy() -> None:
    """What is loaded by then stays: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
