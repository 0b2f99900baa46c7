"""All that is kept of who speaks, read with one statement; without it each message would cost five."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, and_, bindparam, exists, literal, select

from storage import duties, people, tables, talks, watches
from storage.fixed import Fixed
from storage.ledger import Ledger
from storage.people import Known
from storage.talks import Kept
from storage.watches import Watch


@dataclass(frozen=True)
class Speaker:
    """Somebody who has written in a chat: what is known of them, the watch they are under, the talk they have open there."""

    known: Known | None
    watch: Watch | None
    talk: Kept | None


_TOWN: BindParameter[str] = bindparam("town")
_PERSON: BindParameter[str] = bindparam("person")
_CHAT: BindParameter[str] = bindparam("chat")
_P, _W, _T = tables.people.c, tables.watches.c, tables.talks.c
_ONE = select(literal(1).label("one")).subquery()
MET = Fixed(
    select(
        *people.COLUMNS, *watches.COLUMNS, *talks.COLUMNS,
        exists().where(*watches.open_for(_TOWN, _PERSON)), exists().where(*duties.open_for(_TOWN, _PERSON)),
    ).select_from(
        _ONE.outerjoin(tables.people, and_(_P.town == _TOWN, _P.id == _PERSON))
        .outerjoin(tables.watches, and_(_W.town == _TOWN, _W.person == _PERSON, _W.ended_at.is_(None)))
        .outerjoin(tables.talks, and_(_T.town == _TOWN, _T.chat == _CHAT, _T.person == _PERSON))
    )
)  # fmt: skip
_WATCH = len(people.COLUMNS)
_TALK = _WATCH + len(watches.COLUMNS)
_REST = _TALK + len(talks.COLUMNS)


def met(ledger: Ledger, chat: str, person: str) -> Speaker:
    """Who this is. That somebody has no open check-in, or no open duty, is remembered for the rest of the transaction."""
    row = MET.rows(ledger.tx, {"town": ledger.town, "person": person, "chat": chat})[0]
    asked, busy = row[_REST:]
    if not asked:
        watches.none_open(ledger, person)
    if not busy:
        duties.none_open(ledger, person)
    return Speaker(
        people.read(ledger, row[:_WATCH]) if row[0] is not None else None,
        Watch(*row[_WATCH:_TALK]) if row[_WATCH] is not None else None,
        talks.read(ledger, row[_TALK:_REST]) if row[_TALK] is not None else None,
    )
