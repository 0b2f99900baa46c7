"""Everything somebody must do by a time is a Duty; without this module each kind of case would have a life of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from rules.town import STATES, Address

ENDED = ("closed", "cancelled")

LINE_OF: Mapping[str, str] = {
    "need": "monitoring",
    "fever": "monitoring",
    "missed": "monitoring",
    "urgent": "monitoring",
    "voice": "screening",
    "return": "screening",
}
"""Which of the six lines a kind of duty reaches (TOWN.md, the table of lines); a tip's line comes from its routing."""

LADDER_OF: Mapping[str, str] = {"voice": "return"}
"""Kinds that climb another kind's ladder."""

ASKS_PERSON = ("need",)
"""Kinds whose done is put to the person it is for before it is closed."""


@dataclass(frozen=True)
class Duty:
    """One thing to be done. ``ref`` is the number people see; ``told`` has a bit for each rung already told; the clock is
    ``rung_at``, when rung number ``rung`` is due. ``card`` is what its card shows, as plain JSON values."""

    ref: str
    kind: str
    opened_at: datetime
    village: str = ""
    line: str = ""
    subject: Address = ""
    responsible: Address = ""
    card: Mapping[str, Any] = field(default_factory=dict)
    state: str = "open"
    holder: Address = ""
    holder_name: str = ""
    offered_to: Address = ""
    due_at: datetime | None = None
    claimed_at: datetime | None = None
    reported_at: datetime | None = None
    closed_at: datetime | None = None
    confirmed: bool | None = None
    rung: int = 0
    rung_at: datetime | None = None
    told: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing remains to be done."""
        return self.state in ENDED

    @property
    def ladder(self) -> str:
        """The name of the ladder it climbs."""
        return LADDER_OF.get(self.kind, self.kind)


@dataclass(frozen=True)
class Actor:
    """Who makes a move: address, name to show, whether of this village's cadres, and the chat the move came from."""

    id: Address
    name: str
    chat: Address


@dataclass(frozen=True)
class Refusal:
    """Why a move is not made: the name of the words that say so, with the duty as it stands."""

    why: str


def open_duty(duty: Duty) -> Duty:
    """The duty with its clock started: the first rung is due when it opens."""
    return replace(duty, line=duty.line or LINE_OF.get(duty.kind, ""), rung=0, rung_at=duty.opened_at)


def claim(duty: Duty, by: Actor, now: datetime) -> Duty | Refusal:
    """我来办: the first to take it is responsible (首问负责). One who already holds it is refused kindly, as is a second one,
    unless it was offered to them."""
    if duty.over:
        return Refusal("already_over")
    if duty.holder == by.id and duty.state == "claimed":
        return Refusal("already_yours")
    if duty.state == "reported":
        return Refusal("already_reported")
    if duty.holder and duty.offered_to != by.id:
        return Refusal("already_taken")
    return replace(
        duty, state="claimed", holder=by.id, holder_name=by.name, offered_to="", claimed_at=duty.claimed_at or now
    )  # fmt: skip


def hand_over(duty: Duty, by: Actor, to: Address) -> Duty | Refusal:
    """转办: offered to somebody; whoever holds it keeps it until the other has taken it."""
    if duty.over:
        return Refusal("already_over")
    if duty.holder and duty.holder != by.id:
        return Refusal("not_yours")
    return replace(duty, offered_to=to)


def report_done(duty: Duty, by: Actor, now: datetime) -> Duty | Refusal:
    """办结: reported done. A need is then put to the person it is for; the other kinds are closed by it."""
    if duty.over:
        return Refusal("already_over")
    if duty.state == "reported":
        return Refusal("already_reported")
    if duty.holder and duty.holder != by.id:
        return Refusal("not_yours")
    done = replace(
        duty, state="reported", reported_at=now, claimed_at=duty.claimed_at or now,
        holder=by.id, holder_name=by.name, offered_to="",
    )  # fmt: skip
    if duty.kind in ASKS_PERSON and duty.subject:
        return done
    return replace(done, state="closed", closed_at=now, rung_at=None)


def confirm(duty: Duty, now: datetime) -> Duty | Refusal:
    """办好了, said by the person it is for: closed."""
    if duty.over:
        return Refusal("already_over")
    return replace(duty, state="closed", confirmed=True, closed_at=now, rung_at=None)


def reopen(duty: Duty, now: datetime, ladder_times: tuple[timedelta, ...]) -> Duty | Refusal:
    """没办好: open again with the same holder and on the original clock; rungs passed over meanwhile are told now."""
    if duty.over:
        return Refusal("already_over")
    if duty.state != "reported":
        return Refusal("not_reported")
    first = next((n for n in range(len(ladder_times)) if not duty.told >> n & 1), len(ladder_times))
    at = max(now, duty.opened_at + ladder_times[first]) if first < len(ladder_times) else None
    return replace(duty, state="claimed", reported_at=None, rung=first, rung_at=at)


def cancel(duty: Duty, now: datetime) -> Duty | Refusal:
    """Taken back by the one who asked."""
    if duty.over:
        return Refusal("already_over")
    return replace(duty, state="cancelled", closed_at=now, rung_at=None)


def reached(state: str, mark: str | None) -> bool:
    """Whether a duty in ``state`` is as far as ``mark`` (a rung's ``unless``)."""
    if mark is None:
        return False
    return state in ENDED or STATES.index(state) >= STATES.index(mark)


def worst_first(duties: tuple[Duty, ...]) -> tuple[Duty, ...]:
    """As a cadre reads them: what is due soonest, or opened longest ago, first."""
    return tuple(sorted(duties, key=lambda d: (d.due_at or d.opened_at + timedelta(days=1), d.opened_at, d.ref)))
