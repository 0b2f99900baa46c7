"""What a handler decided, as values; without them a handler would have to write to the database itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from rules.duty import Duty
from rules.roster import Shift
from rules.town import Address


@dataclass(frozen=True)
class PersonTold:
    """What somebody told of themselves; empty fields leave what is known as it is."""

    id: Address
    name: str = ""
    village: str = ""
    place: str = ""
    phone: str = ""
    locale: str = ""


@dataclass(frozen=True)
class DutyOpened:
    """A new duty; its first rung is told in the same commit."""

    duty: Duty
    note: str = ""
    chat: Address = ""
    who: Address = ""


@dataclass(frozen=True)
class DutyMoved:
    """A duty after a move: what the move was (claimed, offered, reported, confirmed, reopened, cancelled, added); ``files`` are
    those that came with it (kind, reference)."""

    duty: Duty
    what: str
    who: Address
    chat: Address
    note: str = ""
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class WatchStarted:
    """Somebody is under observation until ``until`` (exclusive, in town time)."""

    person: Address
    village: str
    origin: str
    since: datetime
    until: datetime
    who: Address = ""
    chat: Address = ""


@dataclass(frozen=True)
class WatchEnded:
    """A cadre has decided that somebody is no longer, or need not be, under observation."""

    person: Address
    who: Address
    chat: Address


@dataclass(frozen=True)
class TemperatureTaken:
    """A temperature in tenths of a degree Celsius, of this person; answers the check-in that is open."""

    person: Address
    village: str
    tenths: int
    fever: bool
    at: datetime
    duty: str = ""


@dataclass(frozen=True)
class ReturnRegistered:
    """A return as reported; ``match`` is what makes the same person the same one (name, village, arrival)."""

    reporter: Address
    village: str
    match: str
    origin: str
    arrived: date
    report: Mapping[str, Any] = field(default_factory=dict)
    duty: str = ""
    instead_of: str = ""
    """The id of the return in the register whose place it takes: it was corrected."""


@dataclass(frozen=True)
class ChatForgotten:
    """What was said in a chat from then on is kept nowhere (where a tip was written)."""

    chat: Address
    since: datetime


@dataclass(frozen=True)
class TipGiven:
    """A tip. There is no field for who gave it, on purpose."""

    ref: str
    village: str
    line: str
    day: date
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ZeroReported:
    """A village's head says: nothing happened here today."""

    village: str
    day: date
    who: Address


@dataclass(frozen=True)
class Bound:
    """A code was used in this chat."""

    code: str
    address: Address


@dataclass(frozen=True)
class WrongCode:
    """A code that is none was tried in this chat."""

    chat: Address


@dataclass(frozen=True)
class ReportAsked:
    """Somebody asked for the situation as of ``at``; it is made after the commit and sent to ``chat`` (empty: the nightly
    one, to whoever reads it then). ``villages``, ``line``: what it shows (rules.situation.Scope). With ``days`` it is the
    picture of the figures of so many days instead, of what ``who`` may see in that chat."""

    chat: Address
    at: datetime
    villages: tuple[str, ...] = ()
    line: str = ""
    who: Address = ""
    days: int = 0


@dataclass(frozen=True)
class ShiftTaken:
    """Somebody is on duty; ``who`` said so, in ``chat``."""

    shift: Shift
    who: Address
    chat: Address


@dataclass(frozen=True)
class RosterChanged:
    """A sheet of shifts was taken: these are no more, these are new; ``who`` sent it, in ``chat``."""

    drop: tuple[Shift, ...]
    add: tuple[Shift, ...]
    who: Address
    chat: Address


@dataclass(frozen=True)
class SignInGiven:
    """A link was given to this person, in ``chat``, that signs in once; only the hash of its token is known here."""

    hash: str
    person: Address
    chat: Address
