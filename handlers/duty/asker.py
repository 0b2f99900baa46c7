"""What the one who asked for it says to it: done, not done, no longer wanted, how content; without it a duty would be closed by
whoever wanted to be rid of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Button, Outcome, Say
from chat.reading.phrases import agreeing, matches, once
from handlers.duty.which import NOTHING, Reads, buttons, is_ref, ladder_for, refused, tell_village
from rules.alarms import asked_at
from rules.context import Context
from rules.duty import Duty, Refusal
from rules.facts import DutyMoved
from rules.kinds import kind_of
from rules.moves import Moved, cancel, confirm, reopen
from rules.seeing import asked_for, may_see, shown_to_subject

RATINGS = ("good", "fair", "poor")
LONGEST = 200
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Mine:
    """The duty that whoever asked for it means, and what else waits for a word of theirs; or the answer that there is none."""

    duty: Duty | None = None
    waiting: tuple[Duty, ...] = ()
    sorry: Outcome = NOTHING


def on_yes(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """办好了, from the one who asked for it; of a need then, if they like, how content they are, which closes nothing."""
    mine = _mine(argument, context, reads, "yes")
    duty = mine.duty
    if duty is None:
        return mine.sorry
    moved = confirm(duty, now)
    if (sorry := _refused_you(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    row = tuple(Button(f"@acts.buttons.{rating}", f"d:rate:{duty.ref} {rating}") for rating in RATINGS)
    stars = () if duty.kind == "order" else (row,)
    return Outcome(
        (DutyMoved(moved, "confirmed", context.sender, context.chat),),
        (Say("duty.thanks", {"duty": moved, "card": moved.shown, "waiting": bool(mine.waiting)}, stars), *_asks(mine)),
        tell_village(moved, "duty.confirmed", context),
    )


def on_no(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """没办好: reopened on the original clock, also after silence had closed it."""
    mine = _mine(argument, context, reads, "no")
    duty = mine.duty
    if duty is None:
        return mine.sorry
    moved = reopen(duty, ladder_for(duty, context), now)
    if (sorry := _refused_you(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    shown = {"duty": moved, "card": moved.shown, "waiting": bool(mine.waiting) or bool(_open(context, reads, duty))}
    why, row = _besides(argument), buttons(moved, "onway", "done", "hand")
    return Outcome(
        (DutyMoved(moved, "reopened", context.sender, context.chat, why),),
        (Say("duty.sorry_reopened", shown), *_asks(mine)),
        tell_village(moved, "duty.reopened", context, row, holder=True, note=why),
    )


def on_withdraw(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """不用了 12: taken back by the one who asked."""
    mine = _mine(argument, context, reads, "withdraw")
    duty = mine.duty
    if duty is None:
        return mine.sorry
    moved = cancel(duty, now)
    if (sorry := _refused_you(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    why = _besides(argument)
    return Outcome(
        (DutyMoved(moved, "cancelled", context.sender, context.chat, why),),
        (Say("duty.you_withdrew", {"duty": moved}),),
        tell_village(moved, "duty.withdrawn", context, holder=True, note=why),
    )


def on_rate(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """满意 / 一般 / 不满意: kept and counted; it closes nothing."""
    ref, _, rating = argument.partition(" ")
    duty = reads.duty(ref) if ref else None
    if duty is None or duty.subject != context.sender or rating not in RATINGS:
        return Outcome(says=(Say("duty.nothing_of_yours"),))
    moved = DutyMoved(replace(duty, rating=rating), "rated", context.sender, context.chat, rating)
    return Outcome((moved,), (Say("duty.rated", {"rating": rating}),))


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """嗯, 中, 行, 收到了 after "is it done?" mean yes; 没, 还没 mean no; 满意 after a yes is how content. Nothing else is guessed."""
    if context.place != "private" or said.button or not said.text:
        return None
    if rated := _rating(said.text, context, reads, setting):
        return on_rate(rated, context, reads, now)
    polite = setting.words.ways("need.polite")
    answers = setting.words.ways("duty.answers").items()
    besides = (*polite["thanks"], *polite["noted"])
    text = once(said.text)
    meant = next((key for key, words in answers if agreeing(text, words, besides)), "")
    if not meant or not any(d.state == "reported" for d in _open(context, reads)):
        return None
    return on_yes("", context, reads, now) if meant == "yes" else on_no("", context, reads, now)


def _rating(text: str, context: Context, reads: Reads, setting: Setting) -> str:
    """What the button would have said: the number of the need confirmed last, and how content; empty when it is no such word."""
    words = setting.words.ways("duty.ratings").items()
    rating = next((key for key, phrases in words if matches(text, phrases)), "")
    last = reads.last_confirmed(context.sender) if rating else None
    return f"{last.ref} {rating}" if last is not None else ""


def has_one(argument: str, context: Context, reads: Reads) -> bool:
    """Whether these words can be about something that whoever speaks asked for."""
    mine = _mine(argument, context, reads, "yes")
    return mine.duty is not None or any(s.block == "duty.which_of_yours" for s in mine.sorry.says)


def _mine(argument: str, context: Context, reads: Reads, move: str) -> Mine:
    """By its number, by what is answered, what was asked about last, for a no what silence ended last; else the only one."""
    first = argument.split(maxsplit=1)[0] if argument else ""
    if first and is_ref(first):
        return _numbered(reads.duty(first), context, reads)
    answered = reads.duty_replied_to()
    if answered is not None and answered.subject in (context.sender, context.chat):
        return _numbered(answered, context, reads)
    found = _open(context, reads)
    pending = sorted((d for d in found if d.state == "reported"), key=_asked_last, reverse=True)
    if pending and move != "withdraw":
        return Mine(reads.duty(pending[0].ref), tuple(pending[1:]))
    silent = reads.last_silent(tuple({context.sender, context.chat})) if move == "no" else None
    if silent is not None:
        return Mine(silent)
    if len(found) == 1:
        return Mine(reads.duty(found[0].ref))
    if not found:
        return Mine(sorry=Outcome(says=(Say("duty.nothing_of_yours"),)))
    lines = [{"duty": d, "card": d.shown} for d in found]
    return Mine(sorry=Outcome(says=(Say("duty.which_of_yours", {"lines": lines, "move": move}),)))


def _besides(argument: str) -> str:
    """What was said with it, without the number: 不是这种 in 没办好 3，不是这种. Whoever has it in hand reads it."""
    first, _, rest = argument.partition(" ")
    return " ".join((rest if first and is_ref(first) else argument).split())[:LONGEST]


def _numbered(duty: Duty | None, context: Context, reads: Reads) -> Mine:
    """A duty that was named; one put together with another is that other now."""
    if duty is not None and asked_for(duty, context):
        last = list(_followed(duty, reads))[-1]
        others = (d for d in _open(context, reads, last) if d.state == "reported")
        return Mine(last, tuple(sorted(others, key=_asked_last, reverse=True)))
    if duty is not None and shown_to_subject(duty, context):
        return Mine(sorry=Outcome(says=(Say("duty.not_yours_to_end", {"duty": duty}),)))
    if duty is not None and kind_of(duty.kind).asker and may_see(duty, context):
        return Mine(sorry=Outcome(says=(Say("duty.asker_says", {"duty": duty}),)))
    return Mine(sorry=Outcome(says=(Say("duty.nothing_of_yours"),)))


def _followed(duty: Duty, reads: Reads) -> Iterator[Duty]:
    yield duty
    while duty.merged_into and (into := reads.duty(duty.merged_into)) is not None:
        duty = into
        yield duty


def _open(context: Context, reads: Reads, besides: Duty | None = None) -> list[Duty]:
    """What is open and was asked for by whoever speaks, in the order it was asked."""
    people = dict.fromkeys((context.sender, context.chat))
    found = (d for person in people for d in reads.open_duties_of(person) if asked_for(d, context))
    kept = (d for d in found if besides is None or d.ref != besides.ref)
    return sorted(kept, key=lambda d: (d.opened_at, len(d.ref), d.ref))


def _asked_last(duty: Duty) -> tuple[datetime, datetime]:
    return asked_at(duty) or NEVER, duty.reported_at or NEVER


def _asks(mine: Mine) -> tuple[Say, ...]:
    """What else waits for a yes or no is named, with the buttons for it."""
    rows = tuple(
        tuple(Button(f"@acts.buttons.{move}|{d.ref}", f"d:{move}:{d.ref}") for move in ("yes", "no"))
        for d in mine.waiting
    )
    lines = [{"duty": d, "card": d.shown} for d in mine.waiting]
    return (Say("duty.asks_still", {"lines": lines}, rows),) if lines else ()


def _refused_you(moved: Moved, duty: Duty) -> Outcome | None:
    """The answer to a move that cannot be made, for the person it is for, who has no list to look at."""
    if isinstance(moved, Refusal) and moved.why == "already_over":
        return Outcome(says=(Say("duty.over_for_you", {"duty": duty}),))
    return refused(moved, duty)
