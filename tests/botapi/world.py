"""Who there is and what has been said; without it the server could only nod."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import errors
from .errors import ApiError, moved

Json = dict[str, Any]
SUPERGROUPS = -1_000_000_000_000
DOWNLOAD_BYTES = 20 * 1024 * 1024


@dataclass
class User:
    """A synthetic person; ``started`` says whether the bot may write first."""

    id: int
    first_name: str
    language_code: str = "zh-hans"
    username: str | None = None
    started: bool = False
    blocked: bool = False

    def as_user(self) -> Json:
        """As the Bot API shows a sender."""
        name = {"username": self.username} if self.username else {}
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
            **name,
        }

    def as_chat(self) -> Json:
        """As the Bot API shows the private chat with this person."""
        name = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": "private", "first_name": self.first_name, **name}


@dataclass
class Group:
    """A group chat; ``present`` says whether the bot is in it, ``moved_to`` the supergroup it has become."""

    id: int
    title: str
    privacy: bool = True
    present: bool = True
    kicked: bool = False
    moved_to: int | None = None
    topics: tuple[int, ...] = ()
    """The topics it has besides General; a group with any is a forum."""
    members: dict[int, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """group or supergroup."""
        return "supergroup" if self.id < SUPERGROUPS else "group"

    def as_chat(self) -> Json:
        """As the Bot API shows it."""
        return {"id": self.id, "type": self.kind, "title": self.title} | ({"is_forum": True} if self.topics else {})


Chat = User | Group


@dataclass(frozen=True)
class StoredFile:
    """A file with the path it is fetched under."""

    file_id: str
    path: str
    data: bytes

    def as_file(self) -> Json:
        """The members every kind of file has."""
        return {"file_id": self.file_id, "file_unique_id": f"u{self.file_id}", "file_size": len(self.data)}


@dataclass
class Query:
    """A pressed button: who pressed it, and how it was answered."""

    id: str
    user: int
    data: str
    answer: Json | None = None


class World:
    """Chats, messages as they stand, files, pressed buttons."""

    def __init__(self, bot: Json, clock: Callable[[], float] = time.time) -> None:
        self.bot, self.clock = bot, clock
        self.chats: dict[int, Chat] = {}
        self.messages: dict[int, dict[int, Json]] = defaultdict(dict)
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, Query] = {}
        self.commands: list[Json] = []
        self.pinned: dict[int, int] = {}
        self._last_id: dict[int, int] = defaultdict(int)
        self._changed = asyncio.Event()

    def chat(self, given: int | str) -> Chat:
        """The chat a call names. Raises ApiError when there is none."""
        try:
            return self.chats[int(given)]
        except (KeyError, ValueError):
            raise ApiError(400, errors.NO_CHAT) from None

    def writable(self, given: int | str) -> Chat:
        """The chat a call names, if the bot may write there. Raises ApiError."""
        chat = self.chat(given)
        if isinstance(chat, User):
            if chat.blocked:
                raise ApiError(403, errors.BLOCKED)
            if not chat.started:
                raise ApiError(403, errors.NEVER_STARTED)
            return chat
        if chat.moved_to:
            raise moved(chat.moved_to)
        if not chat.present:
            reason = errors.KICKED if chat.kicked else errors.NOT_MEMBER
            raise ApiError(403, reason.format(kind=chat.kind))
        return chat

    def keep(self, chat: Chat, author: Json, content: Json) -> Json:
        """Store a new message and return it. Supergroups count their messages themselves, all others together."""
        counter = chat.id if chat.id < SUPERGROUPS else 0
        self._last_id[counter] += 1
        number = self._last_id[counter]
        message = {
            "message_id": number,
            "date": int(self.clock()),
            "chat": chat.as_chat(),
            "from": author,
            **content,
        }
        self.messages[chat.id][number] = message
        self.stir()
        return message

    def replace(self, message: Json, changes: Json) -> Json:
        """Store a message changed; a change to None takes the member away."""
        new = {name: value for name, value in (message | changes).items() if value is not None}
        self.messages[message["chat"]["id"]][message["message_id"]] = new
        self.stir()
        return new

    def message(self, chat: int, number: int, missing: str) -> Json:
        """A stored message. Raises ApiError with the words given for a missing one."""
        found = self.messages[chat].get(number)
        if found is None:
            raise ApiError(400, missing)
        return found

    def keep_file(self, data: bytes, path: str) -> StoredFile:
        """Store a file under ``path`` with a number put into it."""
        number = len(self.files) + 1
        stored = StoredFile(f"file{number:06}", path.format(number), data)
        self.files[stored.file_id] = stored
        return stored

    def stir(self) -> None:
        """Wake everybody who waits for something to have been said."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def next_change(self) -> None:
        """Return when something has been said, edited, deleted or answered."""
        await self._changed.wait()
