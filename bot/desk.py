"""The desk: one transaction for each message, in which it is recorded, understood, decided and answered.

Without it a message could be lost between being read and being acted on.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection, select

from bot.climber import Climber
from bot.enclosed import opened, wants
from bot.front import Front, Heard
from bot.gateways import Forgetful, Tracing
from bot.hearing import hearing_of
from bot.post import Mark, Post
from bot.texts import texts
from bot.town_book import TownBook
from chat.incoming import Incoming
from chat.letter import Letter
from rules.facts import ChatForgotten, DutyMoved, DutyOpened, SignInGiven
from storage import outbox, people, sign_ins
from storage.database import Database, is_away
from storage.fixed import NewRow
from storage.keep import keep
from storage.ledger import Ledger
from storage.seeds import seed
from storage.tables import inbox
from storage.vault import Vault

log = structlog.get_logger()

RECORD = NewRow(inbox)


@dataclass(frozen=True)
class Desk:
    """Receives messages. ``town_now`` is the town's clock, ``real_now`` the machine's; ``wake`` rouses the outbox sender."""

    database: Database
    vault: Vault
    book: TownBook
    front: Front
    post: Post
    climber: Climber
    town_now: Callable[[], datetime]
    real_now: Callable[[], datetime]
    wake: Callable[[], None]

    async def receive(self, incoming: Incoming) -> None:
        """Record, decide and answer a message; returns when all of it is durable. A message seen before changes nothing.

        One whose handler fails is set aside with an apology. Raises only when the database is away: then the gateway must
        not confirm the message to its platform.
        """
        lock = f"{self.book.config_town.key}/{incoming.chat}"
        try:
            if incoming.said.document is not None:
                incoming = await self._opened(incoming, lock)
            await self.database.transact(lambda tx: self._decide(tx, incoming), lock=lock)
        except Exception as fault:
            if is_away(fault):
                raise
            await self._failed(incoming, fault)
        self.wake()

    async def ask(self, incoming: Incoming) -> Letter:
        """The same for whoever waits for the answer (a page): it is given back, not sent. Empty for a message seen before.

        Raises only when the database is away.
        """
        lock = f"{self.book.config_town.key}/{incoming.chat}"
        try:
            reply = await self.database.transact(lambda tx: self._decide(tx, incoming, sent=False), lock=lock)
        except Exception as fault:
            if is_away(fault):
                raise
            await self._failed(incoming, fault)
            reply = Letter(texts(incoming.language).say("desk.apology"))
        self.wake()
        return reply or Letter("")

    async def set_aside(self, channel: str, message_id: str, raw: str) -> None:
        """Put on the record what could not even be parsed; whoever wrote it in private gets an apology, if that can be told."""
        await self.database.transact(lambda tx: self._set_aside(tx, channel, message_id, raw))

    async def _opened(self, incoming: Incoming, lock: str) -> Incoming:
        """The message with what is in its document, where that is for us; a message seen before is not opened again."""
        document = incoming.said.document
        if document is None or not await self.database.transact(lambda tx: self._wants(tx, incoming), lock=lock):
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

    def _decide(self, tx: Connection, incoming: Incoming, sent: bool = True) -> Letter | None:
        ledger = Ledger(tx, self.book.config_town.key, self.vault)
        if not _record(ledger, incoming, self.real_now()):
            return None
        if incoming.event != "message":
            self._event(ledger, incoming)
            return None
        now = self.town_now()
        heard = self.front.hear(ledger, self.book.town, incoming, now)
        self.carry_out(ledger, heard if sent else replace(heard, reply=None, reply_to=""), now, incoming)
        return heard.reply

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
            self.post.put(ledger, heard.reply_to, heard.reply, "reply", real_now, Mark(heard.reply_duty, cause))
        changed: set[str] = set()
        besides = (heard.reply_to, *(tell.to for tell in heard.tells))
        for fact in heard.facts:
            if isinstance(fact, DutyOpened):
                self.climber.climb(ledger, self.book.town, fact.duty, now, real_now)
            elif isinstance(fact, DutyMoved):
                changed |= self.climber.boards.refresh(ledger, self.book.town, fact.duty, now, real_now, besides)
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
            case "unblocked" | "joined":
                people.reachable(ledger, incoming.chat, True)

    def _apologise(self, tx: Connection, incoming: Incoming, fault: Exception) -> None:
        ledger = Ledger(tx, self.book.config_town.key, self.vault)
        raw = json.dumps(asdict(incoming), ensure_ascii=False, default=str)
        if not _record(ledger, incoming, self.real_now(), "failed", raw, type(fault).__name__):
            return
        if incoming.chat.partition(":")[0] in self.post.gateways and (incoming.private or incoming.addressed):
            self._say_sorry(ledger, incoming.chat, incoming.sender, f"{incoming.channel}/{incoming.message_id}")

    def _say_sorry(self, ledger: Ledger, chat: str, person: str, cause: str) -> None:
        known = people.find(ledger, person)
        words = texts(known.locale if known and known.locale else self.book.town.locale)
        self.post.put(ledger, chat, Letter(words.say("desk.apology")), "reply", self.real_now(), Mark(cause=cause))

    def _set_aside(self, tx: Connection, channel: str, message_id: str, raw: str) -> None:
        ledger = Ledger(tx, self.book.config_town.key, self.vault)
        row = {
            "town": ledger.town, "channel": channel, "message_id": message_id or f"raw-{self.real_now().timestamp()}",
            "at": self.real_now(), "fate": "unreadable", "raw_sealed": self.vault.seal(raw), "why": "cannot be parsed",
        }  # fmt: skip
        gateway: object = self.post.gateways.get(channel)
        if RECORD.run(tx, row) and isinstance(gateway, Tracing) and (chat := gateway.written_by(raw)):
            self._say_sorry(ledger, chat, chat, f"{channel}/{message_id}")


def _record(
    ledger: Ledger, incoming: Incoming, at: datetime, fate: str = "decided", raw: str = "", why: str = ""
) -> bool:  # fmt: skip
    """Put the message on the record; False when it is there already."""
    row = {
        "town": ledger.town, "channel": incoming.channel, "message_id": incoming.message_id, "at": at, "fate": fate,
        "raw_sealed": ledger.vault.seal(raw) if raw else None, "why": why or None,
    }  # fmt: skip
    return RECORD.run(ledger.tx, row)


def seen(ledger: Ledger, channel: str, message_id: str) -> bool:
    """Whether a message is on the record."""
    query = select(inbox.c.fate).where(
        inbox.c.town == ledger.town, inbox.c.channel == channel, inbox.c.message_id == message_id
    )
    return ledger.tx.execute(query).first() is not None
