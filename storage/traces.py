"""What a message left behind in the tables: its answers, moves and letters; without it nobody could be shown how it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from storage.ledger import Ledger
from storage.tables import audit, inbox, outbox, temperatures, watches

AT_MOST = timedelta(seconds=5)
"""How long deciding one message can take: what is written later was not written by it."""


@dataclass(frozen=True)
class Mark:
    """One row of history. ``at`` is town time."""

    id: str
    ref: str
    what: str
    who: str
    chat: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Sent:
    """One letter: when it was decided and when it was there, in real time; ``told_at`` in town time."""

    address: str
    made_at: datetime
    sent_at: datetime | None
    state: str
    told_at: datetime | None


@dataclass(frozen=True)
class Span:
    """The ids made while one message was decided: ids begin with the time they were made at."""

    first: str
    last: str


def received(ledger: Ledger, channel: str, message: str) -> tuple[datetime, str] | None:
    """(when in real time, fate) of a message, or None when it is not on the record."""
    query = select(inbox.c.at, inbox.c.fate).where(
        inbox.c.town == ledger.town, inbox.c.channel == channel, inbox.c.message_id == message
    )
    row = ledger.tx.execute(query).first()
    return (row[0], row[1]) if row else None


def span_of(at: datetime) -> Span:
    """The ids that a message received at this real time can have made."""
    return Span(*(f"{int(moment.timestamp() * 1_000_000):014x}" for moment in (at, at + AT_MOST)))


def marks_of(ledger: Ledger, span: Span, who: str, chat: str) -> list[Mark]:
    """The moves of duties that this person made in this chat in the span, in order."""
    query = select(audit).where(
        audit.c.town == ledger.town, audit.c.id.between(span.first, span.last), audit.c.noun == "duty",
        audit.c.who == who, audit.c.chat == chat,
    )  # fmt: skip
    return _marks(ledger, query)


def history(ledger: Ledger, ref: str) -> list[Mark]:
    """Everything that happened to a duty, in order."""
    query = select(audit).where(audit.c.town == ledger.town, audit.c.noun == "duty", audit.c.ref == ref)
    return _marks(ledger, query)


def last_touched(ledger: Ledger, most: int = 20) -> list[Mark]:
    """The latest moves by people, and openings by anybody, the latest first."""
    query = select(audit).where(
        audit.c.town == ledger.town, audit.c.noun == "duty", or_(audit.c.chat != "", audit.c.what == "opened")
    )
    rows = ledger.tx.execute(query.order_by(audit.c.id.desc()).limit(most))
    return [Mark(r.id, r.ref, r.what, r.who, r.chat, r.at) for r in rows]


def moves_since(ledger: Ledger, since: datetime) -> frozenset[str]:
    """The ids of all history written after this real time."""
    first = f"{int(since.timestamp() * 1_000_000):014x}"
    query = select(audit.c.id).where(audit.c.town == ledger.town, audit.c.id > first)
    return frozenset(ledger.tx.execute(query).scalars())


def answers(ledger: Ledger, cause: str) -> list[Sent]:
    """The letters that answer a message (``channel/id``)."""
    return _sent(ledger, outbox.c.cause == cause)


def cards(ledger: Ledger, ref: str) -> list[Sent]:
    """The letters that told a duty's rungs; what only keeps them up to date is left out."""
    return _sent(
        ledger, (outbox.c.duty == ref) & outbox.c.cause.startswith(f"{ref}#", autoescape=True) & (outbox.c.edits == "")
    )


def temperature_in(ledger: Ledger, span: Span, person: str) -> tuple[int, bool] | None:
    """(tenths of a degree, whether it is a fever) that this person gave in the span."""
    query = select(temperatures.c.value_sealed, temperatures.c.fever).where(
        temperatures.c.town == ledger.town, temperatures.c.id.between(span.first, span.last),
        temperatures.c.person == person,
    )  # fmt: skip
    row = ledger.tx.execute(query).first()
    return (int(ledger.unseal(row[0])), bool(row[1])) if row else None


def watched_until(ledger: Ledger, span: Span, person: str) -> datetime | None:
    """Until when (exclusive) a watch runs that this message began."""
    began = select(audit.c.id).where(
        audit.c.town == ledger.town, audit.c.id.between(span.first, span.last), audit.c.noun == "watch",
        audit.c.ref == person, audit.c.what == "started",
    )  # fmt: skip
    if ledger.tx.execute(began).first() is None:
        return None
    query = select(watches.c.until).where(watches.c.town == ledger.town, watches.c.person == person)
    found: datetime | None = ledger.tx.execute(query).scalar()
    return found


def _marks(ledger: Ledger, query: Any) -> list[Mark]:
    rows = ledger.tx.execute(query.order_by(audit.c.id))
    return [
        Mark(r.id, r.ref, r.what, r.who, r.chat, r.at, ledger.vault.open(r.note_sealed) if r.note_sealed else "")
        for r in rows
    ]


def _sent(ledger: Ledger, which: Any) -> list[Sent]:
    columns = outbox.c
    query = select(columns.address, columns.made_at, columns.sent_at, columns.state, columns.told_at)
    rows = ledger.tx.execute(query.where(columns.town == ledger.town, which).order_by(columns.id))
    return [Sent(*row) for row in rows]
