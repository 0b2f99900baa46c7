"""A need of somebody at home: kept with its first sentence, closed within two hours; without it rice would run
out in silence."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chat.beside import Beside, chosen, several
from chat.form import Answers, Form, Question, Setting
from chat.incoming import Said
from chat.kinds import OneOf, PlaceOf, Spot, Text
from chat.letter import Outcome, Say
from chat.reading.haste import hastes
from chat.reading.lacks import plain_lack, says_besides, things
from chat.reading.sameness import same_thing, same_words
from chat.reading.slips import slip_in
from handlers.need_known import (
    clock_of,
    how_urgent,
    hurried,
    is_late,
    kept,
    known_already,
    more_urgent,
    tonight_or_morning,
    until_morning,
    words_of,
)
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened, PersonTold
from rules.privacy import mask
from rules.quiet import ANSWER_WITHIN, is_quiet
from rules.refiled import AGAIN_WITHIN, goes_on, going_on

ASKED = {"n": "tonight", "v": "village", "p": "place", "u": "urgency"}
"""What each letter behind a need's number asks for."""
CHOICES = ("tonight", "urgency")
"""What is chosen from a few words."""
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
    return "u" in str(answers.get("ref", "")).partition(".")[2] and not (
        _asks_tonight(answers) and answers.get("tonight") == "morning"
    )


need = Form(
    name="need",
    makes=NeedReport,
    questions=(Question("what", Text(longest=300, shortest=2, nothing="need.nothing")),),
    summary=False,
)

need_more = Form(
    name="need_more",
    makes=MoreReport,
    questions=(
        Question("ref", Text(), hidden=True),
        Question("tonight", Beside(OneOf(), CHOICES), when=_asks_tonight, optional=True),
        Question("village", PlaceOf("village"), when=_asks_village, optional=True),
        Question("place", Beside(Spot(longest=60, within="village"), CHOICES), when=_asks_place, optional=True),
        Question("urgency", Beside(OneOf(), CHOICES), when=_asks_urgency, optional=True),
    ),
    glean=lambda text, setting: several(text, "need_more", CHOICES, setting),
    summary=False,
    idle="hand_over",
    idle_after=timedelta(minutes=3),
)


def on_finished(report: NeedReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """The need is a duty from its first sentence on; what is asked after that is added to its card."""
    if not report.what:
        return Outcome(says=(Say("need.polite_answer", {"sort": "noted"}),))
    if len(report.what) < SHORT and reads.named("need.none", report.what):
        return Outcome(says=(Say("need.is_none"),))
    same = [d for d in reads.open_duties_of(context.sender, "need") if _is_same(d, report.what, reads)]
    if same:
        return known_already(same[0], context, now)
    duty = _open(report.what, context, reads, now)
    says = Say("need.registered", {"duty": duty, "due": clock_of(duty, context), "what": report.what,
                             "again": duty.card.get("again", ""), "late": is_late(duty, now),
                             "responsible": reads.name_of(context.cadre) if context.cadre else ""})  # fmt: skip
    unknown = _unknown(duty, context, now)
    then = ("need_more", {"ref": f"{duty.ref}.{unknown}"}) if unknown else None
    opened = DutyOpened(duty, str(duty.card.get("again", "")), context.chat, context.sender)
    return Outcome((opened,), (says,), then=then)


def _is_same(duty: Duty, what: str, reads: Reads) -> bool:
    """Alike, and nothing is named that was not before. Medicine is the same only word for word: 没药了，心口药 is not 没药了."""
    before = words_of(duty)
    if things(what) - things(before):
        return False
    if hastes(what, reads.all_named)[:1] == ("medicine",):
        return same_words(before, what)
    return same_thing(before, what) or (bool(things(what)) and things(what) == things(before))


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
        moved = hurried(moved, context, now, ("said",))
    if report.tonight == "morning":
        return until_morning(moved, context, now)
    if (moved.rung_at is not None and not moved.told) or moved.village != duty.village:
        # Nobody was rung yet, or nobody of the right village: the first rung is due now.
        moved = replace(moved, told=(), rung_at=now)
    added = DutyMoved(moved, "added", context.sender, context.chat)
    facts: tuple[object, ...] = (added,) if moved != duty else ()
    if place or report.village:
        facts += (PersonTold(context.sender, village=report.village or "", place=place),)
    told = bool(report.urgency or place or report.village or report.tonight)
    return Outcome(facts, (kept(moved, context, now, told),))


def on_left(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Nobody went on: what was answered until then is added all the same, without a word."""
    if not set(answers) - {"ref", "unread"}:
        return Outcome()
    return replace(on_more(need_more.report(answers), context, reads, now), says=())


def is_another(facts: tuple[object, ...]) -> bool:
    """Whether another need was begun: what is said of urgency then would be said of that."""
    return any(isinstance(fact, DutyOpened) and fact.duty.kind == "need" for fact in facts)


def is_moot(answers: Answers, facts: tuple[object, ...]) -> bool:
    """Whether the need that more is asked about was just taken back, or called done or not done, or said to be urgent where only
    that was still asked: nobody asks then how urgent."""
    ref, _, letters = str(answers.get("ref", "")).partition(".")
    ends = ("cancelled", "confirmed", "reopened")
    moved = [fact for fact in facts if isinstance(fact, DutyMoved) and fact.duty.ref == ref]
    left = {letter for letter, name in ASKED.items() if letter in letters and name not in answers}
    return any(fact.what in ends or (fact.duty.urgency and left == {"u"}) for fact in moved)


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """A sentence that names a lack: a need, whoever says it in private. Thanks and the like are none."""
    text = " ".join(said.text.split())[:300]
    if context.place != "private" or not text or (context.staff and not context.watched):
        return None
    mine = reads.open_duties_of(context.sender, "need")
    if not things(text) - {thing for duty in mine for thing in things(words_of(duty))}:
        if (more := more_urgent(text, context, reads, now, setting)) is not None:
            return more
        if mine and (said_later := how_urgent(text, mine, context, now, setting)) is not None:
            return said_later
        if mine and (chosen := tonight_or_morning(text, mine, context, now, setting)) is not None:
            return chosen
        if mine and reads.named("need.nag", text):
            return known_already(mine[-1], context, now)
    if not (things(text) or _has_sign(text, context, reads, setting)):
        return None
    if (slip := slip_in(text)) is not None and slip.marked and things(slip.right):
        text = slip.right  # the slip was about something else: what is needed is what stands after it
    return on_finished(NeedReport(text), context, reads, now)


def _has_sign(text: str, context: Context, reads: Reads, setting: Setting) -> bool:
    """One of the words of a lack; from somebody who is watched also a wish, and an urgent word with something besides."""
    signs = setting.words.ways("need.signs")
    heard = (*signs["lack"], *signs["want"]) if context.watched else signs["lack"]
    for calm in setting.words.ways("need.calm")["calm"]:
        text = text.replace(calm, " ")
    if any(sign.lower() in plain_lack(text).lower() for sign in heard):
        return True
    return context.watched and says_besides(text, setting.words.ways("need.urgent_now")["now"])


def polite(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """Thanks, a nod or a greeting is answered as one, and makes nothing."""
    sort = chosen(said.text, "need.polite", setting)
    return Outcome(says=(Say("need.polite_answer", {"sort": sort}),)) if sort and context.place == "private" else None


def _spot(place: dict[str, float] | None) -> str:
    return f"{place['lat']},{place['lon']}" if place else ""
