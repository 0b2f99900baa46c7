"""What has fired is a row: without it a restart would send the morning's notice twice, or never."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from storage.ledger import Ledger
from storage.tables import slots, towns

BELIEVED = timedelta(hours=1)
"""What was fired later than so long from now was fired by a clock that was wrong. Clocks that are set right by less are
common, and nothing may ring twice because of it."""


def fire(ledger: Ledger, task: str, at: datetime, now: datetime) -> bool:
    """Claim a slot. True for exactly one caller ever, however many processes try; once more only where it was claimed by a
    clock that was ahead."""
    statement = ledger.insert(slots).values(town=ledger.town, task=task, at=at, fired_at=now)
    statement = statement.on_conflict_do_update(
        index_elements=["town", "task", "at"], set_={"fired_at": now}, where=slots.c.fired_at > now + BELIEVED
    )
    return bool(ledger.tx.execute(statement).rowcount)


def last(ledger: Ledger, now: datetime) -> dict[str, datetime]:
    """Task → the latest slot of it that fired. What a clock that was ahead has fired does not count: else nothing would ring
    until that time has come."""
    believed = (slots.c.town == ledger.town) & (slots.c.fired_at <= now + BELIEVED)
    query = select(slots.c.task, func.max(slots.c.at)).where(believed).group_by(slots.c.task)
    return {row[0]: row[1] for row in ledger.tx.execute(query)}


def begin(ledger: Ledger, now: datetime) -> datetime:
    """When this town's clock first ran: no slot before that is owed. Returns it. A clock that was ahead then is not believed."""
    query = select(towns.c.began_at).where(towns.c.town == ledger.town)
    found: datetime | None = ledger.tx.execute(query).scalar()
    if found is not None and found > now:
        ledger.tx.execute(update(towns).where(towns.c.town == ledger.town).values(began_at=now))
    if found is not None:
        return min(found, now)
    row = {"town": ledger.town, "next_number": 1, "began_at": now, "clock_rate": 1.0, "clock_moved": False}
    ledger.tx.execute(insert(towns).values(row))
    return now


def clock(ledger: Ledger) -> tuple[datetime | None, datetime | None, float, bool]:
    """(town time, real time, rate, moved) as last kept."""
    columns = towns.c
    query = select(columns.clock_town, columns.clock_real, columns.clock_rate, columns.clock_moved)
    row = ledger.tx.execute(query.where(columns.town == ledger.town)).first()
    return (row[0], row[1], row[2], row[3]) if row else (None, None, 1.0, False)


def keep_clock(ledger: Ledger, town: datetime, real: datetime, rate: float, moved: bool) -> None:
    """Keep the town's time, so that a restart does not move it back."""
    values = {"clock_town": town, "clock_real": real, "clock_rate": rate, "clock_moved": moved}
    ledger.tx.execute(update(towns).where(towns.c.town == ledger.town).values(values))
