"""Who stands behind a target, and which line a case belongs to; without it an alert would not know where to go."""

from rules.duty import Duty
from rules.tips import first_told
from rules.town import Address, Town

UNBOUND = "bind:"


def addresses(town: Town, duty: Duty, target: str) -> tuple[Address, ...]:
    """The addresses behind a ladder's target for this duty; empty when nobody is named or bound there."""
    return tuple(a for a in _named(town, duty, target) if a and not a.startswith(UNBOUND))


def _named(town: Town, duty: Duty, target: str) -> tuple[Address, ...]:
    village, line, area = town.village(duty.village), town.line(duty.line), town.area_of(duty.village)
    match target:
        case "routing":
            about = str(duty.card.get("about", "villager"))
            return tuple(a for name in first_told(about) for a in _named(town, duty, name))
        case "cadres":
            return (village.cadres,) if village else ()
        case "village_head":
            return (village.head,) if village else ()
        case "responsible":
            return (duty.responsible,)
        case "holder":
            return (duty.holder,)
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


def holds_office(town: Town, person: Address) -> frozenset[str]:
    """The roles a person has by the config's offices: village_head, area_head, line_leader, deputy, command_post."""
    found = set()
    if any(v.head == person for v in town.villages):
        found.add("village_head")
    if any(a.head == person for a in town.areas):
        found.add("area_head")
    if any(x.leader == person for x in town.lines):
        found.add("line_leader")
    if any(x.deputy == person for x in town.lines):
        found.add("deputy")
    if town.command_post == person:
        found.add("command_post")
    return frozenset(found)
