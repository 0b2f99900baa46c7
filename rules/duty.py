"""Everything somebody must do by a time is a Duty; without this module nobody could say whose it is and how it stands."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from rules.kinds import kind_of, ladder_of
from rules.town import STATES, Address

ENDED = ("closed", "cancelled")
SOON = timedelta(minutes=30)
"""What is due within this time comes before what is not."""
ANYBODY = "*"
"""In ``offered_to``: offered round, anybody of the village may take it."""


@dataclass(frozen=True)
class Duty:
    """One thing to be done. ``ref`` is the number people see; ``card`` is what its card shows, as plain JSON values.

    Two clocks: ``rung_at``, when the next rung of its ladder is due, and the alarms of ``rules.alarms``, which follow from
    the other fields. ``told`` has the ``after`` (seconds) of each rung that was told or gone past, so that a ladder may be
    edited while duties are open.
    """

    ref: str
    kind: str
    opened_at: datetime
    village: str = ""
    line: str = ""
    subject: Address = ""
    responsible: Address = ""
    stand_in: Address = ""
    card: Mapping[str, Any] = field(default_factory=dict)
    state: str = "open"
    urgency: str = ""
    starts_at: datetime | None = None
    """From when its ladder counts: later than ``opened_at`` when the asker said tomorrow morning is soon enough, or when
    another check-in was missed."""
    holder: Address = ""
    holder_name: str = ""
    offered_to: Address = ""
    offered_at: datetime | None = None
    due_at: datetime | None = None
    claimed_at: datetime | None = None
    touched_at: datetime | None = None
    """The holder's last move: a claim with none for half an hour is asked about."""
    nudges: int = 0
    """How often in a row the holder was asked about it without a move: each time after twice as long."""
    wait_until: datetime | None = None
    reported_at: datetime | None = None
    ask_at: datetime | None = None
    """When the asker is asked (again) whether it is done, or, asked twice, when silence ends it."""
    asked_times: int = 0
    closed_at: datetime | None = None
    confirmed: bool | None = None
    """True: by the asker; False: closed after silence; None: not asked, or not closed."""
    postponed: bool = False
    """The asker said tomorrow morning; counted in a column of its own."""
    merged_into: str = ""
    handovers: int = 0
    reopened: int = 0
    climbs: int = 0
    rating: str = ""
    rung_at: datetime | None = None
    told: tuple[int, ...] = ()
    unreached: tuple[str, ...] = ()
    """Targets that were told but not reached: whoever is told next reads of it."""
    repeat_at: datetime | None = None
    """When the last rung is told once more, because nobody has acknowledged it."""

    @property
    def over(self) -> bool:
        """Whether nothing remains to be done."""
        return self.state in ENDED

    @property
    def ladder(self) -> str:
        """The name of the ladder it climbs."""
        return ladder_of(self.kind)

    @property
    def shown(self) -> Mapping[str, Any]:
        """The card for words to show: what is not on it reads as an empty text."""
        return defaultdict(str, self.card)

    @property
    def hastes(self) -> frozenset[str]:
        """How urgent it is, and why by its words (``HASTES``): what a rung may look at. Why is on the card, which is sealed: it
        tells of somebody's health."""
        return frozenset((self.urgency, *self.card.get("haste", ())))

    @property
    def base(self) -> datetime:
        """From when its ladder counts."""
        return self.starts_at or self.opened_at


@dataclass(frozen=True)
class Actor:
    """Who makes a move: address, name to show, and the chat the move came from."""

    id: Address
    name: str
    chat: Address


@dataclass(frozen=True)
class Refusal:
    """Why a move is not made: the name of the words that say so."""

    why: str


def open_duty(duty: Duty) -> Duty:
    """The duty with its clock started: the first rung is due when it opens."""
    return replace(duty, line=duty.line or kind_of(duty.kind).line, told=(), rung_at=duty.base)


def reached(state: str, mark: str | None) -> bool:
    """Whether a duty in ``state`` is as far as ``mark`` (a rung's ``unless``)."""
    if mark is None:
        return False
    return state in ENDED or STATES.index(state) >= STATES.index(mark)


def _urgency(duty: Duty) -> tuple[datetime, bool, datetime, int, str]:
    """What is due in the same minute goes by what was called urgent, then by its age and number."""
    due = (duty.due_at or duty.base + kind_of(duty.kind).within).replace(second=0, microsecond=0)
    return due, duty.urgency != "now", duty.opened_at, len(duty.ref), duty.ref


def _badness(duty: Duty, now: datetime | None) -> int:
    """Danger and fevers nobody has taken come before what is late, that before what will be soon, and before the rest, however
    long it waits; last what only its asker has to nod to."""
    if duty.state == "reported":
        return 6
    if duty.kind in ("urgent", "fever") and duty.state == "open":
        return 0 if duty.kind == "urgent" else 1
    left = duty.due_at - now if duty.due_at and now else None
    if left is not None and left < timedelta():
        return 2
    if duty.kind in ("urgent", "fever", "breach"):
        return 3
    return 4 if left is not None and left <= SOON else 5


def worst_first(duties: tuple[Duty, ...], now: datetime | None = None) -> tuple[Duty, ...]:
    """As a cadre reads them, in the chat and on the board: the worst first (``now`` tells what is late), then what is due
    soonest; what has no due time goes by how soon its kind should be seen to."""
    return tuple(sorted(duties, key=lambda duty: (_badness(duty, now), *_urgency(duty))))
