"""Duties as they are kept; without it a claim would be forgotten at the next restart."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, bindparam, func, literal_column, or_, select, update

from rules.alarms import next_alarm
from rules.duty import ENDED, Duty
from storage.fixed import Fixed, whole_row
from storage.ledger import Ledger
from storage.tables import audit, duties, new_id, towns

PLAIN = tuple(f.name for f in fields(Duty) if f.name in duties.c)
NOT_OVER = duties.c.state.not_in([literal_column(f"'{state}'") for state in ENDED])
"""What the index of open duties holds; said word for word, or the databases would not know that they may use it."""


def next_number(ledger: Ledger) -> str:
    """Draw the next number of the town's one series; given back if the transaction fails."""
    counted = (
        update(towns)
        .where(towns.c.town == ledger.town)
        .values(next_number=towns.c.next_number + 1)
        .returning(towns.c.next_number)
    )
    return str(ledger.tx.execute(counted).scalar_one() - 1)


COLUMNS = tuple(column.name for column in duties.c)
ADD = whole_row(duties)
RECORD = whole_row(audit)
SAVE = Fixed(
    update(duties)
    .where(duties.c.town == bindparam("b_town"), duties.c.ref == bindparam("b_ref"))
    .values({c.name: bindparam(f"b_{c.name}", type_=c.type) for c in duties.c if c.name not in ("town", "ref")})
)
ONE = Fixed(
    select(duties).where(duties.c.town == bindparam("town"), duties.c.ref == bindparam("ref")).with_for_update()
)


def add(ledger: Ledger, duty: Duty) -> None:
    """Keep a new duty."""
    ADD.run(ledger.tx, _row(ledger, duty))
    ledger.forget("open")


def save(ledger: Ledger, duty: Duty) -> None:
    """Keep a duty as it stands after a move or a rung."""
    SAVE.run(ledger.tx, {f"b_{name}": value for name, value in _row(ledger, duty).items()})
    ledger.forget("open")


def find(ledger: Ledger, ref: str) -> Duty | None:
    """A duty by its number, locked until the transaction ends so that of two people pressing at once one comes
    first."""
    return of_message(ledger, ref.upper())


def of_message(ledger: Ledger, ref: str) -> Duty | None:
    """The same as ``find``, by a reference the program itself kept."""
    row = ONE.first(ledger.tx, {"town": ledger.town, "ref": ref})
    return _duty(ledger, dict(zip(COLUMNS, row, strict=True))) if row else None


def several(ledger: Ledger, refs: Sequence[str]) -> list[Duty]:
    """Duties by their numbers, in that order, as they stand, to be read only: none is locked."""
    query = select(duties).where(duties.c.town == ledger.town, duties.c.ref.in_(refs))
    found = {duty.ref: duty for duty in read_all(ledger, query)}
    return [found[ref] for ref in refs if ref in found]


def repeating(ledger: Ledger, until: datetime) -> tuple[Duty, ...]:
    """What is to be told again until then, locked; rows another process is deciding are left to it."""
    query = select(duties).where(
        duties.c.town == ledger.town, duties.c.alarm_at <= until, duties.c.repeat_at <= until,
        duties.c.state.not_in(ENDED),
    ).order_by(duties.c.ref)  # fmt: skip
    return read_all(ledger, query.with_for_update(skip_locked=True) if ledger.postgres else query)


def open_in(
    ledger: Ledger,
    villages: Sequence[str] = (),
    lines: Sequence[str] = (),
    whole: bool = False,
) -> tuple[Duty, ...]:
    """What is not over in these villages or on these lines (or the whole town)."""
    query = select(duties).where(duties.c.town == ledger.town, NOT_OVER)
    if not whole:
        query = query.where(or_(duties.c.village.in_(villages), duties.c.line.in_(lines)))
    return read_all(ledger, query)


def open_for(town: Any, subject: Any) -> tuple[ColumnElement[bool], ...]:
    """What is not over and is for a person, as conditions."""
    return duties.c.town == town, duties.c.subject == subject, *(duties.c.state != state for state in ENDED)


OPEN_OF = Fixed(select(duties).where(*open_for(bindparam("town"), bindparam("subject"))))


def open_of(ledger: Ledger, subject: str, kind: str | None = None) -> tuple[Duty, ...]:
    """What is not over and is for this person."""

    def read() -> tuple[Duty, ...]:
        rows = OPEN_OF.rows(ledger.tx, {"town": ledger.town, "subject": subject})
        return tuple(_duty(ledger, dict(zip(COLUMNS, row, strict=True))) for row in rows)

    found = ledger.once(("open", subject), read)
    return tuple(duty for duty in found if not kind or duty.kind == kind)


def none_open(ledger: Ledger, subject: str) -> None:
    """It is known already that nothing is open for this person."""
    ledger.memo["open", subject] = ()


def due(ledger: Ledger, now: datetime, most: int = 500) -> list[tuple[datetime, str]]:
    """(when, number) of duties whose next rung is due, the earliest first; rows another process is deciding are left to
    it."""
    return _past(ledger, duties.c.rung_at, now, most)


def ringing(ledger: Ledger, now: datetime, most: int = 500) -> list[tuple[datetime, str]]:
    """(when, number) of duties whose next alarm has rung, the earliest first."""
    return _past(ledger, duties.c.alarm_at, now, most)


def last_silent(ledger: Ledger, subjects: Sequence[str]) -> Duty | None:
    """The latest duty asked for by one of these that was closed after silence; locked."""
    query = select(duties).where(
        duties.c.subject.in_(subjects), duties.c.state == "closed", duties.c.confirmed.is_(False)
    )
    return _one(ledger, query.order_by(duties.c.closed_at.desc()).limit(1))


def taken_back(ledger: Ledger, subject: str, since: datetime) -> tuple[Duty, ...]:
    """The needs that a person has taken back since then, the latest first; to be read only."""
    query = select(duties).where(
        duties.c.town == ledger.town, duties.c.subject == subject, duties.c.state == "cancelled",
        duties.c.kind == "need", duties.c.closed_at >= since,
    )  # fmt: skip
    return read_all(ledger, query.order_by(duties.c.closed_at.desc()))


def last_confirmed(ledger: Ledger, subject: str) -> Duty | None:
    """The latest need that this person has called done, locked."""
    query = select(duties).where(duties.c.subject == subject, duties.c.state == "closed", duties.c.confirmed.is_(True))
    query = query.where(duties.c.kind == "need")
    return _one(ledger, query.order_by(duties.c.closed_at.desc()).limit(1))


def last_word(ledger: Ledger, ref: str, who: str) -> datetime | None:
    """When somebody last did anything about a duty."""
    query = select(func.max(audit.c.at)).where(
        audit.c.town == ledger.town, audit.c.noun == "duty", audit.c.ref == ref, audit.c.who == who
    )
    found: datetime | None = ledger.tx.execute(query).scalar()
    return found


def _past(ledger: Ledger, clock: Column[Any], now: datetime, most: int) -> list[tuple[datetime, str]]:
    query = select(clock, duties.c.ref).where(duties.c.town == ledger.town, clock <= now)
    query = query.order_by(clock, duties.c.ref).limit(most)
    if ledger.postgres:
        query = query.with_for_update(skip_locked=True)
    return [(row[0], row[1]) for row in ledger.tx.execute(query)]


def next_rung(ledger: Ledger) -> tuple[datetime, str, str] | None:
    """(when, kind, number) of the rung that comes next, or None."""
    query = (
        select(duties.c.rung_at, duties.c.kind, duties.c.ref)
        .where(duties.c.town == ledger.town, duties.c.rung_at.is_not(None))
        .order_by(duties.c.rung_at, duties.c.ref)
        .limit(1)
    )
    row = ledger.tx.execute(query).first()
    return (row[0], row[1], row[2]) if row else None


def record(ledger: Ledger, noun: str, ref: str, what: str, who: str, chat: str, at: datetime, note: str = "") -> None:
    """One row of history: who did what to a duty, watch or role, when and from which chat."""
    sealed = ledger.vault.seal(note) if note else ""
    row = {"town": ledger.town, "id": new_id(), "noun": noun, "ref": ref, "what": what, "who": who, "chat": chat}
    RECORD.run(ledger.tx, {**row, "at": at, "note_sealed": sealed})


def history(ledger: Ledger, noun: str, ref: str) -> list[tuple[datetime, str, str, str]]:
    """(when, what, who, note) in order."""
    return [(at, what, who, note) for at, what, who, note, _ in moves(ledger, noun, ref)]


def moves(ledger: Ledger, noun: str, ref: str) -> list[tuple[datetime, str, str, str, str]]:
    """(when, what, who, note, from which chat) in order."""
    query = (
        select(audit.c.at, audit.c.what, audit.c.who, audit.c.note_sealed, audit.c.chat)
        .where(audit.c.town == ledger.town, audit.c.noun == noun, audit.c.ref == ref)
        .order_by(audit.c.at, audit.c.id)
    )
    rows = ledger.tx.execute(query)
    return [(at, what, who, ledger.vault.open(note) if note else "", chat) for at, what, who, note, chat in rows]


def count(ledger: Ledger) -> int:
    """How many duties there ever were."""
    return int(ledger.tx.execute(select(func.count()).where(duties.c.town == ledger.town)).scalar_one())


def _one(ledger: Ledger, query: Select[Any]) -> Duty | None:
    query = query.where(duties.c.town == ledger.town)
    if ledger.postgres:
        query = query.with_for_update()
    row = ledger.tx.execute(query).mappings().first()
    return _duty(ledger, row) if row else None


def read_all(ledger: Ledger, query: Select[Any]) -> tuple[Duty, ...]:
    """The duties a query finds."""
    return tuple(_duty(ledger, row) for row in ledger.tx.execute(query).mappings())


def _row(ledger: Ledger, duty: Duty) -> dict[str, Any]:
    row = {name: getattr(duty, name) for name in PLAIN} | {"told": list(duty.told), "unreached": list(duty.unreached)}
    alarm = next_alarm(duty)
    row["alarm_at"] = alarm[0] if alarm else None
    name = ledger.vault.seal(duty.holder_name) if duty.holder_name else ""
    return {**row, "town": ledger.town, "card_sealed": ledger.seal(dict(duty.card)), "holder_name_sealed": name}


def _duty(ledger: Ledger, row: Mapping[Any, Any]) -> Duty:
    plain = Duty(**{name: row[name] for name in PLAIN})
    name = ledger.vault.open(row["holder_name_sealed"]) if row["holder_name_sealed"] else ""
    return replace(
        plain,
        told=tuple(plain.told),
        unreached=tuple(plain.unreached),
        card=ledger.unseal(row["card_sealed"]) or {},
        holder_name=name,
    )
