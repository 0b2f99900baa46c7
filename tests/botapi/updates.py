"""What waits to be told to the bot; without it a lost or doubled update is never noticed."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import errors
from .errors import ApiError

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True)
class Waiting:
    """One update as it goes over the wire, with the chat whose order it keeps."""

    id: int
    body: bytes
    lane: int


class Updates:
    """Updates in order until they are confirmed, once and for ever."""

    def __init__(self, first_id: int = 1) -> None:
        self._queue: dict[int, Waiting] = {}
        self._next = first_id
        self._allowed: frozenset[str] = frozenset()
        self._polls = 0
        self._arrived = asyncio.Event()
        self._stopped = ""

    def __len__(self) -> int:
        return len(self._queue)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._queue.values())

    def allow(self, kinds: list[str] | None) -> None:
        """Which kinds are told from now on; None leaves it, an empty list is the default set."""
        if kinds is not None:
            self._allowed = frozenset(kinds)

    def add(self, kind: str, content: dict[str, Any]) -> int | None:
        """Queue an update and return its id; None when its kind is not wanted."""
        if kind not in self._allowed if self._allowed else kind in NOT_BY_DEFAULT:
            return None
        return self.add_raw({kind: content})

    def add_raw(self, update: Any) -> int:
        """Queue anything at all; an object without update_id gets the next one."""
        number = self._next
        if isinstance(update, dict):
            update = {"update_id": number, **update}
            number = update["update_id"] if isinstance(update["update_id"], int) else number
        body = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
        return self.add_encoded(number, body, _lane(update))

    def add_encoded(self, number: int, body: bytes, lane: int) -> int:
        """Queue what is encoded already."""
        self._queue[number] = Waiting(number, body, lane)
        self._next = max(self._next, number + 1)
        self.wake()
        return number

    @property
    def next_id(self) -> int:
        """The id the next update will get."""
        return self._next

    def confirm(self, offset: int) -> None:
        """Forget all before ``offset``; a negative one keeps only that many of the newest."""
        if offset < 0:
            keep = set(list(self._queue)[offset:])
            self._queue = {number: one for number, one in self._queue.items() if number in keep}
        elif offset:
            for number in list(itertools.takewhile(lambda one: one < offset, self._queue)):
                del self._queue[number]

    def done(self, number: int) -> None:
        """Forget one."""
        self._queue.pop(number, None)

    def clear(self) -> None:
        """Forget all."""
        self._queue.clear()

    def wake(self) -> None:
        """Let those who wait look again."""
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()

    async def more(self) -> None:
        """Return when something may have changed."""
        await self._arrived.wait()

    def end_polls(self, description: str) -> None:
        """End the long poll under way with 409 and these words."""
        self._stopped = description
        self._polls += 1
        self.wake()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[bytes]:  # noqa: ASYNC109 - Telegram's name
        """Long poll; a newer poll ends the older one, which raises ApiError 409."""
        self.end_polls(errors.OTHER_POLL)
        mine = self._polls
        self.confirm(offset)
        clock = asyncio.get_running_loop().time
        until = clock() + timeout
        while not self._queue and mine == self._polls and (left := until - clock()) > 0:
            await _either(self.more(), left)
        if mine != self._polls:
            raise ApiError(409, self._stopped)
        return [one.body for one in itertools.islice(self._queue.values(), limit)]


async def _either(work: Any, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        pass


def _lane(update: Any) -> int:
    """The chat an update belongs to; 0 for one that names none."""
    for content in update.values() if isinstance(update, dict) else ():
        if isinstance(content, dict):
            content = content.get("message", content)
            chat = content.get("chat") if isinstance(content, dict) else None
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return int(chat["id"])
    return 0
