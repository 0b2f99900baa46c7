"""Asks somebody in danger, or with a fever, where they are and which phone reaches them; without it help would run to a
village that nobody has named.

Each question is a form of its own, so that an answer is on the card at once and does not wait for the next.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chat.form import Answers, Asked, Form, Offer, Question, Setting, Unclear, Value
from chat.incoming import Said
from chat.kinds import Phone, PlaceOf, Spot, Text
from chat.letter import Outcome, Say
from chat.reading.phrases import best_place, matches
from rules.context import Context
from rules.duty import Duty
from rules.facts import DutyMoved, PersonTold
from rules.roster import Shift
from rules.telling import told_now

SPOT = Spot(80)


class Reads(Protocol):
    """What this conversation asks."""

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number, locked."""

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        """The shifts that run now, each with the person's name."""

    def cannot_reach(self, address: str) -> bool:
        """Whether nothing reaches this address now: blocked, gone, refused."""


@dataclass(frozen=True)
class Where:
    """Where somebody is: a location or any words that are not only a nod or a sigh."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """The location or the words."""
        words = said.location is not None or any(letter.isalpha() for letter in said.text)
        if not words or matches(said.text, setting.words.ways("whereabouts.nowhere")["nowhere"]):
            raise Unclear("form.unclear_text")
        return SPOT.read(said, asked, setting)

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """None."""
        return ()

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """As it was said."""
        return SPOT.show(value, asked, setting)


@dataclass(frozen=True)
class WhereReport:
    """One answer: where they are, which village that is, or the phone."""

    ref: str
    where: str | dict[str, float] | None
    village: str | None
    phone: str | None


def _asks(letter: str) -> Callable[[Answers], bool]:
    """What is unknown is noted behind the number, ``12.wf``; the first of it is asked now."""
    return lambda answers: str(answers.get("ref", "")).partition(".")[2].startswith(letter)


whereabouts = Form(
    name="whereabouts",
    makes=WhereReport,
    questions=(
        Question("ref", Text(), hidden=True),
        Question("where", Where(), when=_asks("w"), optional=True),
        Question("village", PlaceOf("village"), when=_asks("v"), optional=True),
        Question("phone", Phone(), when=_asks("f"), optional=True),
    ),
    summary=False,
    idle="forget",
    idle_after=timedelta(minutes=30),
)


def on_finished(report: WhereReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """The answer is added to the card, and those it concerns now hear of it."""
    ref, _, letters = report.ref.partition(".")
    duty = reads.duty(ref)
    if duty is None or duty.over:
        return Outcome(says=(Say("whereabouts.over"),))
    place = report.where if isinstance(report.where, str) else _spot(report.where)
    known = {v.key: (v.name,) for v in context.town.villages}
    village = duty.village or report.village or (best_place(place, known) if place else None) or ""
    card = {
        **duty.card,
        "place": place or duty.card.get("place", ""),
        "phone": report.phone or duty.card.get("phone", ""),
    }
    moved = replace(duty, card=card, village=village)
    told: tuple[str, ...] = ()
    if moved.village != duty.village:
        moved = replace(moved, told=(), rung_at=now)
        told = told_now(moved, context.town, now, [shift for shift, _ in reads.shifts_now()], reads.cannot_reach)
    facts: tuple[object, ...] = ()
    if moved != duty:
        facts = (DutyMoved(moved, "added", context.sender, context.chat, place or report.phone or ""),)
    if report.phone or moved.village != duty.village:
        named = "" if duty.village else village
        facts += (PersonTold(context.sender, village="" if context.village else named, phone=report.phone or ""),)
    rest = letters[1:] if village or not letters.startswith("w") else f"v{letters[1:]}"
    then = ("whereabouts", {"ref": f"{ref}.{rest}"}) if rest else None
    kept = Say("whereabouts.added", {"told": told, "kept": moved != duty, "last": then is None})
    return Outcome(facts, (kept,), then=then)


def _spot(place: dict[str, float] | None) -> str:
    return f"{place['lat']},{place['lon']}" if place else ""
