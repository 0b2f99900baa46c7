"""Letters that must go out: kept in the commit that decided them; without it a crash would swallow an alert.

Pace and retries live in real time, so every time here is the machine's, not the town's. One row is one wire call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select, update

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


ADD = outbox.insert()
SETTLE = (
    update(outbox)
    .where(outbox.c.town == bindparam("b_town"), outbox.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"), attempts=bindparam("b_attempts"), not_before=bindparam("b_not_before"),
        sent_at=bindparam("b_sent_at"), platform_id=bindparam("b_platform_id"), why=bindparam("b_why"),
        # What has arrived is kept no longer: it may speak of health, or show a tipster's receipt.
        call_sealed=case((bindparam("b_state") == "accepted", ""), else_=outbox.c.call_sealed),
    )
)  # fmt: skip


def add(
    ledger: Ledger, channel: str, address: str, lane: str, calls: Sequence[Mapping[str, Any]], now: datetime,
    mark: Mapping[str, Any] = NO_MARK,
) -> list[Row]:  # fmt: skip
    """Put calls in the outbox, in order. ``mark``: duty, cause (what they answer: a message's id, or a duty's rung), flood,
    told_at, check_at, edits, digest; what is missing is empty."""
    marked = {**NO_MARK, **mark}
    rows = [Row(new_id(), channel, address, LANES[lane], call, marked["duty"]) for call in calls]
    ledger.tx.execute(
        ADD,
        [
            {
                "town": ledger.town, "id": r.id, "channel": channel, "address": address, "lane": r.lane, "state": WAITING,
                "call_sealed": ledger.seal(dict(r.call)), "attempts": 0, "not_before": now, "made_at": now,
                "platform_id": "", "why": "", **marked,
            }
            for r in rows
        ],
    )  # fmt: skip
    return rows


def waiting(ledger: Ledger, now: datetime, most: int, busy: frozenset[str] = frozenset()) -> list[Row]:
    """Rows ready to be sent, alerts before replies before notices, oldest first; for each chat and lane only its first row.

    ``busy`` are the addresses this process is sending to at the moment.
    """
    columns = outbox.c
    query = (
        select(columns.id, columns.channel, columns.address, columns.lane, columns.call_sealed, columns.duty,
               columns.attempts, columns.not_before, columns.why)
        .where(columns.town == ledger.town, columns.state == WAITING)
        .order_by(columns.lane, columns.id)
        .limit(most)
    )  # fmt: skip
    if ledger.postgres:
        query = query.with_for_update(skip_locked=True)
    taken: set[tuple[str, int]] = set()
    rows = []
    paused = _paused(ledger, now)
    for r in ledger.tx.execute(query):
        first = (r.address, r.lane) not in taken
        taken.add((r.address, r.lane))
        if first and r.not_before <= now and r.address not in busy and r.address not in paused:
            busy |= {r.address}
            rows.append(Row(r.id, r.channel, r.address, r.lane, ledger.unseal(r.call_sealed), r.duty, r.attempts,
                            r.why.startswith("repeated")))  # fmt: skip
    return rows


def mark_sending(ledger: Ledger, rows: Sequence[Row]) -> None:
    """Committed before the call is made: after a crash such a row's outcome is unknown."""
    if rows:
        ids = [r.id for r in rows]
        ledger.tx.execute(
            update(outbox).where(outbox.c.town == ledger.town, outbox.c.id.in_(ids)).values(state=SENDING)
        )


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


def settle(ledger: Ledger, results: Sequence[Settled]) -> None:
    """Keep how calls ended."""
    if results:
        ledger.tx.execute(
            SETTLE,
            [
                {
                    "b_town": ledger.town, "b_id": r.id, "b_state": r.state, "b_attempts": r.attempts,
                    "b_not_before": r.not_before, "b_sent_at": r.sent_at, "b_platform_id": r.platform_id, "b_why": r.why,
                }
                for r in results
            ],
        )  # fmt: skip


def interrupted(ledger: Ledger) -> list[Row]:
    """Rows that were being sent when the program died: their outcome is unknown."""
    columns = outbox.c
    query = select(columns.id, columns.channel, columns.address, columns.lane, columns.call_sealed, columns.duty,
                   columns.attempts, columns.why).where(columns.town == ledger.town, columns.state == SENDING)  # fmt: skip
    return [
        Row(
            r.id,
            r.channel,
            r.address,
            r.lane,
            ledger.unseal(r.call_sealed),
            r.duty,
            r.attempts,
            r.why.startswith("repeated"),
        )
        for r in ledger.tx.execute(query.order_by(columns.id))
    ]


def pause(ledger: Ledger, address: str, until: datetime) -> None:
    """A chat (or ``*``, the whole bot) must wait: the platform said so, and a restart must not forget it."""
    statement = ledger.insert(pauses).values(town=ledger.town, address=address, until=until)
    ledger.tx.execute(statement.on_conflict_do_update(index_elements=["town", "address"], set_={"until": until}))


def paused_until(ledger: Ledger, address: str, now: datetime) -> datetime | None:
    """Until when an address (or ``*``) must wait, if it must."""
    query = select(pauses.c.until).where(
        pauses.c.town == ledger.town, pauses.c.address == address, pauses.c.until > now
    )
    found: datetime | None = ledger.tx.execute(query).scalar()
    return found


def _paused(ledger: Ledger, now: datetime) -> frozenset[str]:
    query = select(pauses.c.address).where(pauses.c.town == ledger.town, pauses.c.until > now)
    return frozenset(ledger.tx.execute(query).scalars())


def readdress(ledger: Ledger, old: str, new: str) -> None:
    """A chat moved: what still waits for it goes to its new address; the call itself is re-aimed by the gateway."""
    where = (outbox.c.town == ledger.town) & (outbox.c.address == old) & (outbox.c.state.in_((WAITING, SENDING)))
    ledger.tx.execute(update(outbox).where(where).values(address=new))


def duty_of_message(ledger: Ledger, address: str, platform_id: str) -> str:
    """The duty a delivered message spoke of; empty when none."""
    query = select(outbox.c.duty).where(
        outbox.c.town == ledger.town, outbox.c.address == address, outbox.c.platform_id == platform_id
    )
    return str(ledger.tx.execute(query.limit(1)).scalar() or "")


def boards_of(ledger: Ledger, duty: str) -> list[tuple[str, str, str]]:
    """(channel, address, platform id) of the delivered messages that show a duty's card with buttons, to be edited."""
    columns = outbox.c
    query = select(columns.channel, columns.address, columns.platform_id).where(
        columns.town == ledger.town, columns.duty == duty, columns.state == "accepted", columns.platform_id != ""
    )
    return [(r[0], r[1], r[2]) for r in ledger.tx.execute(query.order_by(columns.id))]


def fate_of_cause(ledger: Ledger, cause: str) -> dict[str, int]:
    """State → how many of the letters with this cause stand so."""
    query = select(outbox.c.state, func.count()).where(outbox.c.town == ledger.town, outbox.c.cause == cause)
    return {state: int(number) for state, number in ledger.tx.execute(query.group_by(outbox.c.state))}


def cause_of(ledger: Ledger, row_id: str) -> str:
    """What a row answers."""
    query = select(outbox.c.cause).where(outbox.c.town == ledger.town, outbox.c.id == row_id)
    return str(ledger.tx.execute(query).scalar() or "")


def open_count(ledger: Ledger, now: datetime) -> int:
    """How many rows are waiting to go now or being sent."""
    where = (outbox.c.town == ledger.town) & (
        (outbox.c.state == SENDING) | ((outbox.c.state == WAITING) & (outbox.c.not_before <= now))
    )
    return int(ledger.tx.execute(select(func.count()).select_from(outbox).where(where)).scalar_one())
