"""A fever told while a return is filled in rings at once, whoever has it, and those who run to a cry for help read who and where
as it is answered; without it both would wait for the end of the form, and go with it when that is cancelled."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from chat.form import Answers, Setting
from chat.incoming import Said
from chat.letter import Outcome, Say
from chat.reading.phrases import among
from chat.reading.temperature import Read, highest_in, is_hearsay, is_of_oneself, is_of_others, read_when_asked
from rules.context import Context
from rules.duty import Duty
from rules.facts import DutyMoved, DutyOpened, TemperatureTaken
from rules.fevers import fever_of, of_house
from rules.privacy import mask
from rules.telling import still_unknown

RINGS = ("fever", "breath")
"""How somebody who has come home may feel that does not wait for the rest of the report."""
ONE_CASE = timedelta(hours=1)
"""How long after a cry for help what is answered belongs to it."""


class Reads(Protocol):
    """What this asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def label(self, block: str, key: str) -> str:
        """The first word of a vocabulary's line, in the language of whoever speaks."""


def meanwhile(before: Answers, answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome | None:
    """After each answer: a fever that was told now rings, and what is told after it or after a cry for help (whose, where) is
    added to its card."""
    if (cry := _cry_known(answers, context, reads, now)) is not None:
        fever = _fever(before, answers, context, reads, now) or Outcome()
        return replace(
            fever, facts=(cry, *fever.facts), says=(Say("danger.more_kept", {"duty": cry.duty}), *fever.says)
        )
    return _fever(before, answers, context, reads, now)


def _cry_known(answers: Answers, context: Context, reads: Reads, now: datetime) -> DutyMoved | None:
    """Who, where and which phone, on the card of the cry for help that broke into the form, where that is not on it yet."""
    cries = [d for d in reads.open_duties_of(context.sender, "urgent") if d.opened_at + ONE_CASE >= now]
    told = known_of(answers, context)
    names = ("place", "phone") if _of_relative(answers) else ("who", "place", "phone")
    more = {name: told[name] for name in names if told[name] and not cries[-1].shown[name]} if cries else {}
    if cries and "who" in names and answers.get("name") and told["who"] != cries[-1].shown["who"]:
        more["who"] = told["who"]
    return added(cries[-1], more, answers, context, now) if more else None


def as_told(answers: Answers, context: Context) -> Context:
    """Who writes, and where they are to be found, by what is answered so far."""
    known, own = known_of(answers, context), not _of_relative(answers)
    name = str(answers.get("name") or "") if own else ""
    village = context.village or str(answers.get("village") or "")
    return replace(context, name=name or context.name, village=village, home=known["place"], phone=known["phone"])


def _fever(before: Answers, answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome | None:
    was, felt = before.get("symptoms"), answers.get("symptoms")
    if was not in RINGS and felt not in RINGS:
        return None
    duty = fever_told(answers, context, reads)
    new = felt in RINGS and felt != was
    if duty is None:
        return (
            _rung(answers, reads.label("returnee.symptoms_options", str(felt)), "", context, reads, now)
            if new
            else None
        )
    later = {} if felt in RINGS else {"later": reads.label("returnee.symptoms_options", str(felt))} if felt else {}
    fact = added(duty, {**known_of(answers, context), **later}, answers, context, now)
    says = (_say(duty, answers),) if new else ()
    return Outcome((fact,) if fact else (), says) if fact or says else None


def told_at_once(text: str, answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """俺儿子昨天从武汉回来，发烧38.5: what the sentence that opens a return says of a fever."""
    if answers.get("symptoms") not in RINGS:
        return Outcome()
    who_open = "who" not in answers
    if who_open and is_of_others(
        text
    ):  # until it is asked whose return that is, the fever is that of whom it speaks of
        answers = {**answers, "who": "relative"}
    highest = highest_in(text)
    value = f"{highest // 10}.{highest % 10}" if highest >= context.town.fever else ""
    if (duty := fever_told(answers, context, reads)) is None:
        return _rung(answers, " ".join(text.split())[:200], value, context, reads, now, who_open)
    fact = added(duty, {**known_of(answers, context), **({"value": value} if value else {})}, answers, context, now)
    return Outcome((fact,) if fact else (), (_say(duty, answers),))


def hear_of_relative(
    said: Said, answers: Answers, context: Context, reads: Reads, now: datetime, setting: Setting
) -> Outcome | None:
    """38.5, said at a question about a relative, is the relative's and not the writer's, unless they say that it is theirs."""
    found = read_when_asked(said.text) if answers.get("who") == "relative" else None
    if not isinstance(found, Read) or is_of_oneself(said.text):
        return None
    value, fever = f"{found.tenths // 10}.{found.tenths % 10}", found.tenths >= context.town.fever
    name = str(answers.get("name") or "")
    kept = of_house(context.sender, name or reads.label("returnee.who_options", "relative"))
    village = str(answers.get("village") or context.village)
    taken = TemperatureTaken(kept, village, found.tenths, fever, now)
    duty = fever_told(answers, context, reads)
    if duty is None and fever:
        rung = _rung(answers, "", value, context, reads, now)
        return replace(rung, facts=(taken, *rung.facts))
    shown = Say("returnee.of_relative", {"value": value, "fever": fever, "duty": duty})
    if duty is None:
        return Outcome((taken,), (shown,))
    fact = added(duty, {"value": value, "later": ""} if fever else {"later": value}, answers, context, now)
    return Outcome((taken, *((fact,) if fact else ())), (shown,))


def of_another(said: Said, answers: Answers, setting: Setting) -> bool:
    """俺媳妇有点烧 in one's own report, 我也发烧了 in a relative's: no answer about the one it is filled in for."""
    if answers.get("who") == "relative":
        other = is_of_oneself(said.text)
    else:
        other = "who" in answers and is_of_others(said.text) and not is_hearsay(said.text)
    return other and among(said.text, setting.words.ways("felt.signs")) == "fever"


def on_cancelled(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """取消 takes back the report, not the fever or the cry for help: somebody rings and asks."""
    cries = [d for d in reads.open_duties_of(context.sender, "urgent") if d.opened_at + ONE_CASE >= now]
    if cries:
        return Outcome(says=(Say("returnee.cancelled_but_coming", {"duty": cries[-1]}),))
    duty = fever_told(answers, context, reads)
    if duty is None or (answers.get("symptoms") not in RINGS and not duty.card.get("of_return")):
        return Outcome()
    then = None if duty.village else ("whereabouts", {"ref": f"{duty.ref}.{still_unknown(duty)}"})
    return Outcome(
        says=(Say("returnee.cancelled_but_told", {"duty": duty, "relative": _of_relative(answers)}),), then=then
    )


def fever_told(answers: Answers, context: Context, reads: Reads) -> Duty | None:
    """The open fever of whom these answers are about: the writer's own, or that of this relative and no other."""
    name = str(answers.get("name") or "")
    for duty in reads.open_duties_of(context.sender, "fever"):
        same = bool(duty.card.get("relative")) == _of_relative(answers) or duty.card.get("who_open")
        if same and not (name and duty.card.get("name") and duty.card.get("name") != name):
            return duty
    return None


def known_of(answers: Answers, context: Context) -> dict[str, Any]:
    """What the answers say of who is ill and where."""
    relative, name = _of_relative(answers), str(answers.get("name") or "")
    house = answers.get("house")
    place = f"{house['lat']},{house['lon']}" if isinstance(house, dict) else str(house or context.home)
    return {
        "who": mask(name or context.name), "name": name, "relative": relative, "family": relative and not name,
        "who_open": "who" not in answers, "place": place, "phone": str(answers.get("phone") or context.phone),
        "from": str(answers.get("came_from") or ""), "of_return": True,
    }  # fmt: skip


def added(
    duty: Duty, card: dict[str, Any], answers: Answers, context: Context, now: datetime
) -> DutyMoved | None:  # fmt: skip
    """More on the card of the fever; once its village is known those of the right village are rung. None: nothing is new."""
    village = duty.village or str(answers.get("village") or context.village)
    moved = replace(duty, card={**duty.card, **card}, village=village)
    if moved.village != duty.village:
        moved = replace(moved, told=(), rung_at=now)
    return DutyMoved(moved, "added", context.sender, context.chat) if moved != duty else None


def _rung(
    answers: Answers, said: str, value: str, context: Context, reads: Reads, now: datetime, who_open: bool = False
) -> Outcome:
    village = str(answers.get("village") or context.village)
    card = {**known_of(answers, context), "said": said, "value": value}
    card["who_open"] = card["who_open"] or who_open
    duty = replace(fever_of(context, reads.new_number(), now, **card), village=village)
    return Outcome((DutyOpened(duty, who=context.sender, chat=context.chat),), (_say(duty, answers),))


def _say(duty: Duty, answers: Answers) -> Say:
    return Say(
        "returnee.fever_told", {"duty": duty, "relative": _of_relative(answers), "sign": answers.get("symptoms")}
    )


def _of_relative(answers: Answers) -> bool:
    return answers.get("who") == "relative"
