"""The moves a duty can make, and who may not make them; without it two people could both believe the other has it.

Every move is pure and sets the ladder's clock anew (``schedule``), so that a claim stops the rungs it should in the same
commit. Source: TOWN.md (首问负责、2小时办结) and the issue on the two-hour promise.
"""

from dataclasses import replace
from datetime import datetime

from rules.alarms import UNHELD, resumed
from rules.climbing import schedule
from rules.duty import ANYBODY, Actor, Duty, Refusal
from rules.kinds import kind_of
from rules.town import Address, Ladder

Moved = Duty | Refusal


def claim(duty: Duty, by: Actor, ladder: Ladder, now: datetime) -> Moved:
    """我来办: the first to take it is responsible; who is offered it takes it over from the holder, who had it until now.
    The first claim stops the repeating of a rung; passing it on among the village does not."""
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
        claimed_at=duty.claimed_at or now, touched_at=now, nudges=0, wait_until=None,
        repeat_at=duty.repeat_at if taken_over else None, handovers=duty.handovers + taken_over,
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
    return replace(duty, offered_to=to, offered_at=now)


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
    return refused or replace(duty, touched_at=now, nudges=0, wait_until=None, offered_to=offered)


def put_on_wait(duty: Duty, by: Actor, until: datetime, why: str) -> Moved:
    """等: for something outside, until when and why; neither the due time nor the ladder waits with it."""
    refused = _not_holder(duty, by)
    return refused or replace(duty, touched_at=duty.touched_at, wait_until=until, card={**duty.card, "waits_for": why})


def acknowledge(duty: Duty, now: datetime) -> Moved:
    """知道了, from whom the rung was told: stops its repeating, and nothing else; for half an hour only while nobody has it."""
    if duty.over:
        return Refusal("already_over")
    return duty if duty.repeat_at is None else replace(duty, repeat_at=None if duty.holder else now + UNHELD)


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

    A duty closed after silence may be reopened too, silence was no consent.
    """
    unsaid = may_reopen(duty)
    if duty.over and not unsaid:
        return Refusal("already_over")
    if duty.state != "reported" and not unsaid:
        return Refusal("not_reported")
    again = replace(
        duty, state="claimed", reported_at=None, closed_at=None, confirmed=None, ask_at=None, asked_times=0,
        touched_at=now, reopened=duty.reopened + 1,
    )  # fmt: skip
    return schedule(replace(again, repeat_at=resumed(again, ladder, now)), ladder, now)


def may_reopen(duty: Duty) -> bool:
    """Whether a duty is closed, but the one who asked for it has said nothing to that."""
    if duty.state != "closed" or duty.merged_into:
        return False
    return duty.confirmed is False


def cancel(duty: Duty, now: datetime) -> Moved:
    """Taken back by the one who asked."""
    if duty.over:
        return Refusal("already_over")
    return replace(_closed(duty, now, None), state="cancelled")


def merge(duty: Duty, into: Duty, by: Actor, leads: bool, now: datetime) -> Moved:
    """并: the same thing told twice by the same person; in the figures it is judged as the one it went into.

    Nothing goes into what is said to be done already: it would be called done with it. Who stands above the village
    (``leads``) may put together what somebody else has.
    """
    if duty.over or into.over:
        return Refusal("already_over")
    same = (duty.kind, duty.village, duty.subject) == (into.kind, into.village, into.subject)
    if duty.ref == into.ref or not same or "reported" in (duty.state, into.state):
        return Refusal("cannot_merge")
    if duty.holder and not leads and by.id not in (duty.holder, duty.responsible, duty.stand_in):
        return Refusal("not_yours_to_merge")
    return replace(_closed(duty, now, None), merged_into=into.ref)


def take_in(into: Duty, duty: Duty, ladder: Ladder, now: datetime) -> Duty:
    """What another was put together with: its card says both, as urgent as either, so that nothing of the other is lost."""
    texts = (str(into.card.get("text", "")), str(duty.card.get("text", "")))
    both = texts[0] if texts[1] in texts[0] else " + ".join(filter(None, texts))
    urgency = "now" if "now" in (into.urgency, duty.urgency) else into.urgency
    card = {**into.card, **({"text": both} if both else {}), **({"urgency": urgency} if urgency else {})}
    if haste := [*dict.fromkeys((*into.card.get("haste", ()), *duty.card.get("haste", ())))]:
        card["haste"] = haste
    return schedule(replace(into, card=card, urgency=urgency), ladder, now)


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
