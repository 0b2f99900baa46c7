"""Who is watched, which check-ins were answered, and every temperature; without it nobody would notice a silent
house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update

from rules.facts import TemperatureTaken, WatchStarted
from storage.fixed import Fixed, whole_row
from storage.ledger import Ledger
from storage.tables import checkins, new_id, temperatures, watches


@dataclass(frozen=True)
class Watch:
    """One person under observation."""

    person: str
    village: str
    origin: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Checkin:
    """One call for a temperature: asked, reminded, missed, answered, let_off; ``next_at`` is when its clock rings next."""

    person: str
    slot: datetime
    village: str
    state: str
    next_at: datetime | None
    duty: str = ""


COLUMNS = (watches.c.person, watches.c.village, watches.c.origin, watches.c.since, watches.c.until)
_CHECKIN = (
    checkins.c.person, checkins.c.slot, checkins.c.village, checkins.c.state, checkins.c.next_at, checkins.c.duty
)  # fmt: skip
FIND = Fixed(
    select(*COLUMNS).where(
        watches.c.town == bindparam("town"), watches.c.person == bindparam("person"), watches.c.ended_at.is_(None)
    )
)


def start(ledger: Ledger, fact: WatchStarted) -> None:
    """Begin, or lengthen, a watch."""
    values = {
        "village": fact.village, "origin": fact.origin, "since": fact.since, "until": fact.until, "ended_at": None,
    }  # fmt: skip
    statement = ledger.insert(watches).values(town=ledger.town, person=fact.person, **values)
    ledger.tx.execute(statement.on_conflict_do_update(index_elements=["town", "person"], set_=values))


def find(ledger: Ledger, person: str) -> Watch | None:
    """The watch a person is under now, or None."""
    row = FIND.first(ledger.tx, {"town": ledger.town, "person": person})
    return Watch(*row) if row else None


def running(ledger: Ledger, at: datetime) -> list[Watch]:
    """Everybody watched at that time."""
    query = select(*COLUMNS).where(
        watches.c.town == ledger.town, watches.c.ended_at.is_(None), watches.c.since <= at, watches.c.until > at
    )
    return [Watch(*row) for row in ledger.tx.execute(query.order_by(watches.c.person))]


def over(ledger: Ledger, at: datetime) -> list[Watch]:
    """Watches whose time has run out and which are not ended yet."""
    query = select(*COLUMNS).where(watches.c.town == ledger.town, watches.c.ended_at.is_(None), watches.c.until <= at)
    return [Watch(*row) for row in ledger.tx.execute(query.order_by(watches.c.until))]


def end(ledger: Ledger, person: str, at: datetime) -> None:
    """The watch is over."""
    where = (watches.c.town == ledger.town) & (watches.c.person == person)
    ledger.tx.execute(update(watches).where(where).values(ended_at=at))


def let_off(ledger: Ledger, person: str, at: datetime) -> None:
    """The watch is over before its time: a check-in that is open is asked about no more."""
    end(ledger, person, at)
    where = (checkins.c.town == ledger.town) & (checkins.c.person == person)
    ledger.forget("asked")
    called = where & (checkins.c.state != "answered") & (checkins.c.duty == "")
    ledger.tx.execute(update(checkins).where(called).values(state="let_off", next_at=None))


def call(ledger: Ledger, watched: Sequence[Watch], slot: datetime, next_at: datetime) -> None:
    """Ask these people for their temperature."""
    ledger.forget("asked")
    rows = [
        {"town": ledger.town, "person": w.person, "slot": slot, "village": w.village, "state": "asked", "next_at":
        next_at, "duty": ""}
        for w in watched
    ]  # fmt: skip
    if rows:
        ledger.tx.execute(ledger.insert(checkins).on_conflict_do_nothing(), rows)


def due(ledger: Ledger, now: datetime, most: int = 500) -> list[Checkin]:
    """Check-ins whose clock has rung, the earliest first."""
    query = (
        select(*_CHECKIN)
        .where(checkins.c.town == ledger.town, checkins.c.next_at <= now)
        .order_by(checkins.c.next_at, checkins.c.person)
        .limit(most)
    )
    if ledger.postgres:
        query = query.with_for_update(skip_locked=True)
    return [Checkin(*row) for row in ledger.tx.execute(query)]


def set_state(ledger: Ledger, checkin: Checkin) -> None:
    """Keep where a check-in stands."""
    ledger.forget("asked")
    where = (checkins.c.town == ledger.town) & (checkins.c.person == checkin.person) & (checkins.c.slot == checkin.slot)
    values = {"state": checkin.state, "next_at": checkin.next_at, "duty": checkin.duty}
    ledger.tx.execute(update(checkins).where(where).values(values))


def find_checkin(ledger: Ledger, person: str, slot: datetime) -> Checkin | None:
    """One check-in as it stands, locked."""
    query = select(*_CHECKIN).where(
        checkins.c.town == ledger.town, checkins.c.person == person, checkins.c.slot == slot
    )
    row = ledger.tx.execute(query.with_for_update() if ledger.postgres else query).first()
    return Checkin(*row) if row else None


def open_for(town: Any, person: Any) -> tuple[ColumnElement[bool], ...]:
    """The check-ins that a person has not answered, as conditions."""
    c = checkins.c
    return c.town == town, c.person == person, c.state != "answered", c.state != "let_off"


OPEN = Fixed(
    select(*_CHECKIN).where(*open_for(bindparam("town"), bindparam("person"))).order_by(checkins.c.slot.desc())
)


def open_of(ledger: Ledger, person: str) -> Checkin | None:
    """The latest check-in this person has not answered."""
    row = ledger.once(("asked", person), lambda: OPEN.first(ledger.tx, {"town": ledger.town, "person": person}))
    return Checkin(*row) if row else None


def none_open(ledger: Ledger, person: str) -> None:
    """It is known already that this person has answered."""
    ledger.memo["asked", person] = None


TAKEN = whole_row(temperatures)
ANSWERED = Fixed(
    update(checkins)
    .where(*open_for(bindparam("b_town"), bindparam("b_person")))
    .values(state="answered", next_at=None, answered_at=bindparam("b_at"))
)  # fmt: skip


def take(ledger: Ledger, fact: TemperatureTaken) -> None:
    """Keep a temperature, and with it the answer to every check-in the person has open."""
    TAKEN.run(
        ledger.tx,
        {
            "town": ledger.town, "id": new_id(), "person": fact.person, "village": fact.village,
            "value_sealed": ledger.seal(fact.tenths), "fever": fact.fever, "at": fact.at,
        },
    )  # fmt: skip
    # The value itself is kept once, sealed, in temperatures; here only that there was an answer.
    if open_of(ledger, fact.person):
        ANSWERED.run(ledger.tx, {"b_town": ledger.town, "b_person": fact.person, "b_at": fact.at})
        ledger.forget("asked")


def last_of_house(ledger: Ledger, person: str) -> list[tuple[str, datetime, int]]:
    """(whose, when, tenths) of the latest temperature of each whom this person has told of, in the order of their names."""
    c = temperatures.c
    query = select(c.person, c.at, c.value_sealed).where(
        c.town == ledger.town, c.person.startswith(f"{person}#", autoescape=True)
    )
    latest = {row[0]: row for row in ledger.tx.execute(query.order_by(c.at))}
    return [(name.partition("#")[2], at, int(ledger.unseal(value))) for name, at, value in sorted(latest.values())]


def last_of(ledger: Ledger, person: str) -> tuple[datetime, int] | None:
    """(when, tenths) of the person's latest temperature."""
    query = (
        select(temperatures.c.at, temperatures.c.value_sealed)
        .where(temperatures.c.town == ledger.town, temperatures.c.person == person)
        .order_by(temperatures.c.at.desc())
        .limit(1)
    )
    row = ledger.tx.execute(query).first()
    return (row[0], int(ledger.unseal(row[1]))) if row else None
