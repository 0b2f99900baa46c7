"""Who holds what, and until when: without it two processes would ask the platform for the same messages."""

from datetime import datetime

from sqlalchemy import delete, or_, select

from storage.ledger import Ledger
from storage.tables import leases


def take(ledger: Ledger, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take a lease or hold it longer; False while somebody else holds it. Real times."""
    statement = ledger.insert(leases).values(town=ledger.town, name=name, owner=owner, until=until)
    statement = statement.on_conflict_do_update(
        index_elements=["town", "name"], set_={"owner": owner, "until": until},
        where=or_(leases.c.owner == owner, leases.c.until <= now),
    )  # fmt: skip
    return ledger.tx.execute(statement).rowcount == 1


def owners(ledger: Ledger, now: datetime) -> frozenset[str]:
    """Who holds any lease now: the processes that live."""
    query = select(leases.c.owner).where(leases.c.town == ledger.town, leases.c.until > now)
    return frozenset(ledger.tx.execute(query).scalars())


def give_back(ledger: Ledger, owner: str, name: str | None = None) -> None:
    """Let go of a lease, or of all an owner has."""
    where = (leases.c.town == ledger.town) & (leases.c.owner == owner)
    ledger.tx.execute(delete(leases).where(where if name is None else where & (leases.c.name == name)))
