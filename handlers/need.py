"""A need of somebody at home: kept with its first sentence, closed within two hours; without it rice would run
out in silence."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chat.form import Answers, Form, Question, Setting
from chat.incoming import Said
from chat.kinds import Beside, OneOf, PlaceOf, Spot, Text
from chat.letter import Outcome, Say
from chat.reading.haste import hastes
from chat.reading.lacks import is_about_food, is_hungry, says_besides, says_only, things
from chat.reading.phrases import matches
from chat.reading.sameness import same_thing, same_words
from rules.climbing import hastened
from rules.context import Context
from rules.duty import Duty, Refusal, open_duty
from rules.facts import DutyMoved, DutyOpened, PersonTold
from rules.moves import postpone
from rules.privacy import mask
from rules.quiet import ANSWER_WITHIN, is_quiet, morning
from rules.refiled import AGAIN_WITHIN, goes_on, going_on

HASTE = "need.urgent_now"
SHORT = 8
"""Letters below which a sentence that says thanks says nothing else."""


class Reads(Protocol):
    """What this conversation asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number, locked."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def taken_back(self, person: str, since: datetime) -> tuple[Duty, ...]:
        """The needs that this person has taken back since then, the latest first."""

    def name_of(self, address: str) -> str:
        """What a person is called."""

    def named(self, block: str, text: str) -> str:
        """The key of the first line of a vocabulary whose word is in the text; empty when none is."""

    def all_named(self, block: str, text: str) -> tuple[str, ...]:
        """The keys of all lines of a vocabulary of which a word is in the text."""


@dataclass(frozen=True)
class NeedReport:
    """What is needed."""

    what: str


@dataclass(frozen=True)
class MoreReport:
    """What is asked after a need is already on its way: which, the village and house if not known, how urgent."""

    ref: str
    tonight: str | None
    village: str | None
    place: str | dict[str, float] | None
    urgency: str | None


def _asks_village(answers: Answers) -> bool:
    """What is unknown is noted behind the number: ``12.vp`` asks for village and place."""
    return "v" in str(answers.get("ref", "")).partition(".")[2]


def _asks_place(answers: Answers) -> bool:
    return "p" in str(answers.get("ref", "")).partition(".")[2]


def _asks_tonight(answers: Answers) -> bool:
    """At night, and not urgent by its words."""
    return "n" in str(answers.get("ref", "")).partition(".")[2]


def _asks_urgency(answers: Answers) -> bool:
    """Not when its words say so already, nor when it can wait till morning."""
    return "u" in str(answers.get("ref", "")).partition(".")[2] and answers.get("tonight") != "morning"


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
        Question("tonight", Beside(OneOf(), HASTE), when=_asks_tonight, optional=True),
        Question("village", PlaceOf("village"), when=_asks_village, optional=True),
        Question("place", Beside(Spot(longest=60, within="village"), HASTE), when=_asks_place, optional=True),
        Question("urgency", Beside(OneOf(), HASTE), when=_asks_urgency, optional=True),
    ),
    summary=False,
    idle="hand_over",
    idle_after=timedelta(minutes=3),
)


def on_finished(report: NeedReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """The need is a duty from its first sentence on; what is asked after that is added to its card."""
    if len(report.what) < SHORT and reads.named("need.none", report.what):
        return Outcome(says=(Say("need.is_none"),))
    same = [d for d in reads.open_duties_of(context.sender, "need") if _is_same(d, report.what, reads)]
    if same:
        return _known_already(same[0], context, now)
    duty = _open(report.what, context, reads, now)
    says = Say("need.registered", {"duty": duty, "due": _clock(duty, context), "what": report.what,
                             "again": duty.card.get("again", ""), "late": _is_late(duty, now),
                             "responsible": reads.name_of(context.cadre) if context.cadre else ""})  # fmt: skip
    unknown = _unknown(duty, context, now)
    then = ("need_more", {"ref": f"{duty.ref}.{unknown}"}) if unknown else None
    opened = DutyOpened(duty, str(duty.card.get("again", "")), context.chat, context.sender)
    return Outcome((opened,), (says,), then=then)


def _is_same(duty: Duty, what: str, reads: Reads) -> bool:
    """Alike, and nothing is named that was not before. Medicine is the same only word for word: 没药了，心口药 is not 没药了."""
    before = _text(duty)
    if things(what) - things(before):
        return False
    if hastes(what, reads.all_named)[:1] == ("medicine",):
        return same_words(before, what)
    return same_thing(before, what)


def _text(duty: Duty) -> str:
    return str(duty.card.get("text"))


def _open(what: str, context: Context, reads: Reads, now: datetime) -> Duty:
    haste = hastes(what, reads.all_named)
    duty = open_duty(
        Duty(
            reads.new_number(), "need", now, context.village, subject=context.sender, responsible=context.cadre,
            stand_in=context.stand_in, due_at=now + context.town.need_within, urgency="now" if haste else "",
            card={"who": mask(context.name), "place": context.home, "phone": context.phone, "text": what,
                  "urgency": "now" if haste else "", **({"haste": list(haste)} if haste else {})},
        )
    )  # fmt: skip
    back = reads.taken_back(context.sender, now - max(context.town.need_within, AGAIN_WITHIN))
    old = next((d for d in back if _is_same(d, what, reads)), None)
    if old is not None and goes_on(old, now):
        duty = going_on(duty, old, now)
    waits = is_quiet(now, context.town) and not haste
    return replace(duty, rung_at=now + ANSWER_WITHIN) if waits else duty


def _unknown(duty: Duty, context: Context, now: datetime) -> str:
    """What is still to be asked, a letter each: tonight, village, place, urgency."""
    asked = {
        "n": duty.rung_at != now, "v": not context.village, "p": not context.home, "u": not duty.urgency,
    }  # fmt: skip
    return "".join(letter for letter, unknown in asked.items() if unknown)


def on_more(report: MoreReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """What was asked after the need is added to its card, and those who have the card learn of it."""
    duty = reads.duty(report.ref.partition(".")[0])
    if duty is None or duty.over:
        return Outcome(says=(Say("need.already_over"),))
    place = report.place if isinstance(report.place, str) else _spot(report.place)
    urgency = report.urgency or duty.urgency
    card = {**duty.card, "urgency": urgency, "place": place or duty.card.get("place", "")}
    moved = replace(duty, card=card, village=duty.village or report.village or "", urgency=urgency)
    if report.urgency == "now":
        moved = _hurried(moved, context, now, ("said",))
    if report.tonight == "morning":
        return _until_morning(moved, context, now)
    if (moved.rung_at is not None and not moved.told) or moved.village != duty.village:
        # Nobody was rung yet, or nobody of the right village: the first rung is due now.
        moved = replace(moved, told=(), rung_at=now)
    added = DutyMoved(moved, "added", context.sender, context.chat)
    facts: tuple[object, ...] = (added,) if moved != duty else ()
    if place or report.village:
        facts += (PersonTold(context.sender, village=report.village or "", place=place),)
    told = bool(report.urgency or place or report.village or report.tonight)
    return Outcome(facts, (_kept(moved, context, now, told),))


def on_left(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Nobody went on: what was answered until then is added all the same, without a word."""
    if not set(answers) - {"ref"}:
        return Outcome()
    return replace(on_more(need_more.report(answers), context, reads, now), says=())


def is_moot(answers: Answers, facts: tuple[object, ...]) -> bool:
    """Whether the need that more is asked about was just taken back, or called done or not done: nobody asks then how urgent."""
    ref = str(answers.get("ref", "")).partition(".")[0]
    ends = ("cancelled", "confirmed", "reopened")
    return any(isinstance(fact, DutyMoved) and fact.duty.ref == ref and fact.what in ends for fact in facts)


def _until_morning(duty: Duty, context: Context, now: datetime) -> Outcome:
    """明早再办: only the asker may say so, and it is counted in a column of its own."""
    begins = morning(now, context.town)
    moved = postpone(duty, begins, begins + context.town.need_within)
    if isinstance(moved, Refusal):
        return Outcome(says=(Say(f"duty.{moved.why}", {"duty": duty}),))
    fact = DutyMoved(moved, "postponed", context.sender, context.chat)
    return Outcome((fact,), (Say("need.till_morning", {"duty": moved, "due": _clock(moved, context)}),))


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """A sentence that names a lack: a need, whoever says it in private. Thanks and the like are none."""
    text = " ".join(said.text.split())[:300]
    if context.place != "private" or not text or (context.staff and not context.watched):
        return None
    mine = reads.open_duties_of(context.sender, "need")
    if not things(text) - {thing for duty in mine for thing in things(_text(duty))}:
        if (more := _more_urgent(text, context, reads, now, setting)) is not None:
            return more
        if mine and (chosen := _tonight_or_morning(text, mine, context, now, setting)) is not None:
            return chosen
        if mine and reads.named("need.nag", text):
            return _known_already(mine[-1], context, now)
    if not (things(text) or _has_sign(text, context, reads, setting)):
        return None
    return on_finished(NeedReport(text), context, reads, now)


def _has_sign(text: str, context: Context, reads: Reads, setting: Setting) -> bool:
    """One of the words of a lack; from somebody who is watched also a wish, and an urgent word with something besides."""
    signs = setting.words.options("need.signs")
    heard = (*signs["lack"], *signs["want"]) if context.watched else signs["lack"]
    if any(sign.lower() in text.lower() for sign in heard):
        return True
    return context.watched and says_besides(text, setting.words.options("need.urgent_now")["now"])


def polite(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """Thanks, a nod or a greeting is answered as one, and makes nothing."""
    words = setting.words.options("need.polite")
    sort = next((key for key, phrases in words.items() if matches(said.text, phrases)), "")
    return Outcome(says=(Say("need.polite_answer", {"sort": sort}),)) if sort and context.place == "private" else None


def _more_urgent(text: str, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """很急, 急，孩子饿了: that and nothing else, said of what was asked before; tonight after all, or marked on the card."""
    words = setting.words.options("need.urgent_now")["now"]
    if reads.named("need.urgent_now", text) != "now" or not says_only(text, words):
        return None
    why = hastes(text, reads.all_named)
    known = reads.open_duties_of(context.sender, "need")
    if is_hungry(text):
        known = tuple(d for d in known if is_about_food(_text(d)))
    if not known:
        return None
    slept = next((d for d in known if d.postponed and d.starts_at and d.starts_at > now), None)
    if slept is not None:
        return _tonight_after_all(slept, context, now, why)
    mine = [d for d in known if d.state != "reported" and not {"now", *why} <= d.hastes]
    if not mine:
        return _known_already(known[-1], context, now)
    latest = max(mine, key=lambda d: (d.urgency != "now", d.opened_at))
    moved = _hurried(latest, context, now, why)
    fact = DutyMoved(moved, "added", context.sender, context.chat, text)
    if latest.urgency == "now":
        return replace(_known_already(known[-1], context, now), facts=(fact,))
    return Outcome((fact,), (_kept(moved, context, now),))


def _tonight_or_morning(
    text: str, mine: tuple[Duty, ...], context: Context, now: datetime, setting: Setting
) -> Outcome | None:  # fmt: skip
    """明早, or 今晚就要, said at night when the form that asks for it is gone: good as long as nobody has taken the need."""
    options = setting.words.options("need_more.tonight_options").items()
    chosen = next((key for key, words in options if matches(text, words)), "")
    if not chosen or not is_quiet(now, context.town):
        return None
    latest = max(mine, key=lambda d: d.opened_at)
    sleeps = latest.postponed and latest.starts_at is not None and latest.starts_at > now
    if chosen == "morning" and not sleeps:
        taken = Outcome(says=(Say("need.taken_already", {"duty": latest, "due": _clock(latest, context)}),))
        return taken if latest.holder else _until_morning(latest, context, now)
    if chosen == "now" and sleeps:
        return _tonight_after_all(latest, context, now, ("said",))
    return _known_already(latest, context, now)


def _kept(duty: Duty, context: Context, now: datetime, told: bool = True) -> Say:
    """What was said more is kept; a promise that is past is not made again."""
    return Say(
        "need.more_kept", {"duty": duty, "due": _clock(duty, context), "told": told, "late": _is_late(duty, now)}
    )


def _is_late(duty: Duty, now: datetime) -> bool:
    return duty.due_at is not None and duty.due_at <= now


def _known_already(duty: Duty, context: Context, now: datetime) -> Outcome:
    """Said again, or asked after: how it stands, and no second need."""
    shown = {"duty": duty, "due": _clock(duty, context), "late": _is_late(duty, now)}
    return Outcome(says=(Say("need.same", shown),))


def _hurried(duty: Duty, context: Context, now: datetime, why: tuple[str, ...]) -> Duty:
    """Urgent, and why: its card has it, and its ladder goes by it from now on."""
    haste = list(dict.fromkeys((*duty.card.get("haste", ()), *why)))
    moved = replace(duty, urgency="now", card={**duty.card, "urgency": "now", "haste": haste})
    return hastened(moved, context.town.ladders.get(duty.ladder, ()), now)


def _tonight_after_all(slept: Duty, context: Context, now: datetime, why: tuple[str, ...]) -> Outcome:
    """急, said after 明早再办: tonight after all, on a clock that begins now."""
    hurried = _hurried(slept, context, now, why)
    moved = replace(hurried, starts_at=now, due_at=now + context.town.need_within, told=(), rung_at=now)
    return Outcome((DutyMoved(moved, "urgent", context.sender, context.chat),), (_kept(moved, context, now),))


def _clock(duty: Duty, context: Context) -> str:
    return duty.due_at.astimezone(context.town.zone).strftime("%H:%M") if duty.due_at else ""


def _spot(place: dict[str, float] | None) -> str:
    return f"{place['lat']},{place['lon']}" if place else ""
