"""A roster's shifts ahead, and what a sheet makes of them; without it an import could only add, and twice would be double."""

from datetime import datetime

from sqlalchemy import delete, select

from rules.roster import Shift
from storage.ledger import Ledger
from storage.tables import new_id, shifts


def between(ledger: Ledger, since: datetime, until: datetime) -> tuple[Shift, ...]:
    """The shifts of all offices that touch this time, the earliest first."""
    c = shifts.c
    query = select(c.target, c.scope, c.person, c.since, c.until, c.post).where(
        c.town == ledger.town, c.since < until, c.until > since
    )
    return tuple(Shift(*row) for row in ledger.tx.execute(query.order_by(c.since, c.id)))


def change(ledger: Ledger, drop: tuple[Shift, ...], add: tuple[Shift, ...]) -> None:
    """Take shifts out and put others in."""
    ledger.forget()
    for shift in drop:
        ledger.tx.execute(
            delete(shifts).where(*(shifts.c[name] == value for name, value in _row(ledger, shift).items()))
        )
    if add:
        ledger.tx.execute(shifts.insert(), [{**_row(ledger, shift), "id": new_id()} for shift in add])


def _row(ledger: Ledger, shift: Shift) -> dict[str, object]:
    return {"town": ledger.town, **vars(shift)}
