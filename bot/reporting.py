"""Makes the situation reports that were ordered, words and picture; without it 21:00 would pass like any other minute.

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
from bot.pictures.sketch import sketch
from bot.post import label_buttons
from bot.texts import Texts, texts
from chat.letter import Button, Letter, Rows
from rules.binding import UNBOUND
from rules.situation import Situation, situation, window_of
from rules.town import Address, Town
from storage import people, registers
from storage.ledger import Ledger
from storage.registers import ReportOrder

log = structlog.get_logger()

POLL = 1.0
"""Real seconds after which orders are looked for even when nobody woke us (another process may have taken one)."""
MOST_ROWS = 6


@dataclass(frozen=True)
class Report:
    """A report as gathered: for whom, in which language, and whether it should have gone to the command post."""

    order: ReportOrder
    to: tuple[tuple[Address, str], ...]
    """(address, language)."""
    found: Situation
    astray: bool = False
    button: bool = False


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
        registers.one_moment(ledger)
        town = self.desk.book.town
        window = window_of(order.at, town.report_time, town.zone)
        found = situation(town, order.scope, window, registers.counted(ledger, window))
        chats = (order.chat,) if order.chat else self._readers(ledger, town)
        to = tuple((chat, people.locale_of(ledger, chat, town.locale)) for chat in chats)
        head = any(v.head == order.chat and v.key in order.scope.villages for v in town.villages)
        return Report(order, to, found, not order.chat and chats != (town.command_post,), head and bool(found.silent))

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
        """A letter for each reader; one picture for each language."""
        pictures = {locale: await self._picture(report, texts(locale)) for locale in {x for _, x in report.to}}
        return [(chat, letter(report, texts(locale), pictures[locale])) for chat, locale in report.to]

    async def _picture(self, report: Report, words: Texts) -> str:
        target = self.folder / f"{report.order.id}-{words.locale}.png"
        return str(target) if await draw(sketch(report.found, words), target) else ""

    def _send(self, ledger: Ledger, report: Report, letters: Sequence[tuple[Address, Letter]] | None) -> None:
        if not registers.settle_order(ledger, report.order.id, registers.FAILED if letters is None else registers.DONE):
            return
        if letters is None:
            letters = [(chat, Letter(texts(locale).say("report.failed"))) for chat, locale in report.to]
        for chat, said in letters:
            self.desk.post.put(ledger, chat, said, "reply", self.desk.real_now())


def letter(report: Report, words: Texts, picture: str) -> Letter:
    """A report as it is read: on a phone, without scrolling for long. No resident is named in it."""
    found = report.found
    own = next((line for line in found.lines if line.key == found.scope.line), None)
    text = words.say(
        "report.text", found=found, window=words.say("report.window", window=found.window), own_line=own,
        lines=words.options("report.lines"), rows=found.rows[:MOST_ROWS], more=max(0, len(found.rows) - MOST_ROWS),
    )  # fmt: skip
    before = words.say("report.no_post") + "\n" if report.astray else ""
    after = "" if picture else "\n\n" + words.say("desk.no_picture")
    return Letter(before + text + after, _buttons(report, words), picture)


def _buttons(report: Report, words: Texts) -> Rows:
    if not report.button:
        return ()
    return label_buttons(words.locale, ((Button("@acts.buttons.zero", f"d:zero:{report.order.scope.villages[0]}"),),))


def picture_folder(database_url: str) -> Path:
    """Where pictures wait to be sent: beside the database where it is a file, else in the machine's temporary folder."""
    url = make_url(database_url)
    beside = Path(url.database).resolve().parent if url.get_backend_name() == "sqlite" and url.database else None
    return (beside or Path(tempfile.gettempdir())) / "cunshao-pictures"
