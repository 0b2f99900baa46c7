"""今晚我值班: who is on duty says so in the chat; without it the roster would hang on a wall and the ladder ring a sleeper."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from chat.letter import Outcome, Say, Tell
from rules.context import Context
from rules.facts import RosterChanged, ShiftTaken
from rules.roster import SOON, Shift, When, beside, given_up, span_of, stands_for
from rules.rota import planner_of
from rules.town import Town


class Reads(Protocol):
    """What this asks."""

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        """The shifts that run now, each with the person's name."""

    def shifts_between(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """The shifts that are kept there."""

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


def on_off(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """不值班了: whoever is on duty now, or next, is so no more."""
    gone = given_up(reads.shifts_between(now, now + SOON), context.sender, now)
    if not gone:
        return Outcome(says=(Say("roster.none_of_yours"),))
    lines = []
    for shift in gone:
        left = replace(shift, since=max(shift.since, now))
        others = beside(reads.shifts_between(left.since, left.until), left)
        lines.append({**_shown(left, context.town), "others": _names(others, reads)})
    worked = tuple(replace(shift, until=now) for shift in gone if shift.since < now)
    return Outcome((RosterChanged(gone, worked, context.sender, context.chat),), (Say("roster.off", {"lines": lines}),))


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
