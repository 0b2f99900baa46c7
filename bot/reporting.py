"""Makes the situation reports and figures that were ordered, words and picture; without it 21:00 would pass like any other minute.

An order is a row, made in the commit that asked for it; a report is made from figures read in one transaction, its picture
drawn meanwhile by a process of its own, and its letter and the order's end are one commit. Killed in between it is made
again; sent twice it is never.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy import Connection, make_url

from bot.desk import Desk
from bot.pictures import draw, tidy
from bot.report_pages import Page, asked_figures, nightly_figures, situation_page
from bot.texts import Texts, texts
from chat.letter import Letter
from rules.binding import UNBOUND
from rules.situation import situation, window_of
from rules.town import Address, Town
from storage import people, registers
from storage.ledger import Ledger
from storage.registers import ReportOrder

log = structlog.get_logger()

POLL = 1.0
"""Real seconds after which orders are looked for even when nobody woke us (another process may have taken one)."""


@dataclass(frozen=True)
class Report:
    """A report as gathered: for whom, in which language, and its pages, each a letter with its picture."""

    order: ReportOrder
    to: tuple[tuple[Address, str], ...]
    """(address, language)."""
    pages: tuple[Page, ...]


@dataclass
class Reporting:
    """One for each program; pictures are kept in ``folder`` until the outbox has sent them."""

    desk: Desk
    folder: Path
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def wake(self) -> None:
        """Something was decided: perhaps a report was ordered."""
        self._woken.set()

    async def run(self) -> None:
        """Make what is ordered until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self.idle()
            except Exception as fault:
                log.error("no report could be made", fault=type(fault).__name__, exc_info=fault)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._woken.wait()

    async def idle(self) -> None:
        """Returns when no order is open: those that are, are made first. Raises when the database is away."""
        async with self._one:
            while (order := await self.desk.database.transact(lambda tx: self._next(tx))) is not None:
                await self._make(order)

    def _next(self, tx: Connection) -> ReportOrder | None:
        return registers.next_order(self._ledger(tx))

    def _ledger(self, tx: Connection) -> Ledger:
        return Ledger(tx, self.desk.book.config_town.key, self.desk.vault)

    async def _make(self, order: ReportOrder) -> None:
        report = await self.desk.database.transact(lambda tx: self._gather(self._ledger(tx), order))
        letters: list[tuple[Address, Letter]] | None = None
        try:
            letters = await self._letters(report)
        except (LookupError, ValueError, TypeError) as fault:
            # The words or figures do not fit together: a mistake of ours, which making it again would not mend.
            log.error("a report failed", fault=type(fault).__name__, exc_info=fault)
        await self.desk.database.transact(lambda tx: self._send(self._ledger(tx), report, letters))
        self.desk.wake()
        tidy(self.folder)

    def _gather(self, ledger: Ledger, order: ReportOrder) -> Report:
        town = self.desk.book.town
        if order.days:
            return Report(order, self._to(ledger, (order.chat,)), (asked_figures(ledger, town, order),))
        registers.one_moment(ledger)
        window = window_of(order.at, town.report_time, town.zone)
        found = situation(town, order.scope, window, registers.counted(ledger, window))
        chats = (order.chat,) if order.chat else self._readers(ledger, town)
        head = any(v.head == order.chat and v.key in order.scope.villages for v in town.villages)
        astray = not order.chat and chats != (town.command_post,)
        pages = (
            situation_page(found, astray, head and bool(found.silent)),
            *nightly_figures(ledger, town, order, window),
        )
        return Report(order, self._to(ledger, chats), pages)

    def _to(self, ledger: Ledger, chats: Sequence[Address]) -> tuple[tuple[Address, str], ...]:
        locale = self.desk.book.town.locale
        return tuple((chat, people.locale_of(ledger, chat, locale)) for chat in chats)

    def _readers(self, ledger: Ledger, town: Town) -> tuple[Address, ...]:
        """The command post; if it cannot be reached every administrator, else the monitoring line's leader."""
        gone = people.unreachable(ledger)
        admins = tuple(p.id for p in town.people if "admin" in p.roles)
        line = town.line("monitoring")
        for chats in ((town.command_post,), admins, (line.leader if line else "",)):
            reached = tuple(c for c in dict.fromkeys(chats) if self._reaches(c, gone))
            if reached:
                if town.command_post not in reached:
                    log.error("the command post cannot be reached: the nightly report goes to somebody else")
                return reached
        log.error("the nightly report reaches nobody")
        return ()

    def _reaches(self, chat: Address, gone: frozenset[str]) -> bool:
        named = bool(chat) and not chat.startswith(UNBOUND) and chat not in gone
        return named and chat.partition(":")[0] in self.desk.post.gateways

    async def _letters(self, report: Report) -> list[tuple[Address, Letter]]:
        """The letters for each reader; one picture of each page for each language."""
        made = {locale: [await self._letter(report, page, texts(locale)) for page in report.pages]
                for locale in {x for _, x in report.to}}  # fmt: skip
        return [(chat, letter) for chat, locale in report.to for letter in made[locale]]

    async def _letter(self, report: Report, page: Page, words: Texts) -> Letter:
        target = self.folder / f"{report.order.id}-{page.name}-{words.locale}.png"
        return page.letter(words, str(target) if await draw(page.sketch(words), target) else "")

    def _send(self, ledger: Ledger, report: Report, letters: Sequence[tuple[Address, Letter]] | None) -> None:
        if not registers.settle_order(ledger, report.order.id, registers.FAILED if letters is None else registers.DONE):
            return
        if letters is None:
            block = "figures.failed" if report.order.days else "report.failed"
            letters = [(chat, Letter(texts(locale).say(block))) for chat, locale in report.to]
        for chat, said in letters:
            self.desk.post.put(ledger, chat, said, "reply", self.desk.real_now())


def picture_folder(database_url: str) -> Path:
    """Where pictures wait to be sent: beside the database where it is a file, else in the machine's temporary folder."""
    url = make_url(database_url)
    beside = Path(url.database).resolve().parent if url.get_backend_name() == "sqlite" and url.database else None
    return (beside or Path(tempfile.gettempdir())) / "cunshao-pictures"
