"""The moves a duty can make, and who may not make them; without it two people could both believe the other has it.

Every move is pure and sets the ladder's clock anew (``schedule``), so that a claim stops the rungs it should in the same
commit. Source: TOWN.md (首问负责、2小时办结) and the issue on the two-hour promise.
"""

from dataclasses import replace
from datetime import datetime

from rules.climbing import schedule
from rules.duty import ANYBODY, Actor, Duty, Refusal
from rules.kinds import kind_of
from rules.town import Address, Ladder

Moved = Duty | Refusal


def claim(duty: Duty, by: Actor, ladder: Ladder, now: datetime) -> Moved:
    """我来办: the first to take it is responsible; who is offered it takes it over from the holder, who had it until now."""
    if duty.over:
        return Refusal("already_over")
    if duty.holder == by.id and duty.state == "claimed":
        return Refusal("already_yours")
    if duty.state == "reported":
        return Refusal("already_reported")
    taken_over = bool(duty.holder)
    if taken_over and duty.offered_to not in (by.id, ANYBODY):
        return Refusal("already_taken")
    moved = replace(
        duty, state="claimed", holder=by.id, holder_name=by.name, offered_to="", offered_at=None,
        claimed_at=duty.claimed_at or now, touched_at=now, nudges=0, wait_until=None, repeat_at=None,
        handovers=duty.handovers + taken_over,
    )  # fmt: skip
    return schedule(moved, ladder, now)


def offer(duty: Duty, by: Actor, to: Address, now: datetime) -> Moved:
    """转办 (or 退回, to anybody): offered; whoever holds it keeps it until another has accepted."""
    if duty.over:
        return Refusal("already_over")
    if duty.state == "reported":
        return Refusal("already_reported")
    if duty.holder and duty.holder != by.id:
        return Refusal("not_yours")
    return replace(duty, offered_to=to, offered_at=now, repeat_at=None)


def decline(duty: Duty, by: Actor) -> Moved:
    """不接: an offer comes back at once."""
    if duty.over:
        return Refusal("already_over")
    if duty.offered_to != by.id:
        return Refusal("not_offered")
    return replace(duty, offered_to="", offered_at=None)


def touch(duty: Duty, by: Actor, now: datetime) -> Moved:
    """路上, 还要 40 分钟, a photo: the holder is at it."""
    refused = _not_holder(duty, by)
    offered = "" if duty.offered_to == ANYBODY else duty.offered_to
    return refused or replace(duty, touched_at=now, nudges=0, wait_until=None, repeat_at=None, offered_to=offered)


def put_on_wait(duty: Duty, by: Actor, until: datetime, why: str) -> Moved:
    """等: for something outside, until when and why; neither the due time nor the ladder waits with it."""
    refused = _not_holder(duty, by)
    return refused or replace(
        duty, touched_at=duty.touched_at, wait_until=until, repeat_at=None, card={**duty.card, "waits_for": why}
    )


def acknowledge(duty: Duty) -> Moved:
    """知道了: stops the repeating, and nothing else."""
    return Refusal("already_over") if duty.over else replace(duty, repeat_at=None)


def report_done(duty: Duty, by: Actor, ladder: Ladder, now: datetime, ask_at: datetime) -> Moved:
    """办结: reported done. Where the kind says so the person it is for is asked,
    at ``ask_at`` (now, or when the night is over); otherwise it is closed by it."""
    if duty.over:
        return Refusal("already_over")
    if duty.state == "reported":
        return Refusal("already_reported")
    if duty.holder and duty.holder != by.id:
        return Refusal("not_yours")
    done = replace(
        duty, state="reported", reported_at=now, claimed_at=duty.claimed_at or now, holder=by.id, holder_name=by.name,
        offered_to="", offered_at=None, wait_until=None, repeat_at=None, touched_at=now,
    )  # fmt: skip
    if kind_of(duty.kind).asks and duty.subject:
        return schedule(replace(done, ask_at=ask_at, asked_times=0), ladder, now)
    return _closed(done, now, None)


def confirm(duty: Duty, now: datetime) -> Moved:
    """办好了, said by the person it is for: closed, whatever state it was in."""
    return Refusal("already_over") if duty.over else _closed(duty, now, True)


def reopen(duty: Duty, ladder: Ladder, now: datetime) -> Moved:
    """没办好: with the same holder, on the original clock; rungs passed over meanwhile are told now.

    A duty closed after silence may be reopened too: silence was no consent.
    """
    silent = duty.state == "closed" and duty.confirmed is False
    if duty.over and not silent:
        return Refusal("already_over")
    if duty.state != "reported" and not silent:
        return Refusal("not_reported")
    again = replace(
        duty, state="claimed", reported_at=None, closed_at=None, confirmed=None, ask_at=None, asked_times=0,
        touched_at=now, reopened=duty.reopened + 1,
    )  # fmt: skip
    return schedule(again, ladder, now)


def cancel(duty: Duty, now: datetime) -> Moved:
    """Taken back by the one who asked."""
    if duty.over:
        return Refusal("already_over")
    return replace(_closed(duty, now, None), state="cancelled")


def merge(duty: Duty, into: Duty, now: datetime) -> Moved:
    """并: the same thing told twice; in the figures it is judged as the one it went into."""
    if duty.over or into.over:
        return Refusal("already_over")
    if duty.ref == into.ref or into.merged_into or (duty.kind, duty.village) != (into.kind, into.village):
        return Refusal("cannot_merge")
    return replace(_closed(duty, now, None), merged_into=into.ref)


def postpone(duty: Duty, morning: datetime, due: datetime) -> Moved:
    """明早再办, said by the one who asked: only that moves the due time, and it is counted apart."""
    if duty.over:
        return Refusal("already_over")
    if duty.holder:
        return Refusal("already_taken")
    return replace(duty, starts_at=morning, due_at=due, postponed=True, told=(), rung_at=morning, repeat_at=None)


def _not_holder(duty: Duty, by: Actor) -> Refusal | None:
    if duty.over:
        return Refusal("already_over")
    if duty.state == "reported":
        return Refusal("already_reported")
    return None if duty.holder == by.id else Refusal("not_yours" if duty.holder else "nobodys")


def _closed(duty: Duty, now: datetime, confirmed: bool | None) -> Duty:
    return replace(
        duty, state="closed", closed_at=now, confirmed=confirmed, offered_to="", offered_at=None, wait_until=None,
        ask_at=None, rung_at=None, repeat_at=None,
    )  # fmt: skip
