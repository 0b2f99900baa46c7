"""A temperature, called for at the check-in times or sent unasked; without it a fever would be found by chance."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from chat.form import Asked, Form, Offer, Question, Setting, Unclear, Value
from chat.incoming import Said
from chat.letter import Outcome, Say, Tell
from chat.reading.temperature import Ask, Read, read_unasked, read_when_asked
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened, TemperatureTaken
from rules.privacy import mask


class Reads(Protocol):
    """What this conversation asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def checkin_open(self, person: str) -> bool:
        """Whether a temperature was asked for and not answered."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""


@dataclass(frozen=True)
class Degrees:
    """A body temperature; the value is tenths of a degree Celsius."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """36度5 → 365; asks back what cannot be sure."""
        found = read_when_asked(said.text)
        if isinstance(found, Read):
            return found.tenths
        if isinstance(found, Ask):
            raise Unclear(f"temperature.ask_{found.reason}", found.likely, likely_text=degrees(found.likely))
        raise Unclear("temperature.ask_no_number")

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """None: a button that repeats yesterday's value would be pressed without measuring."""
        return ()

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """36.5"""
        return degrees(int(value))


@dataclass(frozen=True)
class TemperatureReport:
    """One temperature in tenths of a degree Celsius."""

    value: int


temperature = Form(
    name="temperature",
    makes=TemperatureReport,
    questions=(Question("value", Degrees()),),
    summary=False,
)


def degrees(tenths: int | None) -> str:
    """365 → 36.5"""
    return f"{tenths // 10}.{tenths % 10}" if tenths is not None else ""


def on_finished(report: TemperatureReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Keep the value and say it back; a fever becomes a duty at once, and a missed check-in it answers is closed."""
    fever = report.value >= context.town.fever
    taken = TemperatureTaken(context.sender, context.village, report.value, fever, now)
    shown = {"value": degrees(report.value), "fever": fever, "context": context}
    late = _answers_missed(degrees(report.value), context, reads, now)
    facts: tuple[object, ...] = (*late, taken)
    tells = tuple(_no_need_to_look(fact) for fact in late if fact.duty.holder)
    if not fever:
        return Outcome(facts, (Say("temperature.noted", shown),), tells)
    known = reads.open_duties_of(context.sender, "fever")
    if known:
        more = [*known[0].card.get("more", ()), degrees(report.value)]
        moved = _with_card(known[0], {**known[0].card, "value": degrees(report.value), "more": more})
        facts += (DutyMoved(moved, "added", context.sender, context.chat, degrees(report.value)),)
        return Outcome(facts, (Say("temperature.fever_again", {**shown, "duty": moved}),), tells)
    duty = open_duty(
        Duty(
            reads.new_number(), "fever", now, context.village, subject=context.sender, responsible=context.cadre,
            card={"who": mask(context.name), "place": context.home, "phone": context.phone, "value":
            degrees(report.value), "watched": context.watched},
        )
    )  # fmt: skip
    opened = DutyOpened(duty, who=context.sender, chat=context.chat)
    return Outcome((*facts, opened), (Say("temperature.fever", {**shown, "duty": duty}),), tells)


def _answers_missed(value: str, context: Context, reads: Reads, now: datetime) -> tuple[DutyMoved, ...]:
    """The temperature came after all: the duties to look after its silence are over."""
    return tuple(
        DutyMoved(replace(duty, state="closed", closed_at=now, rung_at=None, card={**duty.card, "answered": value}),
                  "answered", context.sender, context.chat)
        for duty in reads.open_duties_of(context.sender, "missed")
    )  # fmt: skip


def _no_need_to_look(answered: DutyMoved) -> Tell:
    """For whoever is on the way to somebody who has answered by now."""
    duty = answered.duty
    return Tell(duty.holder, "duty.answered", {"duty": duty, "card": duty.shown}, lane="reply", duty=duty.ref)


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """A temperature sent without being asked, or to a check-in: read, asked back, or not for us (None)."""
    if context.place != "private":
        return None
    read = read_when_asked if reads.checkin_open(context.sender) else read_unasked
    found = read(said.text)
    if isinstance(found, Read):
        return on_finished(TemperatureReport(found.tenths), context, reads, now)
    if isinstance(found, Ask):
        return Outcome(then=("temperature", {}), answers=True)
    return None


def _with_card(duty: Duty, card: dict[str, Any]) -> Duty:
    return replace(duty, card=card)
