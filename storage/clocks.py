"""When each sort of clock rings next, by one statement; without it a tick would ask seven questions to learn of nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, bindparam, select

from storage.fixed import Fixed
from storage.ledger import Ledger
from storage.tables import checkins, duties, outbox, talks, watches


@dataclass(frozen=True)
class Earliest:
    """The earliest moment of each sort, None when there is none. All in town time but ``delivery``, which is real time."""

    rung: datetime | None
    alarm: datetime | None
    checkin: datetime | None
    talk: datetime | None
    watch: datetime | None
    delivery: datetime | None


def _first(table: Table, clock: Column[Any], **where: Any) -> Any:
    query = select(clock).where(table.c.town == bindparam("town"), clock.is_not(None))
    for name, value in where.items():
        query = query.where(table.c[name].is_(value))
    return query.order_by(clock).limit(1).scalar_subquery()


EARLIEST = Fixed(
    select(
        _first(duties, duties.c.rung_at),
        _first(duties, duties.c.alarm_at),
        _first(checkins, checkins.c.next_at),
        _first(talks, talks.c.idle_at),
        _first(watches, watches.c.until, ended_at=None),
        _first(outbox, outbox.c.check_at),
    )
)


def earliest(ledger: Ledger) -> Earliest:
    """When the next clock of each sort rings."""
    found = EARLIEST.first(ledger.tx, {"town": ledger.town})
    return Earliest(*found) if found else Earliest(None, None, None, None, None, None)
