"""The desk: one transaction for each message, in which it is recorded, understood, decided and answered.

Without it a message could be lost between being read and being acted on.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import chain
from typing import TypeVar

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from bot.climber import Climber
from bot.enclosed import opened, wants
from bot.front import Front, Heard
from bot.gateways import Away, Forgetful, Tracing
from bot.hearing import hearing_of
from bot.membership import put_out, taken_in
from bot.post import Mark, Post
from bot.texts import texts
from bot.town_book import TownBook
from chat.incoming import Incoming
from chat.letter import Letter, Tell
from rules.facts import ChatForgotten, DutyMoved, DutyOpened, ReportAsked, SignInGiven
from storage import outbox, people, sign_ins
from storage.database import Database, is_away
from storage.fixed import NewRow
from storage.keep import keep
from storage.ledger import Ledger
from storage.seeds import seed
from storage.tables import inbox
from storage.vault import Vault

log = structlog.get_logger()
T = TypeVar("T")

RECORD = NewRow(inbox)


@dataclass(frozen=True)
class Desk:
    """Receives messages. ``town_now`` is the town's clock, ``real_now`` the machine's; ``wake`` rouses the outbox
    sender, ``order`` who makes the reports."""

    database: Database
    vault: Vault
    book: TownBook
    front: Front
    post: Post
    climber: Climber
    town_now: Callable[[], datetime]
    real_now: Callable[[], datetime]
    wake: Callable[[], None]
    order: Callable[[], None]

    async def receive(self, *several: Incoming) -> None:
        """Record, decide and answer messages; returns when all of it is durable. A message seen before changes nothing.

        Several share a commit, unless one of them fails: then each is taken alone, and one whose handler fails is set aside
        with an apology. Raises ``Away`` when the database is: then the gateway must not confirm them to its platform.
        """
        with _said_away():
            if len(several) == 1 or not await self._together(several):
                for incoming in several:
                    await self._alone(incoming)

    async def _together(self, several: Sequence[Incoming]) -> bool:
        if any(incoming.said.document is not None for incoming in several):
            return False
        piles = shared_out(several, self.database.at_once)
        results = await asyncio.gather(*map(self._decided, piles), return_exceptions=True)
        faults = [result for result in results if isinstance(result, BaseException)]
        self._rouse(*chain.from_iterable(result for result in results if not isinstance(result, BaseException)))
        for fault in faults:
            if not isinstance(fault, Exception) or is_away(fault):
                raise fault
        return not faults

    async def _decided(self, pile: Sequence[Incoming]) -> list[Heard | None]:
        return await self._transact(
            lambda tx: [self._decide(tx, incoming) for incoming in pile], *map(self._lock, pile)
        )

    async def _alone(self, incoming: Incoming) -> None:
        lock = self._lock(incoming)
        try:
            if incoming.said.document is not None:
                incoming = await self._opened(incoming, lock)
            self._rouse(await self._transact(lambda tx: self._decide(tx, incoming), lock))
        except Exception as fault:
            if is_away(fault):
                raise
            await self._failed(incoming, fault)
            self._rouse()

    def _lock(self, incoming: Incoming) -> str:
        return f"{self.book.config_town.key}/{incoming.chat}"

    async def ask(self, incoming: Incoming) -> Letter:
        """The same for whoever waits for the answer (a page): it is given back, not sent. Empty for a message seen before.

        Raises only when the database is away.
        """
        try:
            heard = await self._transact(lambda tx: self._decide(tx, incoming, sent=False), self._lock(incoming))
        except Exception as fault:
            if is_away(fault):
                raise
            await self._failed(incoming, fault)
            self._rouse()
            return Letter(texts(incoming.language).say("desk.apology"))
        self._rouse(heard)
        return (heard.reply if heard else None) or Letter("")

    async def _transact(self, work: Callable[[Connection], T], *locks: str) -> T:
        """On SQLite the sender is roused before as well: its claim then waits behind this work, and both are one commit."""
        if self.database.sqlite:
            self.wake()
        done = False
        try:
            result = await self.database.transact(work, *locks)
            done = True
        finally:
            if not done:
                self.book.doubt()  # nothing is bound of what was not kept
        return result

    def _rouse(self, *several: Heard | None) -> None:
        self.wake()
        if any(isinstance(fact, ReportAsked) for heard in several if heard for fact in heard.facts):
            self.order()

    async def set_aside(self, channel: str, message_id: str, raw: str) -> None:
        """Put on the record what could not even be parsed; whoever wrote it in private gets an apology, if that can be told."""
        await self.database.transact(lambda tx: self._set_aside(tx, channel, message_id, raw))

    async def _opened(self, incoming: Incoming, lock: str) -> Incoming:
        """The message with what is in its document, where that is for us; a message seen before is not opened again."""
        document = incoming.said.document
        if document is None or not await self.database.transact(lambda tx: self._wants(tx, incoming), lock):
            return incoming
        sheet = await opened(self.post.gateways.get(incoming.channel), document)
        return replace(incoming, said=replace(incoming.said, sheet=sheet))

    def _wants(self, tx: Connection, incoming: Incoming) -> bool:
        ledger = Ledger(tx, self.book.config_town.key, self.vault)
        if seen(ledger, incoming.channel, incoming.message_id):
            return False
        return wants(hearing_of(ledger, self.book.town, incoming, self.town_now()))

    async def _failed(self, incoming: Incoming, fault: Exception) -> None:
        log.error("a message failed", channel=incoming.channel, message=incoming.message_id, fault=type(fault).__name__,
                  exc_info=fault)  # fmt: skip
        await self.database.transact(lambda tx: self._apologise(tx, incoming, fault))

    def _decide(self, tx: Connection, incoming: Incoming, sent: bool = True) -> Heard | None:
        ledger = Ledger(tx, self.book.config_town.key, self.vault)
        if not _record(ledger, incoming, self.real_now()):
            return None
        self.book.be_sure(ledger)
        if incoming.event != "message":
            self._event(ledger, incoming)
            return None
        now = self.town_now()
        picture = incoming.album and incoming.said.document is None
        place = _place_in_album(ledger, incoming, self.real_now()) if picture else 0
        if place and not incoming.said.text:
            heard = self._one_picture(ledger, incoming, place)
        else:
            heard = self.front.hear(ledger, self.book.town, incoming, now)
        self.carry_out(ledger, heard if sent else replace(heard, reply=None, reply_to=""), now, incoming)
        return heard

    def carry_out(self, ledger: Ledger, heard: Heard, now: datetime, incoming: Incoming | None = None) -> None:
        """Keep the facts and queue what is said: all of it in the transaction that is open."""
        cause = f"{incoming.channel}/{incoming.message_id}" if incoming else ""
        real_now = self.real_now()
        keep(ledger, heard.facts, now)
        if heard.rebound:
            self.book.refresh(ledger)
            people.seed(ledger, self.book.town)
            seed(ledger, self.book.town, now)
        if heard.reply is not None and (heard.reply.text or heard.reply.picture):
            here = incoming is not None and heard.reply_to == incoming.chat
            reply = replace(heard.reply, topic=incoming.topic) if here and incoming else heard.reply
            self.post.put(ledger, heard.reply_to, reply, "reply", real_now, Mark(heard.reply_duty, cause))
        changed: set[str] = set()
        besides = (heard.reply_to, *(tell.to for tell in heard.tells))
        for fact in heard.facts:
            if isinstance(fact, DutyOpened):
                self.climber.climb(ledger, self.book.town, fact.duty, now, real_now)
            elif isinstance(fact, DutyMoved):
                shown = self.climber.boards.refresh(ledger, self.book.town, fact.duty, now, real_now, besides)
                changed |= shown
                self.climber.boards.enclose(ledger, fact.duty, shown - {fact.chat}, fact.files, real_now)
                if fact.what in ("claimed", "taken_over"):
                    self.climber.boards.whole(ledger, self.book.town, fact.duty, fact.chat, now, real_now)
                if fact.duty.rung_at is not None and fact.duty.rung_at <= now:
                    self.climber.climb(ledger, self.book.town, fact.duty, now, real_now)
            elif isinstance(fact, ChatForgotten):
                self._forget(ledger, fact)
            elif isinstance(fact, SignInGiven):
                sign_ins.give(ledger, fact.hash, fact.person, fact.chat, real_now)
        for tell in heard.tells:
            if tell.unless_shown and tell.to in changed:
                continue
            self.post.tell(ledger, self.book.town, tell, real_now, Mark(cause=cause))

    def _forget(self, ledger: Ledger, fact: ChatForgotten) -> None:
        gateway: object = self.post.gateways.get(fact.chat.partition(":")[0])
        if isinstance(gateway, Forgetful):
            gateway.forget(ledger, fact.chat, fact.since)

    def _event(self, ledger: Ledger, incoming: Incoming) -> None:
        match incoming.event:
            case "moved":
                people.rebind(ledger, incoming.chat, incoming.moved_to, self.real_now())
                outbox.readdress(ledger, incoming.chat, incoming.moved_to)
                self.book.refresh(ledger)
            case "blocked" | "left":
                people.reachable(ledger, incoming.chat, False)
                if incoming.event == "left":
                    self._tell_first(ledger, put_out(self.book.town, incoming.chat))
            case "unblocked" | "joined":
                people.reachable(ledger, incoming.chat, True)
                if incoming.event == "joined":
                    self._tell_first(ledger, (taken_in(self.book.town, incoming.chat),))

    def _tell_first(self, ledger: Ledger, ways: Sequence[Sequence[Tell]]) -> None:
        """Tell all of the first group of whom anybody can be reached."""
        gone = people.unreachable(ledger)
        for tells in ways:
            usable = [t for t in tells if t.to.partition(":")[0] in self.post.gateways and t.to not in gone]
            for tell in usable:
                self.post.tell(ledger, self.book.town, tell, self.real_now())
            if usable:
                return

    def _one_picture(self, ledger: Ledger, incoming: Incoming, place: int) -> Heard:
        """Of pictures that were sent together the first is heard; once it is said that the others were not."""
        if place > 1 or not incoming.private:
            return Heard()
        known = people.find(ledger, incoming.sender)
        words = texts(known.locale if known and known.locale else self.book.town.locale)
        return Heard(reply=Letter(words.say("desk.one_picture")), reply_to=incoming.chat)

    def _apologise(self, tx: Connection, incoming: Incoming, fault: Exception) -> None:
        ledger = Ledger(tx, self.book.config_town.key, self.vault)
        raw = json.dumps(asdict(incoming), ensure_ascii=False, default=str)
        if not _record(ledger, incoming, self.real_now(), "failed", raw, type(fault).__name__):
            return
        if incoming.chat.partition(":")[0] in self.post.gateways and (incoming.private or incoming.addressed):
            cause = f"{incoming.channel}/{incoming.message_id}"
            self._say_sorry(ledger, incoming.chat, incoming.sender, cause, incoming.topic)

    def _say_sorry(self, ledger: Ledger, chat: str, person: str, cause: str, topic: str = "") -> None:
        known = people.find(ledger, person)
        words = texts(known.locale if known and known.locale else self.book.town.locale)
        sorry = Letter(words.say("desk.apology"), topic=topic)
        self.post.put(ledger, chat, sorry, "reply", self.real_now(), Mark(cause=cause))

    def _set_aside(self, tx: Connection, channel: str, message_id: str, raw: str) -> None:
        ledger = Ledger(tx, self.book.config_town.key, self.vault)
        row = {
            "town": ledger.town, "channel": channel, "message_id": message_id or f"raw-{self.real_now().timestamp()}",
            "at": self.real_now(), "fate": "unreadable", "raw_sealed": self.vault.seal(raw), "why": "cannot be parsed",
        }  # fmt: skip
        gateway: object = self.post.gateways.get(channel)
        if RECORD.run(tx, row) and isinstance(gateway, Tracing) and (chat := gateway.written_by(raw)):
            self._say_sorry(ledger, chat, chat, f"{channel}/{message_id}")


@contextmanager
def _said_away() -> Iterator[None]:
    """Who offers a message knows nothing of databases, but must know this from a message that cannot be decided."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as fault:
        if is_away(fault):
            raise Away(type(fault).__name__) from fault
        raise


def _record(
    ledger: Ledger, incoming: Incoming, at: datetime, fate: str = "decided", raw: str = "", why: str = ""
) -> bool:  # fmt: skip
    """Put the message on the record; False when it is there already."""
    row = {
        "town": ledger.town, "channel": incoming.channel, "message_id": incoming.message_id, "at": at, "fate": fate,
        "raw_sealed": ledger.vault.seal(raw) if raw else None, "why": why or None,
    }  # fmt: skip
    return RECORD.run(ledger.tx, row)


def _place_in_album(ledger: Ledger, incoming: Incoming, at: datetime) -> int:
    """0 for the first picture of those that were sent together, 1 for the second, 2 for any other."""
    for place in range(2):
        if _record(ledger, replace(incoming, message_id=f"album-{place}-{incoming.album}"), at):
            return place
    return 2


def shared_out(several: Sequence[Incoming], most: int) -> list[list[Incoming]]:
    """The messages in at most so many piles of about the same height, those of one chat in one pile and in order."""
    piles: list[list[Incoming]] = [[] for _ in range(most)]
    of_chat: dict[str, list[Incoming]] = {}
    for incoming in several:
        of_chat.setdefault(incoming.chat, min(piles, key=len)).append(incoming)
    return [pile for pile in piles if pile]


def seen(ledger: Ledger, channel: str, message_id: str) -> bool:
    """Whether a message is on the record."""
    query = select(inbox.c.fate).where(
        inbox.c.town == ledger.town, inbox.c.channel == channel, inbox.c.message_id == message_id
    )
    return ledger.tx.execute(query).first() is not None
