"""Many villagers writing at once; without it a bench would measure how fast it can invent messages."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from .updates import Updates

SLICE = 0.01
"""Seconds between portions when a batch is spread over time."""


@dataclass(frozen=True)
class Batch:
    """``count`` texts from ``chats`` private chats in turn; each chat goes through ``texts`` from the first on."""

    count: int
    chats: int = 100
    first_chat: int = 1000
    texts: tuple[str, ...] = ("菜单",)
    per_second: float = 0.0
    in_flight: int = 0
    """So many unanswered at once, the next when one is answered; 0: all at once, or ``per_second``."""

    def text(self, place: int) -> str:
        """The text of one message of the batch."""
        return self.texts[(place // self.chats) % len(self.texts)]

    def chat(self, place: int) -> int:
        """The chat of one message of the batch."""
        return self.first_chat + place % self.chats


def encode(batch: Batch, place: int, number: int, now: int) -> bytes:
    """One update as it goes over the wire."""
    chat, text = batch.chat(place), batch.text(place)
    person = f'"id":{chat},"first_name":"Villager {chat}"'
    return (
        f'{{"update_id":{number},"message":{{"message_id":{number},"date":{now},'
        f'"chat":{{{person},"type":"private"}},"from":{{{person},"is_bot":false,"language_code":"zh-hans"}},'
        f'"text":{json.dumps(text, ensure_ascii=False)}}}}}'
    ).encode()


def queue_one(updates: Updates, batch: Batch, place: int, queued: Callable[[int], None]) -> None:
    """Queue one message of the batch now."""
    number, chat = updates.next_id, batch.chat(place)
    queued(chat)
    updates.add_encoded(number, encode(batch, place, number, int(time.time())), chat)


async def enqueue(updates: Updates, batch: Batch, queued: Callable[[int], None]) -> None:
    """Queue the batch, all at once or so many a second; ``queued`` hears of each chat as its message is queued."""
    start, place = time.perf_counter(), 0
    while place < batch.count:
        due = batch.count
        if batch.per_second:
            due = min(due, int((time.perf_counter() - start) * batch.per_second) + 1)
        for one in range(place, due):
            queue_one(updates, batch, one, queued)
        place = max(place, due)
        if place < batch.count:
            await asyncio.sleep(SLICE)
