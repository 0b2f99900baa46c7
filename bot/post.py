"""Words into letters into outbox rows; without it each part that has something to say would have to know every messenger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.gateways import Call, Gateway
from bot.texts import texts
from chat.letter import Letter, Rows, Say, Tell
from rules.town import Town
from storage import outbox, people
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
    """Puts letters into the outbox. ``gateways`` are the channels that are switched on."""

    gateways: Mapping[str, Gateway]

    def put(
        self, ledger: Ledger, address: str, letter: Letter, lane: str, real_now: datetime, mark: Mark = Mark()
    ) -> str:
        """Queue a letter; gives its last row's id. Empty when its channel is not switched on, so that whoever sent it can
        turn to somebody else."""
        gateway = self.gateways.get(address.partition(":")[0])
        if gateway is None:
            log.warning("no such channel", channel=address.partition(":")[0])
            return ""
        return self.put_calls(ledger, address, gateway.render(address, letter), lane, real_now, mark)

    def put_calls(
        self, ledger: Ledger, address: str, calls: Sequence[Call], lane: str, real_now: datetime, mark: Mark
    ) -> str:
        """Queue wire calls, in order; gives the last one's id, empty when there are none."""
        if not calls:
            return ""
        return outbox.add(ledger, address.partition(":")[0], address, lane, calls, real_now, vars(mark))[-1].id

    def tell(self, ledger: Ledger, town: Town, tell: Tell, real_now: datetime, mark: Mark = Mark()) -> str:
        """Render words in the addressee's language and queue them."""
        words = texts(people.locale_of(ledger, tell.to, town.locale))
        letter = Letter(words.say(tell.block, **tell.values), label_buttons(words.locale, tell.buttons))
        return self.put(ledger, tell.to, letter, tell.lane, real_now, replace(mark, duty=tell.duty))


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
