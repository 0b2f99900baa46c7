"""The town's registers: returns, tips, zero reports and the figures of the day; without it the night report
would be guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, or_, select, text, update

from rules.duty import ENDED, Duty
from rules.facts import ReportAsked, ReturnRegistered, TipGiven, ZeroReported
from rules.situation import OWN, Counted, Scope, Window
from storage.ledger import Ledger
from storage.tables import (
    checkins,
    duties,
    new_id,
    report_orders,
    returns,
    temperatures,
    tips,
    watches,
    zero_reports,
)

OPEN, DONE, FAILED = "open", "done", "failed"
COUNTS = (
    "ref", "kind", "village", "line", "opened_at", "state", "due_at", "reported_at", "closed_at", "confirmed", "merged_into",
)  # fmt: skip
"""What the report reads of a duty: nothing that tells of a person."""


@dataclass(frozen=True)
class KeptReturn:
    """A return on the register."""

    id: str
    duty: str
    report: Mapping[str, Any]
    reporter: str = ""


def find_return(ledger: Ledger, match: str) -> KeptReturn | None:
    """The return already registered for the same person, if there is one."""
    return next(iter(_returns(ledger, returns.c.match_hash == ledger.vault.lookup(match))), None)


def returns_by(ledger: Ledger, reporter: str) -> list[KeptReturn]:
    """What this person has registered, the latest first."""
    return _returns(ledger, returns.c.reporter == reporter)


def _returns(ledger: Ledger, where: ColumnElement[bool]) -> list[KeptReturn]:
    c = returns.c
    query = select(c.id, c.duty, c.report_sealed, c.reporter).where(c.town == ledger.town, where)
    rows = ledger.tx.execute(query.order_by(c.at.desc(), c.id.desc()).limit(20))
    return [KeptReturn(row[0], row[1], ledger.unseal(row[2]), row[3]) for row in rows]


def register_return(ledger: Ledger, fact: ReturnRegistered, at: datetime) -> None:
    """Put a return on the register, or put right one that is there: it keeps the time at which it was first told."""
    values = {
        "reporter": fact.reporter, "village": fact.village, "match_hash": ledger.vault.lookup(fact.match), "origin":
        fact.origin, "arrived": fact.arrived.isoformat(), "report_sealed": ledger.seal(dict(fact.report)), "duty": fact.duty,
    }  # fmt: skip
    if fact.instead_of:
        where = (returns.c.town == ledger.town) & (returns.c.id == fact.instead_of)
        ledger.tx.execute(update(returns).where(where).values(values))
        return
    ledger.tx.execute(returns.insert(), {"town": ledger.town, "id": new_id(), "at": at, **values})


def keep_tip(ledger: Ledger, fact: TipGiven) -> None:
    """Keep a tip: its day, not its minute, and nothing of who gave it."""
    ledger.tx.execute(
        tips.insert(),
        {
            "town": ledger.town, "ref": fact.ref, "village": fact.village, "line": fact.line,
            "report_sealed": ledger.seal(dict(fact.report)), "day": fact.day.isoformat(),
        },
    )  # fmt: skip


def keep_zero(ledger: Ledger, fact: ZeroReported, at: datetime) -> None:
    """A village's zero report for a day; a second one changes nothing."""
    statement = ledger.insert(zero_reports).values(
        town=ledger.town, village=fact.village, day=fact.day.isoformat(), who=fact.who, at=at
    )
    ledger.tx.execute(statement.on_conflict_do_nothing())


@dataclass(frozen=True)
class ReportOrder:
    """A report that is to be made: for which chat (empty: the nightly one), of what, as of when in town time. With ``days``:
    the picture of so many days' figures, of what ``who`` may see there."""

    id: str
    chat: str
    scope: Scope
    at: datetime
    who: str = ""
    days: int = 0


def order_report(ledger: Ledger, fact: ReportAsked) -> None:
    """Have a report made after this commit; asked for once more while it is being made, it is still one."""
    c = report_orders.c
    same = (
        c.town == ledger.town,
        c.state == OPEN,
        c.chat == fact.chat,
        c.line == fact.line,
        c.days == fact.days,
        c.who == fact.who,
    )
    if fact.chat and ledger.tx.execute(select(c.id).where(*same).limit(1)).first():
        return
    row = {
        "town": ledger.town, "id": new_id(), "chat": fact.chat, "villages": list(fact.villages), "line": fact.line,
        "at": fact.at, "state": OPEN, "who": fact.who, "days": fact.days,
    }  # fmt: skip
    ledger.tx.execute(report_orders.insert(), row)


def next_order(ledger: Ledger) -> ReportOrder | None:
    """The report that was ordered first and is not made, or None."""
    columns = report_orders.c
    query = select(report_orders).where(columns.town == ledger.town, columns.state == OPEN)
    r = ledger.tx.execute(query.order_by(columns.at, columns.id).limit(1)).first()
    return ReportOrder(r.id, r.chat, Scope(tuple(r.villages), r.line), r.at, r.who, r.days) if r else None


def settle_order(ledger: Ledger, order: str, state: str = DONE) -> bool:
    """The report is made (or has failed). False when another process was first: then nothing may be sent."""
    where = (report_orders.c.town == ledger.town) & (report_orders.c.id == order) & (report_orders.c.state == OPEN)
    return bool(ledger.tx.execute(update(report_orders).where(where).values(state=state)).rowcount)


def one_moment(ledger: Ledger) -> None:
    """All that this transaction reads is of one moment; SQLite's always is. Must come before its first query."""
    if ledger.postgres:
        ledger.tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def counted(ledger: Ledger, window: Window) -> Counted:
    """Everything a report counts of one window."""
    since, until = window.since, window.until
    return Counted(
        _numbers(ledger, _by_village(ledger, returns, returns.c.at, window)),
        _watched(ledger, until),
        _fevers(ledger, window),
        _missed(ledger, window, answered=False),
        _missed(ledger, window, answered=True),
        heard_from(ledger, window),
        _said_zero(ledger, since, until),
        _cases(ledger, since, until),
    )


def heard_from(ledger: Ledger, window: Window) -> frozenset[str]:
    """Villages from which a temperature, a return or a case of their own reached us in the window."""
    told = select(duties.c.village).where(
        duties.c.town == ledger.town, duties.c.kind.not_in(OWN), _within(duties.c.opened_at, window)
    )
    answered = select(checkins.c.village).where(
        checkins.c.town == ledger.town, _within(checkins.c.answered_at, window)
    )  # fmt: skip
    measured = select(temperatures.c.village).where(
        temperatures.c.town == ledger.town, _within(temperatures.c.at, window)
    )
    came = select(returns.c.village).where(returns.c.town == ledger.town, _within(returns.c.at, window))
    found = (v for query in (told, answered, measured, came) for v in ledger.tx.execute(query.distinct()).scalars())
    return frozenset(v for v in found if v)


def spoken_for(ledger: Ledger, window: Window) -> frozenset[str]:
    """Villages that sent something, or their head's zero report."""
    return heard_from(ledger, window) | _said_zero(ledger, window.since, window.until)


def _within(column: Any, window: Window) -> Any:
    return (column >= window.since) & (column < window.until)


def _by_village(ledger: Ledger, table: Any, time: Any, window: Window, number: Any = None) -> Select[Any]:
    counting = func.count() if number is None else number
    return (
        select(table.c.village, counting)
        .where(table.c.town == ledger.town, _within(time, window))
        .group_by(table.c.village)
    )


def _numbers(ledger: Ledger, query: Select[Any]) -> dict[str, int]:
    return {village: int(number) for village, number in ledger.tx.execute(query)}


def _watched(ledger: Ledger, at: datetime) -> dict[str, int]:
    query = (
        select(watches.c.village, func.count())
        .where(
            watches.c.town == ledger.town, watches.c.since < at, watches.c.until >= at,
            or_(watches.c.ended_at.is_(None), watches.c.ended_at >= at),
        )
        .group_by(watches.c.village)
    )  # fmt: skip
    return _numbers(ledger, query)


def _fevers(ledger: Ledger, window: Window) -> dict[str, int]:
    """People, not measurements: somebody who measures five times is ill once."""
    people = func.count(distinct(temperatures.c.person))
    query = _by_village(ledger, temperatures, temperatures.c.at, window, people)
    return _numbers(ledger, query.where(temperatures.c.fever.is_(True)))


def _missed(ledger: Ledger, window: Window, answered: bool) -> dict[str, int]:
    """Check-ins called in the window for which a duty had to be opened; ``answered``: those made up for later."""
    query = _by_village(ledger, checkins, checkins.c.slot, window).where(checkins.c.duty != "")
    return _numbers(ledger, query.where(checkins.c.state == "answered") if answered else query)


def _said_zero(ledger: Ledger, since: datetime, until: datetime) -> frozenset[str]:
    query = select(zero_reports.c.village).where(
        zero_reports.c.town == ledger.town, zero_reports.c.at >= since, zero_reports.c.at < until
    )
    return frozenset(ledger.tx.execute(query).scalars())


def _cases(ledger: Ledger, since: datetime, until: datetime) -> tuple[Duty, ...]:
    """Duties that were opened, fell due, were closed or stood open in the window."""
    d = duties.c
    query = select(*(d[name] for name in COUNTS), d.card_sealed)
    query = query.where(
        d.town == ledger.town, d.opened_at < until,
        or_(d.opened_at >= since, d.due_at >= since, d.closed_at >= since, d.state.not_in(ENDED)),
    )  # fmt: skip
    return tuple(
        Duty(
            **{name: row[name] for name in COUNTS},
            card=_about(ledger, row["card_sealed"]) if row["kind"] == "tip" else {},
        )
        for row in ledger.tx.execute(query).mappings()
    )


def _about(ledger: Ledger, sealed: str) -> dict[str, Any]:
    return {"about": (ledger.unseal(sealed) or {}).get("about", "")}
