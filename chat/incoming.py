"""What a person did in a chat, the same whatever messenger it came through; without it every gateway would invent its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Attachment:
    """A photo or voice message by the gateway's own reference (a Telegram file_id, a web upload's key)."""

    kind: Literal["photo", "voice"]
    ref: str


@dataclass(frozen=True)
class Document:
    """A file that is neither photo nor voice, by the gateway's own reference; ``size`` in bytes, 0 when the messenger is
    silent about it."""

    ref: str
    name: str = ""
    size: int = 0


Page = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """What stands in a document that is a table: pages of rows of texts, as the bot has read them before the message is decided.
    ``trouble`` names why nothing could be read (too_large, too_many, no_sheet, broken, locked, out_of_reach)."""

    name: str = ""
    pages: tuple[Page, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Said:
    """What was said in one message: words (or a caption), a pressed button's data, or something attached."""

    text: str = ""
    button: str = ""
    attachment: Attachment | None = None
    location: tuple[float, float] | None = None
    """Latitude and longitude in degrees."""
    phone: str = ""
    """The number of a shared contact."""
    document: Document | None = None
    sheet: Sheet | None = None
    """What is in the document, where it was opened for this message."""


@dataclass(frozen=True)
class Incoming:
    """One message as it reached a gateway. ``message_id`` is the gateway's own and makes a second arrival harmless."""

    channel: str
    message_id: str
    chat: str
    """The address of the chat, ``channel:id``."""
    sender: str
    """The address of the person; equal to ``chat`` in a private chat."""
    private: bool
    said: Said
    at: datetime
    sender_name: str = ""
    language: str = ""
    """What the messenger says of the person's language, such as ``zh-hans`` or ``en``; empty when unknown."""
    addressed: bool = True
    """In a group: whether it was meant for the bot (command, mention, reply to the bot, button)."""
    edited: bool = False
    reply_to: str = ""
    """The platform's id of the message it answers, as returned by a delivery."""
    album: str = ""
    """Which pictures were sent together with this one, in the messenger's own words; empty for one alone."""
    topic: str = ""
    """The part of the chat it was said in, in the messenger's own words; empty where a chat has none."""
    answer: str = ""
    """What the gateway needs to answer a pressed button at once (a callback query's id)."""
    event: Literal["message", "moved", "joined", "left", "blocked", "unblocked"] = "message"
    moved_to: str = ""
    """With ``event='moved'``: the chat's new address (a group that became a supergroup)."""
