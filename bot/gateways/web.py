"""Our own page as a messenger; without it a village would need an account at somebody else's before its sentry could speak."""

import asyncio
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.gateways import Accepted, Borrow, Call, Receive, Refused, Result, SetAside, TryLater, elsewhere
from bot.gateways.posting import clean
from bot.mailbox import DatabaseMailbox
from bot.texts import LOCALES, texts
from chat.incoming import Attachment, Document, Incoming, Said
from chat.letter import Letter, Rows
from storage.database import is_away
from storage.ledger import Ledger
from storage.mailbox import Stored

log = structlog.get_logger()

CHANNEL = "web"
LONGEST = 4000
"""Characters of a typed message."""
LONGEST_NAME = 120
"""Characters of a file's name."""
AWAY = 2.0
"""Seconds until the database is tried again."""
LATER = 10.0
"""Seconds until a file of another channel, which is out of reach, is asked for again."""
BORROWED = {"photo": "image/jpeg", "voice": "audio/ogg"}
"""What a messenger's photos and voice messages are."""
KEY = re.compile(r"[A-Za-z0-9_-]{1,120}")
MESSAGE_ID = re.compile(r"[A-Za-z0-9_.:-]{8,64}")
QUICK = ("t:", "open:")
"""The data of buttons that answer a question or choose from the menu: once anything is said they are spent."""


class Unfit(ValueError):
    """What was sent cannot be a message; ``block`` names the words that say why."""

    def __init__(self, block: str, **values: object) -> None:
        super().__init__(block)
        self.block, self.values = block, values


def address(key: str) -> str:
    """The address of a chat or person of the web chat. Raises Unfit for what is no key."""
    if not KEY.fullmatch(key):
        raise Unfit("bad_key")
    return f"{CHANNEL}:{key}"


def key_of(place: str) -> str:
    """The key in ``web:<key>``."""
    return place.removeprefix(f"{CHANNEL}:")


@dataclass
class WebGateway:
    """The page's side of the outbox. What people write reaches the desk through ``bot.web``, which parses it here."""

    mailbox: DatabaseMailbox
    channel: str = CHANNEL
    borrow: Borrow | None = None

    def parse(self, raw: Mapping[str, Any]) -> Sequence[Incoming]:
        """What was said, from the JSON of ``/api/say`` (with ``kind`` of its file and ``at``). Raises Unfit."""
        chat, sender = address(_text(raw, "chat")), address(_text(raw, "sender"))
        message = _text(raw, "id")
        if not MESSAGE_ID.fullmatch(message):
            raise Unfit("bad_id")
        text, called = _called(_text(raw, "text").strip())
        said, reply = _said(raw, text), _text(raw, "reply_to")
        addressed = chat == sender or called or bool(said.button or reply) or text.startswith("/")
        language = _text(raw, "locale")[:8]
        at = raw.get("at") or datetime.now(UTC)
        incoming = Incoming(self.channel, message, chat, sender, chat == sender, said, at, language=language,
                            addressed=addressed, reply_to=reply)  # fmt: skip
        return (incoming,)

    def render(self, address: str, letter: Letter) -> Sequence[Call]:
        """A page takes a letter of any length as it is; an empty one makes no call."""
        if not (letter.text.strip() or letter.buttons or letter.picture or letter.attachments):
            return ()
        borrowed = [pair for pair in letter.attachments if elsewhere(CHANNEL, pair[1])]
        return (_call(letter), *(_call(Letter("")) | {"borrowed": list(pair), "beside": True} for pair in borrowed))

    def edit(self, address: str, message_id: str, letter: Letter) -> Call | None:
        """The same letter, saying something else."""
        return {"method": "edit", "letter": message_id, **_call(letter)}

    def forget(self, ledger: Ledger, chat: str, since: datetime) -> None:
        """Erase a chat's letters from a time on: where a tip was written nothing of it stays."""
        self.mailbox.forget(ledger, chat, since)

    async def fetch_file(self, ref: str) -> bytes:
        """What somebody uploaded. Raises ValueError when it is not there, ConnectionError when the database is away."""
        fault: Exception = ValueError("no such file")
        try:
            if (file := await self.mailbox.file_in(ref, None)) is not None:
                return file.content
        except SQLAlchemyError as away:
            if not is_away(away):
                raise
            fault = ConnectionError(type(away).__name__)
        raise fault

    async def listen(self, receive: Receive, set_aside: SetAside) -> None:
        """What people write comes through the pages; here only what other processes put into the boxes is looked for."""
        await self.mailbox.look_out()

    async def deliver(self, call: Call) -> Result:
        """Put the letter into its box; the same outbox row twice is one letter, so it can simply be tried again."""
        try:
            return await self._deliver(call)
        except SQLAlchemyError as fault:
            if not is_away(fault):
                raise
            return TryLater(AWAY, type(fault).__name__)

    async def _deliver(self, call: Call) -> Result:
        if call.get("borrowed"):
            return await self._show_borrowed(call, *call["borrowed"])
        chat = str(call["address"])
        body = {name: call[name] for name in ("text", "rows", "attachments")}
        quick = any(button["data"].startswith(QUICK) for row in body["rows"] for button in row)
        if call.get("method") == "edit":
            letter = str(call["letter"])
            there = await self.mailbox.edit(chat, letter, {**body, "picture": ""}, quick)
            return Accepted(letter) if there else Refused("no such letter")
        picture = await self._picture(chat, str(call["picture"])) if call["picture"] else ""
        files = [ref for _, ref in body["attachments"]] + [picture] * bool(picture)
        await self.mailbox.put(chat, str(call["row"]), "", {**body, "picture": picture}, quick, files)
        return Accepted(str(call["row"]))

    async def _show_borrowed(self, call: Call, kind: str, ref: str) -> Result:
        """A photo or voice message of another channel, copied into the boxes: an open page can show only what is here."""
        try:
            content = await self.borrow(ref) if self.borrow else b""
        except ConnectionError as fault:
            return TryLater(LATER, type(fault).__name__)
        except ValueError as fault:
            return Refused(str(fault))
        chat, key = str(call["address"]), secrets.token_urlsafe(24)
        await self.mailbox.store(Stored(key, chat, "", kind, BORROWED[kind], content))
        body = {"text": "", "rows": [], "picture": "", "attachments": [[kind, key]]}
        await self.mailbox.put(chat, str(call["row"]), "", body, False, [key])
        return Accepted(str(call["row"]))

    def pace(self, address: str) -> tuple[float, int, float]:
        """As fast as the database takes them."""
        return 0.0, 0, 0.0

    async def close(self) -> None:
        """Let the open pages go."""
        self.mailbox.hang_up()

    async def _picture(self, chat: str, path: str) -> str:
        """Our own picture, copied into the boxes; its words go out even when it is gone."""
        try:
            content = await asyncio.to_thread(Path(path).read_bytes)
        except OSError as fault:
            log.warning("a picture is gone", fault=type(fault).__name__)
            return ""
        key = secrets.token_urlsafe(24)
        await self.mailbox.store(Stored(key, chat, "", "photo", "image/png", content))
        return key


def _call(letter: Letter) -> dict[str, Any]:
    return {"text": letter.text, "rows": _rows(letter.buttons), "picture": letter.picture,
            "attachments": [[kind, key_of(ref)] for kind, ref in letter.attachments if not elsewhere(CHANNEL, ref)]}  # fmt: skip


def _rows(rows: Rows) -> list[list[dict[str, str]]]:
    return [[{"label": b.label, "data": b.data, "url": b.url} for b in row] for row in rows]


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str):
        raise Unfit("not_text")
    return clean(value)


def _said(raw: Mapping[str, Any], text: str) -> Said:
    if len(text) > LONGEST:
        raise Unfit("too_long", longest=LONGEST)
    kind, file = _text(raw, "kind"), _text(raw, "file")
    sort: Literal["photo", "voice"] = "voice" if kind == "voice" else "photo"
    sheet = Document(file, _text(raw, "file_name")[:LONGEST_NAME]) if file and kind == "sheet" else None
    said = Said(text, _text(raw, "button")[:64], Attachment(sort, address(file)) if file and not sheet else None,
                _place(raw.get("location")), _text(raw, "phone")[:40], sheet)  # fmt: skip
    if said == Said():
        raise Unfit("empty")
    return said


def _place(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        lat, lon = float(value["lat"]), float(value["lon"])
    except (TypeError, KeyError, ValueError):
        raise Unfit("bad_place") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Unfit("bad_place")
    return round(lat, 5), round(lon, 5)


def _called(text: str) -> tuple[str, bool]:
    """The words without the bot's own name, and whether it was called by it (@村哨 家里没米了)."""
    for locale in LOCALES:
        for name in texts(locale).options("web.bot_names")["name"]:
            mark = f"@{name}"
            if text.startswith(mark):
                return text.removeprefix(mark).strip(), True
            if text.endswith(mark):
                return text.removesuffix(mark).strip(), True
    return text, False
