"""Figures that cannot be beautified: how needs were kept, counted from what happened; without it a promise would be a slogan.

A need counts as kept when the asker has confirmed it by the time it was due. Closing and reopening, waiting, merging and an
early "done" change nothing in that: only the last confirmation counts, waiting moves no due time, a merged need is judged
as the one it went into, what is only reported stands in a column of its own, and what is taken back and asked for again has
the time it had (``rules.refiled``).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

from rules.duty import Duty

Fate = Literal["confirmed", "reported", "unconfirmed", "late", "running", "cancelled"]
"""confirmed: by the asker, in time. reported: said done in time, but not confirmed in time; unconfirmed: never answered. late:
none of these by the time it was due. running: not due yet. cancelled: taken back by the asker, before it was late."""
MOST_WORST = 10
KeyOf = Callable[[Duty], str]


@dataclass(frozen=True)
class Row:
    """The figures of one village, line, holder, kind or hour."""

    key: str
    due: int = 0
    fates: Mapping[str, int] = field(default_factory=dict)

    def count(self, fate: Fate) -> int:
        """How many ended so."""
        return self.fates.get(fate, 0)

    @property
    def share(self) -> float | None:
        """The share of what was due that was confirmed in time; None when nothing was due."""
        return self.count("confirmed") / self.due if self.due else None

    @property
    def percent(self) -> int | None:
        """The share in whole per cent, rounded down so that only all is 100."""
        return self.count("confirmed") * 100 // self.due if self.due else None


@dataclass(frozen=True)
class Figures:
    """Everything counted over a window; durations in minutes, from the asking to the confirmation."""

    total: Row
    median: float | None
    p90: float | None
    by_village: tuple[Row, ...]
    by_line: tuple[Row, ...]
    by_kind: tuple[Row, ...]
    by_holder: tuple[Row, ...]
    """With a row, its key empty, for what nobody took: who takes nothing must not look better than who comes late."""
    by_hour: tuple[Row, ...]
    postponed: int
    handovers: int
    reopened: int
    merged: int
    climbs: Mapping[str, int]
    ratings: Mapping[str, int]
    worst: tuple[Duty, ...]


def fate_of(duty: Duty, now: datetime, others: Mapping[str, Duty] | None = None) -> Fate:
    """What became of a duty with a due time; ``others`` finds the one it was merged into."""
    if duty.merged_into and others and duty.merged_into in others:
        target = others[duty.merged_into]
        fate = fate_of(
            target if (target.due_at or now) <= (duty.due_at or now) else _with_due(target, duty), now, others
        )
        # Nobody can say for another household that its medicine came.
        return "unconfirmed" if fate == "confirmed" and target.subject != duty.subject else fate
    due = duty.due_at or now
    if duty.state == "cancelled":
        return "cancelled" if duty.closed_at is not None and duty.closed_at <= due else "late"
    if duty.state == "closed" and duty.confirmed and duty.closed_at is not None and duty.closed_at <= due:
        return "confirmed"
    in_time = duty.reported_at is not None and duty.reported_at <= due
    if duty.state == "closed" and duty.confirmed is False:
        return "unconfirmed" if in_time else "late"
    if duty.state in ("reported", "closed") and in_time:
        return "reported"
    return "running" if now < due and duty.state != "closed" else "late"


def _with_due(target: Duty, duty: Duty) -> Duty:
    """A merged one is due when it was due itself, were that earlier."""
    return replace(target, due_at=duty.due_at)


def figures(
    duties: Sequence[Duty], now: datetime, climbs: Mapping[str, int], local_hour: Mapping[str, int],
    due_before: datetime | None = None, due_from: datetime | None = None, besides: Sequence[Duty] = (),
) -> Figures:  # fmt: skip
    """Count duties with a due time. ``climbs``: rung → how often it was told; ``local_hour``: number → the hour it was asked
    in town time. ``due_before``, ``due_from``: only what fell due between is judged; the worst are still of all, however long
    they have been open. ``besides``: what else was promised for a time (orders): a row of its own by kind, in no other count."""
    others, everything = {duty.ref: duty for duty in duties}, duties
    duties = [d for d in duties if d.due_at is None or due_from is None or d.due_at >= due_from]
    wanted = [duty for duty in duties if duty.due_at is not None and (due_before is None or duty.due_at < due_before)]
    judged = [(duty, fate_of(duty, now, others)) for duty in wanted]
    promised = [*judged, *((duty, fate_of(duty, now)) for duty in besides)]
    spans = sorted(_minutes(d) for d, fate in judged if d.state == "closed" and d.confirmed and not d.merged_into)
    return Figures(
        total=_row("", judged),
        median=median(spans) if spans else None,
        p90=spans[min(len(spans) - 1, int(len(spans) * 0.9))] if spans else None,
        by_village=_rows(judged, lambda d: d.village),
        by_line=_rows(judged, lambda d: d.line),
        by_kind=_rows(promised, lambda d: d.kind),
        by_holder=_rows(judged, lambda d: d.holder_name, nobody=True),
        by_hour=tuple(sorted(_rows(judged, lambda d: str(local_hour.get(d.ref, 0))), key=lambda row: int(row.key))),
        postponed=sum(d.postponed for d, _ in judged),
        handovers=sum(d.handovers for d in duties),
        reopened=sum(d.reopened for d in duties),
        merged=sum(bool(d.merged_into) for d in duties),
        climbs=dict(climbs),
        ratings=Counter(d.rating for d in duties if d.rating),
        worst=_worst(everything, now),
    )


def _minutes(duty: Duty) -> float:
    return ((duty.closed_at or duty.opened_at) - duty.base) / timedelta(minutes=1)


def _row(key: str, judged: Iterable[tuple[Duty, Fate]]) -> Row:
    fates = Counter(fate for _, fate in judged)
    due = sum(number for fate, number in fates.items() if fate not in ("running", "cancelled"))
    return Row(key, due, {str(fate): number for fate, number in fates.items()})


def _rows(judged: Sequence[tuple[Duty, Fate]], key: KeyOf, nobody: bool = False) -> tuple[Row, ...]:
    """A row for each key, the worst share first. ``nobody``: what has none has a row too, with an empty key."""
    keys = {key(duty) for duty, _ in judged} - (set() if nobody else {""})
    rows = [_row(name, [(d, f) for d, f in judged if key(d) == name]) for name in keys]
    return tuple(sorted(rows, key=lambda row: (row.share if row.share is not None else 2.0, -row.due, row.key)))


def _worst(duties: Sequence[Duty], now: datetime) -> tuple[Duty, ...]:
    """What is open and late, or nearest to it, now."""
    running = [d for d in duties if not d.over and d.due_at is not None]
    return tuple(sorted(running, key=lambda d: d.due_at or now)[:MOST_WORST])
