"""Who stands behind a target, and which line a case belongs to; without it an alert would not know where to go."""

from collections.abc import Sequence

from rules.binding import UNBOUND
from rules.duty import Duty
from rules.roster import Shift, on_now
from rules.tips import first_told, kept_from, names_them
from rules.town import Address, Rung, Town

ABOVE = ("area_head", "line_leader", "deputy", "command_post", "inspectors")
"""Targets above a village: a rung that names one of these is there so that somebody higher up knows."""
VILLAGE = ("cadres", "village_head", "responsible")
GROUPS = ("cadres", "command_post")
"""Targets that are chats of several: who is on duty is rung besides the group, not in its place."""


def addresses(town: Town, duty: Duty, target: str, shifts: Sequence[Shift] = ()) -> tuple[Address, ...]:
    """The addresses behind a ladder's target for this duty; empty when nobody is named or bound there.

    ``shifts`` are those that run now: who is on duty stands for a person, and is rung beside a group.
    """
    if duty.kind == "tip" and kept_from(duty.card, target):
        return ()
    if target == "routing":
        about = str(duty.card.get("about", "villager"))
        return tuple(a for name in first_told(about) for a in addresses(town, duty, name, shifts))
    standing = tuple(a for a in _standing(town, duty, target) if a and not a.startswith(UNBOUND))
    now_on = on_now(shifts, target, _scope(town, duty, target))
    found = tuple(dict.fromkeys((*now_on, *standing) if target in GROUPS or not now_on else now_on))
    return tuple(a for a in found if not _is_named(town, duty, a))


def _is_named(town: Town, duty: Duty, address: Address) -> bool:
    person = town.person(address) if duty.kind == "tip" else None
    return person is not None and names_them(duty.card, person.name)


OFTEN_NOBODY = ("holder", "responsible", "asker", "deputy", "area_head")
"""Targets that may well have nobody behind them: then nobody is missed there."""


def vacant(town: Town, duty: Duty, target: str) -> bool:
    """Whether nobody is meant to stand behind this target of this duty."""
    standing = [address for address in _standing(town, duty, target) if address]
    if duty.kind == "tip" and (
        kept_from(duty.card, target) or (standing and all(_is_named(town, duty, a) for a in standing))
    ):
        return True
    return target in OFTEN_NOBODY and not standing


def _standing(town: Town, duty: Duty, target: str) -> tuple[Address, ...]:
    village, line, area = town.village(duty.village), town.line(duty.line), town.area_of(duty.village)
    match target:
        case "cadres":
            # 首问负责: whoever looks after the household is rung first, and the group with them.
            return (*_standing(town, duty, "responsible"), village.cadres) if village else ()
        case "village_head":
            return (village.head,) if village else ()
        case "responsible":
            return tuple(dict.fromkeys((duty.responsible, duty.stand_in)))
        case "holder":
            return (duty.holder,)
        case "asker":
            return (duty.subject,)
        case "area_head":
            return (area.head,) if area else ()
        case "line_leader":
            return (line.leader,) if line else ()
        case "deputy":
            return (line.deputy,) if line else ()
        case "command_post":
            return (town.command_post,)
        case "inspectors":
            return tuple(p.id for p in town.people if "inspector" in p.roles)
    return ()


def above_village(town: Town, duty: Duty, rung: Rung, address: Address) -> bool:
    """Whether a rung finds this address as somebody above the villages, and not in the village itself."""
    in_village = {a for t in VILLAGE for a in _standing(town, duty, t)} | {a for t in rung.tell if t == "holder" for a in
                  _standing(town, duty, t)}  # fmt: skip
    return bool(set(rung.tell) & set(ABOVE)) and address not in in_village


OVERSEE = {
    "cadres": ("village_head", "area_head", "command_post"), "village_head": ("area_head", "command_post"),
    "area_head": ("command_post",), "line_leader": ("line_leader", "command_post"),
    "deputy": ("line_leader", "command_post"), "command_post": ("command_post",),
}  # fmt: skip
"""Office → who should know, the nearest first, that nobody is on duty there (属地管理; a line leader for who stands in)."""


def usual(town: Town, target: str, scope: str) -> Address:
    """Who is rung for an office while nobody is on duty for it; empty when nobody is named or bound there."""
    village, line = town.village(scope), town.line(scope)
    area = next((a for a in town.areas if a.key == scope), None)
    named = {"cadres": village and village.cadres, "village_head": village and village.head, "area_head": area and area.head,
             "line_leader": line and line.leader, "deputy": line and line.deputy,
             "command_post": town.command_post}.get(target)  # fmt: skip
    return named if named and not named.startswith(UNBOUND) else ""


def overseers(town: Town, target: str, scope: str) -> tuple[tuple[str, Address], ...]:
    """(target, address) of those who should know that nobody is on duty for an office, the nearest first."""
    area = town.area_of(scope)
    found = ((t, usual(town, t, area.key if area and t == "area_head" else scope)) for t in OVERSEE.get(target, ()))
    return tuple((t, address) for t, address in found if address)


def _scope(town: Town, duty: Duty, target: str) -> str:
    area = town.area_of(duty.village)
    scopes = {"cadres": duty.village, "village_head": duty.village, "line_leader": duty.line, "deputy": duty.line}
    return scopes.get(target, area.key if area and target == "area_head" else "")


def holds_office(town: Town, person: Address) -> frozenset[str]:
    """The roles a person has by the config's offices: village_head, area_head, line_leader, deputy, command_post."""
    return town.offices.get(person, frozenset())
