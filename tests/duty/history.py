"""Retells a duty from its history alone; without it nobody could say that the history explains how things stand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.kinds import kind_of


@dataclass(frozen=True)
class Retold:
    """What the history alone says of a duty."""

    state: str = ""
    holder: str = ""
    opened_at: datetime | None = None
    reported_at: datetime | None = None
    closed_at: datetime | None = None
    confirmed: bool | None = None
    handovers: int = 0
    reopened: int = 0
    again: str = ""
    """The number of the need that was taken back, of which this is the second asking."""


def retell(kind: str, rows: list[tuple[datetime, str, str, str]]) -> Retold:
    """Fold (when, what, who, note) into a state."""
    told = Retold()
    for at, what, who, note in rows:
        told = replace(_after(told, kind, at, what, who), again=note if what == "opened" else told.again)
    return told


def begun(told: Retold, others: Mapping[str, Retold]) -> Retold:
    """The same with the moment at which it was asked for first."""
    first = told
    while first.again:
        first = others[first.again]
    return replace(told, opened_at=first.opened_at)


def _after(told: Retold, kind: str, at: datetime, what: str, who: str) -> Retold:
    match what:
        case "opened":
            return Retold("open", opened_at=at)
        case "claimed":
            return replace(told, state="claimed", holder=who)
        case "taken_over":
            return replace(told, state="claimed", holder=who, handovers=told.handovers + 1)
        case "reported":
            reported = replace(told, state="reported", holder=who, reported_at=at)
            return reported if kind_of(kind).asks else replace(reported, state="closed", closed_at=at)
        case "confirmed":
            return replace(told, state="closed", closed_at=at, confirmed=True)
        case "reopened":
            again = replace(told, state="claimed", reported_at=None, closed_at=None, confirmed=None)
            return replace(again, reopened=told.reopened + 1)
        case "cancelled":
            return replace(told, state="cancelled", closed_at=at)
        case "merged" | "answered":
            return replace(told, state="closed", closed_at=at)
        case "alarm unconfirmed":
            return replace(told, state="closed", closed_at=at, confirmed=False)
    return told


def kept(told: Retold, within: timedelta) -> bool:
    """Whether the asker had confirmed by the time it was due, by the history alone."""
    opened, closed = told.opened_at, told.closed_at
    return bool(told.confirmed and opened and closed and closed <= opened + within)
