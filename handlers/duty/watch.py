"""A cadre decides who stays at home under observation; without it only who fills in a form to its end would be watched."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol

from chat.letter import Outcome, Say, Tell
from handlers.duty import which as ways
from handlers.duty.which import values, which
from rules.context import Context
from rules.duty import Duty
from rules.facts import DutyMoved, WatchEnded, WatchStarted
from rules.isolation import isolation_ends, last_day
from rules.town import Town

OF_NOBODY = ("tip", "order")
"""Kinds that are about no person who could be watched."""


class Reads(ways.Reads, Protocol):
    """What these acts ask."""

    def watch_of(self, person: str) -> Any:
        """The watch a person is under."""

    def has_private_chat(self, person: str) -> bool:
        """Whether a letter to this person reaches a chat of their own."""


def on_watch(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """观察 3: who it is about stays at home and is told so; the check-ins begin with the next one that is called."""
    meant = which(argument, context, reads, ("open", "claimed", "reported"))
    duty = meant.duty
    if duty is None:
        return meant.sorry
    if not duty.subject or duty.kind in OF_NOBODY:
        return Outcome(says=(Say("watch.nobody", {"duty": duty}),))
    until = _until(duty, context.town, now)
    relative = bool(duty.card.get("relative"))
    running = None if relative else reads.watch_of(duty.subject)
    # Only a day of arrival moves the end of a watch that runs: a fever in its midst does not begin it anew.
    if running is not None and (running.until >= until or not duty.card.get("arrived")):
        until = running.until
    shown = _shown(duty, context, until=last_day(until, context.town))
    moved = _decided(duty, "on", context, now, last_day(until, context.town).isoformat())
    fact = DutyMoved(moved, "watched", context.sender, context.chat, meant.rest)
    if relative:
        tell = Tell(duty.subject, "watch.relative_told", shown, lane="reply")
        return Outcome((fact,), (Say("watch.relative", shown),), (tell,))
    if running is not None and running.until == until:
        return Outcome((fact,), (Say("watch.already", shown),))
    started = WatchStarted(
        duty.subject, duty.village, str(duty.card.get("from") or ""), now, until, context.sender, context.chat
    )
    says = Say("watch.kept", {**shown, "reached": reads.has_private_chat(duty.subject)})
    return Outcome((fact, started), (says,), (Tell(duty.subject, "watch.started", shown, lane="reply"),))


def on_unwatch(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """不用观察 3, 解除观察 3: no observation, or no more of it; nothing is asked of the person any longer."""
    meant = which(argument, context, reads, ("open", "claimed", "reported"))
    duty = meant.duty
    if duty is None:
        return meant.sorry
    if not duty.subject or duty.kind in OF_NOBODY:
        return Outcome(says=(Say("watch.nobody", {"duty": duty}),))
    relative = bool(duty.card.get("relative"))
    running = None if relative else reads.watch_of(duty.subject)
    if running is None and (duty.kind != "return" or duty.card.get("watch") == "off"):
        return Outcome(says=(Say("watch.not_watched", {"duty": duty, "card": duty.shown}),))
    fact = DutyMoved(_decided(duty, "off", context, now), "unwatched", context.sender, context.chat, meant.rest)
    ended = (WatchEnded(duty.subject, context.sender, context.chat),) if running is not None else ()
    shown = _shown(duty, context, relative=relative, watched=running is not None)
    tell = Tell(duty.subject, "watch.let_off", shown, lane="reply")
    return Outcome((fact, *ended), (Say("watch.off", shown),), (tell,))


def _decided(duty: Duty, watch: str, context: Context, now: datetime, until: str = "") -> Duty:
    """The decision is on the card, for who registers the same person again; made by the holder it is a move of theirs."""
    moved = replace(duty, card={**duty.card, "watch": watch, "until": until})
    own = duty.holder == context.sender and duty.state == "claimed"
    return replace(moved, touched_at=now, nudges=0) if own else moved


def _until(duty: Duty, town: Town, now: datetime) -> datetime:
    """Counted from the day of arrival, where that is known and the days are not over yet, else from today."""
    today = now.astimezone(town.zone).date()
    arrived = str(duty.card.get("arrived") or today.isoformat())
    until = isolation_ends(date.fromisoformat(arrived), town)
    return until if until > now else isolation_ends(today, town)


def _shown(duty: Duty, context: Context, **more: object) -> dict[str, object]:
    return values(duty, context, times=context.town.checkin_times, **more)
