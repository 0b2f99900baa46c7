"""The board: what is open, as columns, with the moves of the chat; without it a line leader would read forty cards in a row."""

import re
from hashlib import sha256
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.outage import refused
from bot.web import pages
from bot.web.board_cards import STATES, Looked, Wanted, asks_them, columns, look
from bot.web.doors import words_of
from bot.web.lookout import BOARDS
from bot.web.office import in_page, office_of, outside, whose
from chat.letter import Button, Letter
from rules.town import Address

MOVE = re.compile(
    r"d:(?:(?:claim|decline|back|ack|history|watch|unwatch):[A-Za-z0-9]{1,8}"
    r"|(?:hand|onway|done|wait|errand|merge):[A-Za-z0-9]{1,8}(?: [^\r\n\0]{1,100})?)"
)
ASKED = re.compile(r"d:(?:yes|no):[A-Za-z0-9]{1,8}")
"""What only the one who asked for it may press."""
REF = re.compile(r"[A-Za-z0-9]{1,8}")
MOST_WORDS = 100
NONCE = re.compile(r"[A-Za-z0-9_-]{8,40}")


async def show(request: Request) -> Response:
    """``/board``: all of it, or for a script that asked only its columns."""
    person = await whose(request)
    return await _board(request, person) if person else outside(request)


async def move(request: Request) -> Response:
    """A button: the same desk as in the chat decides it, and its words are shown above the columns."""
    person = await whose(request)
    if not person:
        return outside(request)
    office, form = office_of(request), await request.form()
    button, nonce = pressed(form), str(form.get("id", ""))
    if not (MOVE.fullmatch(button) or await _is_theirs(request, person, button)) or not NONCE.fullmatch(nonce):
        return pages.missing(request)
    if await office.see(person, words_of(request).locale, lambda hearing: True) is None:
        return outside(request, "not_yours")
    # One press is one message: the same button of the same page, pressed twice, is decided once.
    message = f"board-{sha256(f'{nonce} {button} {person}'.encode()).hexdigest()[:40]}"
    said = await office.desk.ask(office.spoken(person, words_of(request).locale, button, message))
    office.mailbox.ring(BOARDS)
    return await _board(request, person, said if said.text else Letter(words_of(request).say("board.again")))


async def _is_theirs(request: Request, person: Address, button: str) -> bool:
    """Whether it is the word that this person is asked for, of what they asked for."""
    if not ASKED.fullmatch(button):
        return False
    ref = button.rpartition(":")[2]
    return bool(await office_of(request).see(person, words_of(request).locale, lambda hearing: asks_them(hearing, ref)))


def pressed(form: FormData) -> str:
    """The button, with the words that were written beside it (how long, why, who, which number) as in the chat."""
    button, words = str(form.get("button", "")), " ".join(str(form.get("words", "")).split())
    return f"{button} {words[:MOST_WORDS]}" if words and " " not in button else button


async def one(request: Request) -> Response:
    """``/d/<number>``: the card, on the board. No secret: whoever is not signed in learns how to get in."""
    ref = request.path_params["ref"]
    if not await whose(request):
        return outside(request)
    if not REF.fullmatch(ref):
        return pages.missing(request)
    return RedirectResponse(f"/board?ref={ref}#d-{ref.upper()}", 303, headers=pages.HEADERS)


async def _board(request: Request, person: Address, said: Letter | None = None) -> Response:
    office, words = office_of(request), words_of(request)
    wanted = _wanted(request)
    looked = await office.see(person, words.locale, look)
    if looked is None:
        return outside(request, "not_yours")
    part = bool(request.headers.get("hx-request"))
    return in_page(
        request, "board-columns.html" if part else "board.html", states=STATES, columns=columns(looked, wanted, words),
        looked=looked, wanted=wanted, query=_query(wanted), said=said, said_buttons=_buttons(said),
        refused=refused(office.desk.post.gateways),
        missing=_missing(looked, wanted), lines={k: v[0] for k, v in words.options("report.lines").items()},
    )  # fmt: skip


def _wanted(request: Request) -> Wanted:
    asked = request.query_params
    ref = asked.get("ref", "").upper()
    return Wanted(asked.get("village", "")[:40], asked.get("kind", "")[:24], asked.get("line", "")[:24],
                  asked.get("mine") == "1", ref if REF.fullmatch(ref) else "")  # fmt: skip


def _query(wanted: Wanted) -> str:
    """The filters as they stand in the address."""
    pairs = {"village": wanted.village, "kind": wanted.kind, "line": wanted.line, "mine": "1" if wanted.mine else "",
             "ref": wanted.ref}  # fmt: skip
    return urlencode({name: value for name, value in pairs.items() if value})


def _missing(looked: Looked, wanted: Wanted) -> str:
    """The number that was asked for and is not here: over, or not for this person; which of them is not said."""
    return wanted.ref if wanted.ref and wanted.ref not in {duty.ref for duty in looked.duties} else ""


def _buttons(said: Letter | None) -> list[Button]:
    """What the answer offers next, as far as it can be done here."""
    return [
        b
        for row in (said.buttons if said else ())
        for b in row
        if MOVE.fullmatch(b.data) or ASKED.fullmatch(b.data) or b.url
    ]
