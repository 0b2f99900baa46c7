"""The pages themselves: a chat, the front page, and the one for what is not there; without them there would be nothing to open."""

import gzip
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import Response

from bot.gateways.web import CHANNEL, KEY, address, key_of
from bot.texts import FOLDER, LOCALES, READ_AS, Texts, compiled, texts
from bot.web.doors import COOKIE, LANGUAGE, Doors, doors_of, groups, words_of
from bot.web.static import static_url, zipped
from chat.incoming import Incoming, Said
from rules.town import Address, Town

A_YEAR = 31_536_000
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=(self)",
    "vary": "accept-encoding, accept-language, cookie",
}


@dataclass(frozen=True)
class Shown:
    """One chat on a page: whose, as whom, and what stands above it."""

    chat: str
    sender: str
    title: str
    role: str


async def village(request: Request) -> Response:
    """``/c/<village key>``: a villager's own chat. The first visit makes them a key and says whose village they are of."""
    doors, words = doors_of(request), words_of(request)
    found = doors.town().village(request.path_params["key"])
    if found is None:
        return missing(request, "no_village")
    key = _own(request)
    await _welcome(doors, address(key), found.key, words.locale)
    return _chat(request, Shown(key, key, words.say("web.of_village", village=found.name), ""), key)


async def person(request: Request) -> Response:
    """``/p/<key>``: the chat of whoever has this link."""
    doors, key = doors_of(request), request.path_params["key"]
    if not KEY.fullmatch(key) or not await _is_somebody(doors, address(key)):
        return missing(request, "no_person")
    known = await doors.mailbox.person(address(key))
    found = doors.town().village(known.village if known else "")
    words = words_of(request)
    title = words.say("web.of_village", village=found.name if found else doors.town().name)
    return _chat(request, Shown(key, key, title, known.name if known else ""), key)


async def group(request: Request) -> Response:
    """``/g/<chat key>``: a group, written in as the person of this phone."""
    doors, key = doors_of(request), request.path_params["key"]
    if not KEY.fullmatch(key) or address(key) not in groups(doors.town()):
        return missing(request, "no_group")
    own = _own(request)
    words = words_of(request)
    return _chat(request, Shown(key, own, group_title(doors.town(), address(key), words), ""), own)


async def front(request: Request) -> Response:
    """``/``: what this is and how to find one's village. No list of anybody."""
    return page(request, "plain.html", block="front", town=doors_of(request).town().name, status=200)


def missing(request: Request, why: str = "no_page") -> Response:
    """What is not there, and what to do."""
    return page(request, "plain.html", block=why, town=doors_of(request).town().name, status=404)


def page(request: Request, name: str, status: int = 200, **values: object) -> Response:
    """A page in the reader's language, packed; a language chosen by the link is remembered."""
    words = words_of(request)
    other = next(locale for locale in LOCALES if locale != words.locale)
    body = _pages().get_template(name).render(words=words, locale=words.locale, other=other, other_words=texts(other),
                                              here=request.url.path, **values).encode()  # fmt: skip
    answer = zipped(request, body, gzip.compress(body, 6, mtime=0), "text/html; charset=utf-8", HEADERS, status)
    if request.query_params.get(LANGUAGE) in LOCALES:
        _remember(request, answer, LANGUAGE, words.locale)
    return answer


def group_title(town: Town, chat: Address, words: Texts) -> str:
    """What a group is called above its page."""
    found = town.village_of_chat(chat)
    if found is None:
        return words.say("web.of_post", town=town.name)
    return words.say("web.of_group" if found[1] == "group" else "web.of_cadres", village=found[0].name)


def phone_words(words: Texts) -> dict[str, str]:
    """What the phone's script says (``mountPhone``'s words)."""
    return {key: said[0] for key, said in words.options("web.phone").items()}


def _own(request: Request) -> str:
    """This phone's key: the one in its cookie, else a new one that nobody can guess."""
    key = request.cookies.get(COOKIE, "")
    return key if KEY.fullmatch(key) else secrets.token_urlsafe(24)


def _chat(request: Request, shown: Shown, key: str) -> Response:
    answer = page(request, "chat.html", shown=shown, script=phone_words(words_of(request)))
    _remember(request, answer, COOKIE, key)
    return answer


def _remember(request: Request, answer: Response, name: str, value: str) -> None:
    secure = doors_of(request).town().public_url.startswith("https:")
    answer.set_cookie(name, value, max_age=A_YEAR, path="/", secure=secure, httponly=True, samesite="lax")


async def _welcome(doors: Doors, who: Address, village_key: str, locale: str) -> None:
    """``/start`` on behalf of somebody whose village is not known; its id lets it happen once."""
    known = await doors.mailbox.person(who)
    if known is not None and known.village:
        return
    once = f"start-{sha256(who.encode()).hexdigest()[:40]}"
    said = Said(f"/start {village_key}")
    await doors.receive(Incoming(CHANNEL, once, who, who, True, said, datetime.now(UTC), language=locale))


async def _is_somebody(doors: Doors, who: Address) -> bool:
    """Known by name in the config or from having chatted: a mistyped link must not look like an empty chat."""
    town = doors.town()
    named = {p.id for p in town.people} | {p.cadre for p in town.people} | {v.head for v in town.villages}
    named |= {a.head for a in town.areas} | {x for line in town.lines for x in (line.leader, line.deputy)}
    return who in named or await doors.mailbox.person(who) is not None


def compile_all() -> None:
    """Compile all texts and pages: done when the program is installed, so that no start has to."""
    for locale in LOCALES:
        texts(locale).compile()
    for name in _pages().list_templates(extensions=("html",)):
        _pages().get_template(name)


PAGES_READ_AS = {**READ_AS, "autoescape": True}


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(FOLDER / "web"), bytecode_cache=compiled(PAGES_READ_AS), **PAGES_READ_AS
    )
    pages.globals.update(static_url=static_url, key_of=key_of)
    return pages
