"""The duty roster as it is kept; without it nobody would know at midnight who is to be rung."""

from datetime import datetime

from sqlalchemy import delete, select

from rules.roster import Shift
from storage.ledger import Ledger
from storage.tables import new_id, shifts


def add(ledger: Ledger, shift: Shift) -> None:
    """Keep a shift; one of the same person for the same office that begins in it is replaced."""
    same = (shifts.c.town == ledger.town) & (shifts.c.target == shift.target) & (shifts.c.scope == shift.scope)
    inside = (shifts.c.person == shift.person) & (shifts.c.since < shift.until) & (shifts.c.until > shift.since)
    ledger.tx.execute(delete(shifts).where(same & inside))
    row = {"target": shift.target, "scope": shift.scope, "person": shift.person}
    row |= {"town": ledger.town, "id": new_id()}
    ledger.tx.execute(shifts.insert(), {**row, "since": shift.since, "until": shift.until})


def running(ledger: Ledger, at: datetime) -> tuple[Shift, ...]:
    """The shifts that run at that time, the latest begun first."""
    query = select(shifts).where(shifts.c.town == ledger.town, shifts.c.since <= at, shifts.c.until > at)
    rows = ledger.tx.execute(query.order_by(shifts.c.since.desc(), shifts.c.id))
    return tuple(Shift(r.target, r.scope, r.person, r.since, r.until) for r in rows)
