"""Cards as they stand in chats: which messages show a duty, so that they can be edited; without it a group would be noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select, update

from storage.ledger import Ledger
from storage.outbox import WAITING
from storage.tables import outbox

LIST = "/list:"
"""In a row's ``flood``: the message shows several duties, whose numbers follow."""


@dataclass(frozen=True)
class Card:
    """A message that shows a duty, or a list of them: waiting (to be rewritten) or accepted (to be edited)."""

    id: str
    channel: str
    address: str
    duty: str
    state: str
    platform_id: str
    flood: str
    cause: str
    edits: str = ""
    """The message that this row, while it waits, is to edit."""
    digest: str = ""

    @property
    def refs(self) -> tuple[str, ...]:
        """The duties a list shows; empty for the card of one."""
        return tuple(self.flood.partition(LIST)[2].split(",")) if LIST in self.flood else ()


def recent(ledger: Ledger, address: str, key: str, since: datetime) -> list[Card]:
    """What was told to an address under a flood key (town time after ``since``), the oldest first."""
    same = or_(outbox.c.flood == key, outbox.c.flood.startswith(key + LIST, autoescape=True))
    query = _cards(ledger).where(outbox.c.address == address, same, outbox.c.told_at > since)
    return _read(ledger, query)


def cards_of(ledger: Ledger, ref: str) -> list[Card]:
    """The messages that show a duty's card, the oldest first; of a message edited several times only its last state."""
    shows = or_(outbox.c.duty == ref, outbox.c.flood.contains(ref, autoescape=True))
    found = _read(ledger, _cards(ledger).where(shows, outbox.c.cause.contains("#"), outbox.c.told_at.is_not(None)))
    latest: dict[tuple[str, str], Card] = {}
    for card in found:
        if card.duty == ref or ref in card.refs:
            latest[(card.address, card.platform_id or card.id)] = card
    return list(latest.values())


def rewrite(ledger: Ledger, row_id: str, call: Mapping[str, Any]) -> None:
    """A message that still waits says how things stand now."""
    where = (outbox.c.town == ledger.town) & (outbox.c.id == row_id) & (outbox.c.state == WAITING)
    ledger.tx.execute(update(outbox).where(where).values(call_sealed=ledger.seal(dict(call))))


def shows(ledger: Ledger, row_id: str, digest: str) -> None:
    """What a message shows from now on."""
    where = (outbox.c.town == ledger.town) & (outbox.c.id == row_id)
    ledger.tx.execute(update(outbox).where(where).values(digest=digest))


def forget_waiting(ledger: Ledger, cause: str) -> None:
    """An edit that still waits is overtaken by a newer one of the same message."""
    where = (outbox.c.town == ledger.town) & (outbox.c.cause == cause) & (outbox.c.state == WAITING)
    ledger.tx.execute(delete(outbox).where(where))


def last_told(ledger: Ledger, address: str, flood: str) -> datetime | None:
    """The town time at which an address was last told something of this sort (a reminder)."""
    query = select(outbox.c.told_at).where(
        outbox.c.town == ledger.town, outbox.c.address == address, outbox.c.flood == flood
    )
    found: datetime | None = ledger.tx.execute(query.order_by(outbox.c.told_at.desc()).limit(1)).scalar()
    return found


def _cards(ledger: Ledger) -> Select[Any]:
    columns = outbox.c
    return select(
        columns.id, columns.channel, columns.address, columns.duty, columns.state, columns.platform_id, columns.flood,
        columns.cause, columns.edits, columns.digest,
    ).where(columns.town == ledger.town, columns.state.in_((WAITING, "accepted")))  # fmt: skip


def _read(ledger: Ledger, query: Select[Any]) -> list[Card]:
    rows = ledger.tx.execute(query.order_by(outbox.c.id))
    return [
        Card(r.id, r.channel, r.address, r.duty, r.state, r.platform_id, r.flood, r.cause, r.edits, r.digest)
        for r in rows
    ]
