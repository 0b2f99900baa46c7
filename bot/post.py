"""Words into letters into outbox rows; without it each part that has something to say would have to know every messenger."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.gateways import Gateway
from bot.texts import texts
from chat.letter import Letter, Rows, Say, Tell
from rules.town import Town
from storage import outbox, people
from storage.ledger import Ledger

log = structlog.get_logger()


@dataclass(frozen=True)
class Post:
    """Puts letters into the outbox. ``gateways`` are the channels that are switched on."""

    gateways: Mapping[str, Gateway]

    def put(self, ledger: Ledger, address: str, letter: Letter, lane: str, real_now: datetime, duty: str = "",
            cause: str = "") -> bool:  # fmt: skip
        """Queue a letter; False when its channel is not switched on, so that whoever sent it can turn to somebody else."""
        gateway = self.gateways.get(address.partition(":")[0])
        if gateway is None:
            log.warning("no such channel", channel=address.partition(":")[0])
            return False
        calls = gateway.render(address, letter)
        outbox.add(ledger, gateway.channel, address, lane, list(calls), real_now, duty, cause)
        return bool(calls)

    def tell(self, ledger: Ledger, town: Town, tell: Tell, real_now: datetime, cause: str = "") -> bool:
        """Render words in the addressee's language and queue them."""
        words = texts(people.locales(ledger, (tell.to,)).get(tell.to, town.locale))
        letter = Letter(words.say(tell.block, **tell.values), label_buttons(words.locale, tell.buttons))
        return self.put(ledger, tell.to, letter, tell.lane, real_now, tell.duty, cause)


def said(locale: str, says: tuple[Say, ...]) -> Letter:
    """Several sayings as one letter: one message is answered by one message."""
    words = texts(locale)
    text = "\n".join(words.say(say.block, **say.values) for say in says)
    return Letter(text, tuple(row for say in says for row in label_buttons(locale, say.buttons)))


def label_buttons(locale: str, rows: Rows) -> Rows:
    """Buttons whose label is the name of words (``@acts.claim``) get those words."""
    words = texts(locale)

    def label(name: str) -> str:
        block, _, key = name[1:].rpartition(".")
        return words.options(block)[key][0]

    return tuple(tuple(replace(b, label=label(b.label)) if b.label.startswith("@") else b for b in row) for row in rows)
