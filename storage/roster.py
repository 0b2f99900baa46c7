"""The duty roster as it is kept; without it nobody would know at midnight who is to be rung."""

from datetime import datetime

from sqlalchemy import bindparam, select

from rules.roster import Shift
from rules.rota import change
from storage import rota
from storage.fixed import Fixed
from storage.ledger import Ledger
from storage.tables import shifts

RUNNING = Fixed(
    select(shifts.c.target, shifts.c.scope, shifts.c.person, shifts.c.since, shifts.c.until, shifts.c.post)
    .where(shifts.c.town == bindparam("town"), shifts.c.since <= bindparam("at"), shifts.c.until > bindparam("at"))
    .order_by(shifts.c.since.desc(), shifts.c.id)
)


def add(ledger: Ledger, shift: Shift) -> None:
    """Keep a shift; of the same person's for the same office it takes the place of what it overlaps, no more: who is on duty by
    day already and says tonight stays so by day."""
    theirs = (s for s in rota.between(ledger, shift.since, shift.until) if s.person == shift.person)
    new = change(theirs, (shift,))
    rota.change(ledger, new.drop, new.add + new.rest)


def running(ledger: Ledger, at: datetime) -> tuple[Shift, ...]:
    """The shifts that run at that time, the latest begun first."""
    rows = ledger.once(("shifts", at), lambda: RUNNING.rows(ledger.tx, {"town": ledger.town, "at": at}))
    return tuple(Shift(*row) for row in rows)
