"""A roster for many days (值班表): who may hand one in for whom, whom it can name, and what it changes of the one that is kept;
without it anybody could put anybody on duty, and the same sheet twice would be two rosters."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rules.binding import UNBOUND
from rules.context import STAFF, Context
from rules.roster import Shift, left_of
from rules.routing import holds_office
from rules.town import Address, Person, Town

WHOLE = frozenset({"command_post", "duty_leader", "duty_officer", "admin"})
"""Roles that make the roster of the whole town."""
Why = Literal["unknown", "two", "mismatch", "unbound", "not_staff"]


@dataclass(frozen=True)
class Post:
    """What a shift is for: a ladder's target, where, and which seat at the command post."""

    target: str
    scope: str = ""
    seat: str = ""


@dataclass(frozen=True)
class Planner:
    """For which offices somebody may hand in a roster; ``usual`` is meant where a sheet names none."""

    whole: bool = False
    offices: frozenset[tuple[str, str]] = frozenset()
    usual: Post | None = None

    def may(self, post: Post) -> bool:
        """Whether this office is theirs to plan."""
        return self.whole or (post.target, post.scope) in self.offices

    @property
    def anything(self) -> bool:
        """Whether there is any office at all."""
        return self.whole or bool(self.offices)


def planner_of(context: Context) -> Planner:
    """What whoever speaks here may plan: the command post and the administrator all of it, a line's leader and deputy their line,
    an area's head the area and its villages (属地管理), a village's head the village; in a cadres' group that village only."""
    if context.among_villagers:
        return Planner()
    town, who, chat = context.town, context.sender, context.chat
    if town.command_post in (who, chat) or context.roles & WHOLE:
        found = Planner(whole=True, usual=Post("command_post"))
    else:
        found = _planner(_offices(context))
    return _of_village(found, context.village) if context.place == "cadres" else found


def _offices(context: Context) -> list[tuple[str, str]]:
    town, who, chat = context.town, context.sender, context.chat
    found: list[tuple[str, str]] = []
    for line in town.lines:
        if {who, chat} & ({line.leader, line.deputy} - {""}):
            found += [("line_leader", line.key), ("deputy", line.key)]
    areas = [area.key for area in town.areas if area.head and area.head == who]
    found += [("area_head", key) for key in areas]
    for village in town.villages:
        heads = village.head == who != "" or ("village_head" in context.roles and context.village == village.key)
        if village.area in areas or heads:
            found += [("cadres", village.key), ("village_head", village.key)]
    return found


def _planner(offices: list[tuple[str, str]]) -> Planner:
    return Planner(False, frozenset(offices), Post(*offices[0]) if offices else None)


def _of_village(planner: Planner, village: str) -> Planner:
    both = [("cadres", village), ("village_head", village)]
    return _planner([office for office in both if planner.may(Post(*office))])


@dataclass(frozen=True)
class Named:
    """A person as a sheet names them: any of name, phone and address; ``village``: where the shift is, to tell two of a
    name apart."""

    name: str = ""
    phone: str = ""
    address: str = ""
    village: str = ""


@dataclass(frozen=True)
class Register:
    """The config's people as a sheet finds them; made once for a sheet, which may name a thousand."""

    town: Town
    by_name: Mapping[str, Sequence[Person]]
    by_phone: Mapping[str, Sequence[Person]]
    by_address: Mapping[Address, Sequence[Person]]

    def person(self, named: Named) -> tuple[Address, Why | None]:
        """(address, None) of the one person who is meant and can be on duty; else ("", why not).

        Only the config's names and phones count: what people tell of themselves by chat must put nobody on duty.
        """
        if named.address:
            found = self.by_address.get(named.address, ())
            if not found and holds_office(self.town, named.address):
                return (named.address, None) if not named.address.startswith(UNBOUND) else ("", "unbound")
        else:
            found, why = self._by_phone_or_name(named)
            if why:
                return "", why
        return _fit(self.town, found)

    def _by_phone_or_name(self, named: Named) -> tuple[Sequence[Person], Why | None]:
        called = self.by_name.get(_bare(named.name), ())
        if named.phone:
            phoned = self.by_phone.get(_digits(named.phone), ())
            both = [p for p in phoned if not named.name or p in called]
            if phoned or any(p.phone for p in called):
                return both, None if both else "mismatch"
        here = [p for p in called if p.village == named.village]
        return (here if len({p.id for p in called}) > 1 and here else called), None


def register_of(town: Town) -> Register:
    """The people of a town by name, phone and address."""
    by_name, by_phone, by_address = (defaultdict[str, list[Person]](list) for _ in range(3))
    for person in town.people:
        by_name[_bare(person.name)].append(person)
        by_phone[_digits(person.phone)].append(person)
        by_address[person.id].append(person)
    return Register(town, *({k: v for k, v in found.items() if k} for found in (by_name, by_phone, by_address)))


def _fit(town: Town, found: Sequence[Person]) -> tuple[Address, Why | None]:
    addresses = {p.id for p in found}
    if len(addresses) != 1:
        return "", "two" if addresses else "unknown"
    address = addresses.pop()
    if address.startswith(UNBOUND):
        return "", "unbound"
    roles = {role for p in found for role in p.roles} | holds_office(town, address)
    return (address, None) if roles & STAFF else ("", "not_staff")


def _digits(phone: str) -> str:
    return "".join(letter for letter in phone if letter.isdecimal())


def _bare(name: str) -> str:
    return "".join(name.split()).lower()


@dataclass(frozen=True)
class Change:
    """What a new roster makes of the kept one: these go, these come, and ``rest`` is what is left of some that go."""

    drop: tuple[Shift, ...] = ()
    add: tuple[Shift, ...] = ()
    rest: tuple[Shift, ...] = ()


def change(kept: Iterable[Shift], new: Sequence[Shift]) -> Change:
    """Replace what overlaps in the same office; what of a kept shift lies outside of the new ones stays. The same again
    changes nothing."""
    wanted, there = dict.fromkeys(new), set()
    dropped: list[Shift] = []
    rest: list[Shift] = []
    for shift in kept:
        over = [n for n in wanted if _same_office(n, shift) and n.since < shift.until and n.until > shift.since]
        if shift in wanted:
            there.add(shift)
        elif over:
            dropped.append(shift)
            rest += left_of(shift, over)
    return Change(tuple(dropped), tuple(n for n in wanted if n not in there), tuple(rest))


def _same_office(one: Shift, other: Shift) -> bool:
    """Two seats at the command post are two offices; a shift that names no seat is in the way of both."""
    here = (one.target, one.scope) == (other.target, other.scope)
    return here and (one.post == other.post or not one.post or not other.post)
