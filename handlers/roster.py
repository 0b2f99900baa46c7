"""今晚我值班: who is on duty says so in the chat; without it the roster would hang on a wall and the ladder ring a sleeper."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from chat.letter import Outcome, Say, Tell
from rules.context import Context
from rules.facts import RosterChanged, ShiftTaken
from rules.roster import SOON, Shift, When, beside, given_up, left_of, span_of, stands_for
from rules.rota import planner_of
from rules.routing import overseers, usual
from rules.town import Town


class Reads(Protocol):
    """What this asks."""

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        """The shifts that run now, each with the person's name."""

    def shifts_between(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """The shifts that are kept there."""

    def cannot_reach(self, address: str) -> bool:
        """Whether nothing reaches this address now: blocked, gone, refused."""

    def name_of(self, address: str) -> str:
        """What somebody is called."""


def on_shift(when: When, context: Context, reads: Reads, now: datetime) -> Outcome:
    """今晚我值班, 明天我值班 and the like: this person stands for the office whose chat this is; who stands for it at the same
    time is told, and named."""
    office = stands_for(context)
    if office is None:
        return Outcome(says=(Say("roster.no_office"),))
    since, until = span_of(when, now, context.town.zone)
    shift = Shift(*office, context.sender, since, until)
    others = beside(reads.shifts_between(since, until), shift)
    shown = {"who": context.name, **_shown(shift, context.town), "others": _names(others, reads)}
    tells = tuple(Tell(person, "roster.beside_you", shown, lane="reply") for person in _people(others))
    return Outcome((ShiftTaken(shift, context.sender, context.chat),), (Say("roster.taken", shown),), tells)


def on_off(when: When | None, context: Context, reads: Reads, now: datetime) -> Outcome:
    """不值班了, 今晚不值班了: whoever is on duty now, or next, or then, is so no more; who is still on duty then is told, and
    where nobody is, whoever should see to it."""
    span = span_of(when, now, context.town.zone) if when else None
    gone = given_up(reads.shifts_between(now, now + SOON), context.sender, now, span)
    if not gone:
        return Outcome(says=(Say("roster.none_of_yours", {"when": when or ""}),))
    since, until = span or (now, max(shift.until for shift in gone))
    parts = [replace(s, since=max(s.since, since), until=min(s.until, until)) for s in gone]
    kept = tuple(rest for shift, part in zip(gone, parts, strict=True) for rest in left_of(shift, (part,)))
    each = [_off(part, context, reads) for part in parts]
    facts = (RosterChanged(gone, kept, context.sender, context.chat),)
    says = Say("roster.off", {"lines": [shown for shown, _ in each]})
    return Outcome(facts, (says,), tuple(tell for _, tells in each for tell in tells))


def _off(part: Shift, context: Context, reads: Reads) -> tuple[Mapping[str, Any], tuple[Tell, ...]]:
    """What is said of a shift that is given up: who is on duty beside it, when nobody is, and who is told."""
    others = beside(reads.shifts_between(part.since, part.until), part)
    gaps = left_of(part, others)
    usually = usual(context.town, part.target, part.scope)
    above = next((x for x in overseers(context.town, part.target, part.scope) if _hears(x[1], context, reads)), None)
    shown = {
        **_shown(part, context.town), "who": context.name, "others": _names(others, reads),
        "gaps": [_shown(gap, context.town) for gap in gaps] if others else [], "nobody": bool(gaps),
        "usual": "" if not usually else "you" if usually == context.sender else part.target,
        "told": above[0] if above and gaps else "",
    }  # fmt: skip
    tells = [Tell(person, "roster.beside_off", shown, lane="reply") for person in _people(others)]
    if above and gaps:
        tells.append(Tell(above[1], "roster.nobody_on", shown, lane="reply"))
    return shown, tuple(tells)


def _hears(address: str, context: Context, reads: Reads) -> bool:
    return address not in (context.sender, context.chat) and not reads.cannot_reach(address)


def on_roster(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """值班表: who is on duty now, for the whole town."""
    lines = [
        {**_shown(shift, context.town), "name": name, "post": shift.post}
        for shift, name in reads.shifts_now()
    ]  # fmt: skip
    return Outcome(says=(Say("roster.now", {"lines": lines, "plans": planner_of(context).anything}),))


def _shown(shift: Shift, town: Town) -> Mapping[str, Any]:
    """A shift as the words show it: its office with the name of its place, and its time in the town's."""
    named = town.areas if shift.target == "area_head" else town.villages
    place = next((x.name for x in named if x.key == shift.scope), "")
    times = {"since": shift.since.astimezone(town.zone), "until": shift.until.astimezone(town.zone)}
    return {"target": shift.target, "scope": shift.scope, "seat": shift.post, "place": place, **times}


def _people(shifts: tuple[Shift, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shift.person for shift in shifts))


def _names(shifts: tuple[Shift, ...], reads: Reads) -> list[str]:
    return [reads.name_of(person) for person in _people(shifts)]
