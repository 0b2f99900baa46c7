"""Where a tip goes and who may not see it; without it a tip about a cadre would be read by that cadre."""

from collections.abc import Mapping

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


def first_told(about: str) -> tuple[str, ...]:
    """The targets told at once: the village's cadres unless the tip is about one of them, or may be; about somebody higher, the
    command post and the inspectors only."""
    if about == "higher":
        return ("command_post", "inspectors")
    if about in ("cadre", "unsure"):
        return ("line_leader",)
    return ("cadres", "line_leader")
