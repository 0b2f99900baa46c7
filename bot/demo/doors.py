"""The demo's paths: the page, the clock, the drawer and the town's list; without it the demo could be thought of, not opened."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.demo.behind import Teller
from bot.demo.cast import find_phones, first_phones
from bot.demo.clock import Malformed, Order, now_text, obey, read_order, standing, tomorrow
from bot.texts import LOCALES, Texts
from bot.web.doors import LANGUAGE, words_of
from bot.web.pages import page, phone_words
from bot.wiring import ROUTES
from chat.form import Form

LONGEST_ORDER = 1000
"""Bytes of a clock order; a longer one is not read."""
SUGGESTIONS = ("return", "need", "fever")


@dataclass
class DemoDoors:
    """The doors of one running town."""

    app: App
    spoken: bool = False
    """Whether a page has been opened since the program runs."""
    forms: Mapping[str, Form] = field(default_factory=lambda: {n: c.form for n, c in ROUTES.conversations.items()})

    def routes(self) -> Sequence[BaseRoute]:
        """The paths, for whoever serves the pages."""
        return [
            Route("/", self.page, methods=["GET"]),
            Route("/demo/clock", self.clock, methods=["GET", "POST"]),
            Route("/demo/behind", self.behind, methods=["GET"]),
            Route("/demo/people", self.people, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        """The town in a box."""
        self._speak(request)
        words, town = words_of(request), self.app.book.town
        return page(
            request, "demo.html", town=town.name, phones=first_phones(town, words), suggestions=SUGGESTIONS,
            script=_script_words(words), phone_words=phone_words(words), now=now_text(self.app), zone=town.zone.key,
        )  # fmt: skip

    async def clock(self, request: Request) -> Response:
        """GET reads the clock; POST moves it, and answers once everything due in between is decided and sent."""
        words = words_of(request)
        if request.method == "POST":
            try:
                await obey(self.app, await _order(request))
            except Malformed as why:
                return JSONResponse({"error": words.say(f"demo.{why.block}")}, 400)
            return JSONResponse({"now": now_text(self.app)})
        return JSONResponse({**await standing(self.app, words), "tomorrow": tomorrow(self.app)})

    async def behind(self, request: Request) -> Response:
        """The clock, the way of the last message and of the duty touched last: all that the page shows around the phones."""
        words = words_of(request)
        self._speak(request)
        clock = {**await standing(self.app, words), "tomorrow": tomorrow(self.app)}
        # Read after the clock, so that what is shown is never older than the time above it.
        seen = await self.app.database.transact(lambda tx: self._look(tx, words))
        return JSONResponse({"clock": clock, **seen})

    async def people(self, request: Request) -> Response:
        """More phones from the town's list: ``?q=`` searches names, roles and villages."""
        found, count = find_phones(self.app.book.town, words_of(request), request.query_params.get("q", "")[:80])
        return JSONResponse({"phones": found, "count": count})

    def _look(self, tx: Connection, words: Texts) -> dict[str, Any]:
        teller = Teller(self.app.ledger(tx), self.app.book.town, words, self.app.clock.now(), self.forms)
        return {"message": asdict(teller.message()), "duty": asdict(teller.duty())}

    def _speak(self, request: Request) -> None:
        """The town's groups and offices speak the language of the page: a newcomer is to understand all of the phones, not
        those of the people alone. It is the first page's, or what the switch (``?lang=``) asked for since; who merely looks
        in with another browser changes nothing."""
        book, locale = self.app.book, words_of(request).locale
        opened = request.url.path == "/"  # the drawer's own question names its language too, once a second
        switched = opened and request.query_params.get(LANGUAGE) in LOCALES
        if (switched or not self.spoken) and book.town.locale != locale:
            book.config_town = replace(book.config_town, locale=locale)  # type: ignore[arg-type]
            book.town = replace(book.town, locale=locale)  # type: ignore[arg-type]
        self.spoken = self.spoken or opened


def demo_doors(app: App) -> DemoDoors:
    """The doors through which the demo is tried."""
    return DemoDoors(app)


async def _order(request: Request) -> Order:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_ORDER:
            raise Malformed("clock_malformed")
    return read_order(body)


def _script_words(words: Texts) -> dict[str, str]:
    """What the page's script says, and what its guide answers to which question."""
    said = {key: labels[0] for key, labels in words.options("demo.script").items()}
    answers = {f"answer {key}": labels[0] for key, labels in words.options("demo.answers").items()}
    return {**said, **answers, "button": words.options("acts.buttons")["claim"][0]}
