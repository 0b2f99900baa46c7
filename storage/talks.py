"""Open conversations; without it a restart in the middle would make an old man start over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage.fixed import Fixed
from storage.ledger import Ledger
from storage.tables import talks

Kept = tuple[str, str, dict[str, object], dict[str, object], int]
"""(id, form, answers, cursor, misses): plain values, since storage does not know what a talk is."""


COLUMNS = (talks.c.id, talks.c.form, talks.c.answers_sealed, talks.c.cursor, talks.c.misses)
FIND = Fixed(
    select(*COLUMNS).where(
        talks.c.town == bindparam("town"), talks.c.chat == bindparam("chat"), talks.c.person == bindparam("person")
    )
)


def find(ledger: Ledger, chat: str, person: str) -> Kept | None:
    """The talk a person has open in a chat, or None."""
    row = FIND.first(ledger.tx, {"town": ledger.town, "chat": chat, "person": person})
    return read(ledger, row) if row else None


def read(ledger: Ledger, row: Sequence[Any]) -> Kept:
    """A talk as ``COLUMNS`` say."""
    return row[0], row[1], ledger.unseal(row[2]) or {}, dict(row[3]), row[4]


def save(ledger: Ledger, chat: str, person: str, kept: Kept, now: datetime, idle_at: datetime) -> None:
    """Keep a talk as it stands."""
    identity, form, answers, cursor, misses = kept
    values = {
        "id": identity, "form": form, "answers_sealed": ledger.seal(answers), "cursor": cursor, "misses": misses,
        "touched_at": now, "idle_at": idle_at,
    }  # fmt: skip
    statement = ledger.insert(talks).values(town=ledger.town, chat=chat, person=person, **values)
    ledger.tx.execute(statement.on_conflict_do_update(index_elements=["town", "chat", "person"], set_=values))


def drop(ledger: Ledger, chat: str, person: str) -> None:
    """The talk is over."""
    ledger.tx.execute(delete(talks).where(talks.c.town == ledger.town, talks.c.chat == chat, talks.c.person == person))


def idle(ledger: Ledger, now: datetime, most: int = 200) -> list[tuple[str, str]]:
    """(chat, person) of the talks nobody has gone on with for too long."""
    query = (
        select(talks.c.chat, talks.c.person)
        .where(talks.c.town == ledger.town, talks.c.idle_at <= now)
        .order_by(talks.c.idle_at)
        .limit(most)
    )
    if ledger.postgres:
        query = query.with_for_update(skip_locked=True)
    return [(chat, person) for chat, person in ledger.tx.execute(query)]
