"""A need of somebody at home: kept with its first sentence, closed within two hours; without it rice would run out in silence."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chat.form import Answers, Form, Question, Setting
from chat.incoming import Said
from chat.kinds import OneOf, PlaceOf, Spot, Text
from chat.letter import Outcome, Say, Tell
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened, PersonTold
from rules.privacy import mask


class Reads(Protocol):
    """What this conversation asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number, locked."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def name_of(self, address: str) -> str:
        """What a person is called."""


@dataclass(frozen=True)
class NeedReport:
    """What is needed."""

    what: str


@dataclass(frozen=True)
class MoreReport:
    """What is asked after a need is already on its way: which, the village and house if not known, how urgent."""

    ref: str
    village: str | None
    place: str | dict[str, float] | None
    urgency: str | None


def _asks_village(answers: Answers) -> bool:
    """What is unknown is noted behind the number: ``12.vp`` asks for village and place."""
    return "v" in str(answers.get("ref", "")).partition(".")[2]


def _asks_place(answers: Answers) -> bool:
    return "p" in str(answers.get("ref", "")).partition(".")[2]


need = Form(
    name="need",
    makes=NeedReport,
    questions=(Question("what", Text(longest=300, shortest=2)),),
    summary=False,
)

need_more = Form(
    name="need_more",
    makes=MoreReport,
    questions=(
        Question("ref", Text(), hidden=True),
        Question("village", PlaceOf("village"), when=_asks_village, optional=True),
        Question("place", Spot(longest=60), when=_asks_place, optional=True),
        Question("urgency", OneOf(), optional=True),
    ),
    summary=False,
    idle="forget",
    idle_after=timedelta(minutes=30),
)


def on_finished(report: NeedReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """The need is a duty from its first sentence on; what is asked after that is added to its card."""
    same = [d for d in reads.open_duties_of(context.sender, "need") if d.card.get("text") == report.what]
    if same:
        return Outcome(says=(Say("need.same", {"duty": same[0], "due": _clock(same[0], context)}),))
    duty = open_duty(
        Duty(
            reads.new_number(), "need", now, context.village, subject=context.sender, responsible=context.cadre,
            due_at=now + context.town.need_within,
            card={"who": mask(context.name), "place": context.home, "phone": context.phone, "text": report.what},
        )
    )  # fmt: skip
    unknown = ("v" if not context.village else "") + ("p" if not context.home else "")
    says = Say("need.kept", {"duty": duty, "due": _clock(duty, context), "what": report.what,
                             "responsible": reads.name_of(context.cadre) if context.cadre else ""})  # fmt: skip
    then = ("need_more", {"ref": f"{duty.ref}.{unknown}"})
    return Outcome((DutyOpened(duty, who=context.sender, chat=context.chat),), (says,), then=then)


def on_more(report: MoreReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """What was asked after the need is added to its card, and those who have the card learn of it."""
    duty = reads.duty(report.ref.partition(".")[0])
    if duty is None or duty.over:
        return Outcome(says=(Say("need.already_over"),))
    place = report.place if isinstance(report.place, str) else _spot(report.place)
    card = {**duty.card, "urgency": report.urgency or "", "place": place or duty.card.get("place", "")}
    moved = replace(duty, card=card, village=duty.village or report.village or "")
    facts: tuple[object, ...] = (DutyMoved(moved, "added", context.sender, context.chat),)
    if place or report.village:
        facts += (PersonTold(context.sender, village=report.village or "", place=place),)
    worth_telling = place or report.urgency in ("now", "soon") or report.village
    village = context.town.village(moved.village)
    to = tuple(dict.fromkeys(a for a in (village.cadres if village else "", moved.holder) if a and worth_telling))
    values = {"duty": moved, "card": card}
    tells = tuple(Tell(a, "need.card_added", values, duty=moved.ref) for a in to)
    return Outcome(facts, (Say("need.more_kept", {"duty": moved, "due": _clock(moved, context)}),), tells)


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """A sentence that names a lack, from somebody who is watched: a need. Thanks and the like are none."""
    if context.place != "private" or not context.watched or not said.text.strip():
        return None
    text = said.text.strip()
    signs = [word for words in setting.words.options("need.signs").values() for word in words]
    if not any(sign.lower() in text.lower() for sign in signs):
        return None
    return on_finished(NeedReport(" ".join(text.split())[:300]), context, reads, now)


def _clock(duty: Duty, context: Context) -> str:
    return duty.due_at.astimezone(context.town.zone).strftime("%H:%M") if duty.due_at else ""


def _spot(place: dict[str, float] | None) -> str:
    return f"{place['lat']},{place['lon']}" if place else ""
