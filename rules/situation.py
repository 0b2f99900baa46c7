"""The situation of a town or village in one window of time, computed from counted facts; without it the night report would
be a feeling."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rules.context import Context
from rules.duty import ENDED
from rules.seeing import ABOUT_STAFF, realm_of
from rules.town import LINES, Town

OWN = ("missed", "visit", "order", "tip")
"""Kinds that are no word from the village itself: the program opened them, or somebody told on it."""
WHOLE_TOWN = frozenset({"admin", "inspector"})
Word = Literal["heard", "zero", "silent"]
"""What a village said in the window: something, that there is nothing (零报告), or not a word (未报)."""


@dataclass(frozen=True)
class Window:
    """From ``since`` to ``until`` (not included), in the town's time."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Scope:
    """What a report shows: these villages (none named: the whole town), and the line whose figures come first."""

    villages: tuple[str, ...] = ()
    line: str = ""


@dataclass(frozen=True)
class Case:
    """What the report needs of a duty, and nothing that tells of a person."""

    kind: str
    village: str
    line: str
    opened_at: datetime
    state: str = "open"
    due_at: datetime | None = None
    reported_at: datetime | None = None
    closed_at: datetime | None = None
    confirmed: bool | None = None
    merged: bool = False
    about: str = ""
    """Of a tip: whom it is about."""


@dataclass(frozen=True)
class Counted:
    """What the registers hold of one window; the mappings are village → number."""

    returned: Mapping[str, int] = field(default_factory=dict)
    watched: Mapping[str, int] = field(default_factory=dict)
    fevers: Mapping[str, int] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    made_up: Mapping[str, int] = field(default_factory=dict)
    """Of those missed: answered later."""
    heard: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Needs:
    """The two-hour promise: how many fell ``due`` in the window, how many of these were ``kept`` (``unconfirmed`` of them
    without the asker's word), how many are ``open`` at its end and how many of those ``late``."""

    due: int = 0
    kept: int = 0
    unconfirmed: int = 0
    open: int = 0
    late: int = 0

    @property
    def share(self) -> int | None:
        """Per cent closed in time, rounded down so that only all is 100; None when nothing fell due."""
        return self.kept * 100 // self.due if self.due else None


@dataclass(frozen=True)
class Figures:
    """The other figures of a town or village: people, save ``missed`` and ``made_up`` (check-ins) and ``tips``."""

    returned: int = 0
    watched: int = 0
    fevers: int = 0
    missed: int = 0
    made_up: int = 0
    tips: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return any((self.returned, self.watched, self.fevers, self.missed, self.tips))


@dataclass(frozen=True)
class Load:
    """What is to be done under one name (a village's, a line's, a kind's key): opened in the window, open and late."""

    key: str
    opened: int = 0
    open: int = 0
    late: int = 0


@dataclass(frozen=True)
class VillageRow:
    """One village's figures."""

    key: str
    name: str
    word: Word
    figures: Figures
    load: Load

    @property
    def any(self) -> bool:
        """Whether it has something to show."""
        return self.figures.any or bool(self.load.open or self.load.opened)


@dataclass(frozen=True)
class Hour:
    """The needs that fell due in one hour beginning at ``at``: promise kept, or not."""

    at: datetime
    kept: int
    broken: int


@dataclass(frozen=True)
class Situation:
    """Everything the report says. ``place`` is its title; ``rows`` has only villages with something, worst first."""

    place: str
    window: Window
    scope: Scope
    figures: Figures
    needs: Needs
    rows: tuple[VillageRow, ...]
    silent: tuple[str, ...]
    """Names of the villages that sent nothing (未报)."""
    zero: tuple[str, ...]
    heard: tuple[str, ...]
    lines: tuple[Load, ...]
    kinds: tuple[Load, ...]
    hours: tuple[Hour, ...]


def scope_of(context: Context) -> Scope | None:
    """What somebody who asks here may see: command post, inspectors and administrators all; a line leader the town, their
    line first; an area head or somebody of a village theirs; None: nothing."""
    realm = realm_of(context)
    if context.place != "cadres" and (realm.whole or context.roles & WHOLE_TOWN):
        return Scope()
    if realm.lines:
        return Scope(line=realm.lines[0])
    return Scope(realm.villages) if realm.villages else None


def window_of(at: datetime, report_time: time, zone: ZoneInfo) -> Window:
    """From the last nightly report before ``at`` until ``at``; for the nightly one itself that is a day."""
    until = at.astimezone(zone)
    tonight = datetime.combine(until.date(), report_time, zone)
    since = tonight if tonight < until else datetime.combine(until.date() - timedelta(days=1), report_time, zone)
    return Window(since, until)


def situation(town: Town, scope: Scope, window: Window, counted: Counted) -> Situation:
    """The situation of a scope. A village's own report never counts a tip about its staff."""
    wanted = frozenset(scope.villages) or frozenset((*(v.key for v in town.villages), ""))
    hidden = ABOUT_STAFF if scope.villages else ()
    cases = [c for c in counted.cases if not c.merged and c.village in wanted and c.about not in hidden]
    all_rows = [
        _row(v.key, v.name, counted, [c for c in cases if c.village == v.key], window)
        for v in town.villages
        if v.key in wanted
    ]
    spoke: dict[Word, tuple[str, ...]] = {
        word: tuple(r.name for r in all_rows if r.word == word) for word in ("heard", "zero", "silent")
    }
    return Situation(
        _place(town, scope), window, scope, _figures(counted, wanted, cases, window), needs_of(cases, window),
        tuple(sorted((r for r in all_rows if r.any), key=_badness, reverse=True)),
        spoke["silent"], spoke["zero"], spoke["heard"],
        _loads([(c.line, c) for c in cases], window, _lines_in_order(scope)),
        _loads([(c.kind, c) for c in cases], window, ()),
        hours_of(cases, window),
    )  # fmt: skip


def needs_of(cases: Sequence[Case], window: Window) -> Needs:
    """How the two-hour promise was kept; what was withdrawn never fell due."""
    needs = [c for c in cases if c.kind == "need" and c.state != "cancelled"]
    due = [c for c in needs if c.due_at is not None and window.since <= c.due_at < window.until]
    kept = [c for c in due if _kept(c, window.until)]
    return Needs(
        len(due), len(kept), sum(1 for c in kept if not c.confirmed and c.reported_at is not None),
        sum(1 for c in needs if _open(c, window.until)), sum(1 for c in needs if _late(c, window.until)),
    )  # fmt: skip


def hours_of(cases: Sequence[Case], window: Window) -> tuple[Hour, ...]:
    """Hour by hour of the window, how many needs fell due and were kept or not; also the hours without any."""
    hour = timedelta(hours=1)
    count = -((window.since - window.until) // hour)
    kept: Counter[int] = Counter()
    broken: Counter[int] = Counter()
    for case in cases:
        if case.kind == "need" and case.state != "cancelled" and case.due_at is not None:
            which = kept if _kept(case, window.until) else broken
            which[(case.due_at - window.since) // hour] += 1
    return tuple(Hour(window.since + n * hour, kept[n], broken[n]) for n in range(count))


def _kept(case: Case, at: datetime) -> bool:
    """Whether a need was done by its time: reported done and not reopened since, or closed by the asker's own word.

    The asker may say 办好了 hours later, or never; the promise is on those who do it, hence their report counts."""
    done = case.reported_at or case.closed_at
    return done is not None and case.due_at is not None and done <= case.due_at and done < at


def _open(case: Case, at: datetime) -> bool:
    """Whether it was not over at that time."""
    return case.opened_at < at and (case.state not in ENDED or (case.closed_at is not None and case.closed_at >= at))


def _late(case: Case, at: datetime) -> bool:
    """Open, past its time, and nobody says that it is done."""
    waiting = case.reported_at is None or case.reported_at >= at
    return _open(case, at) and waiting and case.due_at is not None and case.due_at < at


def _row(key: str, name: str, counted: Counted, cases: Sequence[Case], window: Window) -> VillageRow:
    figures = _figures(counted, frozenset((key,)), cases, window)
    word: Word = "heard" if key in counted.heard else "zero" if key in counted.zero else "silent"
    return VillageRow(key, name, word, figures, _load(key, cases, window))


def _figures(counted: Counted, wanted: frozenset[str], cases: Sequence[Case], window: Window) -> Figures:
    def total(numbers: Mapping[str, int]) -> int:
        return sum(n for village, n in numbers.items() if village in wanted)

    tips = sum(1 for c in cases if c.kind == "tip" and window.since <= c.opened_at < window.until)
    return Figures(
        total(counted.returned), total(counted.watched), total(counted.fevers), total(counted.missed),
        total(counted.made_up), tips,
    )  # fmt: skip


def _load(key: str, cases: Sequence[Case], window: Window) -> Load:
    return Load(
        key,
        sum(1 for c in cases if window.since <= c.opened_at < window.until),
        sum(1 for c in cases if _open(c, window.until)),
        sum(1 for c in cases if _late(c, window.until)),
    )


def _loads(keyed: Sequence[tuple[str, Case]], window: Window, order: Sequence[str]) -> tuple[Load, ...]:
    keys = order or tuple(dict.fromkeys(key for key, _ in keyed))
    loads = [_load(key, [c for k, c in keyed if k == key], window) for key in keys]
    found = [load for load in loads if load.opened or load.open]
    return tuple(found) if order else tuple(sorted(found, key=lambda x: (x.late, x.open, x.opened), reverse=True))


def _lines_in_order(scope: Scope) -> tuple[str, ...]:
    return (scope.line, *(x for x in LINES if x != scope.line)) if scope.line else LINES


def _badness(row: VillageRow) -> tuple[int, ...]:
    f, load = row.figures, row.load
    return (load.late, f.fevers, load.open, f.missed, f.tips, f.returned, load.opened, f.watched)


def _place(town: Town, scope: Scope) -> str:
    names = [v.name for v in town.villages if v.key in scope.villages]
    area = next((a.name for a in town.areas if names and all(town.area_of(k) == a for k in scope.villages)), "")
    return town.name if not scope.villages else names[0] if len(names) == 1 else area or town.name
