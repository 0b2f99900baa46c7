"""A person who has come home reports it: who, from where, when, and how they feel; without it a return would be
hearsay."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from chat.form import Answers, Setting
from chat.incoming import Said
from chat.kinds import UNKNOWN
from chat.letter import Outcome, Say
from chat.reading.corrections import said_instead
from chat.reading.days import read_day
from chat.reading.phone import read_phone
from chat.reading.phrases import best_place, matches
from chat.reading.returns import OLDEST, plans_return
from chat.reading.temperature import highest_in, is_of_others
from handlers.return_fever import RINGS, added, fever_told, known_of, told_at_once
from handlers.return_form import HEADS, ReturneeReport, glean
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened, PersonTold, ReturnRegistered, WatchStarted
from rules.isolation import isolation_ends, last_day, must_isolate
from rules.privacy import mask

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

    def return_like(self, match: str) -> Mapping[str, Any] | None:
        """The report already registered for the same person, with its id, its duty and its reporter."""

    def returns_by(self, person: str) -> Sequence[Mapping[str, Any]]:
        """The same of all that this person has registered, the latest first."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def label(self, block: str, key: str) -> str:
        """The first word of a vocabulary's line, in the language of whoever speaks."""


def known_already(context: Context, reads: Reads) -> Answers:
    """What need not be asked again."""
    known = {"village": context.village, "phone": context.phone}
    return {name: value for name, value in known.items() if value}


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """我昨天从武汉坐高铁回来: opens the form with what that says."""
    found = dict(glean(said.text, setting)) if context.place == "private" else {}
    if "came_from" not in found and "city" not in found:
        planned = context.place == "private" and plans_return(said.text)
        return Outcome(says=(Say("returnee.not_home_yet"),)) if planned else None
    if is_of_others(said.text) and highest_in(said.text) >= context.town.fever:
        found["symptoms"] = "fever"
    answers = {**known_already(context, reads), **found}
    return replace(told_at_once(said.text, answers, context, reads, now), then=("returnee", answers))


def on_finished(report: ReturneeReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Register the return; from Wuhan or Hubei whoever came home and writes is watched from the day of arrival."""
    arrived = date.fromisoformat(report.arrived)
    match = f"{report.village}/{report.name}/{report.arrived}"
    known = reads.return_like(match)
    before = known or _corrected(report, context, reads)
    duty = reads.duty(str(before.get("duty", ""))) if before else None
    if before is not None and (known or (duty is not None and not duty.over)):
        return _joined(report, before, duty, context, reads, now)
    card = {**_card(report), "text": "", "unfinished": False}
    half = _told_before(card, context, reads, unfinished=True)
    # What a cadre decided of half a report holds, but for what Wuhan means, which half a report may not have said.
    decided = "on" if half is not None and half.card.get("watch") == "on" else ""
    if (
        duty is not None
    ):  # corrected after the cadres were done with it: they are told anew, and what they decided holds
        decided = str(duty.card.get("watch", ""))
    watch = _watch(report, decided, context, now)
    card |= _decided(watch, context)
    opened: DutyMoved | DutyOpened
    if half is not None:
        opened = _added(half, card, report.village, context, now)
    else:
        fresh = _open(report.village, context, now, reads.new_number(), card)
        opened = DutyOpened(fresh, who=context.sender, chat=context.chat)
    kept = _kept(report, context, opened.duty.ref, before)
    facts = (
        _told(report, context),
        kept,
        opened,
        *((watch,) if watch else ()),
        *_ill(report, watch, context, reads, now),
    )
    until = isolation_ends(arrived, context.town)
    isolate = decided == "on" or must_isolate(report.came_from, context.town)
    values = {"report": report, "duty": opened.duty, "until": last_day(until, context.town), "isolate": isolate,
              "days": context.town.isolation_days, "over": until <= now, "times": context.town.checkin_times}  # fmt: skip
    return Outcome(facts, (Say("returnee.registered", values),))


def on_handed_over(answers: Answers, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Left lying, or not to be read: it goes to the cadres as it stands, and somebody rings; begun and left again it is
    still one report."""
    if not set(answers) - {"village", "phone", "unread"} and not (context.village or context.phone):
        return Outcome(says=(Say("returnee.nothing_told"),))
    village = str(answers.get("village") or context.village or "")
    card = {"who": mask(str(answers.get("name") or context.name)), "name": str(answers.get("name") or ""),
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
    lost = not village and not card["phone"]  # nobody could ring
    says = (Say("returnee.handed_over", {"symptoms": answers.get("symptoms"), "relative": not own, "lost": lost}),)
    if (known := _told_before(card, context, reads)) is not None:
        new = {name: value for name, value in card.items() if value not in ("", None) and name != "unfinished"}
        if not card["name"] and known.shown["who"]:
            new.pop("who", None)
        if unread:
            new["notes"] = [*known.card.get("notes", ()), *unread][-MOST_NOTES:]
        return Outcome((*told, _added(known, new, village, context, now)), says)
    duty = _open(village, context, now, reads.new_number(), card)
    opened = DutyOpened(duty, who=context.sender, chat=context.chat)
    return Outcome((*told, opened), says)


def hear_more(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """What is said just after a report, half filled or whole, is added to it, not answered with a shrug."""
    text = " ".join(said.text.split())[:200]
    told = reads.open_duties_of(context.sender, "return") if context.place == "private" else ()
    half = next((d for d in reversed(told) if now - d.opened_at <= STILL_TELLING), None)
    if half is None or not (text or said.location or said.phone):
        return None
    if any(matches(text, words) for words in setting.words.ways("form.controls").values()):
        if not half.card.get("unfinished"):
            return None  # a whole report: there is nothing to send, to change or to cancel
        return Outcome(says=(Say("returnee.handed_over", {"symptoms": "", "relative": False, "lost": False}),))
    if (day := _other_day(text, now)) and (right := _put_right(day, half, context, reads, now)):
        return right
    more: dict[str, Any] = {"notes": [*half.card.get("notes", ()), text][-MOST_NOTES:]} if text else {}
    phone = read_phone(said.phone or text)
    if phone and not half.card.get("phone"):
        more["phone"] = phone
    if said.location is not None:
        more["place"] = f"{said.location[0]:.5f},{said.location[1]:.5f}"
    village = "" if half.village else best_place(text, setting.choices.get("village", {})) or ""
    told_now = (PersonTold(context.sender, village=village),) if village and not context.village else ()
    added = _added(half, more, village, context, now, text)
    return Outcome((*told_now, added), (Say("returnee.more_kept", {"duty": added.duty}),))


def _other_day(text: str, now: datetime) -> date | None:
    """打错了，是前天到的: the day that was meant."""
    day = read_day(said_instead(text), now.date())
    return day if day is not None and now.date() - OLDEST <= day <= now.date() else None


def _put_right(day: date, duty: Duty, context: Context, reads: Reads, now: datetime) -> Outcome | None:
    """The day of a return that is registered already: in the register, on the card and for the watch."""
    known = next((kept for kept in reads.returns_by(context.sender) if kept["duty"] == duty.ref), None)
    if known is None:
        return None
    told: dict[str, Any] = {field.name: known.get(field.name) for field in fields(ReturneeReport)}
    report = ReturneeReport(**{**told, "arrived": day.isoformat()})
    return _joined(report, known, duty, context, reads, now)


def _corrected(report: ReturneeReport, context: Context, reads: Reads) -> dict[str, Any] | None:
    """The same person, registered once more by the same writer with another day: that is a correction, and no second person;
    but who is told of again long after the first days are over has come home again."""
    for known in reads.returns_by(context.sender):
        same = all(known.get(name) == getattr(report, name) for name in ("name", "village"))
        own = (known.get("who") == "relative") == (report.who == "relative")
        later = date.fromisoformat(report.arrived) - date.fromisoformat(known["arrived"])
        if same and own and later.days < context.town.isolation_days:
            return dict(known)
    return None


def _kept(report: ReturneeReport, context: Context, ref: str, before: Mapping[str, Any] | None) -> ReturnRegistered:
    """The return as it stands in the register; told once more, it takes the place of what was told ``before``."""
    match = f"{report.village}/{report.name}/{report.arrived}"
    arrived, instead = date.fromisoformat(report.arrived), str(before["id"]) if before else ""
    return ReturnRegistered(
        context.sender, report.village, match, report.came_from, arrived, _plain(report), ref, instead
    )  # fmt: skip


def _joined(
    report: ReturneeReport, known: Mapping[str, Any], duty: Duty | None, context: Context, reads: Reads, now: datetime
) -> Outcome:
    """The same person told of twice is one return; what is new is added to its card and takes the first one's place in the
    register, and a watch that is missing, or of another day, begins."""
    decided = str(duty.card.get("watch", "")) if duty else ""
    other_day = duty is not None and duty.card.get("arrived", "") not in ("", report.arrived)
    watch = _watch(report, decided, context, now) if other_day or not context.watched else None
    facts: tuple[object, ...] = (_told(report, context), *((watch,) if watch else ()))
    if report.who != "relative" or known["reporter"] == context.sender:
        facts += (_kept(report, context, str(known["duty"]), known),)
    facts += _ill(report, watch, context, reads, now)
    if duty is not None:
        own = report.who != "relative" or not duty.card.get("relative")
        # Who came home speaks for themselves from now on; told of once more by a relative they still do.
        duty = replace(duty, subject=duty.subject if report.who == "relative" else context.sender)
        card = {**_card(report), "relative": not own, **_decided(watch, context)}
        if decided == "on" and not own and other_day:
            ends = isolation_ends(date.fromisoformat(report.arrived), context.town)
            card["until"] = last_day(ends, context.town).isoformat()
        if not card["trip_number"] and card["transport"] == duty.card.get("transport"):
            card["trip_number"] = duty.card.get("trip_number", "")
        facts += (_added(duty, card, "", context, now),)
    until = last_day(watch.until, context.town) if watch else _of_relative(report, decided, other_day, context)
    open_end = other_day and watch is None and context.watched and report.who != "relative"
    values = {"report": report, "duty": duty, "until": until, "other_day": other_day, "open_end": open_end, "arrived":
              date.fromisoformat(report.arrived), "times": context.town.checkin_times}  # fmt: skip
    return Outcome(facts, (Say("returnee.known", values),))


def _of_relative(report: ReturneeReport, decided: str, other_day: bool, context: Context) -> date | None:
    """The last day at home of a relative whose day was put right; of them nobody is asked for temperatures here."""
    stays = decided == "on" or (must_isolate(report.came_from, context.town) and decided != "off")
    if report.who != "relative" or not other_day or not stays:
        return None
    return last_day(isolation_ends(date.fromisoformat(report.arrived), context.town), context.town)


def _ill(
    report: ReturneeReport, watch: WatchStarted | None, context: Context, reads: Reads, now: datetime
) -> tuple[DutyMoved, ...]:
    """The card of a fever that was told on the way has the whole report's name, house and phone now."""
    answers = vars(report)
    duty = fever_told(answers, context, reads) if report.symptoms in RINGS else None
    more = {**known_of(answers, context), **({"watched": True} if watch else {})}
    fact = added(duty, more, answers, context, now) if duty else None
    house = {"place": _spot(report.house), "phone": report.phone}
    others = () if report.who == "relative" else reads.open_duties_of(context.sender, "fever")
    lost = [d for d in others if d is not duty and d.ref != (duty.ref if duty else "") and not d.card.get("place")]
    found = (added(d, house, answers, context, now) for d in lost)  # told before anybody knew the house
    return tuple(moved for moved in (fact, *found) if moved)


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
        # A son and a daughter are two, though others see the same family name and a star.
        named = _differ(duty.card.get("name"), card["name"])
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
    told = report.companions
    others: str | int = told[0] if len(told) == 1 and (told[0] == UNKNOWN or HEADS.fullmatch(told[0])) else len(told)
    return {
        "who": mask(report.name), "name": report.name, "place": _spot(report.house), "phone": report.phone, "from": report.came_from,
        "city": report.city or "", "arrived": report.arrived, "transport": report.transport,
        "trip_number": report.trip_number or "", "with": others, "symptoms": report.symptoms,
        "contact": report.contact, "relative": report.who == "relative",
        "household": report.who == "household",
    }  # fmt: skip


def _plain(report: ReturneeReport) -> dict[str, Any]:
    return dict(vars(report))


def _spot(place: Any) -> str:
    return f"{place['lat']},{place['lon']}" if isinstance(place, dict) else str(place or "")
