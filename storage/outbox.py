"""Letters that must go out: kept in the commit that decided them; without it a crash would swallow an alert.

Pace and retries live in real time, so every time here is the machine's, not the town's. One row is one wire call.
"""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Integer, bindparam, case, delete, func, select, text, tuple_, update

from storage.fixed import Fixed, whole_row
from storage.ledger import Ledger
from storage.tables import new_id, outbox, pauses

NO_MARK: Mapping[str, Any] = {
    "duty": "",
    "cause": "",
    "flood": "",
    "told_at": None,
    "check_at": None,
    "edits": "",
    "digest": "",
}
LANES = {"alert": 0, "reply": 1, "notice": 2}
WAITING, SENDING = "waiting", "sending"
EVERYBODY = ":*"
"""After a channel's name, in place of a chat: all of that channel. An outage of one messenger holds up no other."""


@dataclass(frozen=True)
class Row:
    """One wire call to be made."""

    id: str
    channel: str
    address: str
    lane: int
    call: Mapping[str, Any]
    duty: str = ""
    attempts: int = 0
    repeated: bool = False
    """Whether it went out once already without our learning how that ended."""


ADD = whole_row(outbox)
_WAITS = outbox.c.state == WAITING
_GOES = outbox.c.state == SENDING
_TOWN = outbox.c.town == bindparam("b_town")
_ROW = (
    outbox.c.id, outbox.c.channel, outbox.c.address, outbox.c.lane, outbox.c.call_sealed, outbox.c.duty,
    outbox.c.attempts, outbox.c.why, outbox.c.not_before,
)  # fmt: skip
PAGE, MOST_PAGES = 64, 32
"""So many rows are looked at in one go, and so many times, to find one for a chat that may be sent to now."""
NEXT = Fixed(
    select(*_ROW)
    .where(_TOWN, _WAITS, tuple_(outbox.c.lane, outbox.c.id) > tuple_(bindparam("b_lane"), bindparam("b_id")))
    .order_by(outbox.c.lane, outbox.c.id)
    .limit(bindparam("b_most", type_=Integer))
    .with_for_update()
)
GOING = Fixed(select(outbox.c.address).where(_TOWN, _GOES))
CLAIM = Fixed(
    update(outbox)
    .where(_TOWN, outbox.c.id == bindparam("b_id"), _WAITS)
    .values(state=SENDING, owner=bindparam("b_owner"))
)
SETTLE = Fixed(
    update(outbox)
    .where(_TOWN, outbox.c.id == bindparam("b_id"), _GOES, outbox.c.owner == bindparam("b_owner"))
    .values(
        state=bindparam("b_state"), attempts=bindparam("b_attempts"), not_before=bindparam("b_not_before"),
        sent_at=bindparam("b_sent_at"), platform_id=bindparam("b_platform_id"), why=bindparam("b_why"),
        # What has arrived is kept no longer: it may speak of health, or show a tipster's receipt.
        call_sealed=case((bindparam("b_state") == "accepted", ""), else_=outbox.c.call_sealed),
    )
)  # fmt: skip
SENT, EDITS = text("outbox.platform_id != ''"), text("outbox.edits != ''")
"""What the indexes of sent messages and of edits hold; said word for word, or the databases would not know that they may use
them."""
PAUSED = Fixed(select(pauses.c.address).where(pauses.c.town == bindparam("town"), pauses.c.until > bindparam("now")))


def add(
    ledger: Ledger, channel: str, address: str, lane: str, calls: Sequence[Mapping[str, Any]], now: datetime,
    mark: Mapping[str, Any] = NO_MARK,
) -> list[Row]:  # fmt: skip
    """Put calls in the outbox, in order. ``mark``: duty, cause (what they answer: a message's id, or a duty's rung), flood,
    told_at, check_at, edits, digest; what is missing is empty."""
    marked = {**NO_MARK, **mark}
    rows = [Row(new_id(), channel, address, LANES[lane], call, marked["duty"]) for call in calls]
    ADD.run(
        ledger.tx,
        *(
            {
                "town": ledger.town, "id": r.id, "channel": channel, "address": address, "lane": r.lane, "state": WAITING,
                "owner": "", "call_sealed": ledger.seal(dict(r.call)), "attempts": 0, "not_before": now, "made_at": now,
                "sent_at": None, "platform_id": "", "why": "", **marked,
            }
            for r in rows
        ),
    )  # fmt: skip
    return rows


def claim(
    ledger: Ledger, owner: str, now: datetime, room: int, channels: Container[str], held: frozenset[str] = frozenset(),
    others: int = 1_000_000,
) -> list[Row]:  # fmt: skip
    """Rows to be sent by this process (``owner``), marked as being sent: to be committed before a call is made.

    Alerts before replies before notices, the oldest first; of each chat and lane only the first row, and none for a chat
    that is being sent to, is paused or is in ``held``. At most ``room``, and of those that are no alerts ``others``. On
    PostgreSQL under a lock of the town's outbox.
    """
    found: list[Row] = []
    met: set[tuple[str, int]] = set()
    shut: set[str] | None = None
    for row in _next_rows(ledger):
        shut = _shut(ledger, now) | held if shut is None else shut
        address, lane = row[2], row[3]
        if lane != LANES["alert"] and others <= 0:
            break
        if (
            (address, lane) not in met
            and row[8] <= now
            and row[1] in channels
            and not shut & {address, row[1] + EVERYBODY}
        ):
            shut.add(address)
            found.append(_read(ledger, row))
            others -= lane != LANES["alert"]
        met.add((address, lane))
        if len(found) >= room:
            break
    CLAIM.run(ledger.tx, *({"b_town": ledger.town, "b_id": row.id, "b_owner": owner} for row in found))
    return found


def _next_rows(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    lane, last = -1, ""
    for _ in range(MOST_PAGES):
        page = NEXT.rows(ledger.tx, {"b_town": ledger.town, "b_lane": lane, "b_id": last, "b_most": PAGE})
        yield from page
        if len(page) < PAGE:
            return
        last, lane = page[-1][0], page[-1][3]


def _shut(ledger: Ledger, now: datetime) -> set[str]:
    """The chats that are being sent to, by whichever process, or must wait."""
    going = GOING.rows(ledger.tx, {"b_town": ledger.town})
    paused = PAUSED.rows(ledger.tx, {"town": ledger.town, "now": now})
    return {row[0] for row in (*going, *paused)}


def _read(ledger: Ledger, row: Sequence[Any]) -> Row:
    identity, channel, address, lane, sealed, duty, attempts, why, _ = row
    return Row(identity, channel, address, lane, ledger.unseal(sealed), duty, attempts, why.startswith("repeated"))


@dataclass(frozen=True)
class Settled:
    """How a call ended: accepted, waiting (again, not before), refused, unknown."""

    id: str
    state: str
    attempts: int
    not_before: datetime
    sent_at: datetime | None = None
    platform_id: str = ""
    why: str = ""


def look_now(ledger: Ledger, cause: str, now: datetime) -> None:
    """A letter of this cause was refused: whether anybody was reached is looked at now, not in two minutes."""
    where = (outbox.c.town == ledger.town) & (outbox.c.cause == cause) & outbox.c.check_at.is_not(None)
    ledger.tx.execute(update(outbox).where(where).values(check_at=now))


def settle(ledger: Ledger, owner: str, results: Sequence[Settled]) -> None:
    """Keep how calls of a process ended; what was taken from it in between (its lease ran out) stays as it is."""
    SETTLE.run(
        ledger.tx,
        *(
            {
                "b_town": ledger.town, "b_owner": owner, "b_id": r.id, "b_state": r.state, "b_attempts": r.attempts,
                "b_not_before": r.not_before, "b_sent_at": r.sent_at, "b_platform_id": r.platform_id, "b_why": r.why,
            }
            for r in results
        ),
    )  # fmt: skip


def interrupted(ledger: Ledger, living: Container[str]) -> dict[str, list[Row]]:
    """By owner, the rows that were being sent by processes that live no longer: their outcome is unknown."""
    query = select(*_ROW, outbox.c.owner).where(outbox.c.town == ledger.town, outbox.c.state == SENDING)
    left: dict[str, list[Row]] = {}
    # Put in order here: asked to, SQLite would walk through the whole town in that order rather than look for the few.
    for *row, owner in sorted(ledger.tx.execute(query), key=itemgetter(0)):
        if owner not in living:
            left.setdefault(owner, []).append(_read(ledger, row))
    return left


def pause(ledger: Ledger, address: str, until: datetime) -> None:
    """A chat (or ``telegram:*``, all of a channel) must wait: the platform said so, and a restart must not forget it."""
    statement = ledger.insert(pauses).values(town=ledger.town, address=address, until=until)
    ledger.tx.execute(statement.on_conflict_do_update(index_elements=["town", "address"], set_={"until": until}))


def forget_waits(ledger: Ledger, now: datetime) -> None:
    """The machine's clock was set back: what was to wait for seconds would now wait for as long as the clock was wrong, and
    all that comes after it in its chat."""
    waits = (outbox.c.town == ledger.town) & (outbox.c.state == WAITING) & (outbox.c.not_before > now)
    ledger.tx.execute(update(outbox).where(waits).values(not_before=now))
    ledger.tx.execute(delete(pauses).where(pauses.c.town == ledger.town, pauses.c.until > now))


def give_up_notices(ledger: Ledger, before: datetime) -> int:
    """Notices that have waited since before that are refused: the morning's is no news at noon. Returns how many."""
    old = (outbox.c.town == ledger.town) & (outbox.c.state == WAITING) & (outbox.c.lane == LANES["notice"])
    statement = update(outbox).where(old, outbox.c.made_at < before).values(state="refused", why="too late")
    return ledger.tx.execute(statement).rowcount


def lost_notices(ledger: Ledger, since: datetime) -> frozenset[str]:
    """The chats that since then did not get a notice that was made for them."""
    lost = (outbox.c.town == ledger.town) & (outbox.c.state == "refused") & (outbox.c.lane == LANES["notice"])
    return frozenset(ledger.tx.execute(select(outbox.c.address).where(lost, outbox.c.made_at >= since)).scalars())


def readdress(ledger: Ledger, old: str, new: str) -> None:
    """A chat moved: what still waits for it goes to its new address; the call itself is re-aimed by the gateway."""
    where = (outbox.c.town == ledger.town) & (outbox.c.address == old) & (outbox.c.state.in_((WAITING, SENDING)))
    ledger.tx.execute(update(outbox).where(where).values(address=new))


def cause_of(ledger: Ledger, row_id: str) -> str:
    """What a row answers."""
    query = select(outbox.c.cause).where(outbox.c.town == ledger.town, outbox.c.id == row_id)
    return str(ledger.tx.execute(query).scalar() or "")


def open_count(ledger: Ledger, soon: datetime, channels: Collection[str]) -> int:
    """How many rows are being sent, or go by themselves until ``soon``: their chat is not paused for longer."""
    paused = select(pauses.c.address).where(pauses.c.town == ledger.town, pauses.c.until > soon)
    goes_soon = (outbox.c.state == WAITING) & (outbox.c.not_before <= soon) & outbox.c.channel.in_(channels)
    free = outbox.c.address.not_in(paused) & (outbox.c.channel + EVERYBODY).not_in(paused)
    under_way = outbox.c.state.in_((WAITING, SENDING))
    where = (outbox.c.town == ledger.town) & under_way & ((outbox.c.state == SENDING) | (goes_soon & free))
    return int(ledger.tx.execute(select(func.count()).select_from(outbox).where(where)).scalar_one())
