"""The letters of a page as they come, over one connection; without it a page would show yesterday until it is opened again.

Each event's ``id`` says how far the page is in every chat it shows, so a browser that reconnects goes on exactly there.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.gateways.web import key_of
from bot.web.doors import Doors, Sorry, doors_of, must_read, own_key, place_of
from rules.town import Address
from storage.mailbox import AT_ONCE, Kept

BEAT = 15.0
"""Seconds after which a quiet connection says that it is alive: phone networks drop one that is silent for a minute."""
AGAIN = 1500
"""Milliseconds after which a browser reconnects."""
MOST_CHATS = 60
NUMBER = re.compile(r"\d{1,18}")
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no", "referrer-policy": "no-referrer"}


@dataclass
class View:
    """What one page looks at: its chats with the number it has of each (None: begin with the latest letters)."""

    at: dict[Address, int | None]
    viewer: Address
    """Whose phone it is."""

    @property
    def cursor(self) -> str:
        """How far the page is, as it will say itself when it comes back."""
        return ",".join(key_of(chat) + ("" if n is None else f"@{n}") for chat, n in self.at.items())


async def stream(request: Request) -> Response:
    """Everything later than the numbers named, then what comes, until the page is closed."""
    doors = doors_of(request)
    view = _view(request)
    for chat in view.at:
        must_read(request, chat)
    return StreamingResponse(_events(doors, view), headers=HEADERS, media_type="text/event-stream")


def _view(request: Request) -> View:
    """The chats of the address; how far each is, from what the browser says it had, else from the address."""
    wanted = request.query_params.getlist("chat")
    if not 0 < len(wanted) <= MOST_CHATS:
        raise Sorry(400, "no_chat")
    had = dict(_numbered(part) for part in request.headers.get("last-event-id", "").split(",") if part)
    at = dict(_numbered(part) for part in wanted)
    at.update({chat: number for chat, number in had.items() if chat in at and number is not None})
    return View(at, f"web:{own_key(request)}")


def _numbered(part: str) -> tuple[Address, int | None]:
    key, _, number = part.partition("@")
    return place_of(key), int(number) if NUMBER.fullmatch(number) else None


async def _events(doors: Doors, view: View) -> AsyncIterator[str]:
    yield f"retry: {AGAIN}\n: hello\n\n"
    with doors.mailbox.listening(tuple(view.at)) as bell:
        bell.rung.update(view.at)
        while not doors.mailbox.closing:
            rung = bell.answer()
            try:
                async for letter in _news(doors, view, rung):
                    yield letter
                async with asyncio.timeout(BEAT):
                    await bell.heard.wait()
            except TimeoutError:
                yield ": beat\n\n"
            except SQLAlchemyError:
                return  # the database is away: the page is let go and comes back by itself, with its numbers


async def _news(doors: Doors, view: View, rung: set[Address]) -> AsyncIterator[str]:
    while rung:
        found = await doors.mailbox.later({chat: view.at[chat] for chat in rung})
        for chat, letters in found.items():
            for letter in letters:
                told, had = shown(doors, view.viewer, chat, letter), view.at[chat]
                if had is not None and letter.changed <= had:
                    told["anew"] = True  # what the page shows is of a time before a backup was restored
                view.at[chat] = letter.changed
                yield f"id: {view.cursor}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"
        rung = {chat for chat, letters in found.items() if len(letters) >= AT_ONCE}


def shown(doors: Doors, viewer: Address, chat: Address, letter: Kept) -> dict[str, object]:
    """A letter as a page gets it. A person's address is the key to their chat: others see a name made from it instead."""
    body, own = letter.body, letter.sender == viewer or doors.demo is not None
    sender = key_of(letter.sender) if own or not letter.sender else f"~{doors.mailbox.vault.lookup(letter.sender)[:12]}"
    return {
        "chat": key_of(chat), "seq": letter.changed, "place": letter.seq, "id": letter.id,
        "from": "person" if letter.sender else "bot", "sender": sender, "name": body.get("name", ""),
        "text": body["text"], "rows": body["rows"], "picture": body["picture"], "attachments": body["attachments"],
        "at": letter.at.astimezone(doors.town().zone).isoformat(), "edited": letter.edited, "dead": letter.dead,
    }  # fmt: skip
