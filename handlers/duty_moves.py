"""Claim, hand over, done, and the asker's yes or no; without it an alert could be read but nobody could answer for it."""

from datetime import datetime
from typing import Protocol

from chat.letter import Button, Outcome, Rows, Say, Tell
from rules.context import Context
from rules.duty import (
    ASKS_PERSON,
    Actor,
    Duty,
    Refusal,
    cancel,
    claim,
    confirm,
    hand_over,
    reopen,
    report_done,
    worst_first,
)
from rules.facts import DutyMoved
from rules.town import Person


class Reads(Protocol):
    """What these acts ask."""

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number, locked."""

    def duty_replied_to(self) -> Duty | None:
        """The duty whose card this message answers."""

    def open_duties(
        self, villages: tuple[str, ...] = (), lines: tuple[str, ...] = (), whole: bool = False
    ) -> tuple[Duty, ...]:
        """What is not over there."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def phone_of(self, address: str) -> str:
        """The phone somebody left."""


def on_claim(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """我来办 12: the first to take it is responsible; the chat and the person it is for see who."""
    duty, _, sorry = _which(argument, context, reads, ("open", "claimed"))
    if duty is None:
        return sorry
    moved = claim(duty, _actor(context), now)
    if isinstance(moved, Refusal):
        return _refused(moved, duty)
    says = Say("duty.claimed", _values(moved, context), _buttons(moved, ("done", "hand")))
    tells = _tell_subject(moved, "duty.claimed_for_you", context, reads) + _tell_leaders(moved, "duty.claimed", context)
    return Outcome((DutyMoved(moved, "claimed", context.sender, context.chat),), (says,), tells)


def on_hand(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """转办 12 某某: offered to somebody by name; without a name the people of the village are offered as buttons."""
    duty, rest, sorry = _which(argument, context, reads, ("open", "claimed"))
    if duty is None:
        return sorry
    staff = _staff_of(duty, context)
    found = [p for p in staff if rest and rest in (p.name, p.id)]
    if len(found) != 1:
        rows = tuple((Button(p.name, f"d:hand:{duty.ref} {p.id}"),) for p in staff if p.id != duty.holder)
        block = "duty.hand_to_whom" if not rest else "duty.hand_nobody"
        return Outcome(says=(Say(block, {"duty": duty, "name": rest}, rows[:8]),))
    moved = hand_over(duty, _actor(context), found[0].id)
    if isinstance(moved, Refusal):
        return _refused(moved, duty)
    values = {**_values(moved, context), "to": found[0].name}
    ask = Tell(found[0].id, "duty.offered_to_you", values, _buttons(moved, ("claim",)), duty=duty.ref)
    says = Say("duty.offered", values)
    return Outcome((DutyMoved(moved, "offered", context.sender, context.chat, found[0].id),), (says,), (ask,))


def on_done(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """办结 12 已送到: reported done; a need's asker is asked whether it is so."""
    duty, note, sorry = _which(argument, context, reads, ("open", "claimed"))
    if duty is None:
        return sorry
    moved = report_done(duty, _actor(context), now)
    if isinstance(moved, Refusal):
        return _refused(moved, duty)
    values = {**_values(moved, context), "note": note}
    tells: tuple[Tell, ...] = ()
    if moved.state == "reported":
        yes_no = ((Button("@acts.buttons.yes", f"d:yes:{duty.ref}"), Button("@acts.buttons.no", f"d:no:{duty.ref}")),)
        tells = (Tell(moved.subject, "duty.is_it_done", values, yes_no, "reply", duty.ref),)
    elif moved.subject and moved.kind not in ("tip", "missed"):
        tells = (Tell(moved.subject, "duty.done_for_you", values, lane="reply"),)
    says = Say("duty.reported" if moved.state == "reported" else "duty.closed", values)
    return Outcome((DutyMoved(moved, "reported", context.sender, context.chat, note),), (says,), tells)


def on_yes(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """办好了, from the person it is for."""
    duty = _mine(argument, context, reads)
    if duty is None:
        return Outcome(says=(Say("duty.nothing_of_yours"),))
    moved = confirm(duty, now)
    if isinstance(moved, Refusal):
        return _refused(moved, duty)
    tells = _tell_chat(moved, "duty.confirmed", context)
    return Outcome(
        (DutyMoved(moved, "confirmed", context.sender, context.chat),), (Say("duty.thanks", {"duty": moved}),), tells
    )


def on_no(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """没办好: reopened on the original clock."""
    duty = _mine(argument, context, reads)
    if duty is None:
        return Outcome(says=(Say("duty.nothing_of_yours"),))
    moved = reopen(duty, now, tuple(r.after for r in context.town.ladders[duty.ladder]))
    if isinstance(moved, Refusal):
        return _refused(moved, duty)
    tells = _tell_chat(moved, "duty.reopened", context, _buttons(moved, ("done", "hand")))
    return Outcome(
        (DutyMoved(moved, "reopened", context.sender, context.chat),),
        (Say("duty.sorry_reopened", {"duty": moved}),),
        tells,
    )


def on_withdraw(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """不用了 12: taken back by the one who asked."""
    duty = _mine(argument, context, reads)
    if duty is None:
        return Outcome(says=(Say("duty.nothing_of_yours"),))
    moved = cancel(duty, now)
    if isinstance(moved, Refusal):
        return _refused(moved, duty)
    tells = _tell_chat(moved, "duty.withdrawn", context)
    return Outcome(
        (DutyMoved(moved, "cancelled", context.sender, context.chat),),
        (Say("duty.you_withdrew", {"duty": moved}),),
        tells,
    )


def _which(argument: str, context: Context, reads: Reads, states: tuple[str, ...]) -> tuple[Duty | None, str, Outcome]:
    """The duty that is meant: by its number, by the card that is answered, or the only one there is; and what else was said."""
    first, _, rest = argument.partition(" ")
    if first:
        duty = reads.duty(first)
        known = duty is not None and _may_see(duty, context)
        return (duty if known else None), rest.strip(), Outcome(says=(Say("duty.no_such", {"ref": first}),))
    duty = reads.duty_replied_to()
    if duty is not None and _may_see(duty, context):
        return duty, rest, Outcome()
    here = tuple(d for d in open_here(context, reads) if d.state in states)
    mine = tuple(d for d in here if d.holder == context.sender)
    if len(here) == 1 or len(mine) == 1:
        return reads.duty((mine or here)[0].ref), rest, Outcome()
    if not here:
        return None, rest, Outcome(says=(Say("duty.none_open"),))
    return None, rest, Outcome(says=(Say("duty.which_one", {"refs": [d.ref for d in worst_first(here)][:10]}),))


def open_here(context: Context, reads: Reads) -> tuple[Duty, ...]:
    """What is open where this person may act: the village's, the line's, the district's, or the whole town's."""
    town, who = context.town, context.sender
    if context.place == "cadres":
        return tuple(d for d in reads.open_duties(villages=(context.village,)) if _may_see(d, context))
    lines = tuple(x.key for x in town.lines if {who, context.chat} & {x.leader, x.deputy})
    areas = {a.key for a in town.areas if a.head == who}
    villages = {v.key for v in town.villages if v.area in areas or v.head == who}
    if "cadre" in context.roles and context.village:
        villages.add(context.village)
    whole = town.command_post in (context.chat, who)
    found = reads.open_duties(tuple(sorted(villages)), lines, whole)
    return tuple(d for d in found if _may_see(d, context))


def _may_see(duty: Duty, context: Context) -> bool:
    """A duty is for those of its village, its line, its district and the command post; a tip about a cadre is not for cadres."""
    town, who, chat = context.town, context.sender, context.chat
    if duty.offered_to == who or duty.holder == who or duty.responsible == who or town.command_post in (who, chat):
        return True
    line = town.line(duty.line)
    if line and {who, chat} & {line.leader, line.deputy}:
        return True
    if duty.card.get("about") in ("cadre", "higher"):
        return False
    area = town.area_of(duty.village)
    return bool(duty.village) and (context.village == duty.village or bool(area and area.head == who))


def _mine(argument: str, context: Context, reads: Reads) -> Duty | None:
    first = argument.split(maxsplit=1)[0] if argument else ""
    if first:
        duty = reads.duty(first)
        return duty if duty is not None and duty.subject == context.sender else None
    mine = reads.open_duties_of(context.sender)
    asked = tuple(d for d in mine if d.state == "reported") or tuple(d for d in mine if d.kind in ASKS_PERSON)
    return reads.duty(asked[0].ref) if len(asked) >= 1 else None


def _actor(context: Context) -> Actor:
    return Actor(context.sender, context.name or context.sender.partition(":")[2], context.chat)


def _refused(refusal: Refusal, duty: Duty) -> Outcome:
    return Outcome(says=(Say(f"duty.{refusal.why}", {"duty": duty}),))


def _values(duty: Duty, context: Context) -> dict[str, object]:
    left = int((duty.due_at - (duty.claimed_at or duty.opened_at)).total_seconds() // 60) if duty.due_at else None
    due = duty.due_at.astimezone(context.town.zone).strftime("%H:%M") if duty.due_at else ""
    village = context.town.village(duty.village)
    return {"duty": duty, "card": duty.card, "who": context.name, "due": due, "left": left, "note": "", "phone": "",
            "village": village.name if village else ""}  # fmt: skip


def _buttons(duty: Duty, moves: tuple[str, ...]) -> Rows:
    return (tuple(Button(f"@acts.buttons.{move}", f"d:{move}:{duty.ref}") for move in moves),)


def _tell_subject(duty: Duty, block: str, context: Context, reads: Reads) -> tuple[Tell, ...]:
    if not duty.subject or duty.kind in ("tip", "missed"):
        return ()
    values = {**_values(duty, context), "phone": reads.phone_of(context.sender)}
    return (Tell(duty.subject, block, values, lane="reply"),)


def _tell_chat(duty: Duty, block: str, context: Context, buttons: Rows = ()) -> tuple[Tell, ...]:
    """The village's cadres' group, and whoever holds it."""
    village = context.town.village(duty.village)
    to = tuple(
        dict.fromkeys(a for a in (village.cadres if village else "", duty.holder) if a and not a.startswith("bind:"))
    )
    return tuple(Tell(a, block, _values(duty, context), buttons, duty=duty.ref) for a in to)


def _tell_leaders(duty: Duty, block: str, context: Context) -> tuple[Tell, ...]:
    """A claim made elsewhere than in the village's cadres' group is shown there too."""
    village = context.town.village(duty.village)
    if not village or not village.cadres or village.cadres.startswith("bind:") or village.cadres == context.chat:
        return ()
    if duty.card.get("about") in ("cadre", "higher"):
        return ()
    return (Tell(village.cadres, block, _values(duty, context), lane="reply", duty=duty.ref),)


def _staff_of(duty: Duty, context: Context) -> tuple[Person, ...]:
    offices = {"cadre", "grid_worker", "village_head"}
    return tuple(p for p in context.town.people if p.village == duty.village and offices & set(p.roles))
