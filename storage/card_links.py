"""Links that open a card to the members of a chat that cannot answer; without it a WeCom group could read an alert and not take it.

Times are real ones. Of tokens only hashes are kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from storage.ledger import Ledger
from storage.sign_ins import hash_of
from storage.tables import card_links

LIVES = timedelta(hours=24)
C = card_links.c


@dataclass(frozen=True)
class CardLink:
    """What a link opens: these duties, to members of this chat; ``person``: the one it was written to, or nobody."""

    chat: str
    refs: tuple[str, ...]
    person: str = ""


def give(ledger: Ledger, token: str, link: CardLink, real_now: datetime) -> None:
    """Keep a link for a day; those that are over are forgotten."""
    ledger.tx.execute(delete(card_links).where(C.town == ledger.town, C.until <= real_now))
    row = {"town": ledger.town, "hash": hash_of(token), "chat": link.chat, "refs": list(link.refs), "person": link.person,
           "until": real_now + LIVES}  # fmt: skip
    ledger.tx.execute(card_links.insert(), row)


def find(ledger: Ledger, token: str, real_now: datetime) -> CardLink | None:
    """What a token opens now; None for one that is over, taken back or none. Asking uses nothing up."""
    query = select(C.chat, C.refs, C.person).where(C.town == ledger.town, C.hash == hash_of(token), C.until > real_now)
    row = ledger.tx.execute(query).first()
    return CardLink(row.chat, tuple(row.refs), row.person) if row else None


def take_back(ledger: Ledger, chat: str) -> int:
    """Every link given to a chat opens nothing from now on; returns how many they were."""
    return ledger.tx.execute(delete(card_links).where(C.town == ledger.town, C.chat == chat)).rowcount
