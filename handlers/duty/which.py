"""Which duty is meant, and by whom; without it every move would have to find that out for itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chat.letter import Button, Outcome, Rows, Say, Tell
from rules.binding import UNBOUND
from rules.context import Context
from rules.duty import Actor, Duty, Refusal, worst_first
from rules.kinds import kind_of
from rules.moves import Moved
from rules.roster import Shift
from rules.seeing import may_see, realm_of, seen
from rules.town import Ladder, Person


class Reads(Protocol):
    """What the moves ask of what is kept."""

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number, locked."""

    def duty_replied_to(self) -> Duty | None:
        """The duty whose card this message answers; None when it answers a list of several."""

    def duties_replied_to(self) -> tuple[Duty, ...]:
        """The duties that the message this one answers shows."""

    def open_duties(
        self, villages: tuple[str, ...] = (), lines: tuple[str, ...] = (), whole: bool = False
    ) -> tuple[Duty, ...]:
        """What is not over there."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def last_silent(self, people: tuple[str, ...]) -> Duty | None:
        """The latest duty, asked for by one of these, that was closed without a word of theirs."""

    def last_confirmed(self, person: str) -> Duty | None:
        """The latest need that this person has called done."""

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        """The shifts that run now, each with the person's name."""

    def phone_of(self, address: str) -> str:
        """The phone somebody left."""

    def history(self, ref: str) -> list[tuple[datetime, str, str, str, str]]:
        """(when, what, who by name, note, from which chat) of a duty, in order."""


NOTHING = Outcome()


@dataclass(frozen=True)
class Meant:
    """The duty that was meant and what else was said; or, when there is none, the answer that says so."""

    duty: Duty | None
    rest: str = ""
    sorry: Outcome = NOTHING


def which(argument: str, context: Context, reads: Reads, states: tuple[str, ...] = ("open", "claimed")) -> Meant:
    """By its number, by the card that is answered, mine when I have just one, or the only one there is."""
    first, _, rest = argument.partition(" ")
    if first and is_ref(first):
        duty = reads.duty(first)
        if duty is not None and may_see(duty, context):
            return Meant(duty, rest.strip())
        return Meant(None, sorry=_not_here(first, duty, context))
    listed = tuple(d for d in reads.duties_replied_to() if may_see(d, context))
    if len(listed) > 1:
        return _of(tuple(d for d in listed if d.state in states) or listed, argument.strip(), reads)
    answered = reads.duty_replied_to()
    if answered is not None and may_see(answered, context):
        return Meant(answered, argument.strip())
    return _only_one(argument.strip(), context, reads, states)


def _only_one(said: str, context: Context, reads: Reads, states: tuple[str, ...]) -> Meant:
    here = tuple(d for d in open_here(context, reads) if d.state in states)
    mine = tuple(d for d in here if d.holder == context.sender)
    for found in (mine, here):
        if len(found) == 1:
            return Meant(reads.duty(found[0].ref), said)
    if not here and "open" not in states:
        # Nothing is held by anybody: what could be taken is named, instead of saying that there is nothing.
        return _only_one(said, context, reads, ("open",))
    if not here:
        return Meant(None, sorry=Outcome(says=(Say("duty.none_open"),)))
    return _of(here, said, reads)


def _of(found: tuple[Duty, ...], said: str, reads: Reads) -> Meant:
    """The only one of these; of several it is asked which."""
    if len(found) == 1:
        return Meant(reads.duty(found[0].ref), said)
    worst = worst_first(found)[:8]
    lines = [{"duty": d, "card": d.shown} for d in worst]
    return Meant(None, sorry=Outcome(says=(Say("duty.which_one", {"refs": [d.ref for d in worst], "lines": lines}),)))


def _not_here(ref: str, duty: Duty | None, context: Context) -> Outcome:
    """What is not shown here: no longer in this person's hands, another village's, or nothing at all. Of tips nothing is said."""
    if duty is None or duty.kind == "tip":
        return Outcome(says=(Say("duty.no_such", {"ref": ref}),))
    if not context.staff:
        return Outcome(says=(Say("duty.not_with_you", {"ref": ref}),))
    foreign = duty.village not in ("", context.village) and (context.village or realm_of(context).villages)
    block = "duty.elsewhere" if foreign else "duty.no_such"
    return Outcome(says=(Say(block, {"ref": ref}),))


def is_ref(word: str) -> bool:
    """Whether a word is a duty's number: digits, or a tip's four letters."""
    tip = len(word) == 4 and word.isascii() and word.isalnum() and word.upper() == word
    return word.isdecimal() or tip


def open_here(context: Context, reads: Reads) -> tuple[Duty, ...]:
    """What is open where this person may act; for who is no staff, what of their village is in their hands."""
    realm = realm_of(context)
    villages = realm.villages or ((context.village,) if context.village and not context.staff else ())
    # Inspectors see tips only, wherever they are.
    whole = realm.whole or "inspector" in context.roles
    return seen(reads.open_duties(villages, realm.lines, whole), context)


def actor(context: Context) -> Actor:
    """Who makes the move."""
    return Actor(context.sender, context.name, context.chat)


def ladder_for(duty: Duty, context: Context) -> Ladder:
    """The ladder this duty climbs in this town."""
    return context.town.ladders.get(duty.ladder, ())


def refused(moved: Moved, duty: Duty) -> Outcome | None:
    """The answer to a move that cannot be made; None when it was made."""
    return Outcome(says=(Say(f"duty.{moved.why}", {"duty": duty}),)) if isinstance(moved, Refusal) else None


def values(duty: Duty, context: Context, **more: object) -> dict[str, object]:
    """What the words of a move may show. ``late``: the move came after the duty was due; ``day``: the day it is due, when
    that is another day."""
    zone = context.town.zone
    due_at = duty.due_at.astimezone(zone) if duty.due_at else None
    moved_at = (duty.touched_at or duty.opened_at).astimezone(zone)
    due = due_at.strftime("%H:%M") if due_at else ""
    late = due_at is not None and due_at <= moved_at
    day = due_at if due_at is not None and due_at.date() != moved_at.date() and not late else None
    village = context.town.village(duty.village)
    shown = {"duty": duty, "card": duty.shown, "who": context.name, "due": due, "note": "", "phone": "", "late": late,
             "day": day}  # fmt: skip
    return {**shown, "village": village.name if village else "", **more}


def buttons(duty: Duty, *moves: str) -> Rows:
    """A row of the card's buttons."""
    return (tuple(Button(f"@acts.buttons.{move}", f"d:{move}:{duty.ref}") for move in moves),)


def tell_subject(duty: Duty, block: str, context: Context, reads: Reads, **more: object) -> tuple[Tell, ...]:
    """Words for the person it is for, who is never left in the dark; none for kinds that are kept from them."""
    if not duty.subject or kind_of(duty.kind).quiet:
        return ()
    shown = values(duty, context, phone=reads.phone_of(context.sender), **more)
    return (Tell(duty.subject, block, shown, lane="reply", duty=duty.ref),)


def tell_village(
    duty: Duty, block: str, context: Context, rows: Rows = (), holder: bool = False, **more: object
) -> tuple[Tell, ...]:
    """Words for the village's cadres' group, unless they were said there or are not for them, or its card says so by now
    and there is nothing to do (no ``rows``); ``holder``: for whoever holds it too, because something is to be done now."""
    village = context.town.village(duty.village)
    group = village.cadres if village and duty.card.get("about") not in ("cadre", "higher") else ""
    both = (group, duty.holder if holder else "")
    to = [a for a in both if a and not a.startswith(UNBOUND) and a not in (context.chat, context.sender)]
    shown = values(duty, context, **more)
    # What asks nobody to do anything is not said again where the card itself says it by now.
    quiet = () if rows else tuple(a for a in to if not holder or a != duty.holder)
    return tuple(Tell(a, block, shown, rows, "reply", duty.ref, a in quiet) for a in dict.fromkeys(to))


def staff_of(duty: Duty, context: Context) -> tuple[Person, ...]:
    """Who of the village may be handed a duty; a tip is nothing for volunteers."""
    offices = {"cadre", "grid_worker", "village_head"} | (set() if duty.kind == "tip" else {"volunteer"})
    return tuple(p for p in context.town.people if p.village == duty.village and offices & set(p.roles))
