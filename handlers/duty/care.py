"""How it goes: on the way, waiting, seen, the history, my households; without it silence would be all
that anybody heard between the claim and the end."""

from datetime import datetime, timedelta

from chat.letter import Outcome, Say, Tell
from chat.reading.moments import read_moment, read_span
from handlers.duty.errand import relayed, runs
from handlers.duty.which import (
    Reads,
    actor,
    buttons,
    is_ref,
    ladder_for,
    open_here,
    refused,
    tell_subject,
    values,
    which,
)
from rules.alarms import NUDGE, repeating
from rules.context import Context
from rules.duty import Duty, worst_first
from rules.facts import DutyMoved
from rules.moves import acknowledge, put_on_wait, touch
from rules.routing import addresses
from rules.seeing import of_command_post, shown_to_subject
from rules.town import Rung


def on_way(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """路上, 还要 40 分钟: the holder is at it; the person it is for hears so, and how long."""
    span = read_span(argument)
    meant = which("" if span and argument[:1].isdecimal() else argument, context, reads, ("claimed",))
    if meant.duty is None:
        return meant.sorry
    if runs(meant.duty, context):
        return relayed(meant.duty, context, reads, now, "on_way", "" if span else meant.rest, span)
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
    fact = DutyMoved(moved, "waits", context.sender, context.chat, f"{until.isoformat(timespec='minutes')} {why}")
    return Outcome((fact,), (Say("duty.waits_kept", shown),), tells)


def on_acknowledge(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """知道了, from whom a rung was told that repeats: the repeating stops, the duty stays as it is. Nobody else stops it; where
    nothing repeats it only says that somebody has seen it."""
    meant = which(argument, context, reads, ("open", "claimed", "reported"))
    duty = meant.duty
    if duty is None:
        return meant.sorry
    repeats = duty.repeat_at is not None and not duty.over
    rung = repeating(duty, ladder_for(duty, context)) if repeats else None
    if rung is not None and not _told(rung, duty, context, reads):
        return Outcome(says=(Say("duty.ack_not_yours", {**values(duty, context), "targets": list(rung.tell)}),))
    moved = acknowledge(duty, now)
    if (sorry := refused(moved, duty)) is not None or not isinstance(moved, Duty):
        return sorry or Outcome()
    fact = DutyMoved(moved, "seen", context.sender, context.chat)
    return Outcome((fact,), (Say("duty.acknowledged" if repeats else "duty.seen", values(moved, context)),))


def _told(rung: Rung, duty: Duty, context: Context, reads: Reads) -> bool:
    """Whether a rung is told to whoever speaks: in their chat, on their shift, or as somebody of the command post."""
    shifts = tuple(shift for shift, _ in reads.shifts_now())
    told = {a for target in rung.tell for a in addresses(context.town, duty, target, shifts)}
    return bool({context.chat, context.sender} & told) or of_command_post(context)


def on_history(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """进展 12: every move, who and when, as it is kept."""
    meant = which(argument, context, reads, ("open", "claimed", "reported"))
    duty = meant.duty or _own(argument, context, reads)
    if duty is None:
        return meant.sorry if context.staff else Outcome(says=(Say("duty.nothing_of_yours"),))
    lines = [_past(duty, context, *row) for row in reads.history(duty.ref)]
    return Outcome(says=(Say("duty.history", {"duty": duty, "lines": lines}),))


def _own(argument: str, context: Context, reads: Reads) -> Duty | None:
    """What somebody may read of as the one it is for: by its number, else what was asked for last."""
    first = argument.split(maxsplit=1)[0] if argument else ""
    if first and is_ref(first):
        named = reads.duty(first)
        return named if named is not None and shown_to_subject(named, context) else None
    found = [d for d in reads.open_duties_of(context.sender) if shown_to_subject(d, context)]
    return max(found, key=lambda d: d.opened_at, default=None)


def _past(duty: Duty, context: Context, at: datetime, what: str, who: str, note: str, chat: str) -> dict[str, object]:
    """One move as words show it: when, what, who, from which kind of chat, and until when something is waited for."""
    zone = context.town.zone
    sort, _, rest = what.partition(" ")
    until = None
    if sort == "waits":
        moment, _, note = note.partition(" ")
        until = datetime.fromisoformat(moment).astimezone(zone)
    village = context.town.village(duty.village)
    groups = {context.town.command_post: "command_post", village.cadres if village else "": "cadres"}
    place = groups.get(chat, "private") if chat else ""
    if duty.card.get("neighbour") and chat == duty.card.get("reporter"):
        who = str(duty.card.get("by", ""))  # promised to whoever told of next door: no more of them than the card shows
    return {"at": at.astimezone(zone), "what": sort, "sort": rest, "who": who, "note": note, "until": until,
            "place": place}  # fmt: skip


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
