"""Take it, offer it, refuse it, give it back; without it nobody could answer for an alert."""

from datetime import datetime

from chat.letter import Button, Outcome, Say, Tell
from chat.reading.names import is_called
from handlers.duty.which import (
    Reads,
    actor,
    buttons,
    ladder_for,
    refused,
    staff_of,
    tell_subject,
    tell_village,
    values,
    which,
)
from rules.context import Context
from rules.duty import ANYBODY, Duty
from rules.facts import DutyMoved
from rules.moves import claim, decline, offer
from rules.town import Person


def on_claim(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """我来办 12: the first to take it is responsible; the group, the person it is for and whoever had it see who."""
    meant = which(argument, context, reads)
    if meant.duty is None:
        return meant.sorry
    before = meant.duty
    moved = claim(before, actor(context), ladder_for(before, context), now)
    if (sorry := refused(moved, before)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    tells = tell_subject(moved, "duty.claimed_for_you", context, reads) + tell_village(moved, "duty.claimed", context)
    for other in dict.fromkeys((before.responsible, before.holder)):
        if other and other not in (context.sender, context.chat):
            tells += (Tell(other, "duty.taken_by", values(moved, context), lane="reply", duty=moved.ref),)
    says = Say("duty.claimed", values(moved, context), buttons(moved, "done", "onway", "hand"))
    what = "taken_over" if before.holder else "claimed"
    return Outcome((DutyMoved(moved, what, context.sender, context.chat),), (says,), tells)


def on_hand(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """转办 12 某某: offered to somebody by name; without a name the people of the village are offered as buttons."""
    meant = which(argument, context, reads)
    if meant.duty is None:
        return meant.sorry
    duty, rest = meant.duty, meant.rest
    if (sorry := refused(offer(duty, actor(context), ANYBODY, now), duty)) is not None:
        return sorry
    people = staff_of(duty, context)
    found = [p for p in people if rest and rest in (p.name, p.id)]
    if rest and not found:
        others = [p for p in people if p.id not in (duty.holder, context.sender)]
        found = [p for p in others if is_called(p.name, rest)]
    if len(found) != 1:
        return _to_whom(duty, rest, context)
    return _offered(duty, found[0], context, now)


def _to_whom(duty: Duty, said: str, context: Context) -> Outcome:
    people = [p for p in staff_of(duty, context) if p.id not in (duty.holder, context.sender)]
    rows = tuple((Button(p.name, f"d:hand:{duty.ref} {p.id}"),) for p in people)
    block = "duty.hand_nobody" if said else "duty.hand_to_whom"
    return Outcome(says=(Say(block, {"duty": duty, "name": said}, rows[:8]),))


def _offered(duty: Duty, to: Person, context: Context, now: datetime) -> Outcome:
    moved = offer(duty, actor(context), to.id, now)
    if (sorry := refused(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    ask = Tell(to.id, "duty.offered_to_you", values(moved, context), buttons(moved, "claim", "decline"), duty=moved.ref)
    says = Say("duty.offered", values(moved, context, to=to.name))
    return Outcome((DutyMoved(moved, "offered", context.sender, context.chat, to.name),), (says,), (ask,))


def on_decline(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """不接 12: what was offered comes back at once."""
    meant = which(argument, context, reads)
    if meant.duty is None:
        return meant.sorry
    moved = decline(meant.duty, actor(context))
    if (sorry := refused(moved, meant.duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    tells = tell_village(moved, "duty.declined", context, buttons(moved, "hand"), holder=True)
    return Outcome(
        (DutyMoved(moved, "declined", context.sender, context.chat),),
        (Say("duty.you_declined", {"duty": moved}),),
        tells,
    )


def on_give_back(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """退回 12: offered round; whoever holds it stays responsible until somebody takes it."""
    meant = which(argument, context, reads, ("claimed",))
    if meant.duty is None:
        return meant.sorry
    duty = meant.duty
    if not duty.holder:
        return Outcome(says=(Say("duty.nobodys", {"duty": duty}),))
    moved = offer(duty, actor(context), ANYBODY, now)
    if (sorry := refused(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    tells = tell_village(moved, "duty.offered_round", context, buttons(moved, "claim"), note=meant.rest)
    says = Say("duty.given_back", values(moved, context, note=meant.rest), buttons(moved, "claim"))
    return Outcome((DutyMoved(moved, "offered", context.sender, context.chat, meant.rest),), (says,), tells)
