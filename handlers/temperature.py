"""A temperature, called for at the check-in times or sent unasked; without it a fever would be found by chance."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chat.form import Answers, Form, Question, Setting
from chat.incoming import Said
from chat.kinds import Text
from chat.letter import Outcome, Say, Tell
from chat.reading.household import read_each
from chat.reading.phrases import among
from chat.reading.temperature import (
    Ask,
    Read,
    asks_what_fever_is,
    besides,
    highest_in,
    is_about_somebody,
    is_hearsay,
    is_of_others,
    names_a_price,
    read_in_clause,
    read_unasked,
    read_when_asked,
)
from handlers.degrees import Degrees, degrees
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened, TemperatureTaken
from rules.fevers import fever_of, of_house, standing
from rules.privacy import mask
from rules.telling import still_unknown

VAGUE = ("hot", "weak")
"""Signs that a healthy person may speak of, too."""
BRIEF = 20
"""Letters: in a longer message 头疼 may be a way of speaking."""
GRAVE = ("cough", "weak")
"""Signs that tell something of somebody under observation without a fever."""
SHORT, SHORT_LATIN = 25, 60
"""Letters of a message in which a number like 38.4 is hardly anything but a temperature."""
ALONE = 6
"""Letters in which there is room for a temperature and nothing else."""


class Reads(Protocol):
    """What this conversation asks."""

    def called_at(self, person: str) -> datetime | None:
        """For when a temperature was asked that has not come; None when none is awaited."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def checkin_open(self, person: str) -> bool:
        """Whether a temperature was asked for and not answered."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def named(self, block: str, text: str) -> str:
        """The key of the first line of a vocabulary whose word is in the text; empty when none is."""


@dataclass(frozen=True)
class TemperatureReport:
    """One temperature in tenths of a degree Celsius."""

    value: int


@dataclass(frozen=True)
class FeltReport:
    """The temperature of somebody who said that they feel ill: in which words, and which sign that is."""

    said: str
    sign: str
    value: int


temperature = Form(
    name="temperature",
    makes=TemperatureReport,
    questions=(Question("value", Degrees()),),
    summary=False,
    hands_over_after=2,
)

felt = Form(
    name="felt",
    makes=FeltReport,
    questions=(
        Question("said", Text(), hidden=True),
        Question("sign", Text(), hidden=True),
        Question("value", Degrees()),
    ),
    summary=False,
    idle="hand_over",
    idle_after=timedelta(minutes=10),
    hands_over_after=2,
)


def on_finished(report: TemperatureReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Keep the value and say it back; a fever becomes a duty at once, and a missed check-in it answers is closed."""
    return _taken(report.value, "", context, reads, now)


def on_felt(report: FeltReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Somebody who feels ill has measured. A cough of somebody under observation is told without a fever, too."""
    grave = context.watched and report.sign in GRAVE
    return _taken(report.value, report.said if grave else "", context, reads, now)


def on_felt_left(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Somebody who feels ill sent no number: the village is told all the same, and nobody waits for a thermometer."""
    fact = _told(_all_said(answers), "", context, reads, now)
    return Outcome((fact,), (Say("felt.handed_over", {"duty": fact.duty}),), then=_where(fact))


def on_felt_cancelled(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """取消 just after 发烧了 takes back the measuring, not the fever: somebody rings and asks."""
    fact = _told(_all_said(answers), "", context, reads, now)
    return Outcome((fact,), (Say("felt.told_all_the_same", {"duty": fact.duty}),), then=_where(fact))


def on_felt_unasked(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome | None:
    """我发烧了, said while something else is asked: the village knows at once, as nobody is asked for a number now."""
    if answers.get("sign") != "fever":
        return None
    fact = _told(_all_said(answers), "", context, reads, now)
    return Outcome((fact,), (Say("felt.told", {"duty": fact.duty}),))


def _all_said(answers: Answers) -> str:
    """What was said first, and what could not be read after it."""
    return _short(" / ".join(x for x in (str(answers.get("said", "")), *answers.get("unread", ())) if x))


def on_unreadable(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """No number twice. Whom the village has asked for it is rung, with the words as they stand; of anybody else nobody waits
    for a number, and the question is let go, with a way to a thermometer."""
    slot = reads.called_at(context.sender) if context.watched else None
    if slot is None:
        return Outcome(says=(Say("temperature.let_go"),))
    said = _all_said(answers)
    standing = reads.open_duties_of(context.sender, "missed")
    fact: DutyMoved | DutyOpened
    if standing:
        card = {**standing[0].card, "said": said, "slot": slot.isoformat()}
        fact = DutyMoved(replace(standing[0], card=card), "added", context.sender, context.chat, said)
    else:
        card = {"who": mask(context.name), "place": context.home, "phone": context.phone, "said": said,
                "asked": slot.astimezone(context.town.zone).strftime("%H:%M"), "slot": slot.isoformat()}  # fmt: skip
        duty = Duty(reads.new_number(), "missed", now, context.village, subject=context.sender,
                    responsible=context.cadre, card=card)  # fmt: skip
        fact = DutyOpened(open_duty(duty), who=context.sender, chat=context.chat)
    return Outcome((fact,), (Say("temperature.handed_over"),))


def _taken(value: int, said: str, context: Context, reads: Reads, now: datetime, apart: str = "") -> Outcome:
    """A temperature, and what was ``said`` with it when the village must know of that; ``apart``: the fever that is not theirs."""
    fever = value >= context.town.fever
    taken = TemperatureTaken(context.sender, context.village, value, fever, now)
    shown = {"value": degrees(value), "fever": fever, "context": context}
    late = _answers_missed(degrees(value), context, reads, now)
    facts: tuple[object, ...] = (*late, taken)
    tells = tuple(_no_need_to_look(fact) for fact in late if fact.duty.holder)
    known = standing((d for d in reads.open_duties_of(context.sender, "fever") if d.ref != apart), of_relative=False)
    if not fever and not said and known:
        moved = replace(known, card={**known.card, "later": degrees(value)})
        facts += (DutyMoved(moved, "added", context.sender, context.chat, degrees(value)),)
        return Outcome(facts, (Say("temperature.noted_after", {**shown, "duty": moved}),), tells)
    if not fever and not said:
        return Outcome(facts, (Say("temperature.noted", shown),), tells)
    told = _told(said, degrees(value), context, reads, now)
    block = "temperature.fever_again" if known else "temperature.fever"
    if not fever:
        block = "felt.noted"
    return Outcome((*facts, told), (Say(block, {**shown, "duty": told.duty}),), tells, _where(told))


def _of_house(each: tuple[tuple[str, int], ...], text: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Temperatures of several who share a phone: the writer's own as ever, the others' kept beside it, a fever among them told
    at once, and each said back."""
    own = next((tenths for whose, tenths in each if not whose), None)
    others = [(whose, tenths) for whose, tenths in each if whose]
    fever = max(tenths for _, tenths in others) >= context.town.fever if others else False
    # 36.5 37.8 before it had a card of its own: that fever is whose it is now said to be.
    unsaid = next((d.ref for d in reads.open_duties_of(context.sender, "fever") if d.card.get("unclear")), "")
    mine = unsaid if own is not None and own >= context.town.fever else ""
    apart = unsaid if fever and not mine else ""
    first = _taken(own, "", context, reads, now, apart) if own is not None else Outcome()
    facts: tuple[object, ...] = tuple(
        TemperatureTaken(of_house(context.sender, whose), context.village, tenths, tenths >= context.town.fever, now)
        for whose, tenths in others
    )
    shown = {"others": [(whose, degrees(tenths)) for whose, tenths in others], "own": own is not None}
    then = first.then or (("temperature", {}) if own is None and reads.checkin_open(context.sender) else None)
    if not others:
        return first
    if fever:
        ill = max(others, key=lambda other: other[1])
        told = _told(_short(text), degrees(ill[1]), context, reads, now, family=True, apart=mine)
        says = Say("felt.of_family", {**shown, "duty": told.duty})
        return replace(first, facts=(*first.facts, *facts, told), says=(says, *first.says), then=_where(told) or then)
    known = standing(reads.open_duties_of(context.sender, "fever"), of_relative=True)
    if known is not None:
        moved = replace(known, card={**known.card, "later": _short(text)})
        facts += (DutyMoved(moved, "added", context.sender, context.chat, _short(text)),)
    says = Say("temperature.of_house", {**shown, "duty": known})
    return replace(first, facts=(*first.facts, *facts), says=(*first.says, says), then=then)


def is_told(answers: Answers, facts: tuple[object, ...]) -> bool:
    """Whether the writer's own temperature came in another way: then the open question about it is over."""
    return any(isinstance(fact, TemperatureTaken) and "#" not in fact.person for fact in facts)


def _told(
    said: str, value: str, context: Context, reads: Reads, now: datetime, family: bool = False, unclear: bool = False,
    apart: str = "",
) -> DutyMoved | DutyOpened:  # fmt: skip
    """The fever, or what feels like one, as a duty; more of the same is added to it. ``family``: of somebody of the house;
    ``unclear``: whose it is was not said; ``apart``: the fever that it is not."""
    of_whom = {"family": True, "relative": True} if family else {"unclear": True} if unclear else {}
    fevers = [duty for duty in reads.open_duties_of(context.sender, "fever") if duty.ref != apart]
    known = standing(fevers, family) or next((duty for duty in fevers if duty.card.get("unclear")), None)
    if known:
        before = {**known.card, "unclear": False, **of_whom} if known.card.get("unclear") else known.card
        more = {"more": [*before.get("more", ()), value], "value": value, "later": ""} if value else {}
        notes = {"notes": [*before.get("notes", ()), said][-5:]} if said else {}
        moved = replace(known, card={**before, **more, **notes})
        return DutyMoved(moved, "added", context.sender, context.chat, value or said)
    duty = fever_of(context, reads.new_number(), now, value=value, said=said, **of_whom)
    return DutyOpened(duty, who=context.sender, chat=context.chat)


def _where(told: DutyMoved | DutyOpened) -> tuple[str, dict[str, str]] | None:
    """Asked once of somebody whose village nobody knows."""
    ask = isinstance(told, DutyOpened) and not told.duty.village
    return ("whereabouts", {"ref": f"{told.duty.ref}.{still_unknown(told.duty)}"}) if ask else None


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
    if each := read_each(said.text):
        return replace(_of_house(each, said.text, context, reads, now), unheard=besides(said.text))
    read = read_when_asked if reads.checkin_open(context.sender) else read_unasked
    found = read(said.text)
    if found is None and said.attachment is not None and read is read_when_asked:
        return Outcome(then=("temperature", {}), answers=True)
    if found is None:
        found = read_in_clause(said.text)
    if isinstance(found, Read):
        taken = on_finished(TemperatureReport(found.tenths), context, reads, now)
        return replace(taken, unheard=besides(said.text)) if len(said.text) > ALONE else taken
    if not isinstance(found, Ask) or (found.reason in ("no_number", "which") and _is_more(said.text, context, setting)):
        return None
    if found.reason == "about" and (found.likely or 0) >= context.town.fever:
        fact = _told(_short(said.text), f"{(found.likely or 0) // 10}+", context, reads, now)
        return Outcome((fact,), (Say("felt.about", {"duty": fact.duty}),), then=_where(fact))
    if found.reason == "which" and highest_in(said.text) >= context.town.fever:
        # Whose it is may be asked; that somebody in that house has a fever does not wait for the answer.
        fact = _told(_short(said.text), "", context, reads, now, unclear=True)
        return Outcome((fact,), (Say("felt.whose", {"duty": fact.duty}),), then=_where(fact))
    if found.reason == "own" and (found.likely or 0) >= context.town.fever:
        # Whoever asks about a fever and falls silent is looked after.
        return Outcome(then=("felt", {"said": _short(said.text), "sign": "fever"}), answers=True)
    return Outcome(then=("temperature", {}), answers=True)


def hear_question(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """多少度算发烧: asked by whoever, answered; nobody is taken to be ill for that."""
    if context.place != "private" or not asks_what_fever_is(said.text):
        return None
    return Outcome(says=(Say("temperature.what_fever_is", {"fever": degrees(context.town.fever)}),))


def hear_felt(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """发烧了, 我咳嗽: asked for a number at once. Of somebody of the family the village is told at once."""
    if context.place != "private":
        return None
    sign = _sign(said.text, context, reads)
    if not sign and is_about_somebody(said.text) and among(said.text, setting.words.ways("felt.signs")) == "fever":
        return Outcome(says=(Say("felt.of_neighbour"),))
    if not sign and context.watched and any(x in said.text.lower() for x in setting.words.ways("felt.signs")["fever"]):
        return Outcome(then=("temperature", {}))  # 没有发烧: a number says it better
    if not sign and _sign(said.text, replace(context, watched=True), reads) and len(said.text) <= BRIEF:
        return Outcome(then=("temperature", {}))  # 头疼, said by whoever: a number says more, and nobody is alarmed
    if not sign:
        return None
    if is_of_others(said.text):
        highest = highest_in(said.text)
        fact = _told(_short(said.text), degrees(highest) if highest else "", context, reads, now, family=True)
        return Outcome(
            (fact,), (Say("felt.of_family", {"duty": fact.duty, "others": (), "own": False}),), then=_where(fact)
        )
    return Outcome(then=("felt", {"said": _short(said.text), "sign": sign}))


def hear_number(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """刚量的38.4比早上高: a fever in a short message that nobody else understands is not answered with a shrug."""
    short = len(said.text) <= (SHORT_LATIN if said.text.isascii() else SHORT)
    if context.place != "private" or not short or is_hearsay(said.text) or names_a_price(said.text):
        return None
    if is_of_others(said.text) or highest_in(said.text) < context.town.fever:
        return None
    return Outcome(then=("felt", {"said": _short(said.text), "sign": "fever"}), answers=True)


def _is_more(text: str, context: Context, setting: Setting) -> bool:
    """Whether a sentence without a number of one's own says something that others listen for: a sign, no thermometer."""
    ill = among(text, {"said": [word for words in setting.words.ways("felt.signs").values() for word in words]})
    lacks = any(word in text.lower() for word in setting.words.ways("felt.thermometer")["thermometer"])
    return bool(ill) or lacks or (is_of_others(text) and highest_in(text) >= context.town.fever)


def _sign(text: str, context: Context, reads: Reads) -> str:
    """How somebody feels ill by what they say; vague words count from those only whose days are counted."""
    if is_hearsay(text):
        return ""
    if is_of_others(text) and highest_in(text) >= context.town.fever:
        return "fever"
    sign = reads.named("felt.signs", text)
    known = context.watched or bool(reads.open_duties_of(context.sender, "return"))
    return sign if known or sign not in VAGUE else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:200]
