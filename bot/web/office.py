"""Whoever is signed in, and what they may see; without it every page of the board would have to find that out for itself."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from bot.desk import Desk
from bot.hearing import Hearing, hearing_of
from bot.mailbox import DatabaseMailbox
from bot.web import pages
from bot.web.doors import doors_of, words_of
from bot.web.lookout import Lookout
from chat.incoming import Incoming, Said
from rules.seeing import has_realm
from rules.town import Address
from storage import sign_ins
from storage.ledger import Ledger

SESSION = "cunshao_in"
T = TypeVar("T")


@dataclass
class Office:
    """What the pages of those who work need besides the doors. ``real_now`` is the machine's clock: sign-ins live by it."""

    desk: Desk
    mailbox: DatabaseMailbox
    real_now: Callable[[], datetime]
    lookout: Lookout = field(init=False)

    def __post_init__(self) -> None:
        self.lookout = Lookout(self.mailbox, self.real_now)

    async def person(self, session: str) -> Address:
        """Who is signed in with this session's token; empty when nobody is."""
        now = self.real_now()
        return await self.mailbox.do(lambda ledger: sign_ins.signed_in(ledger, session, now)) if session else ""

    async def see(self, person: Address, locale: str, look: Callable[[Hearing], T]) -> T | None:
        """What ``look`` makes of this person's hearing, in one transaction; None when they may see nothing (any more)."""
        now = self.desk.town_now()

        def work(ledger: Ledger) -> T | None:
            hearing = hearing_of(ledger, self.desk.book.town, self.spoken(person, locale), now)
            return look(hearing) if hearing.context.staff and has_realm(hearing.context) else None

        return await self.mailbox.do(work)

    def spoken(self, person: Address, locale: str, button: str = "", message: str = "") -> Incoming:
        """As if this person had pressed a button in a private chat of the board's own: no form that is open in a messenger gets in
        the way, and the history says that the move was made here."""
        return Incoming(
            "web", message, f"board:{person}"[:160], person, True, Said(button=button), self.real_now(), language=locale
        )  # fmt: skip


def office_of(request: Request) -> Office:
    """The office behind these doors; where there is none its paths do not exist."""
    office = doors_of(request).office
    assert office is not None
    return office


def session_of(request: Request) -> str:
    """The token this browser shows."""
    return request.cookies.get(SESSION, "")[:100]


async def whose(request: Request) -> Address:
    """Who is signed in on this browser; empty when nobody is."""
    return await office_of(request).person(session_of(request))


def outside(request: Request, block: str = "how_in") -> Response:
    """The page for whoever is not signed in: how to get in. A script that asked for a part of a page opens all of it."""
    answer = pages.page(request, "signed-out.html", status=403, block=block, town=doors_of(request).town().name)
    if request.headers.get("hx-request"):
        answer.headers["hx-redirect"] = "/board"
    return answer


def in_page(request: Request, name: str, **values: Any) -> Response:
    """A page for whoever is signed in."""
    words, town = words_of(request), doors_of(request).town()
    kinds = {key: said[0] for key, said in words.options("duty.names").items()}
    return pages.page(request, name, town=town.name, kinds=kinds, nonce=secrets.token_urlsafe(12), **values)
