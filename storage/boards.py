"""Cards as they stand in chats: which messages show a duty, so that they can be edited; without it a group would be noise."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from storage.fixed import Fixed
from storage.ledger import Ledger
from storage.outbox import EDITS, SENT, WAITING
from storage.tables import listings, outbox

LIST = "/list:"
"""In a row's ``flood``: the message shows several duties, whose numbers follow."""

MOST_UNKNOWN = 1000
"""So many letters of unknown outcome, the latest, are looked at for a whole board."""
GONE_BY = "gone by"
"""In a row's ``digest``: a newer message took the place of this one, which now says so."""


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
    told_at: datetime | None = None

    @property
    def message(self) -> tuple[str, str]:
        """What tells one message in a chat from another, however often it was edited."""
        return self.address, self.edits or self.platform_id or self.id

    @property
    def refs(self) -> tuple[str, ...]:
        """The duties a list shows; empty for the card of one."""
        return refs_in(self.flood)


def refs_in(flood: str) -> tuple[str, ...]:
    """The duties that a list shows, by its row's ``flood``; empty for anything else."""
    return tuple(flood.partition(LIST)[2].split(",")) if LIST in flood else ()


_CARD = select(
    outbox.c.id, outbox.c.channel, outbox.c.address, outbox.c.duty, outbox.c.state, outbox.c.platform_id,
    outbox.c.flood, outbox.c.cause, outbox.c.edits, outbox.c.digest, outbox.c.told_at,
).where(outbox.c.town == bindparam("town"))  # fmt: skip
RECENT = Fixed(
    _CARD.where(
        outbox.c.address == bindparam("address"), outbox.c.flood >= bindparam("key"), outbox.c.flood < bindparam("end"),
        outbox.c.told_at > bindparam("since"),
    )
)  # fmt: skip
ALONE = Fixed(_CARD.where(outbox.c.duty == bindparam("ref"), outbox.c.told_at.is_not(None)))
LISTED = Fixed(
    _CARD.where(
        outbox.c.id.in_(
            select(listings.c.letter).where(listings.c.town == bindparam("town"), listings.c.duty == bindparam("ref"))
        )
    )
)
LAST_TOLD = Fixed(
    select(outbox.c.told_at)
    .where(
        outbox.c.town == bindparam("town"), outbox.c.address == bindparam("address"), outbox.c.flood == bindparam("flood"),
        outbox.c.told_at.is_not(None),
    )
    .order_by(outbox.c.told_at.desc())
    .limit(1)
)  # fmt: skip


def recent(ledger: Ledger, address: str, key: str, since: datetime) -> list[Card]:
    """What was told to an address under a flood key (town time after ``since``), the oldest first."""
    # "0" is the sign after "/": between them stand the key itself and the lists under it, and the index finds both.
    values = {"town": ledger.town, "address": address, "key": key, "end": key + "0", "since": since}
    found = _standing(RECENT.rows(ledger.tx, values))
    return [card for card in found if card.flood == key or card.flood.startswith(key + LIST)]


def cards_of(ledger: Ledger, ref: str) -> list[Card]:
    """The messages that show a duty's card, the oldest first; of a message edited several times only its last state."""
    values = {"town": ledger.town, "ref": ref}
    latest: dict[tuple[str, str], Card] = {}
    for card in _standing({*ALONE.rows(ledger.tx, values), *LISTED.rows(ledger.tx, values)}):
        if "#" in card.cause and card.digest != GONE_BY and (card.duty == ref or ref in card.refs):
            latest[card.message] = card
    return list(latest.values())


def _standing(rows: Iterable[tuple[Any, ...]]) -> list[Card]:
    """Those that wait or have arrived, the oldest first. Sifted and put in order here: asked to, SQLite would walk through the
    letters of the whole town."""
    return [card for row in sorted(rows, key=itemgetter(0)) if (card := Card(*row)).state in (WAITING, "accepted")]


def shown_in(ledger: Ledger, address: str, platform_id: str) -> tuple[str, ...]:
    """The numbers of the duties that a delivered message shows or speaks of, as it was last edited."""
    query = select(outbox.c.id, outbox.c.duty, outbox.c.flood).where(
        outbox.c.town == ledger.town, outbox.c.address == address, outbox.c.platform_id == platform_id,
        outbox.c.state == "accepted", SENT,
    )  # fmt: skip
    latest = max(ledger.tx.execute(query), key=itemgetter(0), default=None)
    if latest is None:
        return ()
    return refs_in(latest.flood) or ((latest.duty,) if latest.duty else ())


def listed(ledger: Ledger, letter: str, refs: Sequence[str]) -> None:
    """A message shows these duties."""
    rows = [{"town": ledger.town, "duty": ref, "letter": letter} for ref in refs]
    ledger.tx.execute(ledger.insert(listings).on_conflict_do_nothing(), rows)


def rewrite(ledger: Ledger, row_id: str, call: Mapping[str, Any], flood: str = "", digest: str = "") -> None:
    """A message that still waits says how things stand now."""
    where = (outbox.c.town == ledger.town) & (outbox.c.id == row_id) & (outbox.c.state == WAITING)
    values: dict[str, Any] = {"call_sealed": ledger.seal(dict(call))}
    if flood:
        values |= {"flood": flood, "digest": digest}
    ledger.tx.execute(update(outbox).where(where).values(values))


def go_by(ledger: Ledger, card: Card) -> None:
    """A newer message takes the place of this one, in whatever state it is."""
    message = card.edits or card.platform_id
    here = (outbox.c.town == ledger.town, outbox.c.address == card.address)
    sent = select(outbox.c.id).where(*here, outbox.c.platform_id == message, SENT)
    edits = select(outbox.c.id).where(*here, outbox.c.edits == message, EDITS)
    same = (outbox.c.id == card.id, outbox.c.id.in_(sent.union(edits)))[bool(message)]
    where = (outbox.c.town == ledger.town) & outbox.c.told_at.is_not(None) & same
    ledger.tx.execute(update(outbox).where(where).values(digest=GONE_BY))


def shows(ledger: Ledger, row_id: str, digest: str) -> None:
    """What a message shows from now on."""
    where = (outbox.c.town == ledger.town) & (outbox.c.id == row_id)
    ledger.tx.execute(update(outbox).where(where).values(digest=digest))


def forget_waiting(ledger: Ledger, cause: str) -> None:
    """An edit that still waits is overtaken by a newer one of the same message."""
    where = (outbox.c.town == ledger.town) & (outbox.c.cause == cause) & (outbox.c.state == WAITING)
    ledger.tx.execute(delete(outbox).where(where))


def told(ledger: Ledger, address: str, cause: str) -> bool:
    """Whether an address was sent something with this cause before."""
    query = select(outbox.c.id).where(
        outbox.c.town == ledger.town, outbox.c.address == address, outbox.c.cause == cause
    )
    return ledger.tx.execute(query.limit(1)).first() is not None


def last_card(ledger: Ledger, address: str, ref: str) -> datetime | None:
    """The town time at which an address was last told this duty's card."""
    query = select(outbox.c.told_at).where(
        outbox.c.town == ledger.town, outbox.c.duty == ref, outbox.c.address == address, outbox.c.told_at.is_not(None),
        outbox.c.edits == "",
    )  # fmt: skip
    found: datetime | None = ledger.tx.execute(query.order_by(outbox.c.told_at.desc()).limit(1)).scalar()
    return found


def last_told(ledger: Ledger, address: str, flood: str) -> datetime | None:
    """The town time at which an address was last told something of this sort (a reminder)."""
    row = LAST_TOLD.first(ledger.tx, {"town": ledger.town, "address": address, "flood": flood})
    return row[0] if row else None


UNSURE = Fixed(
    select(outbox.c.id)
    .where(
        outbox.c.town == bindparam("town"), outbox.c.state == "unknown", outbox.c.lane == 0,
        (outbox.c.duty == bindparam("ref"))
        | outbox.c.id.in_(
            select(listings.c.letter).where(listings.c.town == bindparam("town"), listings.c.duty == bindparam("ref"))
        ),
    )
    .limit(1)
)  # fmt: skip


def unsure(ledger: Ledger, ref: str) -> bool:
    """Whether it is not known of some alert of this duty that it arrived."""
    return UNSURE.first(ledger.tx, {"town": ledger.town, "ref": ref}) is not None


def unsure_among(ledger: Ledger, refs: Collection[str]) -> frozenset[str]:
    """Those of these duties of which it is not known of some alert that it arrived."""
    here = (outbox.c.town == ledger.town, outbox.c.state == "unknown", outbox.c.lane == 0)
    rows = (
        ledger.tx.execute(
            select(outbox.c.id, outbox.c.duty).where(*here).order_by(outbox.c.id.desc()).limit(MOST_UNKNOWN)
        ).all()
        if refs
        else []
    )
    listed = select(listings.c.duty).where(
        listings.c.town == ledger.town, listings.c.letter.in_([row.id for row in rows])
    )
    named = {row.duty for row in rows} | ({*ledger.tx.execute(listed).scalars()} if rows else set())
    return frozenset(named & set(refs))
