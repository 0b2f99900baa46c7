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


async def enqueue(updates: Updates, batch: Batch, queued: Callable[[int], None]) -> None:
    """Queue the batch, all at once or so many a second; ``queued`` hears of each chat as its message is queued."""
    start, place = time.perf_counter(), 0
    while place < batch.count:
        due = batch.count
        if batch.per_second:
            due = min(due, int((time.perf_counter() - start) * batch.per_second) + 1)
        now = int(time.time())
        for one in range(place, due):
            number = updates.next_id
            updates.add_encoded(number, encode(batch, one, number, now), batch.chat(one))
            queued(batch.chat(one))
        place = max(place, due)
        if place < batch.count:
            await asyncio.sleep(SLICE)
