"""The town's registers: returns, tips, zero reports and the figures of the day; without it the night report
would be guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from rules.facts import ReturnRegistered, TipGiven, ZeroReported
from storage.ledger import Ledger
from storage.tables import checkins, duties, new_id, returns, temperatures, tips, watches, zero_reports


@dataclass(frozen=True)
class KeptReturn:
    """A return on the register."""

    id: str
    duty: str
    report: Mapping[str, Any]


def find_return(ledger: Ledger, match: str) -> KeptReturn | None:
    """The return already registered for the same person, if there is one."""
    query = select(returns.c.id, returns.c.duty, returns.c.report_sealed).where(
        returns.c.town == ledger.town, returns.c.match_hash == ledger.vault.lookup(match)
    )
    row = ledger.tx.execute(query.limit(1)).first()
    return KeptReturn(row[0], row[1], ledger.unseal(row[2])) if row else None


def register_return(ledger: Ledger, fact: ReturnRegistered, at: datetime) -> None:
    """Put a return on the register."""
    ledger.tx.execute(
        returns.insert(),
        {
            "town": ledger.town, "id": new_id(), "reporter": fact.reporter, "village": fact.village,
            "match_hash": ledger.vault.lookup(fact.match), "origin": fact.origin, "arrived": fact.arrived.isoformat(),
            "report_sealed": ledger.seal(dict(fact.report)), "duty": fact.duty, "at": at,
        },
    )  # fmt: skip


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


def zero_villages(ledger: Ledger, day: date) -> frozenset[str]:
    """The villages whose heads reported zero that day."""
    query = select(zero_reports.c.village).where(
        zero_reports.c.town == ledger.town, zero_reports.c.day == day.isoformat()
    )
    return frozenset(ledger.tx.execute(query).scalars())


def returned_by_village(ledger: Ledger, since: datetime, until: datetime) -> dict[str, int]:
    """Village → returns registered in the window."""
    query = (
        select(returns.c.village, func.count())
        .where(returns.c.town == ledger.town, returns.c.at >= since, returns.c.at < until)
        .group_by(returns.c.village)
    )
    return {village: int(n) for village, n in ledger.tx.execute(query)}


def watched_by_village(ledger: Ledger, at: datetime) -> dict[str, int]:
    """Village → people under observation at that time."""
    query = (
        select(watches.c.village, func.count())
        .where(watches.c.town == ledger.town, watches.c.ended_at.is_(None), watches.c.since <= at, watches.c.until > at)
        .group_by(watches.c.village)
    )
    return {village: int(n) for village, n in ledger.tx.execute(query)}


def duties_by_village(ledger: Ledger, kind: str, since: datetime, until: datetime) -> dict[str, int]:
    """Village → duties of a kind opened in the window."""
    query = (
        select(duties.c.village, func.count())
        .where(
            duties.c.town == ledger.town, duties.c.kind == kind, duties.c.opened_at >= since, duties.c.opened_at < until
        )
        .group_by(duties.c.village)
    )
    return {village: int(n) for village, n in ledger.tx.execute(query)}


def heard_from(ledger: Ledger, since: datetime, until: datetime) -> frozenset[str]:
    """Villages from which a temperature, a return or a duty reached us in the window."""
    found: set[str] = set()
    for column, time, town in (
        (temperatures.c.village, temperatures.c.at, temperatures.c.town),
        (returns.c.village, returns.c.at, returns.c.town),
        (duties.c.village, duties.c.opened_at, duties.c.town),
        (checkins.c.village, checkins.c.answered_at, checkins.c.town),
    ):
        query = select(column).where(town == ledger.town, time >= since, time < until).distinct()
        found.update(v for v in ledger.tx.execute(query).scalars() if v)
    return frozenset(found)
