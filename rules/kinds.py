"""The kinds of duties, a row each; without this table each kind of case would have a life of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Kind:
    """What sets one kind of duty apart. ``line`` is the line of work it reaches (TOWN.md, the table of lines); ``ladder``
    names who is told when; ``asks``: done is put to the person it is for before it is closed; ``quiet``: the person it is
    about is told nothing of it; ``asker``: its subject is the one who asked for it, who alone may say that it is done or not,
    or take it back (who is merely spoken of may do none of that); ``flood``: alike ones that come together are shown as
    one list."""

    name: str
    line: str = ""
    ladder: str = ""
    asks: bool = False
    quiet: bool = False
    asker: bool = False
    flood: str = ""
    within: timedelta = timedelta(hours=2)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("need", "monitoring", asks=True, asker=True, flood="household"),
        Kind("fever", "monitoring", flood="village", within=timedelta(hours=1)),
        Kind("missed", "monitoring", quiet=True, flood="village", within=timedelta(hours=6)),
        Kind("urgent", "monitoring", within=timedelta(minutes=15)),
        Kind("voice", "screening", ladder="return"),
        Kind("return", "screening", flood="village"),
        Kind("tip", quiet=True, within=timedelta(hours=24)),
        Kind("breach", "monitoring", quiet=True),
        Kind("visit", "monitoring", ladder="visit", within=timedelta(hours=24)),
        Kind("order", asks=True, quiet=True, asker=True),
    )
}
"""``visit`` is the follow-up visit when isolation ends (大回访); ``order`` is a task given by a line leader (交办); ``breach``
is what staff saw (违规), of somebody watched or, on another line, of a gathering."""

UNKNOWN = Kind("")


def kind_of(name: str) -> Kind:
    """The row of a kind; one that is not in the table has no line, no questions and its own name for a ladder."""
    return KINDS.get(name, UNKNOWN)


def ladder_of(name: str) -> str:
    """The name of the ladder a kind climbs."""
    return kind_of(name).ladder or name


def kinds_on(ladder: str) -> tuple[str, ...]:
    """The kinds that climb the ladder with this name."""
    return tuple(name for name in KINDS if ladder_of(name) == ladder)
