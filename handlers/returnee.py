"""A person who has come home reports it: who, from where, when, and how they feel; without it a return would be
hearsay."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from chat.form import Answers, Form, Question, Setting
from chat.incoming import Said
from chat.kinds import Day, Many, OneOf, Phone, PlaceOf, Spot, Text
from chat.letter import Outcome, Say
from chat.reading.returns import glean_return
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened, PersonTold, ReturnRegistered, WatchStarted
from rules.isolation import isolation_ends, must_isolate
from rules.privacy import mask


class Reads(Protocol):
    """What this conversation asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number."""

    def return_like(self, match: str) -> dict[str, Any] | None:
        """The report already registered for the same person, with its duty."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""


@dataclass(frozen=True)
class ReturneeReport:
    """A return as it was told; what did not apply, or was skipped, is None."""

    who: str
    name: str
    village: str
    house: str | dict[str, float]
    came_from: str
    city: str | None
    arrived: str
    transport: str
    trip_number: str | None
    companions: list[str]
    symptoms: str
    phone: str
    contact: str


def from_elsewhere(answers: Answers) -> bool:
    """Wuhan is a city already; elsewhere we must ask which."""
    return answers.get("came_from") in ("hubei", "elsewhere")


def shared_a_ride(answers: Answers) -> bool:
    """Trains, planes and coaches have a number by which fellow travellers are found."""
    return answers.get("transport") in ("train", "plane", "coach")


def split_names(text: str) -> tuple[str, ...]:
    """Names as people list them."""
    return tuple(part.strip() for part in re.split(r"[,;/&+\u3001\uff0c\uff1b\u548c\u8ddf\u4e0e]|\s+and\s+", text))


def glean(text: str, setting: Setting) -> Answers:
    """Several answers out of one sentence; only those surely found."""
    found = glean_return(text, setting.now.date())
    return {name: value for name, value in found.items() if name in NAMES and value not in (None, "")}


returnee = Form(
    name="returnee",
    makes=ReturneeReport,
    questions=(
        Question("who", OneOf()),
        Question("name", Text(longest=30, shortest=2)),
        Question("village", PlaceOf("village")),
        Question("house", Spot(longest=80)),
        Question("came_from", OneOf()),
        Question("city", Text(longest=40), when=from_elsewhere),
        Question("arrived", Day(earliest_days_ago=60)),
        Question("transport", OneOf()),
        Question("trip_number", Text(longest=12, numbered=True), when=shared_a_ride, optional=True),
        Question("companions", Many(split_names)),
        Question("symptoms", OneOf()),
        Question("phone", Phone()),
        Question("contact", OneOf()),
    ),
    glean=glean,
    idle="hand_over",
    idle_after=timedelta(minutes=30),
    hands_over_after=2,
)

NAMES = frozenset(q.name for q in returnee.questions)


def known_already(context: Context, reads: Reads) -> Answers:
    """What need not be asked again."""
    known = {"village": context.village, "phone": context.phone}
    return {name: value for name, value in known.items() if value}


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """我昨天从武汉坐高铁回来: opens the form with what that says."""
    found = glean(said.text, setting) if context.place == "private" else {}
    if "came_from" not in found and "city" not in found:
        return None
    return Outcome(then=("returnee", {**known_already(context, reads), **found}))


def on_finished(report: ReturneeReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Register the return; from Wuhan or Hubei the person is watched from the day of arrival."""
    arrived = date.fromisoformat(report.arrived)
    match = f"{report.village}/{report.name}/{report.arrived}"
    known = reads.return_like(match)
    if known is not None:
        return _joined(report, known, context, reads)
    duty = _open(report.village, context, now, reads.new_number(), {**_card(report), "text": "", "unfinished": False})
    kept = ReturnRegistered(context.sender, report.village, match, report.came_from, arrived, _plain(report), duty.ref)
    facts: list[object] = [_told(report, context), kept, DutyOpened(duty, who=context.sender, chat=context.chat)]
    until = isolation_ends(arrived, context.town)
    watched = must_isolate(report.came_from, context.town) and report.who == "self"
    over = until <= now
    if watched and not over:
        since = now if context.watched else datetime.combine(arrived, datetime.min.time(), context.town.zone)
        facts.append(WatchStarted(context.sender, report.village, report.came_from, since, until))
    last = (until - timedelta(days=1)).date()
    values = {"report": report, "duty": duty, "until": last, "isolate": must_isolate(report.came_from, context.town),
              "days": context.town.isolation_days, "over": over, "times": context.town.checkin_times}  # fmt: skip
    return Outcome(tuple(facts), (Say("returnee.registered", values),))


def on_handed_over(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Left lying, or not to be read: it goes to the cadres as it stands, and somebody rings."""
    if not set(answers) - {"village", "phone"} and not context.village:
        return Outcome(says=(Say("returnee.handed_over"),))
    village = str(answers.get("village") or context.village or "")
    card = {"who": mask(str(answers.get("name") or context.name)), "place": _spot(answers.get("house")),
            "phone": str(answers.get("phone") or context.phone), "text": "", "unfinished": True,
            "from": answers.get("came_from", ""), "city": answers.get("city", ""), "arrived": answers.get("arrived",
            ""), "transport": answers.get("transport", ""), "symptoms": answers.get("symptoms", "")}  # fmt: skip
    duty = _open(village, context, now, reads.new_number(), card)
    return Outcome((DutyOpened(duty, who=context.sender, chat=context.chat),), (Say("returnee.handed_over"),))


def _joined(report: ReturneeReport, known: dict[str, Any], context: Context, reads: Reads) -> Outcome:
    """The same person told of twice is one return; what is new is added to its card."""
    duty = reads.duty(str(known.get("duty", "")))
    if duty is None:
        return Outcome(says=(Say("returnee.known", {"report": report, "duty": None}),))
    moved = replace(duty, card={**duty.card, **_card(report)})
    return Outcome(
        (DutyMoved(moved, "added", context.sender, context.chat),),
        (Say("returnee.known", {"report": report, "duty": duty}),),
    )


def _told(report: ReturneeReport, context: Context) -> PersonTold:
    """What the report says of the person who writes; a relative's name is not the writer's."""
    if report.who != "self":
        return PersonTold(context.sender, village=context.village or report.village, phone=report.phone)
    return PersonTold(context.sender, report.name, report.village, _spot(report.house), report.phone)


def _open(village: str, context: Context, now: datetime, ref: str, card: dict[str, Any]) -> Duty:
    return open_duty(
        Duty(ref, "return", now, village, subject=context.sender, responsible=context.cadre, card=card)
    )  # fmt: skip


def _card(report: ReturneeReport) -> dict[str, Any]:
    """What the cadres need to go and see, and no more."""
    return {
        "who": mask(report.name), "place": _spot(report.house), "phone": report.phone, "from": report.came_from,
        "city": report.city or "", "arrived": report.arrived, "transport": report.transport,
        "trip_number": report.trip_number or "", "with": len(report.companions), "symptoms": report.symptoms,
        "contact": report.contact, "relative": report.who != "self",
    }  # fmt: skip


def _plain(report: ReturneeReport) -> dict[str, Any]:
    return dict(vars(report))


def _spot(place: Any) -> str:
    return f"{place['lat']},{place['lon']}" if isinstance(place, dict) else str(place or "")
