"""What every page and path needs of the program, and who may do what there; without it a key in a link would mean nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.gateways import Receive
from bot.gateways.web import CHANNEL, KEY, WebGateway, address, key_of
from bot.mailbox import DatabaseMailbox
from bot.texts import LOCALES, Texts, texts
from rules.town import Address, Town

if TYPE_CHECKING:
    from bot.web.office import Office

COOKIE = "cunshao"
LANGUAGE = "lang"
HEADER = "x-cunshao-key"


class Demo(Protocol):
    """The town in a box, behind the same doors."""

    def routes(self) -> Sequence[BaseRoute]:
        """Its paths, which come before ours."""


@dataclass(frozen=True)
class Doors:
    """One running town as the pages see it. ``demo``: None outside ``--demo``; with it anybody may act as anybody."""

    town: Callable[[], Town]
    mailbox: DatabaseMailbox
    receive: Receive
    gateway: WebGateway
    demo: Demo | None = None
    office: "Office | None" = None
    """The board and the figures, for those who work; None: a page for villagers alone."""
    ways: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """By channel, the link that opens a village's chat there: what else a poster's code may lead to."""


class Sorry(Exception):
    """What cannot be done: ``why`` names its line in ``web.errors`` (what happened / what to do next)."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


def doors_of(request: Request) -> Doors:
    """The doors that the request came through."""
    doors: Doors = request.app.state.doors
    return doors


def groups(town: Town) -> frozenset[Address]:
    """The chats of several people that have a page here."""
    named = [town.command_post, *(x for v in town.villages for x in (v.group, v.cadres))]
    return frozenset(x for x in named if x.startswith(f"{CHANNEL}:"))


def own_key(request: Request) -> str:
    """The key that this phone showed: in the header, as ``?as=`` where a browser sends no header, or in the cookie; empty when
    it showed none. What the page says goes before the cookie: two people may share one phone, each with a page of their own."""
    key = request.headers.get(HEADER) or request.query_params.get("as") or request.cookies.get(COOKIE, "")
    return key if KEY.fullmatch(key) else ""


def must_read(request: Request, chat: Address) -> None:
    """Raises Sorry unless this phone may read a chat: its own, or a group whose address it knows."""
    doors = doors_of(request)
    if doors.demo is None and key_of(chat) != own_key(request) and chat not in groups(doors.town()):
        raise Sorry(403, "not_yours")


def must_write(request: Request, chat: Address, sender: Address) -> None:
    """Raises Sorry unless this phone may write there as that person."""
    doors = doors_of(request)
    if doors.demo is not None:
        return
    if key_of(sender) != own_key(request):
        raise Sorry(403, "not_you")
    if chat != sender and chat not in groups(doors.town()):
        raise Sorry(403, "no_chat")


def place_of(key: object) -> Address:
    """The address of a key that came in a request. Raises Sorry for what is none."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise Sorry(400, "bad_key")
    return address(key)


def words_of(request: Request) -> Texts:
    """In the language asked for by the page, else the one chosen before, else the browser's, else the town's."""
    for said in (request.query_params.get(LANGUAGE), request.cookies.get(LANGUAGE)):
        if said in LOCALES:
            return texts(said)
    for part in request.headers.get("accept-language", "").lower().split(","):
        found = next((locale for locale in LOCALES if part.strip().startswith(locale)), "")
        if found:
            return texts(found)
    return texts(doors_of(request).town().locale)
