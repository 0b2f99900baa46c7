"""What people do in a chat, as messages; without it every test would write the Bot API's JSON by hand."""

import re
from collections.abc import Iterator
from typing import Any

from .world import Group, Json, World

ANONYMOUS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
_ENTITIES = re.compile(r"(?<!\S)(?P<bot_command>/[A-Za-z0-9_]{1,32}(@\w+)?)|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})")
SERVICE = {
    "new_chat_members",
    "left_chat_member",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "new_chat_title",
}


def text_content(text: str) -> Json:
    """A text, with the commands and mentions in it marked as Telegram marks them (in UTF-16 units)."""
    entities = [
        {"type": found.lastgroup, "offset": _utf16(text[: found.start()]), "length": _utf16(found.group())}
        for found in _found(text)
    ]
    return {"text": text} | ({"entities": entities} if entities else {})


def in_topic(number: int | None) -> Json:
    """What a message shows of the topic it was written in; nothing in General."""
    return {"message_thread_id": number, "is_topic_message": True} if number else {}


def reaches_bot(world: World, group: Group, message: Json) -> bool:
    """Whether a message in a group reaches the bot: with privacy on only what is meant for it does."""
    if not group.present:
        return False
    if not group.privacy or SERVICE & message.keys():
        return True
    answered = message.get("reply_to_message")
    if answered and answered["from"]["id"] == world.bot["id"]:
        return True
    name = world.bot["username"].lower()
    return any(_meant_for(name, found) for found in _found(message.get("text") or message.get("caption") or ""))


def chosen(message: Json, wanted: str) -> Json:
    """The button with this label or data. Raises LookupError naming the buttons there are."""
    buttons = list(buttons_of(message))
    for button in buttons:
        if wanted in (button["text"], button.get("callback_data")):
            return button
    raise LookupError(f"no button {wanted!r}; there are {[button['text'] for button in buttons]}")


def buttons_of(message: Json) -> Iterator[Json]:
    """The buttons under a message, row by row."""
    for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
        yield from row


def bot_membership(world: World, chat: Json, by: Json, old: str, new: str) -> Json:
    """ChatMemberUpdated of the bot itself."""
    return {
        "chat": chat,
        "from": by,
        "date": int(world.clock()),
        "old_chat_member": _status(world.bot, old),
        "new_chat_member": _status(world.bot, new),
    }


def _status(bot: Json, status: str) -> Json:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _found(text: str) -> Iterator[re.Match[str]]:
    return _ENTITIES.finditer(text)


def _meant_for(name: str, found: re.Match[str]) -> bool:
    words = found.group().lower()
    if found.lastgroup == "mention":
        return words == f"@{name}"
    return "@" not in words or words.endswith(f"@{name}")


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def shown_in_reply(message: Json) -> Json:
    """A message as it is shown inside a reply to it: without what it itself replied to."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}


def picked(**members: Any) -> Json:
    """The members that are given."""
    return {name: value for name, value in members.items() if value is not None}
