"""Done, and what the person it is for says to that; without it a duty would be closed by whoever wanted to be rid of it."""

from dataclasses import replace
from datetime import datetime

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Button, Outcome, Rows, Say, Tell
from chat.reading.phrases import matches
from handlers.duty.which import (
    Reads,
    actor,
    buttons,
    ladder_for,
    mine,
    refused,
    refused_you,
    tell_subject,
    tell_village,
    values,
    which,
)
from rules.alarms import awake, ring
from rules.context import Context
from rules.duty import Duty
from rules.facts import DutyMoved
from rules.kinds import kind_of
from rules.moves import cancel, confirm, merge, reopen, report_done

RATINGS = ("good", "fair", "poor")


def on_done(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """办结 12 已送到: reported done; a need's asker is asked whether it is so, unless it is night."""
    meant = which(argument, context, reads)
    if meant.duty is None:
        return meant.sorry
    zone = context.town.zone
    ask_at = awake(now, zone)
    moved = report_done(meant.duty, actor(context), ladder_for(meant.duty, context), now, ask_at)
    if (sorry := refused(moved, meant.duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    tells: tuple[Tell, ...] = ()
    if moved.state == "reported" and ask_at <= now:
        moved = ring(moved, "ask", ladder_for(moved, context), now, zone)
        tells = (
            Tell(moved.subject, "duty.is_it_done", values(moved, context, note=meant.rest), yes_no(moved), "reply"),
        )
    elif moved.state == "closed" and not kind_of(moved.kind).quiet:
        tells = tell_subject(moved, "duty.done_for_you", context, reads, note=meant.rest)
    if moved.kind == "order" and moved.over and moved.subject not in (context.chat, context.sender):
        # Whoever gave an order hears of its end too.
        tells += (Tell(moved.subject, "duty.closed", values(moved, context, note=meant.rest), (), "reply", moved.ref),)
    block = {True: "duty.closed", False: "duty.reported" if ask_at <= now else "duty.reported_night"}[moved.over]
    tells += tell_village(moved, block, context, note=meant.rest)
    says = Say(block, values(moved, context, note=meant.rest))
    return Outcome((DutyMoved(moved, "reported", context.sender, context.chat, meant.rest),), (says,), tells)


def yes_no(duty: Duty) -> Rows:
    """办好了 / 没办好."""
    return buttons(duty, "yes", "no")


def on_yes(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """办好了, from the person it is for; then, if they like, how content they are, which closes nothing."""
    duty = mine(argument, context, reads)
    if duty is None:
        return Outcome(says=(Say("duty.nothing_of_yours"),))
    moved = confirm(duty, now)
    if (sorry := refused_you(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    stars = (tuple(Button(f"@acts.buttons.{rating}", f"d:rate:{duty.ref} {rating}") for rating in RATINGS),)
    return Outcome(
        (DutyMoved(moved, "confirmed", context.sender, context.chat),),
        (Say("duty.thanks", {"duty": moved}, stars),),
        tell_village(moved, "duty.confirmed", context),
    )


def on_no(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """没办好: reopened on the original clock, also after silence had closed it."""
    duty = mine(argument, context, reads) or reads.last_silent(context.sender)
    if duty is None:
        return Outcome(says=(Say("duty.nothing_of_yours"),))
    moved = reopen(duty, ladder_for(duty, context), now)
    if (sorry := refused_you(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    return Outcome(
        (DutyMoved(moved, "reopened", context.sender, context.chat),),
        (Say("duty.sorry_reopened", {"duty": moved}),),
        tell_village(moved, "duty.reopened", context, buttons(moved, "onway", "done", "hand"), holder=True),
    )


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """嗯, 中, 行, 收到了 after "is it done?" mean yes; 没, 还没 mean no. Nothing else is guessed."""
    if context.place != "private" or said.button:
        return None
    meant = next((key for key, words in setting.words.options("duty.answers").items() if matches(said.text, words)), "")
    if not meant or not any(d.state == "reported" for d in reads.open_duties_of(context.sender)):
        return None
    return on_yes("", context, reads, now) if meant == "yes" else on_no("", context, reads, now)


def on_rate(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """满意 / 一般 / 不满意: kept and counted; it closes nothing."""
    ref, _, rating = argument.partition(" ")
    duty = reads.duty(ref) if ref else None
    if duty is None or duty.subject != context.sender or rating not in RATINGS:
        return Outcome(says=(Say("duty.nothing_of_yours"),))
    moved = DutyMoved(replace(duty, rating=rating), "rated", context.sender, context.chat, rating)
    return Outcome((moved,), (Say("duty.rated", {"rating": rating}),))


def on_withdraw(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """不用了 12: taken back by the one who asked."""
    duty = mine(argument, context, reads)
    if duty is None:
        return Outcome(says=(Say("duty.nothing_of_yours"),))
    moved = cancel(duty, now)
    if (sorry := refused_you(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    return Outcome(
        (DutyMoved(moved, "cancelled", context.sender, context.chat),),
        (Say("duty.you_withdrew", {"duty": moved}),),
        tell_village(moved, "duty.withdrawn", context, holder=True),
    )


def on_merge(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """合并 5 3: the fifth is the same thing as the third; in the figures it is judged as the third."""
    first, second = (*argument.split(), "", "")[:2]
    meant, into = which(first, context, reads), which(second, context, reads)
    if not first or not second or meant.duty is None or into.duty is None:
        return Outcome(says=(Say("duty.merge_how", {"ref": first, "into": second}),))
    moved = merge(meant.duty, into.duty, now)
    if (sorry := refused(moved, meant.duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    shown = {"duty": moved, "into": into.duty}
    return Outcome(
        (DutyMoved(moved, "merged", context.sender, context.chat, into.duty.ref),), (Say("duty.merged", shown),)
    )
