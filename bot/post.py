"""Words into letters into outbox rows; without it each part that has something to say would have to know every messenger."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.gateways import Call, Gateway
from bot.texts import texts
from chat.letter import Letter, Rows, Say, Tell
from rules.duty import Duty
from rules.seeing import ABOUT_STAFF
from rules.town import Address, Person, Town
from storage import card_links, outbox, people
from storage.ledger import Ledger

log = structlog.get_logger()


@dataclass(frozen=True)
class Mark:
    """What is remembered of a letter: the duty it speaks of, what it answers (``cause``), what it is alike to (``flood``),
    when in town time it was told, when in real time its delivery is looked at, the message it edits, and
    what it shows (``digest``), so that nothing is edited into what it is already."""

    duty: str = ""
    cause: str = ""
    flood: str = ""
    told_at: datetime | None = None
    check_at: datetime | None = None
    edits: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Post:
    """Puts letters into the outbox. ``gateways`` are the channels that are switched on; ``public_url``: where our pages are,
    or nothing."""

    gateways: Mapping[str, Gateway]
    public_url: str = ""

    def put(
        self, ledger: Ledger, address: str, letter: Letter, lane: str, real_now: datetime, mark: Mark = Mark()
    ) -> str:
        """Queue a letter; gives its last row's id. Empty when its channel is not switched on, so that whoever sent it can
        turn to somebody else."""
        gateway = self.gateways.get(address.partition(":")[0])
        if gateway is None:
            log.warning("no such channel", channel=address.partition(":")[0])
            return ""
        return self.put_calls(
            ledger, address, self.calls(ledger, gateway, address, letter, real_now), lane, real_now, mark
        )

    def calls(
        self, ledger: Ledger, gateway: Gateway, address: str, letter: Letter, real_now: datetime
    ) -> Sequence[Call]:
        """The wire calls that say a letter; where nothing can be answered its link opens what it is about, for a day."""
        if letter.about and self.public_url and getattr(gateway, "opens_cards", False):
            token = secrets.token_urlsafe(16)
            opened = card_links.CardLink(address, letter.about, letter.only_for)
            card_links.give(ledger, token, opened, real_now)
            letter = replace(letter, link=f"{self.public_url}/k/{token}")
        return gateway.render(address, letter)

    def put_calls(
        self, ledger: Ledger, address: str, calls: Sequence[Call], lane: str, real_now: datetime, mark: Mark
    ) -> str:
        """Queue wire calls, in order; gives the id of the letter's last, empty when there are none."""
        if not calls:
            return ""
        channel, letter = address.partition(":")[0], [call for call in calls if not call.get("beside")] or calls
        rows = outbox.add(ledger, channel, address, lane, letter, real_now, vars(mark))
        if beside := [call for call in calls if call not in letter]:
            outbox.add(ledger, channel, address, lane, beside, real_now, vars(Mark(mark.duty)))
        return rows[-1].id

    def tell(self, ledger: Ledger, town: Town, tell: Tell, real_now: datetime, mark: Mark = Mark()) -> str:
        """Render words in the addressee's language and queue them. What somebody without a chat of their own is to do is said
        in their village's cadres' group, and rings their phone there."""
        group = self._group_for(town, tell)
        words = texts(people.locale_of(ledger, group or tell.to, town.locale))
        letter = Letter(words.say(tell.block, **tell.values), label_buttons(words.locale, tell.buttons))
        if tell.duty and tell.buttons:
            link = f"{self.public_url}/d/{tell.duty}" if self.public_url else ""
            letter = replace(letter, about=() if _is_theirs(tell) else (tell.duty,), link=link)
        if group:
            letter = for_one(letter, town, tell.to)
        return self.put(ledger, group or tell.to, letter, tell.lane, real_now, replace(mark, duty=tell.duty))

    def _group_for(self, town: Town, tell: Tell) -> Address:
        """The group that hears what is for somebody who has no chat we reach; empty for everybody else."""
        duty = tell.values.get("duty")
        if not tell.buttons or not isinstance(duty, Duty) or self._reaches(tell.to):
            return ""
        village = town.village(duty.village)
        group = village.cadres if village and duty.card.get("about") not in ABOUT_STAFF else ""
        return group if self._reaches(group) and tell.to != duty.subject else ""

    def _reaches(self, address: Address) -> bool:
        return address.partition(":")[0] in self.gateways


def _is_theirs(tell: Tell) -> bool:
    """Whether a duty is told to the one it is for: the card, with what those who work on it read, is not theirs to open."""
    duty = tell.values.get("duty")
    return isinstance(duty, Duty) and duty.subject == tell.to and duty.kind != "order"


def for_one(letter: Letter, town: Town, address: Address) -> Letter:
    """A letter for one person, said in a group: it begins with their name and rings their phone."""
    person = town.person(address) or Person(address, "")
    text = f"@{person.name} {letter.text}" if person.name else letter.text
    return replace(letter, text=text, mention=(person.phone,) if person.phone else (), only_for=address)


def said(locale: str, says: tuple[Say, ...]) -> Letter:
    """Several sayings as one letter: one message is answered by one message."""
    words = texts(locale)
    text = "\n".join(words.say(say.block, **say.values) for say in says)
    return Letter(text, tuple(row for say in says for row in label_buttons(locale, say.buttons)))


def label_buttons(locale: str, rows: Rows) -> Rows:
    """Buttons whose label is the name of words (``@acts.buttons.claim``, or ``…claim|12`` with a number) get those words."""
    words = texts(locale)

    def label(name: str) -> str:
        name, _, number = name[1:].partition("|")
        block, _, key = name.rpartition(".")
        return f"{words.options(block)[key][0]} {number}".strip()

    return tuple(tuple(replace(b, label=label(b.label)) if b.label.startswith("@") else b for b in row) for row in rows)
