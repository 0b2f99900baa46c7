"""Where a tip goes and who may not see it; without it a tip about a cadre would be read by that cadre."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.context import STAFF
from rules.town import Person

VILLAGE_STAFF = frozenset({"cadre", "grid_worker", "village_head"})
LINE_OF_TOPIC: Mapping[str, str] = {
    "return": "screening",
    "isolation": "monitoring",
    "gathering": "areas",
    "shop": "areas",
    "price": "areas",
    "checkpoint": "checkpoints",
    "rumour": "publicity",
    "supplies": "supplies",
    "other": "screening",
}
"""Topic → the line of work it reaches (TOWN.md, what reaches each line)."""


def kept_from(card: Mapping[str, Any], target: str) -> bool:
    """Whether a target of a ladder is nothing for a tip: about somebody higher only the command post and the inspectors hear,
    and neither a line's leader nor anybody of a district, who may be the one it is about."""
    return card.get("about") == "higher" and target not in ("command_post", "inspectors", "routing", "holder")


def names_them(card: Mapping[str, Any], name: str) -> bool:
    """Whether a tip speaks of somebody by their name: whoever that is neither hears of it nor sees it."""
    return len(name) > 1 and any(name in str(card.get(key, "")) for key in ("text", "place"))


def really_about(said: str, about: str, people: Sequence[Person], titles: Sequence[str]) -> str:
    """Whom a tip is about, when the one who gives it called them a villager but their name or a title (``titles``: cadre,
    higher) says otherwise: then the village is not to read it."""
    if about not in ("villager", "unsure", "cadre"):
        return about
    offices = {role for p in people if names_them({"text": said}, p.name) for role in p.roles if role in STAFF}
    if offices - VILLAGE_STAFF - {"inspector", "admin"}:
        return "higher"
    if offices:
        return "cadre"
    return "unsure" if about == "villager" and {"cadre", "higher"} & set(titles) else about


def first_told(about: str) -> tuple[str, ...]:
    """The targets told at once: the village's cadres unless the tip is about one of them, or may be; about somebody higher, the
    command post and the inspectors only."""
    if about == "higher":
        return ("command_post", "inspectors")
    if about in ("cadre", "unsure"):
        return ("line_leader",)
    return ("cadres", "line_leader")
