"""A need that is taken back and asked for again goes on with its first clock; without it two hours would begin anew as often as
somebody says 不用了."""

from dataclasses import replace
from datetime import datetime, timedelta

from rules.duty import Duty

AGAIN_WITHIN = timedelta(minutes=30)
"""After its time is over a need that was taken back is the same one for so long; what runs out later has run out anew."""
MINUTE = 60


def goes_on(old: Duty, now: datetime) -> bool:
    """Whether what is asked for now is the need that was taken back: before that was due, or soon after it was taken back. One
    that was taken back too late is counted as late by itself, and 明早 had a clock of its own."""
    if old.state != "cancelled" or old.postponed or old.due_at is None or old.closed_at is None:
        return False
    return old.closed_at <= old.due_at and (now < old.due_at or now - old.closed_at <= AGAIN_WITHIN)


def going_on(duty: Duty, old: Duty, now: datetime) -> Duty:
    """The need on the clock of the one that was taken back. Who was told at once is told again; who was told later is not, and
    what was passed over by then is told now. Where its time is past the answer says so, and no alarm says it once more."""
    told = tuple(key for key in old.told if not 0 <= key < MINUTE)
    late = old.due_at is not None and old.due_at <= now
    card = {**duty.card, "again": old.ref}
    return replace(duty, starts_at=old.base, due_at=old.due_at, told=told, card=card, asked_times=int(late))
