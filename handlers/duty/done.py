"""Done, and put together with another; without it nobody would learn that something is finished."""

from datetime import datetime

from chat.letter import Outcome, Say, Tell
from handlers.duty import asker
from handlers.duty.errand import relayed, runs
from handlers.duty.which import (
    Reads,
    actor,
    buttons,
    ladder_for,
    refused,
    tell_subject,
    tell_village,
    values,
    which,
)
from rules.alarms import awake, ring
from rules.context import Context
from rules.duty import Duty, Refusal
from rules.facts import DutyMoved
from rules.kinds import kind_of
from rules.moves import confirm, merge, report_done, take_in
from rules.seeing import asked_for, realm_of


def on_done(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """办结 12 已送到: reported done; whoever asked for it is asked whether it is so, unless it is night."""
    meant = which(argument, context, reads)
    if meant.duty is None:
        return meant.sorry
    if runs(meant.duty, context):
        return relayed(meant.duty, context, reads, now, "done", meant.rest)
    zone = context.town.zone
    ask_at = awake(now, zone)
    moved = report_done(meant.duty, actor(context), ladder_for(meant.duty, context), now, ask_at)
    if (sorry := refused(moved, meant.duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    tells: tuple[Tell, ...] = ()
    if moved.kind == "order" and asked_for(moved, context):
        return _own_word(moved, context, meant.rest, now)
    if moved.state == "reported" and ask_at <= now:
        moved = ring(moved, "ask", ladder_for(moved, context), now, zone)
        shown = values(moved, context, note=meant.rest)
        tells = (Tell(moved.subject, "duty.is_it_done", shown, buttons(moved, "yes", "no"), "reply", moved.ref),)
    elif moved.state == "closed" and not kind_of(moved.kind).quiet:
        tells = tell_subject(moved, "duty.done_for_you", context, reads, note=meant.rest)
    block = {True: "duty.closed", False: "duty.reported" if ask_at <= now else "duty.reported_night"}[moved.over]
    tells += tell_village(moved, block, context, note=meant.rest)
    says = Say(block, values(moved, context, note=meant.rest))
    return Outcome((DutyMoved(moved, "reported", context.sender, context.chat, meant.rest),), (says,), tells)


def _own_word(duty: Duty, context: Context, note: str, now: datetime) -> Outcome:
    """Who gave an order and has done it is not asked whether it is done."""
    moved = confirm(duty, now)
    if not isinstance(moved, Duty):
        return refused(moved, duty) or Outcome()
    shown = values(moved, context, note=note)
    facts = tuple(DutyMoved(moved, what, context.sender, context.chat, note) for what in ("reported", "confirmed"))
    return Outcome(facts, (Say("duty.closed", shown),), tell_village(moved, "duty.closed", context, note=note))


def on_yes(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """办好了: from who works on it 办结, from the one it is for a confirmation."""
    if not asker.has_one(argument, context, reads):
        meant = which(argument, context, reads, ("claimed",))
        if meant.duty is not None and (meant.duty.holder == context.sender or runs(meant.duty, context)):
            return on_done(argument, context, reads, now)
    return asker.on_yes(argument, context, reads, now)


def on_merge(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """合并 5 3: the fifth is the same thing as the third; in the figures it is judged as the third."""
    first, second = (*argument.split(), "", "")[:2]
    meant, into = which(first, context, reads), which(second, context, reads)
    if not first or not second or first == second or meant.duty is None or into.duty is None:
        return Outcome(says=(Say("duty.merge_how", {"ref": first, "into": second}),))
    realm = realm_of(context)
    leads = realm.whole or meant.duty.line in realm.lines
    moved = merge(meant.duty, into.duty, actor(context), leads, now)
    shown = {"duty": meant.duty, "card": meant.duty.shown, "into": into.duty, "goes_on": into.duty.shown}
    if isinstance(moved, Refusal) and moved.why == "cannot_merge":
        return Outcome(says=(Say("duty.cannot_merge", shown),))
    about = into.duty if into.duty.over else meant.duty
    if (sorry := refused(moved, about)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    whole = take_in(into.duty, moved, ladder_for(into.duty, context), now)
    fact = DutyMoved(moved, "merged", context.sender, context.chat, whole.ref)
    facts: tuple[object, ...] = (fact,)
    if whole.card != into.duty.card:
        facts += (DutyMoved(whole, "added", context.sender, context.chat, str(moved.card.get("text", ""))),)
    tells = _told_of_merging({**shown, "duty": moved, "who": context.name}, moved, into.duty, context)
    return Outcome(facts, (Say("duty.merged", shown),), tells)


def _told_of_merging(shown: dict[str, object], duty: Duty, into: Duty, context: Context) -> tuple[Tell, ...]:
    """Who asked hears that the two go on as one, and whoever had either of them that there is one less, or more in it."""
    asked = () if not duty.subject or kind_of(duty.kind).quiet else (duty.subject,)
    tells = tuple(Tell(to, "duty.merged_for_you", shown, (), "reply", into.ref) for to in asked)
    holders = dict.fromkeys(h for h in (duty.holder, into.holder) if h and h not in (context.sender, context.chat))
    return tells + tuple(Tell(h, "duty.merged_by", shown, (), "reply", into.ref) for h in holders)
