"""Reads one raw Telegram update; without it an update that cannot be read would stop those that came with it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Contact, Message, MessageEntity, Update

from bot.gateways.telegram.text import clean
from chat.incoming import Attachment, Document, Incoming, Said

GROUPS = ("group", "supergroup")
COMMAND = re.compile(r"(?P<name>/\w+)(?:@(?P<owner>\w+))?")
IN_PRIVATE: Mapping[bool, Literal["unblocked", "blocked"]] = {True: "unblocked", False: "blocked"}
IN_GROUP: Mapping[bool, Literal["joined", "left"]] = {True: "joined", False: "left"}


@dataclass(frozen=True)
class Me:
    """The bot's own account: what makes a mention, a command or a reply its own."""

    id: int
    username: str = ""


def parse_update(raw: Mapping[str, Any], me: Me, now: datetime) -> list[Incoming]:
    """What somebody did, from one raw update: one item, or none when it is nothing for us (a channel's post, a bot).

    ``now`` dates a pressed button, which has no time of its own. Raises ValueError, without the update's
    content in its words, when it cannot be read.
    """
    try:
        update = Update.de_json(dict(raw), None)
        return _read(update, me, now)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError) as error:
        kind = type(error).__name__
    raise ValueError(f"not a readable update ({kind})")


def written_by(raw: str) -> str:
    """Who wrote an update in private that cannot be read as a whole, by the little that is needed for it; or nothing."""
    try:
        update = json.loads(raw)
        message = next(update[kind] for kind in ("message", "edited_message") if kind in update)
        chat, user = message["chat"], message["from"]
        in_private = chat["type"] == "private" and user["is_bot"] is False and type(chat["id"]) is int
    except (ValueError, LookupError, TypeError, StopIteration, RecursionError):
        return ""
    return address(chat["id"]) if in_private else ""


def address(number: int) -> str:
    """The address of a Telegram chat or person."""
    return f"telegram:{number}"


def _read(update: Update, me: Me, now: datetime) -> list[Incoming]:
    mark = f"u{int(update.update_id)}"
    if update.message:
        return _from_message(update.message, me, mark, edited=False)
    if update.edited_message:
        return _from_message(update.edited_message, me, mark, edited=True)
    if update.callback_query:
        return [_from_button(update.callback_query, mark, now)]
    if update.my_chat_member:
        return _from_membership(update.my_chat_member, mark)
    return []


def _from_message(message: Message, me: Me, mark: str, edited: bool) -> list[Incoming]:
    if message.migrate_to_chat_id or message.migrate_from_chat_id:
        return [_from_move(message, mark)]
    if _not_a_person(message, me) or (edited and _is_live(message)):
        return []  # a live location is edited every few seconds: its first message is enough
    sender, name, language = _who(message)
    text, called = _words(message, me)
    reply_to = _reply_to(message, me)
    private = message.chat.type == "private"
    incoming = Incoming(
        channel="telegram",
        message_id=mark,
        chat=address(message.chat.id),
        sender=sender,
        private=private,
        said=_said(message, text, edited),
        at=(message.edit_date if edited else None) or message.date,
        sender_name=name,
        language=language,
        addressed=private or called or bool(reply_to),
        edited=edited,
        reply_to=reply_to,
        album=clean(message.media_group_id or ""),
        topic=_topic(message),
    )
    return [incoming]


def _not_a_person(message: Message, me: Me) -> bool:
    """A channel, its post copied into the linked group, or a bot; an anonymous admin is a person although Telegram
    names a bot as the author."""
    if message.chat.type == "channel" or message.is_automatic_forward:
        return True
    user = message.from_user
    return user is not None and (user.id == me.id or (user.is_bot and message.sender_chat is None))


def _is_live(message: Message) -> bool:
    """Asked of the JSON: the library's attribute warns whenever it is read."""
    return message.location is not None and "live_period" in message.location.to_dict()


def _who(message: Message) -> tuple[str, str, str]:
    """Address, name and language of the author; a group's anonymous admin speaks as the group."""
    if behind := message.sender_chat:
        return address(behind.id), clean(message.author_signature or behind.effective_name or ""), ""
    if user := message.from_user:
        return address(user.id), clean(user.full_name or ""), user.language_code or ""
    return address(message.chat.id), "", ""


def _said(message: Message, text: str, edited: bool) -> Said:
    """What was said; a sticker or a service message is a Said with nothing in it. A file counts when it is sent, not again
    when its caption is edited."""
    place = message.location or (message.venue.location if message.venue else None)
    return Said(
        text=text,
        attachment=_attachment(message),
        location=(place.latitude, place.longitude) if place else None,
        phone=_phone(message.contact),
        document=None if edited else _document(message),
    )


def _attachment(message: Message) -> Attachment | None:
    if message.photo:
        return Attachment("photo", f"telegram:{max(message.photo, key=lambda size: size.width * size.height).file_id}")
    if message.voice:
        return Attachment("voice", f"telegram:{message.voice.file_id}")
    return None


def _document(message: Message) -> Document | None:
    """A file; a moving picture is told as one too, and is none."""
    found = message.document
    if found is None or message.animation:
        return None
    return Document(found.file_id, clean(found.file_name or ""), found.file_size or 0)


def _phone(contact: Contact | None) -> str:
    return clean(contact.phone_number) if contact else ""


def _words(message: Message, me: Me) -> tuple[str, bool]:
    """The text or caption without the bot's own name, and whether the bot was called by a command or by name."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    if not entities:
        return clean(text), False
    bare, mentioned = _without_mentions(text, entities, me)
    if bare.startswith("/") and any(entity.type == MessageEntity.BOT_COMMAND for entity in entities):
        bare, ours = _own_command(bare, me)
        return clean(bare), mentioned or ours
    return clean(bare), mentioned


def _own_command(text: str, me: Me) -> tuple[str, bool]:
    """``/need@OurBot rice`` as ``/need rice``; one that names another bot stays as it is and is not ours."""
    found = COMMAND.match(text)
    if not found:
        return text, False
    if found["owner"] and found["owner"].lower() != me.username.lower():
        return text, False
    return found["name"] + text[found.end() :], True


def _without_mentions(text: str, entities: Sequence[MessageEntity], me: Me) -> tuple[str, bool]:
    """The text without mentions of the bot, and whether there was one. Entities count in UTF-16 units."""
    wide = text.encode("utf-16-le", "surrogatepass")
    kept, start = [], 0
    for entity in sorted(entities, key=lambda entity: entity.offset):
        first, last = 2 * entity.offset, 2 * (entity.offset + entity.length)
        if first >= start and _is_mention(entity, wide[first:last], me):
            kept.append(wide[start:first])
            start = last
    if not kept:
        return text, False
    pieces = [piece.decode("utf-16-le", "surrogatepass").strip(" ") for piece in (*kept, wide[start:])]
    return " ".join(piece for piece in pieces if piece).strip(), True


def _is_mention(entity: MessageEntity, written: bytes, me: Me) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    if entity.type != MessageEntity.MENTION or not me.username:
        return False
    return written.decode("utf-16-le", "surrogatepass").lower() == f"@{me.username}".lower()


def _topic(message: Message) -> str:
    """The topic of a group that has such. Elsewhere a thread is a chain of replies, in which nothing can be sent."""
    return str(message.message_thread_id) if message.is_topic_message and message.message_thread_id else ""


def _reply_to(message: Message, me: Me) -> str:
    """The id of the bot's message that this one answers; the head of a topic, to which all in it "reply", is none."""
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created or not answered.from_user or answered.from_user.id != me.id:
        return ""
    return str(answered.message_id)


def _from_button(query: CallbackQuery, mark: str, now: datetime) -> Incoming:
    """A pressed button, answering the bot's message it hangs on (it may be too old to show more than its id)."""
    user, message = query.from_user, query.message
    return Incoming(
        channel="telegram",
        message_id=mark,
        chat=address(message.chat.id if message else user.id),
        sender=address(user.id),
        private=message is None or message.chat.type == "private",
        said=Said(button=clean(query.data or "")),
        at=now,
        sender_name=clean(user.full_name or ""),
        language=user.language_code or "",
        reply_to=str(message.message_id) if message else "",
        topic=_topic(message) if isinstance(message, Message) else "",
        answer=query.id,
    )


def _from_membership(change: ChatMemberUpdated, mark: str) -> list[Incoming]:
    """The bot blocked or unblocked by a person, taken into a group or put out; a mere change of rights is nothing."""
    chat, user = change.chat, change.from_user
    was, now_in = _inside(change.old_chat_member), _inside(change.new_chat_member)
    private = chat.type == "private"
    if was == now_in or not (private or chat.type in GROUPS):
        return []
    incoming = Incoming(
        channel="telegram",
        message_id=mark,
        chat=address(chat.id),
        sender=address(user.id),
        private=private,
        said=Said(),
        at=change.date,
        sender_name=clean(user.full_name or ""),
        language=user.language_code or "",
        event=IN_PRIVATE[now_in] if private else IN_GROUP[now_in],
    )
    return [incoming]


def _inside(member: ChatMember) -> bool:
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status not in (ChatMember.LEFT, ChatMember.BANNED)


def _from_move(message: Message, mark: str) -> Incoming:
    """A group that became a supergroup: Telegram says so in the old chat and in the new one; both read the same."""
    old = message.migrate_from_chat_id or message.chat.id
    new = message.migrate_to_chat_id or message.chat.id
    sender, name, language = _who(message)
    return Incoming(
        channel="telegram",
        message_id=mark,
        chat=address(old),
        sender=sender,
        private=False,
        said=Said(),
        at=message.date,
        sender_name=name,
        language=language,
        event="moved",
        moved_to=address(new),
    )
