"""The situation of a town or village in one window of time, computed from counted facts; without it the night report would
be a feeling."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rules.context import Context
from rules.duty import ENDED, Duty
from rules.figures import Fate, fate_of
from rules.seeing import ABOUT_STAFF, realm_of
from rules.town import LINES, Town

OWN = ("missed", "visit", "order", "tip")
"""Kinds that are no word from the village itself: the program opened them, or somebody told on it."""
KEPT: tuple[Fate, ...] = ("confirmed",)
SAID: tuple[Fate, ...] = ("reported", "unconfirmed")
WHOLE_TOWN = frozenset({"admin", "inspector"})
LEAST = timedelta(hours=3)
"""A report of less time than this shows the day before it too."""
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
    cases: tuple[Duty, ...] = ()
    """Their cards hold no more than ``about``, of a tip."""


@dataclass(frozen=True)
class Needs:
    """The two-hour promise, judged as rules.figures does: how many fell ``due`` in the window, how many of these the asker
    confirmed in time (``kept``), how many were only ``said`` to be done in time, how many are ``open`` at its end and how many
    of those ``late``."""

    due: int = 0
    kept: int = 0
    said: int = 0
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
    """The needs that fell due in one hour beginning at ``at``: confirmed in time, said to be done in time, or neither."""

    at: datetime
    kept: int
    said: int
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
    """From the last nightly report before ``at`` until ``at``; for the nightly one itself that is a day. What is asked for soon
    after a report reaches back to the one before: of a few minutes there would be nothing but zeros."""
    until = at.astimezone(zone)
    tonight = datetime.combine(until.date(), report_time, zone)
    since = tonight if tonight < until else tonight - timedelta(days=1)
    return Window(since if until - since >= LEAST else since - timedelta(days=1), until)


def situation(town: Town, scope: Scope, window: Window, counted: Counted) -> Situation:
    """The situation of a scope. A village's own report never counts a tip about its staff."""
    wanted = frozenset(scope.villages) or frozenset((*(v.key for v in town.villages), ""))
    hidden = ABOUT_STAFF if scope.villages else ()
    cases = [c for c in counted.cases if c.village in wanted and c.card.get("about") not in hidden]
    all_rows = [
        _row(v.key, v.name, counted, [c for c in cases if c.village == v.key], window)
        for v in town.villages
        if v.key in wanted
    ]
    spoke: dict[Word, tuple[str, ...]] = {
        word: tuple(r.name for r in all_rows if r.word == word) for word in ("heard", "zero", "silent")
    }
    return Situation(
        place_name(town, scope), window, scope, _figures(counted, wanted, cases, window), needs_of(cases, window),
        tuple(sorted((r for r in all_rows if r.any), key=_badness, reverse=True)),
        spoke["silent"], spoke["zero"], spoke["heard"],
        _loads([(c.line, c) for c in cases], window, _lines_in_order(scope)),
        _loads([(c.kind, c) for c in cases], window, ()),
        hours_of(cases, window),
    )  # fmt: skip


def needs_of(cases: Sequence[Duty], window: Window) -> Needs:
    """How the two-hour promise was kept; what was withdrawn in time never fell due."""
    fates = [fate for _, fate in judged(cases, window)]
    needs = [c for c in cases if c.kind == "need"]
    return Needs(
        len(fates), sum(fate in KEPT for fate in fates), sum(fate in SAID for fate in fates),
        sum(_open(c, window.until) for c in needs), sum(_late(c, window.until) for c in needs),
    )  # fmt: skip


def hours_of(cases: Sequence[Duty], window: Window) -> tuple[Hour, ...]:
    """Hour by hour of the window, what became of the needs that fell due; also the hours without any."""
    hour = timedelta(hours=1)
    count = -((window.since - window.until) // hour)
    found = Counter(((due - window.since) // hour, fate in KEPT, fate in SAID) for due, fate in judged(cases, window))
    return tuple(
        Hour(window.since + n * hour, found[n, True, False], found[n, False, True], found[n, False, False])
        for n in range(count)
    )


def judged(cases: Sequence[Duty], window: Window) -> list[tuple[datetime, Fate]]:
    """(when due, what became of it) of each need that fell due in the window."""
    others = {case.ref: case for case in cases}
    return [
        (case.due_at, fate)
        for case in cases
        if case.kind == "need" and case.due_at is not None and window.since <= case.due_at < window.until
        for fate in (fate_of(case, window.until, others),)
        if fate != "cancelled"
    ]


def _open(case: Duty, at: datetime) -> bool:
    """Whether it was not over at that time."""
    return case.opened_at < at and (case.state not in ENDED or (case.closed_at is not None and case.closed_at >= at))


def _late(case: Duty, at: datetime) -> bool:
    """Open, past its time, and nobody says that it is done."""
    waiting = case.reported_at is None or case.reported_at >= at
    return _open(case, at) and waiting and case.due_at is not None and case.due_at < at


def _row(key: str, name: str, counted: Counted, cases: Sequence[Duty], window: Window) -> VillageRow:
    figures = _figures(counted, frozenset((key,)), cases, window)
    word: Word = "heard" if key in counted.heard else "zero" if key in counted.zero else "silent"
    return VillageRow(key, name, word, figures, _load(key, cases, window))


def _figures(counted: Counted, wanted: frozenset[str], cases: Sequence[Duty], window: Window) -> Figures:
    def total(numbers: Mapping[str, int]) -> int:
        return sum(n for village, n in numbers.items() if village in wanted)

    tips = sum(1 for c in cases if c.kind == "tip" and window.since <= c.opened_at < window.until)
    return Figures(
        total(counted.returned), total(counted.watched), total(counted.fevers), total(counted.missed),
        total(counted.made_up), tips,
    )  # fmt: skip


def _load(key: str, cases: Sequence[Duty], window: Window) -> Load:
    return Load(
        key,
        sum(1 for c in cases if window.since <= c.opened_at < window.until),
        sum(1 for c in cases if _open(c, window.until)),
        sum(1 for c in cases if _late(c, window.until)),
    )


def _loads(keyed: Sequence[tuple[str, Duty]], window: Window, order: Sequence[str]) -> tuple[Load, ...]:
    keys = order or tuple(dict.fromkeys(key for key, _ in keyed))
    loads = [_load(key, [c for k, c in keyed if k == key], window) for key in keys]
    found = [load for load in loads if load.opened or load.open]
    return tuple(found) if order else tuple(sorted(found, key=lambda x: (x.late, x.open, x.opened), reverse=True))


def _lines_in_order(scope: Scope) -> tuple[str, ...]:
    return (scope.line, *(x for x in LINES if x != scope.line)) if scope.line else LINES


def _badness(row: VillageRow) -> tuple[int, ...]:
    f, load = row.figures, row.load
    return (load.late, f.fevers, load.open, f.missed, f.tips, f.returned, load.opened, f.watched)


def place_name(town: Town, scope: Scope) -> str:
    """What a report of this scope is called: the village, the area or the town."""
    names = [v.name for v in town.villages if v.key in scope.villages]
    area = next((a.name for a in town.areas if names and all(town.area_of(k) == a for k in scope.villages)), "")
    return town.name if not scope.villages else names[0] if len(names) == 1 else area or town.name
