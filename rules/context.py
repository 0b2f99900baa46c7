"""Who speaks, where and with which roles; without it every handler would have to find that out for itself."""

from dataclasses import dataclass
from typing import Literal

from rules.town import Address, Town

Place = Literal["private", "group", "cadres", "office", "other"]

STAFF = frozenset(
    {"cadre", "grid_worker", "village_head", "area_head", "line_leader", "deputy", "command_post", "duty_leader"}
    | {"duty_officer", "inspector", "admin"}
)


@dataclass(frozen=True)
class Context:
    """``place`` is what kind of chat it is: private, a village's group, a cadres' group, an office's (line leader,
    command post) or some other; ``village`` is the group's village, else the person's own."""

    town: Town
    sender: Address
    chat: Address
    place: Place
    name: str = ""
    village: str = ""
    roles: frozenset[str] = frozenset()
    locale: str = "zh"
    phone: str = ""
    home: str = ""
    """Where in the village the person lives, as last told."""
    cadre: Address = ""
    """Who looks after the person's household (包保干部)."""
    watched: bool = False
    stand_in: Address = ""
    """And who does when that cadre cannot."""
    link: str = ""
    """Where this person can speak to us alone."""

    @property
    def staff(self) -> bool:
        """Whether this person may act on duties here."""
        return bool(self.roles & STAFF) or self.place in ("cadres", "office")

    @property
    def among_villagers(self) -> bool:
        """Whether villagers who must learn nothing of anybody read along."""
        return self.place in ("group", "other")
