"""The duty roster as it is kept; without it nobody would know at midnight who is to be rung."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from rules.roster import Shift
from storage.fixed import Fixed
from storage.ledger import Ledger
from storage.tables import new_id, shifts

RUNNING = Fixed(
    select(shifts.c.target, shifts.c.scope, shifts.c.person, shifts.c.since, shifts.c.until, shifts.c.post)
    .where(shifts.c.town == bindparam("town"), shifts.c.since <= bindparam("at"), shifts.c.until > bindparam("at"))
    .order_by(shifts.c.since.desc(), shifts.c.id)
)


def add(ledger: Ledger, shift: Shift) -> None:
    """Keep a shift; one of the same person for the same office that begins in it is replaced."""
    ledger.forget()
    same = (shifts.c.town == ledger.town) & (shifts.c.target == shift.target) & (shifts.c.scope == shift.scope)
    inside = (shifts.c.person == shift.person) & (shifts.c.since < shift.until) & (shifts.c.until > shift.since)
    ledger.tx.execute(delete(shifts).where(same & inside))
    row = {"target": shift.target, "scope": shift.scope, "person": shift.person, "post": shift.post}
    row |= {"town": ledger.town, "id": new_id()}
    ledger.tx.execute(shifts.insert(), {**row, "since": shift.since, "until": shift.until})


def running(ledger: Ledger, at: datetime) -> tuple[Shift, ...]:
    """The shifts that run at that time, the latest begun first."""
    rows = ledger.once(("shifts", at), lambda: RUNNING.rows(ledger.tx, {"town": ledger.town, "at": at}))
    return tuple(Shift(*row) for row in rows)
