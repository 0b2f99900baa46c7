"""One row of a roster's sheet into shifts, or into what is wrong with it; without it a mistake in row 7 would be a mistake of
the whole sheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from chat.form import Setting
from chat.reading.columns import Heads, Vocabulary, named_in, people_in, place_in, squeezed, with_short_names
from chat.reading.phone import read_phone
from chat.reading.shifts import Hours, read_hours, read_roster_day, span_on
from rules.roster import CHANGE, EVENING, Shift
from rules.rota import Named, Planner, Post, Register, register_of
from rules.town import Address, Town

SEATS = ("duty_leader", "duty_officer")
NEEDED = (frozenset({"date"}), frozenset({"name", "phone", "address", *SEATS}))
"""Columns without which a table is no roster: a day, and somebody."""
SPANS = {"day": (CHANGE, EVENING), "night": (EVENING, CHANGE), "whole": (CHANGE, CHANGE)}
FARTHEST = timedelta(days=184)
"""A day farther off is a mistake in its year."""
SAID = 20
"""Letters of a cell that are shown back."""
OF_VILLAGE = ("cadres", "village_head")
FITS = {
    "village": OF_VILLAGE,
    "line": ("line_leader", "deputy"),
    "area": ("area_head",),
    "command_post": ("command_post",),
}
"""What a place has offices for; the first is meant where none is named."""
SORTS = {target: sort for sort, targets in FITS.items() for target in targets}


class Asks(Protocol):
    """What a row asks of those it names."""

    def cannot_reach(self, address: Address) -> bool:
        """Whether nothing reaches this address now."""

    def name_of(self, address: Address) -> str:
        """What somebody is called."""


@dataclass(frozen=True)
class Line:
    """What is the same for all rows: what its sender may plan, of whom it is asked, when, and the words of its cells."""

    planner: Planner
    town: Town
    reads: Asks
    people: Register
    places: Mapping[str, Vocabulary]
    now: datetime
    setting: Setting


@dataclass(frozen=True)
class Planned:
    """A shift that a row asks for."""

    shift: Shift
    post: Post
    name: str


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row (numbered as on the screen), with what was written there."""

    row: int
    why: str
    said: str = ""


class Wrong(Exception):
    """A cell that cannot be read: ``why`` names its words."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(why)
        self.why, self.said = why, said


def line_of(planner: Planner, town: Town, reads: Asks, now: datetime, setting: Setting) -> Line:
    """What all rows of one sheet share; made once, for a sheet may have a thousand."""
    lines = {key: names for key, names in setting.choices["lines"].items() if town.line(key)}
    places = {
        "village": with_short_names({v.key: (v.name,) for v in town.villages}),
        "line": lines,
        "area": with_short_names({a.key: (a.name,) for a in town.areas}),
    }
    return Line(planner, town, reads, register_of(town), places, now, setting)


def says_nothing(row: Sequence[str], heads: Heads, line: Line) -> bool:
    """Whether a row is empty, or a note below the table: nobody is named in it, and no day that can be read."""
    day, filled = heads.cell(row, "date"), [cell for cell in row if cell.strip()]
    if list(_named(row, heads)):
        return False
    return not day or (len(filled) == 1 and read_roster_day(day, line.now.date())[0] is None)


def read_line(number: int, row: Sequence[str], heads: Heads, day: str, line: Line) -> Iterator[Planned | Fault]:
    """The shifts of a row, one for each person named in it, and its mistakes; ``day``: its date, or the one above it."""
    try:
        when = _when(day, heads.cell(row, "span"), line)
        named = list(_named(row, heads))
        if not named:
            raise Wrong("nobody")
    except Wrong as wrong:
        yield Fault(number, wrong.why, wrong.said[:SAID])
        return
    for seat, who in named:
        try:
            yield _planned(seat, who, when, row, heads, line)
        except Wrong as wrong:
            yield Fault(number, wrong.why, wrong.said[:SAID])


def _planned(
    seat: str, who: Named, when: tuple[datetime, datetime], row: Sequence[str], heads: Heads, line: Line
) -> Planned:  # fmt: skip
    post = _post(heads.cell(row, "post"), heads.cell(row, "place"), seat, line)
    if not line.planner.may(post):
        raise Wrong("not_theirs", _place_name(post, line.town) or heads.cell(row, "post") or heads.cell(row, "place"))
    village = post.scope if post.target in OF_VILLAGE else ""
    address, why = line.people.person(Named(who.name, who.phone, who.address, village))
    shown = who.name or who.phone or who.address
    if why:
        raise Wrong(why, shown)
    if line.reads.cannot_reach(address):
        raise Wrong("unreachable", shown)
    name = next((p.name for p in line.people.by_address.get(address, ())), "") or line.reads.name_of(address)
    return Planned(Shift(post.target, post.scope, address, *when, post.seat), post, name or shown)


def _when(day: str, span: str, line: Line) -> tuple[datetime, datetime]:
    """From when until when; a cell may hold both the day and the hours."""
    if not day:
        raise Wrong("no_day")
    today: date = line.now.date()
    found, behind = read_roster_day(day, today)
    if found is None:
        raise Wrong("bad_day", day)
    if abs(found - today) > FARTHEST:
        raise Wrong("far", day)
    said = span or behind
    hours: Hours | None = SPANS["whole"] if not said else read_hours(said) or _named_span(said, line)
    if hours is None:
        raise Wrong("bad_hours" if span else "bad_day", span or day)
    return span_on(found, hours, line.now)


def _named_span(said: str, line: Line) -> tuple[time, time] | None:
    return SPANS.get(named_in(said, line.setting.choices["spans"]))


def _named(row: Sequence[str], heads: Heads) -> Iterator[tuple[str, Named]]:
    """(seat, person) for each who is named: in a column of names, or in one that is called after the seat."""
    phone, address = heads.cell(row, "phone"), heads.cell(row, "address")
    people = list(people_in(heads.cell(row, "name")))
    if len(people) < 2 and (people or phone or address):
        name, typed = people[0] if people else ("", "")
        yield "", Named(name, typed or read_phone(phone) or phone, address)
    else:
        yield from (("", Named(name, typed)) for name, typed in people)
    for seat in SEATS:
        yield from ((seat, Named(name, typed)) for name, typed in people_in(heads.cell(row, seat)))


def _post(said: str, place: str, seat: str, line: Line) -> Post:
    """The office that is meant: a seat alone is the command post's; with a village, line or area it is theirs."""
    named = named_in(said, line.setting.choices["posts"]) if said else seat
    sort, scope = _place(place, line) if place else _place_in(said, line)
    if said and not named and not scope:
        raise Wrong("bad_post", said)
    usual = line.planner.usual
    if not scope and sort != "command_post" and usual and (not named or (named in SEATS and not line.planner.whole)):
        sort = SORTS[usual.target]  # whoever plans for one office means theirs
    target = _target(named, sort, said)
    if target == "command_post":
        return Post(target, "", named if named in SEATS else "")
    return Post(target, scope or _usual_scope(target, line))


def _target(named: str, sort: str, said: str) -> str:
    if named in (*SEATS, ""):
        return "village_head" if sort == "village" and named == "duty_leader" else FITS.get(sort, ("command_post",))[0]
    if named not in FITS.get(sort, (named,)):
        raise Wrong("bad_post", said)
    return named


def _usual_scope(target: str, line: Line) -> str:
    """A sender with one such office needs not name it."""
    scopes = {scope for wanted, scope in line.planner.offices if wanted == target}
    if len(scopes) != 1:
        raise Wrong("no_place")
    return scopes.pop()


def _place(said: str, line: Line) -> tuple[str, str]:
    """(village, line, area or command_post; its key) of a cell that names a place."""
    found = _place_in(said, line)
    if not found[0] and named_in(said, line.setting.choices["posts"]) == "command_post":
        return "command_post", ""
    if not found[0] and squeezed(said) != squeezed(line.town.name):
        raise Wrong("bad_place", said)
    return found


def _place_in(said: str, line: Line) -> tuple[str, str]:
    found = ((sort, place_in(said, places)) for sort, places in line.places.items() if said)
    return next(((sort, key) for sort, key in found if key), ("", ""))


def _place_name(post: Post, town: Town) -> str:
    village = town.village(post.scope)
    return village.name if village else ""
