"""What the ladders were when open duties were last set by them; without it an edit in the config would reach none of them."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from storage.duties import NOT_OVER
from storage.ledger import Ledger
from storage.tables import duties, ladders


def digests(ledger: Ledger) -> Mapping[str, str]:
    """Name of a ladder → the digest that was kept of it."""
    query = select(ladders.c.name, ladders.c.digest).where(ladders.c.town == ledger.town)
    return {row[0]: row[1] for row in ledger.tx.execute(query)}


def keep(ledger: Ledger, name: str, digest: str) -> None:
    """Every open duty goes by this ladder now."""
    statement = ledger.insert(ladders).values(town=ledger.town, name=name, digest=digest)
    ledger.tx.execute(statement.on_conflict_do_update(index_elements=["town", "name"], set_={"digest": digest}))


def climbing(ledger: Ledger, kinds: Collection[str]) -> list[str]:
    """The numbers of the open duties of these kinds, also of those without a next rung, in an order that is always the same."""
    query = select(duties.c.ref).where(duties.c.town == ledger.town, duties.c.kind.in_(kinds), NOT_OVER)
    return list(ledger.tx.execute(query.order_by(duties.c.ref)).scalars())
