"""Reads the update that is by far the commonest, words and nothing else, straight from its JSON; without it the typed
client would look for every field Telegram knows in each of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.gateways.telegram.parse import GROUPS, Me, address
from bot.gateways.telegram.text import clean
from chat.incoming import Incoming, Said

UPDATE = frozenset(("update_id", "message"))
MESSAGE = frozenset(("message_id", "date", "chat", "from", "text"))
"""A message with exactly these is read here. Any other field may change what it means: it is the typed client's."""
LATEST = 2**37
"""Seconds: a date later than the year 6000 is a mistake, and the typed client's to judge."""


def read_plain(raw: Any, me: Me) -> Incoming | None:
    """The same as ``parse_update`` reads; None for all that is not plain words of a person."""
    if not isinstance(raw, dict) or raw.keys() != UPDATE or not _is_plain(raw["message"], me):
        return None
    number, message = raw["update_id"], raw["message"]
    chat, user = message["chat"], message["from"]
    if type(number) is not int:
        return None
    private = chat["type"] == "private"
    last = user.get("last_name")
    return Incoming(
        channel="telegram",
        message_id=f"u{number}",
        chat=address(chat["id"]),
        sender=address(user["id"]),
        private=private,
        said=Said(clean(message["text"])),
        at=datetime.fromtimestamp(message["date"], UTC),
        sender_name=clean(f"{user['first_name']} {last}" if last else user["first_name"]),
        language=user.get("language_code") or "",
        addressed=private,
    )


def _is_plain(message: Any, me: Me) -> bool:
    if not isinstance(message, dict) or message.keys() != MESSAGE:
        return False
    date, chat, user = message["date"], message["chat"], message["from"]
    if not (type(date) is int and 0 < date < LATEST and isinstance(message["text"], str) and message["text"]):
        return False
    return _is_chat(chat) and _is_person(user) and user["id"] != me.id


def _is_chat(chat: Any) -> bool:
    return isinstance(chat, dict) and type(chat.get("id")) is int and chat.get("type") in ("private", *GROUPS)


def _is_person(user: Any) -> bool:
    if not isinstance(user, dict) or type(user.get("id")) is not int or user.get("is_bot") is not False:
        return False
    return _is_text(user, "first_name") and all(
        name not in user or _is_text(user, name) for name in ("last_name", "language_code")
    )


def _is_text(of: Mapping[str, Any], name: str) -> bool:
    return isinstance(of.get(name), str)
