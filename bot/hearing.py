"""Everything that is known when a message is heard: who, where, the open talk, the words; gathered once, before deciding."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.reads import Reads, office_name
from bot.texts import LOCALES, Texts, texts
from chat.form import Cursor, Setting, Talk
from chat.incoming import Incoming
from rules.context import Context, Place
from rules.facts import PersonTold
from rules.routing import holds_office
from rules.town import Town
from storage import people, talks
from storage.ledger import Ledger
from storage.speaker import Speaker, met

Door = Callable[[str], str]
"""Where a person of a village (its key) can speak to us alone, in their own messenger; empty while that is not known."""


@dataclass(frozen=True)
class Hearing:
    """One message with all that is known about it."""

    ledger: Ledger
    incoming: Incoming
    context: Context
    words: Texts
    setting: Setting
    reads: Reads
    talk: Talk | None
    now: datetime
    facts: tuple[object, ...] = ()
    """What the message itself tells of its sender (a first meeting)."""

    @property
    def text(self) -> str:
        """What was typed."""
        return self.incoming.said.text.strip()

    @property
    def link(self) -> str:
        """Where a private chat can be opened."""
        return self.context.link


def hearing_of(ledger: Ledger, town: Town, incoming: Incoming, now: datetime, door: Door | None = None) -> Hearing:
    """Gather what is known about a message's sender and chat; ``door``: of the messenger it came by, when it has one."""
    speaker = met(ledger, incoming.chat, incoming.sender)
    known = speaker.known
    words = texts(_locale(town, incoming, known))
    context = _context(town, incoming, speaker, words, door)
    local = now.astimezone(town.zone)
    setting = Setting(words, local, {"village": _villages(town, context.village, words)})
    reads = Reads(ledger, town, words, now, incoming.message_id, incoming.reply_to, incoming.chat)
    talk = _talk(speaker.talk)
    facts: tuple[object, ...] = ()
    came_from_there = incoming.sender.startswith(
        f"{incoming.channel}:"
    )  # who acts on the board may have blocked the bot
    own = incoming.private and incoming.chat == incoming.sender
    if incoming.private and (known is None or not known.locale or (own and known.locale != words.locale)):
        facts = (PersonTold(incoming.sender, locale=words.locale),)
    if known is not None and not known.reachable and came_from_there:
        people.reachable(ledger, incoming.sender, True)
    spoken_there = incoming.chat.startswith(f"{incoming.channel}:")  # and not by a link that was kept from there
    if not incoming.private and spoken_there and incoming.chat in people.unreachable(ledger):
        people.reachable(ledger, incoming.chat, True)  # somebody speaks there, so it is there again
    return Hearing(ledger, incoming, context, words, setting, reads, talk, local, facts)


def _locale(town: Town, incoming: Incoming, known: people.Known | None) -> str:
    """What their page or their messenger speaks now; where it does not say, what it spoke last."""
    if not incoming.private:
        return town.locale
    language = incoming.language.lower()
    said = next((locale for locale in LOCALES if language.startswith(locale)), "")
    return said or (known.locale if known else "") or town.locale


def _context(town: Town, incoming: Incoming, speaker: Speaker, words: Texts, door: Door | None) -> Context:
    known = speaker.known
    found = town.village_of_chat(incoming.chat)
    place: Place = "private" if incoming.private else found[1] if found else _office(town, incoming.chat)
    watch = speaker.watch if incoming.private else None
    village = found[0].key if found else (known.village if known else "") or (watch.village if watch else "")
    if not village:
        village = next((v.key for v in town.villages if v.head == incoming.sender), "")
    roles = frozenset(known.roles if known else ()) | holds_office(town, incoming.sender)
    named = town.person(incoming.sender)
    name = (
        (known.name if known else "")
        or incoming.sender_name
        or office_name(town, words, incoming.sender, incoming.chat)
    )
    return Context(
        town, incoming.sender, incoming.chat, place, name, village,
        roles, words.locale, known.phone if known else "", known.place if known else "", known.cadre if known else "",
        watch is not None, named.stand_in if named else "",
        link=(door(village) if door else "") or _page(town, village),
    )  # fmt: skip


def _page(town: Town, village: str) -> str:
    """The village's page of the web chat; without a village the first page, where one is chosen."""
    return f"{town.public_url}/c/{village}" if village else f"{town.public_url}/"


def _office(town: Town, chat: str) -> Place:
    offices = {town.command_post, *(x.leader for x in town.lines), *(x.deputy for x in town.lines)}
    return "office" if chat in offices else "other"


def _villages(town: Town, own: str, words: Texts) -> Mapping[str, tuple[str, ...]]:
    """Each village's name; 咱村 is whoever speaks' own."""
    names = town.village_names
    return {**names, own: (*names[own], *words.ways("home.own")["own"])} if own in names else names


def _talk(kept: talks.Kept | None) -> Talk | None:
    if kept is None:
        return None
    identity, form, answers, cursor, misses = kept
    return Talk(identity, form, answers, Cursor(**cursor), misses)  # type: ignore[arg-type]  # kept by asdict(Cursor)
