"""今晚我值班: who is on duty says so in the chat; without it the roster would hang on a wall and the ladder ring a sleeper."""

from datetime import datetime
from typing import Protocol

from chat.letter import Outcome, Say
from rules.context import Context
from rules.facts import ShiftTaken
from rules.roster import Shift, When, span_of, stands_for
from rules.rota import planner_of


class Reads(Protocol):
    """What this asks."""

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        """The shifts that run now, each with the person's name."""


def on_shift(when: When, context: Context, now: datetime) -> Outcome:
    """今晚我值班, 明天我值班 and the like: this person stands for the office whose chat this is."""
    office = stands_for(context)
    if office is None:
        return Outcome(says=(Say("roster.no_office"),))
    since, until = span_of(when, now, context.town.zone)
    shift = Shift(*office, context.sender, since, until)
    shown = {"who": context.name, "since": since, "until": until, "target": office[0], "began": since <= now}
    return Outcome((ShiftTaken(shift, context.sender, context.chat),), (Say("roster.taken", shown),))


def on_roster(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """值班表: who is on duty now, for the whole town."""
    town = context.town
    places = {**{v.key: v.name for v in town.villages}, **{a.key: a.name for a in town.areas}}
    lines = [
        {"target": shift.target, "scope": places.get(shift.scope, shift.scope), "name": name, "post": shift.post,
         "until": shift.until.astimezone(town.zone)}
        for shift, name in reads.shifts_now()
    ]  # fmt: skip
    return Outcome(says=(Say("roster.now", {"lines": lines, "plans": planner_of(context).anything}),))
