"""Who may see and move which duty; without it a tip about a cadre could be read by that cadre."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.context import Context
from rules.duty import Duty

ABOUT_STAFF = ("cadre", "higher")
"""Tips about a cadre or somebody higher: the village neither sees nor moves them."""
VILLAGE_STAFF = frozenset({"cadre", "grid_worker", "village_head"})


@dataclass(frozen=True)
class Realm:
    """Where somebody may act: villages, lines, or the whole town."""

    villages: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    whole: bool = False


def realm_of(context: Context) -> Realm:
    """The realm of whoever speaks, in the chat they speak in: in a cadres' group that village, elsewhere all of theirs."""
    town, who = context.town, context.sender
    if context.place == "cadres":
        return Realm(villages=(context.village,))
    if town.command_post in (context.chat, who) or context.roles & {"command_post", "duty_leader", "duty_officer"}:
        return Realm(whole=True)
    lines = tuple(x.key for x in town.lines if {who, context.chat} & {x.leader, x.deputy})
    areas = {a.key for a in town.areas if a.head == who}
    villages = {v.key for v in town.villages if v.area in areas or v.head == who}
    if context.roles & VILLAGE_STAFF and context.village:
        villages.add(context.village)
    return Realm(tuple(sorted(villages)), lines)


def has_realm(context: Context) -> bool:
    """Whether there is anything at all that whoever speaks here could see as staff."""
    realm = realm_of(context)
    return realm.whole or bool(realm.villages or realm.lines)


def may_see(duty: Duty, context: Context) -> bool:
    """Whether this duty may be shown to, and moved by, whoever speaks here."""
    who = context.sender
    if who in (duty.offered_to, duty.holder, duty.responsible, duty.stand_in) and duty.kind != "tip":
        return True
    realm = realm_of(context)
    if realm.whole or duty.line in realm.lines:
        return True
    if "inspector" in context.roles and duty.kind == "tip":
        return True
    return duty.card.get("about") not in ABOUT_STAFF and bool(duty.village) and duty.village in realm.villages


def seen(duties: Sequence[Duty], context: Context) -> tuple[Duty, ...]:
    """Those of them that may be shown here."""
    return tuple(duty for duty in duties if may_see(duty, context))
