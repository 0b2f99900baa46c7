"""Addresses that were bound, or moved, since the config was written; without it a code would be written in vain."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from rules.town import Address, Town

UNBOUND = "bind:"
PLACES = ("areas", "lines", "villages", "people")


def unbound(town: Town) -> tuple[Address, ...]:
    """``bind:CODE`` of every address that is still written so; one may stand for several."""
    named = [town.command_post, *(a.head for a in town.areas)]
    named += [x for line in town.lines for x in (line.leader, line.deputy)]
    named += [x for v in town.villages for x in (v.group, v.cadres, v.head)]
    named += [x for p in town.people for x in (p.id, p.cadre, p.stand_in)]
    return tuple(address for address in named if address.startswith(UNBOUND))


def bound(town: Town, bindings: Mapping[str, str]) -> Town:
    """The town with every address that has a binding replaced by what it is bound to now."""
    if not bindings:
        return town
    swapped: dict[str, Any] = {name: tuple(_swap(x, bindings) for x in getattr(town, name)) for name in PLACES}
    return replace(
        town,
        command_post=bindings.get(town.command_post, town.command_post),
        **swapped,
    )


def _swap(item: Any, bindings: Mapping[str, str]) -> Any:
    if not is_dataclass(item) or isinstance(item, type):
        return item
    changed = {}
    for f in fields(item):
        value = getattr(item, f.name)
        if isinstance(value, str) and value in bindings:
            changed[f.name] = bindings[value]
    return replace(item, **changed) if changed else item
