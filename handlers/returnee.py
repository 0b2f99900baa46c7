"""A person who has come home reports it: who, from where, when, and how they feel; without it a return would be
hearsay."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from chat.form import Answers, Form, Question, Setting
from chat.incoming import Said
from chat.kinds import UNKNOWN, Day, Many, OneOf, Phone, PlaceOf, Spot, Text
from chat.letter import Outcome, Say
from chat.reading.names import house_after, name_and_house, names_a_place
from chat.reading.phone import read_phone
from chat.reading.phrases import among, clauses, matches
from chat.reading.returns import glean_return, only_origin, origin_named, plans_return, ride_named
from chat.reading.temperature import highest_in, is_hearsay, is_of_others
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened, PersonTold, ReturnRegistered, WatchStarted
from rules.isolation import isolation_ends, last_day, must_isolate
from rules.privacy import mask

TOGETHER = re.compile(r"(?:一起|一块儿?|一道|两个|俩)(?:回来?的?)?$|^(?:还有|同)")
OWN_SELF = re.compile(r"[我俺](?:自己|本人)?|本人|me|i|myself", re.IGNORECASE)
PHONE_WORDS = re.compile(r"[\s\-+,，。:：]|我?的?(?:电话|手机|号码|号)(?:是|为)?|phone|number|my|is", re.IGNORECASE)
NAMED_PHONE = re.compile(r"(?:电话|手机号?|phone)(?:是|号码|号|is|number|[ :：])*\+?\d", re.IGNORECASE)
SYMPTOM_OF = {"fever": "fever", "cough": "cough", "hot": "fever", "weak": "tired"}
"""How each sign of feeling ill is called among the answers about it."""
MOST_NOTES = 10
"""Lines of what was said besides, on one card."""
STILL_TELLING = timedelta(hours=2)
"""So long what somebody says after a hand-over, and nothing else understands, belongs to it."""


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

    def label(self, block: str, key: str) -> str:
        """The first word of a vocabulary's line, in the language of whoever speaks."""


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
    """Names as people list them, without the one who lists them: 我和媳妇一起 is 媳妇."""
    parts = (TOGETHER.sub("", part.strip()) for part in re.split(r"[,;/&+、，；和跟与]|\s+and\s+", text))
    return tuple(part for part in parts if part and not OWN_SELF.fullmatch(part))


def glean(text: str, setting: Setting) -> Answers:
    """Several answers out of one sentence; only those surely found."""
    found = glean_return(text, setting.now.date())
    if "symptoms" not in found and (sign := _ailing(text, setting)):
        found["symptoms"] = sign
        found["house"] = next(filter(names_a_place, clauses(text)), "")
    if (phone := read_phone(text)) and (NAMED_PHONE.search(text) or len(PHONE_WORDS.sub("", text)) <= len(phone) + 4):
        found["phone"] = phone
    if only_origin(text):
        found |= origin_named(text)
    return {name: value for name, value in found.items() if name in NAMES and value not in (None, "")}


def _ailing(text: str, setting: Setting) -> str:
    """发烧了, said whatever was asked: how whoever writes feels, and nothing else."""
    if len(text) > (30 if text.isascii() else 10) or is_hearsay(text) or is_of_others(text):
        return ""
    return SYMPTOM_OF.get(among(text, setting.words.options("felt.signs")) or "", "")


returnee = Form(
    name="returnee",
    makes=ReturneeReport,
    questions=(
        Question("who", OneOf()),
        Question("name", Text(longest=30, shortest=2, unlike="who"), glean=name_and_house),
        Question("village", PlaceOf("village"), glean=house_after),
        Question("house", Spot(longest=80, within="village")),
        Question("came_from", OneOf(), glean=origin_named),
        Question("city", Text(longest=40), when=from_elsewhere, glean=origin_named, follows="came_from"),
        Question("arrived", Day(earliest_days_ago=60), glean=ride_named),
        Question("transport", OneOf()),
        Question(
            "trip_number", Text(longest=12, numbered=True), when=shared_a_ride, optional=True, follows="transport"
        ),
        Question("companions", Many(split_names)),
        Question("symptoms", OneOf(), gravest_first=("breath", "fever", "cough", "tired", "none")),
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
        planned = context.place == "private" and plans_return(said.text)
        return Outcome(says=(Say("returnee.not_home_yet"),)) if planned else None
    if is_of_others(said.text) and highest_in(said.text) >= context.town.fever:
        return None  # the fever of who came home is told at once, with these words; the rest can wait
    return Outcome(then=("returnee", {**known_already(context, reads), **found}))


def on_finished(report: ReturneeReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Register the return; from Wuhan or Hubei whoever came home and writes is watched from the day of arrival."""
    arrived = date.fromisoformat(report.arrived)
    match = f"{report.village}/{report.name}/{report.arrived}"
    known = reads.return_like(match) or _corrected(report, context, reads)
    if known is not None:
        return _joined(report, known, context, reads, now)
    card = {**_card(report), "text": "", "unfinished": False}
    half = _told_before(card, context, reads, unfinished=True)
    # What a cadre decided of half a report holds, but for what Wuhan means, which half a report may not have said.
    decided = "on" if half is not None and half.card.get("watch") == "on" else ""
    watch = _watch(report, decided, context, now)
    card |= _decided(watch, context)
    opened: DutyMoved | DutyOpened
    if half is not None:
        opened = _added(half, card, report.village, context, now)
    else:
        duty = _open(report.village, context, now, reads.new_number(), card)
        opened = DutyOpened(duty, who=context.sender, chat=context.chat)
    ref = opened.duty.ref
    kept = ReturnRegistered(context.sender, report.village, match, report.came_from, arrived, _plain(report), ref)
    facts = (_told(report, context), kept, opened, *((watch,) if watch else ()))
    until = isolation_ends(arrived, context.town)
    isolate = decided == "on" or must_isolate(report.came_from, context.town)
    values = {"report": report, "duty": opened.duty, "until": last_day(until, context.town), "isolate": isolate,
              "days": context.town.isolation_days, "over": until <= now, "times": context.town.checkin_times}  # fmt: skip
    return Outcome(facts, (Say("returnee.registered", values),), then=_measure(vars(report), context, reads))


def on_handed_over(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Left lying, or not to be read: it goes to the cadres as it stands, and somebody rings; begun and left again it is
    still one report."""
    if not set(answers) - {"village", "phone", "unread"} and not (context.village or context.phone):
        return Outcome(says=(Say("returnee.nothing_told"),))
    village = str(answers.get("village") or context.village or "")
    card = {"who": mask(str(answers.get("name") or context.name)), "named": bool(answers.get("name")),
            "place": _spot(answers.get("house")), "phone": str(answers.get("phone") or context.phone), "text": "",
            "unfinished": True, "from": answers.get("came_from", ""), "city": answers.get("city") or "", "arrived":
            answers.get("arrived", ""), "transport": answers.get("transport", ""), "symptoms": answers.get("symptoms",
            ""), "trip_number": answers.get("trip_number") or ""}  # fmt: skip
    if "who" in answers:
        card["relative"] = answers["who"] == "relative"
    if unread := answers.get("unread"):
        card["notes"] = list(unread)
    own = answers.get("who", "relative") != "relative"
    told = (PersonTold(context.sender, place=str(card["place"])),) if own and card["place"] else ()
    says = (Say("returnee.handed_over"),)
    if (known := _told_before(card, context, reads)) is not None:
        new = {name: value for name, value in card.items() if value not in ("", None) and name != "unfinished"}
        if not card["named"] and known.shown["who"]:
            del new["who"]
        if unread:
            new["notes"] = [*known.card.get("notes", ()), *unread][-MOST_NOTES:]
        return Outcome((*told, _added(known, new, village, context, now)), says, then=_measure(answers, context, reads))
    duty = _open(village, context, now, reads.new_number(), card)
    opened = DutyOpened(duty, who=context.sender, chat=context.chat)
    return Outcome((*told, opened), says, then=_measure(answers, context, reads))


def _measure(answers: Answers, context: Context, reads: Reads) -> tuple[str, dict[str, str]] | None:
    """Whoever came home and says that they have a fever is asked for the number, as anybody who says so is."""
    ill = answers.get("symptoms") == "fever" and answers.get("who", "self") != "relative"
    if not ill or reads.open_duties_of(context.sender, "fever"):
        return None
    return "felt", {"said": reads.label("returnee.symptoms_options", "fever"), "sign": "fever"}


def hear_more(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """What is said just after a report, half filled or whole, is added to it, not answered with a shrug."""
    text = " ".join(said.text.split())[:200]
    told = reads.open_duties_of(context.sender, "return") if context.place == "private" else ()
    half = next((d for d in reversed(told) if now - d.opened_at <= STILL_TELLING), None)
    if half is None or not (text or said.location or said.phone):
        return None
    if any(matches(text, words) for words in setting.words.options("form.controls").values()):
        return Outcome(says=(Say("returnee.handed_over"),))
    more: dict[str, Any] = {"notes": [*half.card.get("notes", ()), text][-MOST_NOTES:]} if text else {}
    phone = read_phone(said.phone or text)
    if phone and not half.card.get("phone"):
        more["phone"] = phone
    if said.location is not None:
        more["place"] = f"{said.location[0]:.5f},{said.location[1]:.5f}"
    added = _added(half, more, "", context, now, text)
    return Outcome((added,), (Say("returnee.more_kept", {"duty": added.duty}),))


def _corrected(report: ReturneeReport, context: Context, reads: Reads) -> dict[str, Any] | None:
    """Who came home registers once more with another day: that is a correction, and no second person."""
    who = mask(report.name)
    open_ones = reads.open_duties_of(context.sender, "return") if report.who == "self" else ()
    same = [
        d for d in open_ones if not d.card.get("unfinished") and not d.card.get("relative") and d.card.get("who") == who
    ]
    return {"duty": same[0].ref} if len(same) == 1 and same[0].village == report.village else None


def _joined(report: ReturneeReport, known: dict[str, Any], context: Context, reads: Reads, now: datetime) -> Outcome:
    """The same person told of twice is one return; what is new is added to its card, and a watch that is missing begins."""
    duty = reads.duty(str(known.get("duty", "")))
    decided = str(duty.card.get("watch", "")) if duty else ""
    other_day = duty is not None and duty.card.get("arrived", "") not in ("", report.arrived)
    watch = _watch(report, decided, context, now) if other_day or not context.watched else None
    facts: tuple[object, ...] = (_told(report, context), *((watch,) if watch else ()))
    if duty is not None:
        own = report.who != "relative" or not duty.card.get("relative")
        # Who came home speaks for themselves from now on; told of once more by a relative they still do.
        duty = replace(duty, subject=duty.subject if report.who == "relative" else context.sender)
        card = {**_card(report), "relative": not own, **_decided(watch, context)}
        if not card["trip_number"] and card["transport"] == duty.card.get("transport"):
            card["trip_number"] = duty.card.get("trip_number", "")
        facts += (_added(duty, card, "", context, now),)
    until = last_day(watch.until, context.town) if watch else None
    values = {"report": report, "duty": duty, "until": until, "times": context.town.checkin_times}
    return Outcome(facts, (Say("returnee.known", values),), then=_measure(vars(report), context, reads))


def _watch(report: ReturneeReport, decided: str, context: Context, now: datetime) -> WatchStarted | None:
    """The watch that begins with a report: of who came home and writes, unless a cadre has decided otherwise."""
    arrived = date.fromisoformat(report.arrived)
    until = isolation_ends(arrived, context.town)
    wanted = decided == "on" or (must_isolate(report.came_from, context.town) and decided != "off")
    if report.who == "relative" or not wanted or until <= now:
        return None
    since = now if context.watched else datetime.combine(arrived, datetime.min.time(), context.town.zone)
    return WatchStarted(
        context.sender, report.village, report.came_from, since, until, context.sender, context.chat
    )  # fmt: skip


def _decided(watch: WatchStarted | None, context: Context) -> dict[str, Any]:
    """What the card says of the watch."""
    return {"watch": "on", "until": last_day(watch.until, context.town).isoformat()} if watch else {}


def _told_before(card: dict[str, Any], context: Context, reads: Reads, unfinished: bool = False) -> Duty | None:
    """The open return of the same writer that may be of the same person: nothing in the two says otherwise."""
    for duty in reads.open_duties_of(context.sender, "return"):
        half = bool(duty.card.get("unfinished"))
        asked = ("relative",) if half else ("relative", "from", "city", "arrived", "transport", "trip_number")
        differs = any(_differ(duty.card.get(name), card.get(name)) for name in asked)
        named = duty.card.get("named", not half) and card.get("named", True) and duty.card.get("who") != card["who"]
        if not differs and not named and (half or not unfinished):
            return duty
    return None


def _differ(one: Any, other: Any) -> bool:
    return one not in ("", None) and other not in ("", None) and one != other


def _added(
    duty: Duty, card: dict[str, Any], village: str, context: Context, now: datetime, note: str = ""
) -> DutyMoved:  # fmt: skip
    """More on the card; once its village is known those of the right village are rung."""
    moved = replace(duty, card={**duty.card, **card}, village=duty.village or village)
    if moved.village != duty.village and not moved.over:
        moved = replace(moved, told=(), rung_at=now)
    return DutyMoved(moved, "added", context.sender, context.chat, note)


def _told(report: ReturneeReport, context: Context) -> PersonTold:
    """What the report says of the person who writes; a relative's name is not the writer's."""
    if report.who == "relative":
        return PersonTold(context.sender, village=context.village or report.village, phone=report.phone)
    if report.who == "household":
        name = "" if context.name else report.name
        return PersonTold(context.sender, name, report.village, _spot(report.house), report.phone)
    return PersonTold(context.sender, report.name, report.village, _spot(report.house), report.phone)


def _open(village: str, context: Context, now: datetime, ref: str, card: dict[str, Any]) -> Duty:
    return open_duty(
        Duty(ref, "return", now, village, subject=context.sender, responsible=context.cadre, card=card)
    )  # fmt: skip


def _card(report: ReturneeReport) -> dict[str, Any]:
    """What the cadres need to go and see, and no more."""
    others = UNKNOWN if report.companions == [UNKNOWN] else len(report.companions)
    return {
        "who": mask(report.name), "place": _spot(report.house), "phone": report.phone, "from": report.came_from,
        "city": report.city or "", "arrived": report.arrived, "transport": report.transport,
        "trip_number": report.trip_number or "", "with": others, "symptoms": report.symptoms,
        "contact": report.contact, "relative": report.who == "relative",
        "household": report.who == "household",
    }  # fmt: skip


def _plain(report: ReturneeReport) -> dict[str, Any]:
    return dict(vars(report))


def _spot(place: Any) -> str:
    return f"{place['lat']},{place['lon']}" if isinstance(place, dict) else str(place or "")
