"""How it goes: on the way, waiting, seen, an errand, a photo, the history, my households; without it silence would be all
that anybody heard between the claim and the end."""

from dataclasses import replace
from datetime import datetime, timedelta

from chat.incoming import Said
from chat.letter import Outcome, Say, Tell
from chat.reading.moments import read_moment, read_span
from handlers.duty.which import (
    Reads,
    actor,
    buttons,
    mine,
    open_here,
    refused,
    tell_subject,
    tell_village,
    values,
    which,
)
from rules.alarms import NUDGE
from rules.context import Context
from rules.duty import Duty, worst_first
from rules.facts import DutyMoved
from rules.moves import acknowledge, put_on_wait, touch
from rules.seeing import may_see


def on_way(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """路上, 还要 40 分钟: the holder is at it; the person it is for hears so, and how long."""
    span = read_span(argument)
    meant = which("" if span and argument[:1].isdecimal() else argument, context, reads, ("claimed",))
    if meant.duty is None:
        return meant.sorry
    # Who says how long it takes is asked again when that is over.
    later = max(span - NUDGE, timedelta()) if span else timedelta()
    moved = touch(meant.duty, actor(context), now + later)
    if (sorry := refused(moved, meant.duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    minutes = int(span.total_seconds()) // 60 if span else 0
    tells = tell_subject(moved, "duty.on_way_for_you", context, reads, minutes=minutes)
    note = str(minutes) if minutes else meant.rest
    says = Say("duty.on_way", values(moved, context, minutes=minutes, told=bool(tells)), buttons(moved, "done"))
    return Outcome((DutyMoved(moved, "on_way", context.sender, context.chat, note),), (says,), tells)


def on_wait(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """等 3 明天上午 药店没货: for something outside, until when and why; the line leader sees it, the clock goes on."""
    meant = which(argument, context, reads, ("claimed",))
    if meant.duty is None:
        return meant.sorry
    found = read_moment(meant.rest, now)
    if found is None or not found[1]:
        return Outcome(says=(Say("duty.wait_how", {"duty": meant.duty}),))
    until, why = found
    moved = put_on_wait(meant.duty, actor(context), until, why)
    if (sorry := refused(moved, meant.duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    shown = values(moved, context, until=until, why=why)
    line = context.town.line(moved.line)
    leader = line.leader if line else ""
    told = [Tell(leader, "duty.waits", shown, buttons(moved, "ack"), "reply", moved.ref)] if leader else []
    tells = tuple(told) + tell_subject(moved, "duty.waits_for_you", context, reads, until=until, why=why)
    return Outcome(
        (DutyMoved(moved, "waits", context.sender, context.chat, why),), (Say("duty.waits_kept", shown),), tells
    )


def on_acknowledge(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """知道了: somebody above has seen it; the repeating stops, the duty stays as it is."""
    meant = which(argument, context, reads, ("open", "claimed", "reported"))
    if meant.duty is None:
        return meant.sorry
    moved = acknowledge(meant.duty)
    if (sorry := refused(moved, meant.duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    fact = DutyMoved(moved, "seen", context.sender, context.chat)
    return Outcome((fact,), (Say("duty.acknowledged", values(moved, context)),))


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
    moved = replace(moved, card={**moved.card, "errand": meant.rest})
    runner = next((p for p in context.town.people if p.name == meant.rest and p.village == moved.village), None)
    shown = values(moved, context, name=meant.rest)
    tells = (Tell(runner.id, "duty.errand_for", shown, lane="alert", duty=moved.ref),) if runner else ()
    fact = DutyMoved(moved, "errand", context.sender, context.chat, meant.rest)
    return Outcome((fact,), (Say("duty.errand_kept", {**shown, "reached": runner is not None}),), tells)


def on_reply(said: Said, context: Context, reads: Reads, now: datetime) -> Outcome | None:
    """Words, a voice message or a photo in answer to a card are attached to it; None when no card was answered."""
    duty = reads.duty_replied_to()
    if duty is None or not may_see(duty, context) or not (said.text.strip() or said.attachment):
        return None
    if duty.over:
        return Outcome(says=(Say("duty.already_over", {"duty": duty}),))
    more = list(duty.card.get("notes", ()))
    files = list(duty.card.get("attachments", ()))
    if said.attachment:
        files.append([said.attachment.kind, said.attachment.ref])
    if said.text.strip():
        more.append(f"{context.name}: {' '.join(said.text.split())[:200]}")
    moved = replace(duty, card={**duty.card, "notes": more[-5:], "attachments": files[-10:]})
    if duty.holder == context.sender and duty.state == "claimed":
        moved = replace(moved, touched_at=now)
    note = said.text.strip() or (said.attachment.kind if said.attachment else "")
    fact = DutyMoved(moved, "added", context.sender, context.chat, note)
    tells = tell_village(moved, "duty.note_added", context, note=said.text.strip(),
                          file=said.attachment.kind if said.attachment else "")  # fmt: skip
    return Outcome((fact,), (Say("duty.attached", values(moved, context)),), tells)


def on_history(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """进展 12: every move, who and when, as it is kept."""
    meant = which(argument, context, reads, ("open", "claimed", "reported"))
    if meant.duty is None:
        own = mine(argument, context, reads)
        if own is None:
            return meant.sorry if context.staff else Outcome(says=(Say("duty.nothing_of_yours"),))
        meant = replace(meant, duty=own)
    zone = context.town.zone
    duty = meant.duty
    lines = [
        {
            "at": at.astimezone(zone),
            "what": what.partition(" ")[0],
            "who": who,
            "note": note,
            "sort": what.partition(" ")[2],
        }
        for at, what, who, note in reads.history(duty.ref if duty else "")
    ]
    return Outcome(says=(Say("duty.history", {"duty": duty, "lines": lines}),))


def on_my_households(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """我的户: the households I look after, with what is open and who has not answered."""
    town, me = context.town, context.sender
    looked_after = [p for p in town.people if me in (p.cadre, p.stand_in)]
    rows = []
    for person in looked_after:
        duties = worst_first(reads.open_duties_of(person.id))
        rows.append({
            "name": person.name, "place": person.place, "silent": any(d.kind == "missed" for d in duties),
            "duties": [_short(d, now) for d in duties if d.kind != "missed"],
        })  # fmt: skip
    others = [d for d in open_here(context, reads) if d.holder == me and d.subject not in {p.id for p in looked_after}]
    return Outcome(says=(Say("duty.households", {"rows": rows, "others": [_short(d, now) for d in others]}),))


def _short(duty: Duty, now: datetime) -> dict[str, object]:
    left = duty.due_at - now if duty.due_at else None
    return {"duty": duty, "card": duty.shown, "left": minutes_of(left) if left is not None else None}


def minutes_of(length: timedelta) -> int:
    """Whole minutes, below zero when it is over."""
    return int(length.total_seconds() // 60)
