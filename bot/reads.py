"""What handlers may ask, answered inside the message's own transaction; without it they would decide on stale facts."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from chat.reading.phrases import among
from chat.words import Words
from rules.duty import Duty
from rules.roster import Shift
from rules.routing import holds_office
from rules.town import Person, Town
from storage import boards, duties, figures, people, registers, roster, rota, watches
from storage.ledger import Ledger

BY_LINK = ("wecom-robot", "hook")
"""Channels that hear nothing: whoever acts there has opened the link of a message (bot.web.card_link)."""
TIP_LETTERS = "ACDEFHJKMNPQRTUVWXY3479"
"""Letters and digits that nobody confuses when read out on the telephone."""


def office_name(town: Town, words: Words, *addresses: str) -> str:
    """What somebody without a name is called by the office that the first of these addresses holds; empty without one."""
    held = next((found for address in addresses if (found := holds_office(town, address))), frozenset())
    names = {key: phrases[0] for key, phrases in words.options("roster.offices").items()}
    return next((name for office, name in names.items() if office in held), "")


class Reads:
    """Answers every handler's ``Reads`` protocol from one open transaction."""

    def __init__(self, ledger: Ledger, town: Town, words: Words, now: datetime, message_id: str = "", reply_to: str = "",
                 chat: str = "") -> None:  # fmt: skip
        self.ledger = ledger
        self.town = town
        self.words = words
        self.now = now
        self.replied = (chat, reply_to)
        self.message_id = message_id

    def new_number(self) -> str:
        """Draw the next number of the town's one series."""
        return duties.next_number(self.ledger)

    def new_tip_number(self) -> str:
        """A random number for a tip, which tells nothing of when it came."""
        while True:
            ref = "".join(secrets.choice(TIP_LETTERS) for _ in range(4))
            if not ref.isdigit() and duties.find(self.ledger, ref) is None:
                return ref

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number, locked for the rest of the message."""
        return duties.find(self.ledger, ref)

    def duty_replied_to(self) -> Duty | None:
        """The duty whose card this message answers; None when it answers a list of several."""
        found = self.duties_replied_to()
        return found[0] if len(found) == 1 else None

    def duties_replied_to(self) -> tuple[Duty, ...]:
        """The duties that the message this one answers shows."""
        chat, message = self.replied
        refs = boards.shown_in(self.ledger, chat, message) if message else ()
        found = (duties.of_message(self.ledger, ref) for ref in refs)
        return tuple(duty for duty in found if duty is not None)

    def named(self, block: str, text: str) -> str:
        """The key of the first line of a vocabulary whose word is in the text, and not denied there; empty when none is."""
        lines = self.words.ways(block).items()
        return next((key for key, words in lines if among(text, {key: words})), "")

    def all_named(self, block: str, text: str) -> tuple[str, ...]:
        """The keys of all lines of a vocabulary of which a word is in the text, and not denied there."""
        return tuple(key for key, words in self.words.ways(block).items() if among(text, {key: words}))

    def new_token(self) -> str:
        """128 random bits for a link that signs in."""
        return secrets.token_urlsafe(16)

    def has_private_chat(self, person: str) -> bool:
        """Whether a letter to this person reaches a chat of their own: they have written there, and nothing was refused."""
        known = people.find(self.ledger, person)
        return known is not None and bool(known.locale) and known.reachable

    def last_silent(self, people: tuple[str, ...]) -> Duty | None:
        """The latest duty, asked for by one of these, that was closed without a word of theirs."""
        return duties.last_silent(self.ledger, people)

    def taken_back(self, person: str, since: datetime) -> tuple[Duty, ...]:
        """The needs that this person has taken back since then, the latest first."""
        return duties.taken_back(self.ledger, person, since)

    def last_confirmed(self, person: str) -> Duty | None:
        """The latest need that this person has called done."""
        return duties.last_confirmed(self.ledger, person)

    def history(self, ref: str) -> list[tuple[datetime, str, str, str, str]]:
        """(when, what, who by name, note, from which chat) of a duty, in order."""
        rows = duties.moves(self.ledger, "duty", ref)
        return [(at, what, self._mover(who, chat) if who else "", note, chat) for at, what, who, note, chat in rows]

    def _mover(self, who: str, chat: str) -> str:
        """Who made a move, and that it was by a message's link, where the chat itself hears nobody."""
        name = self.name_of(who)
        channel = chat.partition(":")[0]
        return self.words.say("duty.by_link", who=name, channel=channel) if name and channel in BY_LINK else name

    def needs_between(self, since: datetime, until: datetime) -> tuple[Duty, ...]:
        """Needs that fell, or fall, due in the window, and what is open from before it."""
        return figures.needs_between(self.ledger, since, until)

    def promised_between(self, since: datetime, until: datetime) -> tuple[Duty, ...]:
        """What else than needs fell, or falls, due in the window."""
        return figures.promised_between(self.ledger, since, until)

    def climbs_of(self, refs: tuple[str, ...]) -> Mapping[str, int]:
        """Minutes of a rung → how often it was told for these duties."""
        return figures.climbs_of(self.ledger, refs)

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        """The shifts that run now, each with the person's name."""
        return tuple((shift, self.name_of(shift.person)) for shift in roster.running(self.ledger, self.now))

    def shifts_between(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """The shifts kept for that time, of all offices."""
        return rota.between(self.ledger, since, until)

    def cannot_reach(self, address: str) -> bool:
        """Whether nothing reaches this address now: blocked, gone, refused."""
        return address in people.unreachable(self.ledger)

    def open_duties(
        self, villages: tuple[str, ...] = (), lines: tuple[str, ...] = (), whole: bool = False
    ) -> tuple[Duty, ...]:
        """What is not over there."""
        return duties.open_in(self.ledger, villages, lines, whole)

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""
        return duties.open_of(self.ledger, person, kind)

    def name_of(self, address: str) -> str:
        """What a person is called, or an empty text."""
        known = people.find(self.ledger, address)
        configured = self.town.person(address)
        named = known.name if known else configured.name if configured else ""
        return named or office_name(self.town, self.words, address)

    def phone_of(self, address: str) -> str:
        """The phone that the config gives for a person, which is their consent that those they help may call it; one left in a
        conversation is for the cadres alone."""
        configured = self.town.person(address)
        return configured.phone if configured else ""

    def watch_of(self, person: str) -> watches.Watch | None:
        """The watch a person is under."""
        return watches.find(self.ledger, person)

    def watched_named(self, text: str) -> tuple[Person, ...]:
        """Who is watched and has their name in the text."""
        known = (people.find(self.ledger, watch.person) for watch in watches.running(self.ledger, self.now))
        named = [k for k in known if k is not None and len(k.name) > 1 and k.name.lower() in text.lower()]
        return tuple(self._person(k) for k in named)

    def _person(self, known: people.Known) -> Person:
        configured = self.town.person(known.id)
        stand_in = configured.stand_in if configured else ""
        return Person(known.id, known.name, known.village, known.roles, known.cadre, known.phone, known.place, stand_in)

    def last_temperature(self, person: str) -> tuple[datetime, int] | None:
        """(when, tenths) of the latest temperature."""
        return watches.last_of(self.ledger, person)

    def last_of_house(self, person: str) -> list[tuple[str, datetime, int]]:
        """(whose, when, tenths) of the latest temperature of each of the house whom this person has told of."""
        return watches.last_of_house(self.ledger, person)

    def called_at(self, person: str) -> datetime | None:
        """For when a temperature was asked that has not come; None when none is awaited."""
        found = watches.open_of(self.ledger, person)
        return found.slot if found else None

    def label(self, block: str, key: str) -> str:
        """The first word of a vocabulary's line, in the language of whoever speaks."""
        return self.words.options(block)[key][0]

    def checkin_open(self, person: str) -> bool:
        """Whether a temperature was asked for and not answered."""
        return watches.open_of(self.ledger, person) is not None

    def return_like(self, match: str) -> Mapping[str, Any] | None:
        """The report already registered for the same person, with its ``id``, ``duty`` and ``reporter``."""
        found = registers.find_return(self.ledger, match)
        return _as_told(found) if found else None

    def returns_by(self, person: str) -> list[Mapping[str, Any]]:
        """The same of all that this person has registered, the latest first."""
        return [_as_told(found) for found in registers.returns_by(self.ledger, person)]

    def code_locked(self, chat: str) -> bool:
        """Whether this chat may try no code now."""
        until = people.locked_until(self.ledger, chat)
        return until is not None and until > self.now

    def unsure(self, ref: str) -> bool:
        """Whether it is not known of some alert of this duty that it arrived."""
        return boards.unsure(self.ledger, ref)

    def unsure_among(self, refs: Collection[str]) -> frozenset[str]:
        """Those of these duties of which some alert may not have arrived."""
        return boards.unsure_among(self.ledger, refs)

    def bound(self) -> Mapping[str, str]:
        """What is bound already."""
        return people.bound(self.ledger)


def _as_told(kept: registers.KeptReturn) -> Mapping[str, Any]:
    return {**kept.report, "id": kept.id, "duty": kept.duty, "reporter": kept.reporter}
