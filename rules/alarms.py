"""What else is asked about by itself, besides the ladder; without it a claim could sleep and a question go unanswered.

Sources: the issue on the two-hour promise: a handover not accepted in ten minutes comes back; a claim with no move in
thirty minutes is asked about; whoever asked is told when the promised time is past; "done?" is asked once more after thirty
minutes and closed as not confirmed after two hours, never asked between 21:00 and 07:00, and that wait is not silence; the
command post's rung repeats until acknowledged.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rules.duty import ANYBODY, Duty, reached
from rules.kinds import kind_of
from rules.town import Ladder, Rung

Alarm = Literal["offer", "nudge", "waited", "ask", "ask_again", "unconfirmed", "repeat", "late"]

OFFER = timedelta(minutes=10)
NUDGE = timedelta(minutes=30)
ASK_AGAIN = timedelta(minutes=30)
UNHELD = timedelta(minutes=30)
"""What was acknowledged while nobody had it rings again after this time, if nobody has it still."""
UNCONFIRMED = timedelta(minutes=90)
"""After the second question: two hours of waking time after the first."""
QUESTIONS: tuple[Alarm, ...] = ("ask", "ask_again", "unconfirmed")
"""What comes next, by how often was asked."""
NIGHT = (time(21), time(7))
"""Nobody is asked "is it done?" in this time."""


def awake(at: datetime, zone: ZoneInfo, night: tuple[time, time] = NIGHT) -> datetime:
    """``at``, or the end of the night it falls into."""
    local = at.astimezone(zone)
    begins, ends = night
    clock = local.time()
    asleep = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
    if not asleep:
        return at
    morning = datetime.combine(local.date(), ends, zone)
    return morning if morning > local else datetime.combine(local.date() + timedelta(days=1), ends, zone)


def next_alarm(duty: Duty) -> tuple[datetime, Alarm] | None:
    """(when, what) of the duty's next alarm, or None. It follows from the other fields, hence nothing can forget it."""
    if duty.over:
        return None
    return min(_alarms(duty), default=None)


def asked_at(duty: Duty) -> datetime | None:
    """When the asker was last asked whether it is done; None before the first time. At the earliest: what falls into a night
    is put off till its end."""
    if duty.state != "reported" or duty.ask_at is None or not duty.asked_times:
        return None
    return duty.ask_at - (ASK_AGAIN if duty.asked_times == 1 else UNCONFIRMED)


def _alarms(duty: Duty) -> list[tuple[datetime, Alarm]]:
    found: list[tuple[datetime, Alarm]] = []
    if duty.offered_at is not None and duty.offered_to:
        found.append((duty.offered_at + OFFER, "offer"))
    if duty.repeat_at is not None:
        found.append((duty.repeat_at, "repeat"))
    if duty.state == "claimed" and duty.touched_at is not None:
        found.append((duty.wait_until, "waited") if duty.wait_until else (duty.touched_at + _pause(duty), "nudge"))
    if duty.state == "reported" and duty.ask_at is not None:
        found.append((duty.ask_at, QUESTIONS[min(duty.asked_times, 2)]))
    if (late := _late_at(duty)) is not None:
        found.append((late, "late"))
    return found


def _late_at(duty: Duty) -> datetime | None:
    """When the asker is told that the promised time is past and nobody says it is done: once, and when they are awake. Who gave
    an order hears of it by its ladder."""
    kind = kind_of(duty.kind)
    waits = kind.asks and not kind.quiet and duty.subject and duty.state in ("open", "claimed")
    if not waits or duty.due_at is None or duty.asked_times or duty.reopened:
        return None
    return max(duty.due_at, duty.ask_at) if duty.ask_at else duty.due_at


def ring(duty: Duty, what: Alarm, ladder: Ladder, now: datetime, zone: ZoneInfo) -> Duty:
    """The duty after its alarm has rung: what is asked or told follows from ``what``. ``zone`` is the town's."""
    match what:
        case "offer":
            back = replace(duty, offered_to="", offered_at=None)
            return replace(back, repeat_at=duty.repeat_at or resumed(back, ladder, now))
        case "nudge":
            return replace(duty, touched_at=now, nudges=duty.nudges + 1, offered_to=duty.offered_to or ANYBODY)
        case "waited":
            return replace(duty, wait_until=None, touched_at=now)
        case "late":
            return replace(duty, asked_times=1, ask_at=None)
        case "ask":
            return replace(duty, asked_times=1, ask_at=awake(now + ASK_AGAIN, zone))
        case "ask_again":
            return replace(duty, asked_times=2, ask_at=awake(now + UNCONFIRMED, zone))
        case "unconfirmed":
            return replace(
                duty, state="closed", confirmed=False, closed_at=now, ask_at=None, rung_at=None, repeat_at=None
            )
        case "repeat":
            last = repeating(duty, ladder)
            return replace(duty, repeat_at=now + last.repeat if last and last.repeat else None)


def repeating(duty: Duty, ladder: Ladder) -> Rung | None:
    """The latest rung that was told and is told again until somebody acknowledges it."""
    return max((r for r in ladder if r.key in duty.told and r.repeat), key=lambda r: r.after, default=None)


def resumed(duty: Duty, ladder: Ladder, now: datetime) -> datetime | None:
    """When the rung that repeats is told again, should it start over now; None when there is none, or the duty is past it."""
    rung = repeating(duty, ladder)
    past = rung is None or reached(duty.state, rung.unless)
    return None if past or rung is None or rung.repeat is None else now + rung.repeat


def put_off(duty: Duty, what: Alarm, to: datetime) -> Duty:
    """The duty with a reminder's alarm moved to a later moment, because its person was reminded of something just now."""
    match what:
        case "nudge":
            return replace(duty, touched_at=to - _pause(duty))
        case "waited":
            return replace(duty, wait_until=to)
        case "ask_again":
            return replace(duty, ask_at=to)
        case "late":
            return replace(duty, ask_at=to)
    return duty


def _pause(duty: Duty) -> timedelta:
    """Half an hour, then an hour, then two: who does not answer is not flooded, the ladder tells others."""
    doubled: int = 2 ** min(duty.nudges, 4)
    return NUDGE * doubled
