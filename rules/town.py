"""The town as its config describes it; without it no rule would know whose village, line or group it speaks of."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from functools import cached_property
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

Address = str
"""Where a letter can go: ``channel:id``, such as ``telegram:-1001`` or ``web:li``; ``bind:CODE`` until somebody
binds it."""

SHANGHAI = ZoneInfo("Asia/Shanghai")

LINES = ("screening", "monitoring", "areas", "checkpoints", "publicity", "supplies")
TARGETS = (
    "cadres", "responsible", "holder", "asker", "village_head", "area_head", "line_leader", "deputy", "command_post",
    "inspectors",
)  # fmt: skip
ROUTING = "routing"
"""A target of tips only: whom the routing names for what the tip is about (rules.tips.first_told)."""
ROLES = (
    "villager", "returnee", "isolated", "household_head", "cadre", "grid_worker", "village_head", "area_head",
    "volunteer", "duty_leader", "duty_officer", "checkpoint", "patrol", "line_leader", "deputy", "command_post",
    "inspector", "admin",
)  # fmt: skip
"""What a person may be, at a place (TOWN.md, Roles); one person may be several."""
STATES = ("open", "claimed", "reported", "closed")
Locale = Literal["zh", "en"]


HASTES = ("medicine", "hungry", "baby", "said")
"""Why a need is urgent, by its words: what it is about, or (``said``) that whoever asked calls it so."""
DUE_KEYS = -1_000_000_000


class Fits(Protocol):
    """What a rung may look at in a duty to know whether it is for it."""

    @property
    def hastes(self) -> frozenset[str]:
        """How urgent, and why."""

    @property
    def village(self) -> str:
        """Where."""


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: ``after`` this long since the duty opened (``from_due``: since it falls due), ``tell`` these
    targets, ``unless`` it is that far; ``repeat`` until somebody acknowledges; ``urgency`` (how urgent, or why) and
    ``villages`` narrow it to some duties (empty: all). ``nth``: of those at the same time, which are told each by itself."""

    after: timedelta
    tell: tuple[str, ...]
    unless: str | None = None
    repeat: timedelta | None = None
    urgency: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    from_due: bool = False
    nth: int = 0

    @property
    def key(self) -> int:
        """How the rung is remembered once it was told: its seconds, and below zero those that count from the due time. A
        ladder is written in minutes: the seconds within tell rungs at the same time apart."""
        length = int(self.after.total_seconds()) + self.nth
        return DUE_KEYS + length if self.from_due else length

    @property
    def at_once(self) -> bool:
        """Whether it is told when the duty opens: then nobody higher up is told yet."""
        return not self.after and not self.from_due

    def fits(self, duty: Fits) -> bool:
        """Whether this rung is for this duty."""
        urgent = not self.urgency or not duty.hastes.isdisjoint(self.urgency)
        return urgent and (not self.villages or duty.village in self.villages)


Ladder = tuple[Rung, ...]


def numbered(rungs: Iterable[Rung]) -> Ladder:
    """The rungs as a ladder: those at the same time are numbered, so that one that was told hides none of the others."""
    seen: Counter[int] = Counter()
    ladder = []
    for rung in rungs:
        plain = replace(rung, nth=0)
        ladder.append(replace(rung, nth=seen[plain.key]))
        seen[plain.key] += 1
    return tuple(ladder)


@dataclass(frozen=True)
class Area:
    """A management district (管理区) and its head's address."""

    key: str
    name: str
    head: Address = ""


@dataclass(frozen=True)
class Line:
    """One of the six lines of work (战线), its leader and deputy."""

    key: str
    leader: Address = ""
    deputy: Address = ""


@dataclass(frozen=True)
class Village:
    """A village, its villagers' group, its cadres' group and its head."""

    key: str
    name: str
    area: str = ""
    group: Address = ""
    cadres: Address = ""
    head: Address = ""
    households: int = 0


@dataclass(frozen=True)
class Person:
    """Somebody named in the config: who, where, with which roles; ``cadre`` looks after the household (包保干部)."""

    id: Address
    name: str
    village: str = ""
    roles: tuple[str, ...] = ()
    cadre: Address = ""
    phone: str = ""
    place: str = ""
    stand_in: Address = ""
    """Who looks after the household when the cadre cannot."""


@dataclass(frozen=True)
class Town:
    """Everything the rules need to know of a town; times of day are in ``zone``, ``fever`` is tenths of a
    degree Celsius."""

    name: str
    key: str = "town"
    zone: ZoneInfo = SHANGHAI
    locale: Locale = "zh"
    ladders: Mapping[str, tuple[Rung, ...]] = field(default_factory=dict)
    notice_times: tuple[time, ...] = (time(7, 30), time(12), time(18, 30))
    checkin_times: tuple[time, ...] = (time(8), time(17))
    remind_after: timedelta = timedelta(hours=1)
    missed_after: timedelta = timedelta(hours=2)
    fever: int = 373
    isolation_days: int = 14
    isolation_origins: tuple[str, ...] = ("wuhan", "hubei")
    report_time: time = time(21)
    need_within: timedelta = timedelta(hours=2)
    quiet: tuple[time, time] = (time(22), time(7))
    """Quiet hours, from and to: a need that is filed then asks whether the morning is soon enough."""
    command_post: Address = ""
    areas: tuple[Area, ...] = ()
    lines: tuple[Line, ...] = ()
    villages: tuple[Village, ...] = ()
    people: tuple[Person, ...] = ()
    public_url: str = ""

    def village(self, key: str | None) -> Village | None:
        """The village with this key, or None."""
        return self._villages.get(key)

    def village_of_chat(self, chat: Address) -> tuple[Village, Literal["group", "cadres"]] | None:
        """Which village's group, or cadres' group, a chat is; None for any other chat."""
        return self._groups.get(chat)

    def person(self, address: Address) -> Person | None:
        """The person with this address whom the config names, or None."""
        return self._persons.get(address)

    @cached_property
    def village_names(self) -> Mapping[str, tuple[str, ...]]:
        """Village key → what it is called."""
        return {v.key: (v.name,) for v in self.villages}

    @cached_property
    def offices(self) -> Mapping[Address, frozenset[str]]:
        """Address → the offices that the config gives it."""
        held = [
            *(("village_head", v.head) for v in self.villages),
            *(("area_head", a.head) for a in self.areas),
            *(("line_leader", x.leader) for x in self.lines),
            *(("deputy", x.deputy) for x in self.lines),
            ("command_post", self.command_post),
        ]
        return {who: frozenset(office for office, holder in held if holder == who) for _, who in held}

    @cached_property
    def _villages(self) -> Mapping[str | None, Village]:
        return {v.key: v for v in reversed(self.villages)}

    @cached_property
    def _groups(self) -> Mapping[Address, tuple[Village, Literal["group", "cadres"]]]:
        found: dict[Address, tuple[Village, Literal["group", "cadres"]]] = {}
        for village in self.villages:
            found.setdefault(village.group, (village, "group"))
            found.setdefault(village.cadres, (village, "cadres"))
        found.pop("", None)
        return found

    @cached_property
    def _persons(self) -> Mapping[Address, Person]:
        return {p.id: p for p in reversed(self.people)}

    def line(self, key: str) -> Line | None:
        """The line with this key, or None."""
        return next((x for x in self.lines if x.key == key), None)

    def area_of(self, village: str) -> Area | None:
        """The district that answers for a village (属地管理责任), or None."""
        found = self.village(village)
        return next((a for a in self.areas if found and a.key == found.area), None)
