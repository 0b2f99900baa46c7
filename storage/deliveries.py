"""What became of alerts some time after they were sent; without it an alert in a dead chat would count as told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storage.boards import refs_in
from storage.ledger import Ledger
from storage.tables import listings, outbox


@dataclass(frozen=True)
class Letter:
    """One letter that told a rung: how it stands, where it went, and the duties it shows."""

    state: str
    channel: str
    address: str
    platform_id: str
    duty: str
    refs: tuple[str, ...]


def to_check(ledger: Ledger, real_now: datetime, most: int = 200) -> list[str]:
    """The causes (a duty's rung) of alerts whose delivery is to be looked at now."""
    query = select(outbox.c.cause).where(outbox.c.town == ledger.town, outbox.c.check_at <= real_now).limit(most)
    return list(dict.fromkeys(ledger.tx.execute(query).scalars()))


def of_cause(ledger: Ledger, cause: str) -> list[Letter]:
    """The letters with this cause."""
    return _letters(ledger, outbox.c.cause == cause)


def of_rung(ledger: Ledger, ref: str, cause: str) -> list[Letter]:
    """The letters that tell a duty's rung: its own, and the lists of several that were told this rung together."""
    rung = cause.partition("#")[2]
    lists = select(listings.c.letter).where(listings.c.town == ledger.town, listings.c.duty == ref)
    together = outbox.c.id.in_(lists) & outbox.c.cause.endswith(f"#{rung}", autoescape=True)
    # Two questions: SQLite would answer one with an "or" by walking through the whole town.
    own = f"{ref}#{rung}"
    return _letters(ledger, outbox.c.cause == own) + _letters(ledger, together & (outbox.c.cause != own))


def _letters(ledger: Ledger, which: Any) -> list[Letter]:
    columns = outbox.c
    query = select(
        columns.state, columns.channel, columns.address, columns.platform_id, columns.duty, columns.flood
    ).where(columns.town == ledger.town, which)
    return [
        Letter(state, channel, address, platform_id, duty, refs_in(flood))
        for state, channel, address, platform_id, duty, flood in ledger.tx.execute(query)
    ]


def checked(ledger: Ledger, cause: str) -> None:
    """These were looked at; once is enough."""
    where = (outbox.c.town == ledger.town) & (outbox.c.cause == cause) & outbox.c.check_at.is_not(None)
    ledger.tx.execute(update(outbox).where(where).values(check_at=None))
