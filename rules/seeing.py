"""Who may see and move which duty; without it a tip about a cadre could be read by that cadre."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.context import Context
from rules.duty import Duty
from rules.kinds import kind_of
from rules.tips import names_them
from rules.town import Address

ABOUT_STAFF = ("cadre", "higher", "unsure")
"""Tips about a cadre or somebody higher, or perhaps one of them: the village neither sees nor moves them."""
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
    if of_command_post(context):
        return Realm(whole=True)
    lines = tuple(x.key for x in town.lines if {who, context.chat} & {x.leader, x.deputy})
    areas = {a.key for a in town.areas if a.head == who}
    villages = {v.key for v in town.villages if v.area in areas or v.head == who}
    if context.roles & VILLAGE_STAFF and context.village:
        villages.add(context.village)
    return Realm(tuple(sorted(villages)), lines)


def of_command_post(context: Context) -> bool:
    """Whether whoever speaks is somebody of the command post, or speaks in its chat."""
    at_it = context.town.command_post in (context.chat, context.sender)
    return at_it or bool(context.roles & {"command_post", "duty_leader", "duty_officer"})


def has_realm(context: Context) -> bool:
    """Whether there is anything at all that whoever speaks here could see as staff."""
    realm = realm_of(context)
    return realm.whole or bool(realm.villages or realm.lines)


def in_hand(duty: Duty, who: Address) -> bool:
    """Whether somebody, whatever their role, has to do with a duty now: it is offered to them, theirs, or they run its errand."""
    return bool(who) and duty.kind != "tip" and who in (duty.offered_to, duty.holder, duty.card.get("runner"))


def counts_all(context: Context) -> bool:
    """Whether the figures of the whole town are for whoever speaks: the inspectors trace what was left undone (TOWN.md)."""
    return realm_of(context).whole or "inspector" in context.roles


def may_see(duty: Duty, context: Context) -> bool:
    """Whether this duty may be shown to, and moved by, whoever speaks here."""
    who = context.sender
    if duty.kind != "tip" and (in_hand(duty, who) or who in (duty.responsible, duty.stand_in)):
        return True
    if duty.kind == "tip" and any(names_them(duty.card, name) for name in _names(context)):
        return False
    realm = realm_of(context)
    if realm.whole or (duty.line in realm.lines and duty.card.get("about") != "higher"):
        return True
    if "inspector" in context.roles and duty.kind == "tip":
        return True
    return duty.card.get("about") not in ABOUT_STAFF and bool(duty.village) and duty.village in realm.villages


def _names(context: Context) -> tuple[str, ...]:
    """What whoever speaks is called, here and in the config."""
    person = context.town.person(context.sender)
    return (context.name, person.name if person else "")


def asked_for(duty: Duty, context: Context) -> bool:
    """Whether whoever speaks asked for this duty: theirs to call done or not, and to take back. What a duty is merely
    about (a fever, a missed check-in) is ended by those who look after it."""
    return kind_of(duty.kind).asker and bool(duty.subject) and duty.subject in (context.sender, context.chat)


def shown_to_subject(duty: Duty, context: Context) -> bool:
    """Whether somebody may read of a duty as the one it is for or about; what is kept from them is not."""
    about_them = bool(duty.subject) and duty.subject == context.sender
    return asked_for(duty, context) or (about_them and not kind_of(duty.kind).quiet)


def seen(duties: Sequence[Duty], context: Context) -> tuple[Duty, ...]:
    """Those of them that may be shown here."""
    return tuple(duty for duty in duties if may_see(duty, context))
