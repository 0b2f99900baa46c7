"""What became of alerts some time after they were sent; without it an alert in a dead chat would count as told."""

from datetime import datetime

from sqlalchemy import select, update

from storage.ledger import Ledger
from storage.tables import outbox


def to_check(ledger: Ledger, real_now: datetime, most: int = 200) -> list[str]:
    """The causes (a duty's rung) of alerts whose delivery is to be looked at now."""
    query = select(outbox.c.cause).where(outbox.c.town == ledger.town, outbox.c.check_at <= real_now).limit(most)
    return list(dict.fromkeys(ledger.tx.execute(query).scalars()))


def of_cause(ledger: Ledger, cause: str) -> list[tuple[str, str, str, str, str]]:
    """(state, channel, address, platform id, duty) of the letters with this cause."""
    columns = outbox.c
    query = select(columns.state, columns.channel, columns.address, columns.platform_id, columns.duty).where(
        columns.town == ledger.town, columns.cause == cause
    )
    return [(r[0], r[1], r[2], r[3], r[4]) for r in ledger.tx.execute(query)]


def checked(ledger: Ledger, cause: str) -> None:
    """These were looked at; once is enough."""
    where = (outbox.c.town == ledger.town) & (outbox.c.cause == cause) & outbox.c.check_at.is_not(None)
    ledger.tx.execute(update(outbox).where(where).values(check_at=None))
