"""The link in a WeCom robot's message: it opens the card with its moves, for the members of that chat; without it such a group
could read an alert and not take it.

Opening it changes nothing and uses nothing up, so a messenger's preview does no harm. Who one is is asked once on each phone.
"""

import base64
import binascii
import hmac
import json
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from unicodedata import normalize

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.hearing import Hearing, hearing_of
from bot.web import pages
from bot.web.board import ASKED, MOVE, NONCE, pressed
from bot.web.board_cards import Looked, Shown, asks_them, look, may_look, shown
from bot.web.doors import doors_of, words_of
from bot.web.lookout import BOARDS
from bot.web.office import in_page, office_of
from chat.incoming import Incoming, Said
from chat.letter import Button, Letter
from rules.facts import PersonTold
from rules.members import is_one_persons, members, works_here
from rules.town import Address, Person, Town
from storage import card_links, duties, people
from storage.card_links import CardLink
from storage.ledger import Ledger

COOKIE = "cunshao_who"
REMEMBERED = 90 * 24 * 3600
"""Seconds a phone remembers whose it is; it opens nothing without a link that lives."""
NAME = re.compile(r"[^\W\d_](?:[\w .·'-]{0,18}[\w.])?")
NAMED = "named:"
"""Addresses of those who are in no list and wrote their name: no letter reaches them, their moves are theirs."""


@dataclass(frozen=True)
class Who:
    """Whoever holds this phone."""

    id: Address
    name: str


@dataclass(frozen=True)
class Opened:
    """A link that lives, and who opened it; None: not known yet."""

    token: str
    link: CardLink
    who: Who | None


async def show(request: Request) -> Response:
    """``/k/<token>``: the card; first, once on each phone, who one is."""
    opened = await _opened(request)
    if opened is None:
        return _dead(request)
    if opened.who is None or request.query_params.get("who") == "1":
        return _ask(request, opened)
    return await _cards(request, opened, opened.who)


async def name(request: Request) -> Response:
    """Who one is: somebody of the list, or a name that was written. This phone keeps it for this chat, signed."""
    opened, office, form = await _opened(request), office_of(request), await request.form()
    if opened is None:
        return _dead(request)
    who = _chosen(request, opened.link.chat, str(form.get("person", "")), str(form.get("name", "")))
    if who is None:
        return _ask(request, opened, wrong=True)
    if who.id.startswith(NAMED):
        told = PersonTold(who.id, who.name)
        await office.mailbox.do(lambda ledger: people.tell(ledger, told))
    answer = RedirectResponse(f"/k/{opened.token}", 303, headers=pages.HEADERS)
    secure = doors_of(request).town().public_url.startswith("https:")
    answer.set_cookie(_cookie(opened.link.chat), _signed(request, opened.link.chat, who), max_age=REMEMBERED, path="/k/",
                      secure=secure, httponly=True, samesite="lax")  # fmt: skip
    return answer


async def move(request: Request) -> Response:
    """A button of the card: the desk decides it as if it had been pressed in that chat."""
    opened, office, form = await _opened(request), office_of(request), await request.form()
    if opened is None:
        return _dead(request)
    if opened.who is None:
        return _ask(request, opened)
    button, nonce = pressed(form), str(form.get("id", ""))
    if not await _may_press(request, opened, opened.who, button) or not NONCE.fullmatch(nonce):
        return pages.missing(request)
    message = f"link-{sha256(f'{nonce} {button} {opened.who.id}'.encode()).hexdigest()[:40]}"
    spoken = _spoken(request, opened.link.chat, opened.who)
    said = await office.desk.ask(replace(spoken, message_id=message, said=Said(button=button)))
    office.mailbox.ring(BOARDS)
    again = Letter(words_of(request).say("board.again"))
    return await _cards(request, opened, opened.who, said if said.text else again)


async def take_back(request: Request) -> Response:
    """The links got out of the group: none that was ever sent there opens anything from now on; the next message has a new one."""
    opened, office = await _opened(request), office_of(request)
    if opened is None:
        return _dead(request)
    if opened.who is None:
        return _ask(request, opened)
    chat, who, now = opened.link.chat, opened.who.id, office.desk.town_now()

    def work(ledger: Ledger) -> None:
        card_links.take_back(ledger, chat)
        duties.record(ledger, "links", chat, "taken_back", who, chat, now)

    await office.mailbox.do(work)
    return pages.page(request, "signed-out.html", block="card_closed", town=doors_of(request).town().name)


async def _opened(request: Request) -> Opened | None:
    """The link, if it lives and its chat is still one of the config's that may act."""
    office, token = office_of(request), request.path_params["token"][:100]
    now, town = office.real_now(), doors_of(request).town()
    link = await office.mailbox.do(lambda ledger: card_links.find(ledger, token, now))
    if link is None or not works_here(town, link.chat):
        return None
    return Opened(token, link, _who(request, town, link))


def _who(request: Request, town: Town, link: CardLink) -> Who | None:
    """Whoever this chat belongs to; else whom this phone remembers; else the one the message was written to."""
    if is_one_persons(town, link.chat):
        return Who(link.chat, next((p.name for p in town.people if p.id == link.chat), ""))
    kept = _kept(request, link.chat)
    if kept is not None:
        return kept
    return next((Who(p.id, p.name) for p in members(town, link.chat) if p.id == link.person), None)


def _chosen(request: Request, chat: Address, person: Address, written: str) -> Who | None:
    known = members(doors_of(request).town(), chat)
    written = " ".join(normalize("NFC", written).split())
    found = next((p for p in known if (p.id == person if person else p.name == written)), None)
    if found is not None:
        return Who(found.id, found.name)
    if person or not NAME.fullmatch(written):
        return None
    return Who(_named(request, chat, written), written)


def _named(request: Request, chat: Address, name: str) -> Address:
    """The same name in the same chat is the same person."""
    return NAMED + office_of(request).desk.vault.lookup(f"named|{chat}|{name}")[:24]


def _cookie(chat: Address) -> str:
    """A phone may be in several groups, and be somebody in each."""
    return f"{COOKIE}_{sha256(chat.encode()).hexdigest()[:8]}"


def _signed(request: Request, chat: Address, who: Who) -> str:
    body = json.dumps([who.id, who.name, _seal(request, chat, who)])
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def _seal(request: Request, chat: Address, who: Who) -> str:
    said = json.dumps(["who", doors_of(request).town().key, chat, who.id, who.name])
    return office_of(request).desk.vault.lookup(said)


def _kept(request: Request, chat: Address) -> Who | None:
    """Whom this phone remembers, if we signed it and they are still of this chat."""
    text = request.cookies.get(_cookie(chat), "")[:1000]
    try:
        identity, name, seal = map(str, json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (ValueError, TypeError, binascii.Error):
        return None
    who = Who(identity, name)
    if not hmac.compare_digest(seal.encode(), _seal(request, chat, who).encode()):
        return None
    still = identity.startswith(NAMED) or any(p.id == identity for p in members(doors_of(request).town(), chat))
    return who if still else None


async def _may_press(request: Request, opened: Opened, who: Who, button: str) -> bool:
    """A link moves the duties of its own message and no other; what only the asker may say, only as the asker."""
    if not _allowed(button, opened.link) or not ASKED.fullmatch(button):
        return _allowed(button, opened.link)
    town, now, ref = doors_of(request).town(), office_of(request).desk.town_now(), button.rpartition(":")[2]
    spoken = _spoken(request, opened.link.chat, who)
    asked = await office_of(request).mailbox.do(
        lambda ledger: asks_them(hearing_of(ledger, town, spoken, now), ref.upper())
    )
    return asked is not None


def _allowed(button: str, link: CardLink) -> bool:
    known = MOVE.fullmatch(button) or ASKED.fullmatch(button)
    return bool(known) and button.split(":", 2)[2].split(" ")[0].upper() in link.refs


def _spoken(request: Request, chat: Address, who: Who) -> Incoming:
    """As if it were said in that chat, though it came another way."""
    return Incoming("link", "", chat, who.id, chat == who.id, Said(), office_of(request).real_now(), sender_name=who.name,
                    language=words_of(request).locale, addressed=True)  # fmt: skip


async def _cards(request: Request, opened: Opened, who: Who, said: Letter | None = None) -> Response:
    office, words, link = office_of(request), words_of(request), opened.link
    town, now = doors_of(request).town(), office.desk.town_now()

    def seen(ledger: Ledger) -> Looked | None:
        hearing = hearing_of(ledger, town, _spoken(request, link.chat, who), now)
        found = _looked(hearing, link)
        return found if may_look(hearing) or found.duties else None

    looked = await office.mailbox.do(seen)
    if looked is None:
        return _dead(request)
    cards: list[Shown] = [shown(duty, looked, words) for duty in looked.duties]
    return in_page(
        request, "card.html", token=opened.token, cards=cards, said=said, said_buttons=_buttons(said, link),
        over=[ref for ref in link.refs if ref not in {card.ref for card in cards}],
        who=who.name or looked.context.name, several=not is_one_persons(town, link.chat), place=_place(request, link.chat),
    )  # fmt: skip


def _looked(hearing: Hearing, link: CardLink) -> Looked:
    """What the link names, as far as it is open and may be seen, or waits for the asker's word."""
    found = look(hearing)
    here = tuple(duty for duty in found.duties if duty.ref in link.refs)
    asked = (asks_them(hearing, ref) for ref in link.refs if ref not in {duty.ref for duty in here})
    return replace(found, duties=(*here, *(duty for duty in asked if duty is not None)))


def _buttons(said: Letter | None, link: CardLink) -> list[Button]:
    return [b for row in (said.buttons if said else ()) for b in row if b.url or _allowed(b.data, link)]


def _ask(request: Request, opened: Opened, wrong: bool = False) -> Response:
    """The page that asks who one is. What the card says is not on it: a preview of the link shows nothing of anybody."""
    known: tuple[Person, ...] = members(doors_of(request).town(), opened.link.chat)
    return pages.page(
        request, "card-who.html", status=400 if wrong else 200, token=opened.token, known=known, wrong=wrong,
        place=_place(request, opened.link.chat), refs=opened.link.refs,
    )  # fmt: skip


def _place(request: Request, chat: Address) -> str:
    """What the chat is called; one person's by their name."""
    person = doors_of(request).town().person(chat)
    if person is not None and person.name:
        return person.name
    return pages.group_title(doors_of(request).town(), chat, words_of(request))


def _dead(request: Request) -> Response:
    """The page for a link that opens nothing: over, taken back, or made up; which of them is not said."""
    town = doors_of(request).town().name
    return pages.page(request, "signed-out.html", status=403, block="card_dead", town=town)
