"""Who is told when, for each kind of duty, as data; without it a town that writes no ladder would tell nobody.

Source: the founding issue, "The configuration, fixed" and "Defaults of the other kinds"; ``need`` ends where the
promise of TOWN.md ends (whoever is asked first is responsible; closed within two hours). ``urgent`` is ours: danger to
life goes to three at once and past the line leader within five minutes, at night too. ``breach``, ``visit`` and
``order`` are ours too: TOWN.md says what must be done, not when somebody higher hears of it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from rules.town import Ladder, Rung

LAST_TARGETS: Final = ("line_leader", "command_post", "inspectors")
"""Whom the last rung of a ladder must tell, one of them at least: above a village nobody can say they had not heard."""


REPEATED: Final = "command_post"
"""A rung that tells this target is told again each ``REPEAT`` until somebody acknowledges, unless the config says else."""
REPEAT: Final = timedelta(minutes=10)


def repeat_of(tell: tuple[str, ...]) -> timedelta | None:
    """How often a rung with these targets is repeated when its config does not say."""
    return REPEAT if REPEATED in tell else None


def _rung(after: str, tell: str, unless: str | None = None, from_due: bool = False) -> Rung:
    hours, minutes = after.removeprefix("-").split(":")
    length = timedelta(hours=int(hours), minutes=int(minutes))
    targets = tuple(tell.split())
    return Rung(-length if after.startswith("-") else length, targets, unless, repeat_of(targets), from_due=from_due)


LADDERS: Final[Mapping[str, Ladder]] = {
    "need": (
        _rung("0:00", "cadres"),
        _rung("0:20", "cadres village_head", "claimed"),
        _rung("1:00", "line_leader", "claimed"),
        _rung("1:30", "holder line_leader", "reported"),
        _rung("2:00", "command_post", "reported"),
    ),
    "fever": (
        _rung("0:00", "cadres line_leader"),
        _rung("0:10", "village_head deputy", "claimed"),
        _rung("0:30", "command_post", "claimed"),
        _rung("1:00", "line_leader", "reported"),
    ),
    "missed": (
        _rung("0:00", "responsible cadres"),
        _rung("2:00", "village_head", "claimed"),
        _rung("6:00", "line_leader", "reported"),
    ),
    "return": (
        _rung("0:00", "cadres"),
        _rung("0:30", "village_head", "claimed"),
        _rung("2:00", "line_leader", "reported"),
    ),
    "tip": (
        _rung("0:00", "routing"),
        _rung("0:30", "line_leader", "claimed"),
        _rung("2:00", "command_post", "claimed"),
        _rung("24:00", "inspectors", "reported"),
    ),
    "urgent": (
        _rung("0:00", "cadres village_head line_leader"),
        _rung("0:05", "deputy command_post", "claimed"),
        _rung("0:15", "command_post", "claimed"),
        _rung("1:00", "line_leader", "reported"),
    ),
    "breach": (
        _rung("0:00", "cadres village_head line_leader"),
        _rung("0:20", "deputy", "claimed"),
        _rung("0:40", "command_post", "claimed"),
        _rung("2:00", "line_leader", "reported"),
    ),
    "visit": (
        _rung("0:00", "responsible cadres"),
        _rung("4:00", "village_head", "claimed"),
        _rung("24:00", "line_leader", "reported"),
    ),
    "order": (
        _rung("0:00", "village_head cadres"),
        _rung("0:30", "asker village_head", "claimed"),
        _rung("-0:30", "holder village_head", "reported", from_due=True),
        _rung("0:00", "asker line_leader", "reported", from_due=True),
        _rung("2:00", "command_post", "reported", from_due=True),
    ),
}
"""Kind of duty → its rungs, in order. A kind's rungs in the config replace these whole."""
