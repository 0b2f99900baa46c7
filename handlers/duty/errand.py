"""Who runs an errand, and whatever is said beside the buttons by who works on something; without it a neighbour at the door with
the medicine would speak to nobody."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Button, Outcome, Rows, Say, Tell
from handlers.duty.which import Reads, actor, buttons, open_here, refused, tell_subject, tell_village, values, which
from rules.context import Context
from rules.duty import Duty, Refusal
from rules.facts import DutyMoved
from rules.moves import touch
from rules.seeing import in_hand, may_see

PHOTO_WITHIN = timedelta(minutes=10)
"""So long after 违规 a photo from the same person belongs to it."""
Voice = Callable[[Said, Context, Any, datetime], Outcome]
"""What hears a voice message; each names its own ``Reads``."""


def on_errand(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """代购 3 王婶: somebody runs the errand, the holder stays responsible."""
    meant = which(argument, context, reads, ("claimed",))
    if meant.duty is None:
        return meant.sorry
    if not meant.rest:
        return Outcome(says=(Say("duty.errand_how", {"duty": meant.duty}),))
    moved = touch(meant.duty, actor(context), now)
    if (sorry := refused(moved, meant.duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    named = [p for p in context.town.people if p.name == meant.rest and p.village == moved.village]
    runner = named[0].id if len(named) == 1 and named[0].id != context.sender else ""
    before = str(moved.card.get("runner", ""))
    moved = replace(moved, card={**moved.card, "errand": meant.rest, "runner": runner})
    shown = values(moved, context, name=meant.rest, holder_phone=reads.phone_of(context.sender))
    asked = Tell(runner, "duty.errand_for", shown, _runner_buttons(moved), duty=moved.ref)
    tells: tuple[Tell, ...] = (asked,) if runner else ()
    if before and before != runner:
        tells += (Tell(before, "duty.errand_off", shown, lane="reply", duty=moved.ref),)
    fact = DutyMoved(moved, "errand", context.sender, context.chat, meant.rest)
    return Outcome((fact,), (Say("duty.errand_kept", {**shown, "reached": bool(runner)}),), tells)


def runs(duty: Duty, context: Context) -> bool:
    """Whether whoever speaks runs this duty's errand, and is not the one responsible."""
    return duty.card.get("runner") == context.sender != duty.holder


def relayed(duty: Duty, context: Context, reads: Reads, now: datetime, sort: str, note: str = "",
            span: timedelta | None = None) -> Outcome:  # fmt: skip
    """``on_way`` or ``done``, said by who runs the errand: the holder hears it and stays responsible."""
    if duty.over or duty.state == "reported":
        why = Refusal("already_over" if duty.over else "already_reported")
        return refused(why, duty) or Outcome()
    moved = replace(duty, touched_at=now, nudges=0, wait_until=None)
    minutes = int(span.total_seconds()) // 60 if span else 0
    shown = values(moved, context, note=note, sort=sort, minutes=minutes)
    says_so = Tell(moved.holder, "duty.runner_says", shown, buttons(moved, "done"), "reply", moved.ref)
    tells: tuple[Tell, ...] = (says_so,)
    if sort == "on_way":
        tells += tell_subject(moved, "duty.on_way_for_you", context, reads, minutes=minutes)
    fact = DutyMoved(moved, "ran" if sort == "done" else "on_way", context.sender, context.chat,
                     str(minutes) if minutes else note)  # fmt: skip
    says = Say("duty.holder_told", shown, buttons(moved, "delivered") if sort == "on_way" else ())
    return Outcome((fact,), (says,), tells)


def on_reply(said: Said, context: Context, reads: Reads, now: datetime) -> Outcome | None:
    """Words, a voice message or a photo in answer to a card are attached to it; None when no card was answered."""
    if not (said.text.strip() or said.attachment):
        return None
    listed = tuple(d for d in reads.duties_replied_to() if may_see(d, context))
    if len(listed) > 1:
        return which("", context, reads).sorry
    if not listed:
        return None
    if listed[0].over:
        return Outcome(says=(Say("duty.already_over", {"duty": listed[0]}),))
    return _attached(listed[0], said, context, now)


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """A card answered by who runs its errand, or a photo from who has just told of something, or has just one thing in hand:
    attached to it."""
    if said.button or context.among_villagers:
        return None
    if not context.staff and any(in_hand(d, context.sender) for d in reads.duties_replied_to()):
        return on_reply(said, context, reads, now)
    if said.attachment is None or said.attachment.kind != "photo":
        return None
    held = _held(context, reads)
    if (told := _just_told(context, reads, now, held)) is not None:
        return _attached(told, said, context, now)
    if len(held) > 1 and context.place == "private":
        lines = [{"duty": d, "card": d.shown} for d in held]
        return Outcome(says=(Say("duty.photo_of_which", {"lines": lines}),))
    duty = reads.duty(held[0].ref) if len(held) == 1 else None
    return _attached(duty, said, context, now) if duty else None


def _just_told(context: Context, reads: Reads, now: datetime, held: Sequence[Duty]) -> Duty | None:
    """What whoever speaks has just reported of others (违规, a cry), unless what they hold has moved since."""
    if not context.staff:
        return None
    mine = [(datetime.fromisoformat(str(d.card["reported_at"])), d.ref) for d in open_here(context, reads)
            if d.card.get("reporter") == context.sender and d.card.get("reported_at")]  # fmt: skip
    at, ref = max(mine, default=(now - PHOTO_WITHIN, ""))
    moved_since = any(d.ref != ref and d.touched_at is not None and d.touched_at > at for d in held)
    return reads.duty(ref) if ref and at + PHOTO_WITHIN > now and not moved_since else None


def or_voice(otherwise: Voice) -> Voice:
    """A voice message from who has just one thing in hand, or in answer to its card, is about that; any other is a case."""

    def on_voice(said: Said, context: Context, reads: Reads, now: datetime) -> Outcome:
        answered = tuple(d for d in reads.duties_replied_to() if in_hand(d, context.sender) and not d.over)
        held = answered or _held(context, reads)
        duty = reads.duty(held[0].ref) if len(held) == 1 else None
        return _attached(duty, said, context, now) if duty else otherwise(said, context, reads, now)

    return on_voice


def _held(context: Context, reads: Reads) -> tuple[Duty, ...]:
    """What whoever speaks works on; nothing while something is done for themselves: then they may be speaking of that."""
    if reads.open_duties_of(context.sender):
        return ()
    me = context.sender
    here = open_here(context, reads)
    return tuple(d for d in here if d.state == "claimed" and me in (d.holder, d.card.get("runner")))


def _attached(duty: Duty, said: Said, context: Context, now: datetime) -> Outcome:
    """The words and the file are on the card; from who works on it that is a move."""
    more = list(duty.card.get("notes", ()))
    files = list(duty.card.get("attachments", ()))
    if said.attachment:
        files.append([said.attachment.kind, said.attachment.ref])
    if said.text.strip():
        more.append(f"{context.name}: {' '.join(said.text.split())[:200]}")
    moved = replace(duty, card={**duty.card, "notes": more[-5:], "attachments": files[-10:]})
    if context.sender in (duty.holder, duty.card.get("runner")) and duty.state == "claimed":
        moved = replace(moved, touched_at=now, nudges=0)
    note = said.text.strip() or (said.attachment.kind if said.attachment else "")
    sent = ((said.attachment.kind, said.attachment.ref),) if said.attachment else ()
    fact = DutyMoved(moved, "added", context.sender, context.chat, note, sent)
    tells = tell_village(moved, "duty.note_added", context, holder=runs(moved, context), note=said.text.strip(),
                         file=said.attachment.kind if said.attachment else "")  # fmt: skip
    return Outcome((fact,), (Say("duty.attached", values(moved, context)),), tells)


def _runner_buttons(duty: Duty) -> Rows:
    row = buttons(duty, "onway", "delivered")
    phone = str(duty.card.get("phone") or "")
    return (*row, (Button("@acts.buttons.call", url=f"tel:{phone}"),)) if phone else row
