"""Links that sign in once, and who is signed in; without it the board would be open to whoever finds its address.

Times here are real ones: a demo's clock that is moved forward signs nobody out. Of tokens only hashes are kept.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, select, update

from storage.ledger import Ledger
from storage.tables import sessions, sign_ins

LINK_LIVES = timedelta(minutes=15)
SESSION_LIVES = timedelta(hours=12)
FORGOTTEN_AFTER = timedelta(days=1)


def hash_of(token: str) -> str:
    """What is kept of a token: it has 128 random bits, so nothing slower is needed."""
    return sha256(token.encode()).hexdigest()


def give(ledger: Ledger, hashed: str, person: str, chat: str, real_now: datetime) -> None:
    """Keep a link that works once within a quarter of an hour; what is long over is forgotten."""
    for table in (sign_ins, sessions):
        long_over = table.c.until < real_now - FORGOTTEN_AFTER
        ledger.tx.execute(delete(table).where(table.c.town == ledger.town, long_over))
    row = {"town": ledger.town, "hash": hashed, "person": person, "chat": chat, "until": real_now + LINK_LIVES}
    ledger.tx.execute(sign_ins.insert(), row)


def works(ledger: Ledger, token: str, real_now: datetime) -> bool:
    """Whether this link would sign in; asking uses nothing up."""
    query = select(sign_ins.c.person).where(*_fresh(ledger, token, real_now))
    return ledger.tx.execute(query).first() is not None


def sign_in(ledger: Ledger, token: str, new_token: Callable[[], str], real_now: datetime) -> str:
    """Use a link up; returns the token of the session it begins, or an empty text for one that is used, over or wrong. One
    UPDATE decides, so of two who press at once one gets in."""
    used = update(sign_ins).where(*_fresh(ledger, token, real_now)).values(used_at=real_now)
    person = ledger.tx.execute(used.returning(sign_ins.c.person)).scalar()
    if person is None:
        return ""
    session = new_token()
    row = {"town": ledger.town, "hash": hash_of(session), "person": person, "until": real_now + SESSION_LIVES}
    ledger.tx.execute(sessions.insert(), row)
    return session


def signed_in(ledger: Ledger, session: str, real_now: datetime) -> str:
    """Whose session this is; an empty text for one that is over or none."""
    if not session:
        return ""
    query = select(sessions.c.person).where(
        sessions.c.town == ledger.town, sessions.c.hash == hash_of(session), sessions.c.until > real_now
    )
    return str(ledger.tx.execute(query).scalar() or "")


def sign_out(ledger: Ledger, session: str) -> None:
    """End a session."""
    ledger.tx.execute(
        delete(sessions).where(sessions.c.town == ledger.town, sessions.c.hash == hash_of(session))
    )  # fmt: skip


def _fresh(ledger: Ledger, token: str, real_now: datetime) -> tuple[ColumnElement[bool], ...]:
    columns = sign_ins.c
    return (
        columns.town == ledger.town, columns.hash == hash_of(token), columns.used_at.is_(None), columns.until > real_now
    )  # fmt: skip
