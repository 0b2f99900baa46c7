"""Danger breaks into everything: 120 first, then everybody who can run; and a voice message goes to somebody
who can listen."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Button, Outcome, Say
from chat.reading.names import names_a_place
from chat.reading.phrases import best_place, matches
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened
from rules.privacy import mask
from rules.roster import Shift
from rules.seeing import may_see
from rules.telling import ringing_again, still_unknown, told_now

BODY = frozenset({"chest", "breath", "faint", "bleeding", "poison", "injury"})
"""Sorts that may be one and the same trouble, getting worse; a cry for help goes with any."""
SAME_WITHIN = timedelta(minutes=10)
"""The same sort said again within this time rings nobody a second time."""
ONE_CASE = timedelta(hours=1)
"""What is said later is a case of its own, whatever is still open."""
COMMAND = re.compile(r"^/\w+(?:@\w+)? *")
LONGEST = 200
LONGEST_CARD = 400
CALL = ((Button("@acts.buttons.call_120", url="tel:120"),),)


class Reads(Protocol):
    """What this asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def open_duties(
        self, villages: tuple[str, ...] = (), lines: tuple[str, ...] = (), whole: bool = False
    ) -> tuple[Duty, ...]:
        """What is not over there."""

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number, locked."""

    def duty_replied_to(self) -> Duty | None:
        """The duty whose card this message answers."""

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        """The shifts that run now, each with the person's name."""

    def cannot_reach(self, address: str) -> bool:
        """Whether nothing reaches this address now: blocked, gone, refused."""

    def phone_of(self, address: str) -> str:
        """The phone somebody left."""

    def name_of(self, address: str) -> str:
        """What a person is called."""


@dataclass(frozen=True)
class Cry:
    """What was cried: its sort, words and photo, the duty whose card it answers, and whether somebody on duty reports it of
    others."""

    sort: str
    text: str
    files: tuple[tuple[str, str], ...]
    about: Duty | None
    reported: bool


def on_danger(sort: str, of: str, said: Said, context: Context, reads: Reads, now: datetime) -> Outcome:
    """【急 N】 to cadres, village head and line leader at once, at night too. The same said again soon is the same case;
    what is worse is added and rings again; anything else is a case of its own. ``of``: the number a cadre named."""
    about = (reads.duty(of) if of.isdigit() else reads.duty_replied_to()) if context.staff else None
    about = about if about is not None and may_see(about, context) else None
    at_work = context.place in ("cadres", "office")
    files = ((said.attachment.kind, said.attachment.ref),) if said.attachment else ()
    words = COMMAND.sub("", " ".join(said.text.split()))[:LONGEST]
    cry = Cry(sort, words, files, about, at_work or about is not None)
    standing = _standing(cry, context, reads, now)
    if standing is not None:
        return _added(standing, cry, context, reads, now)
    duty = _opened(cry, context, reads, now)
    told = _told(duty, context, reads, now)
    opened = DutyOpened(duty, who=context.sender, chat=context.chat)
    if context.among_villagers:
        return Outcome((opened,), (Say("danger.in_group", {"sort": sort, "told": told, "link": context.link}, CALL),))
    if cry.reported:
        return Outcome((opened,), (Say("danger.reported", {"sort": sort, "duty": duty, "told": told}, CALL),))
    village = context.town.village(duty.village)
    nearest = context.cadre or (village.head if village else "")
    shown = {"sort": sort, "told": told, "village": duty.village, "cadre": reads.name_of(nearest) if nearest else "",
             "phone": reads.phone_of(nearest) if nearest else ""}  # fmt: skip
    return Outcome((opened,), (Say("danger.told", shown, CALL),), then=_asking(duty))


def _opened(cry: Cry, context: Context, reads: Reads, now: datetime) -> Duty:
    """The duty; of somebody else it has not the reporter's house."""
    village = _village(cry, context)
    at_home = village == context.village
    card: dict[str, Any] = {
        "who": mask(context.name), "place": context.home if at_home else "", "phone": context.phone, "sort": cry.sort,
        "sorts": [cry.sort], "text": cry.text, "said_at": now.isoformat(),
        "attachments": [list(file) for file in cry.files], "channel": context.chat.partition(":")[0],
    }  # fmt: skip
    if context.among_villagers:
        card["aloud"] = True
    subject, responsible = context.sender, context.cadre if at_home else ""
    if cry.reported:
        card |= {"who": "", "place": "", "reported": True, "by": context.name}
        card |= {"reporter": context.sender, "reported_at": now.isoformat()}
        subject = responsible = ""
    if (about := cry.about) is not None and about.kind not in ("tip", "order"):
        card |= {key: about.card.get(key, "") for key in ("who", "place", "phone")}
        subject, responsible = about.subject, about.responsible
    return open_duty(
        Duty(reads.new_number(), "urgent", now, village, subject=subject, responsible=responsible, card=card)
    )


def _village(cry: Cry, context: Context) -> str:
    """The one that was named, else that of the card that was answered, else of the chat or the person."""
    named = best_place(cry.text, {v.key: (v.name,) for v in context.town.villages})
    return named or (cry.about.village if cry.about else "") or context.village


def _standing(cry: Cry, context: Context, reads: Reads, now: datetime) -> Duty | None:
    """The open case that this is said of."""
    if cry.about is not None and cry.about.kind == "urgent" and not cry.about.over:
        return cry.about
    if cry.reported:
        village = _village(cry, context)
        near = reads.open_duties((village,), ()) if village else reads.open_duties((), ("monitoring",))
        open_cases = [d for d in near if d.kind == "urgent" and d.card.get("reporter") == context.sender]
    else:
        open_cases = list(reads.open_duties_of(context.sender, "urgent"))
    akin = [d for d in open_cases if d.opened_at + ONE_CASE >= now and _akin(cry.sort, _sorts(d))]
    return max(akin, key=lambda d: d.opened_at, default=None)


def _akin(sort: str, sorts: tuple[str, ...]) -> bool:
    return sort in sorts or "help" in (sort, *sorts) or (sort in BODY and bool(BODY & set(sorts)))


def _sorts(duty: Duty) -> tuple[str, ...]:
    return tuple(duty.card.get("sorts") or (str(duty.card.get("sort", "")),))


def _added(case: Duty, cry: Cry, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Said of a case that is open: on its card at once; what is new, or comes later, rings the first rung again."""
    sorts = _sorts(case)
    last = datetime.fromisoformat(str(case.card.get("said_at") or case.opened_at.isoformat()))
    loud = cry.sort not in sorts or last + SAME_WITHIN < now
    known = str(case.card.get("text", ""))
    words = known if cry.text in known else " / ".join(x for x in (known, cry.text) if x)[-LONGEST_CARD:]
    files = [*case.card.get("attachments", ()), *(list(file) for file in cry.files)]
    card = {**case.card, "sorts": list(dict.fromkeys((*sorts, cry.sort))), "text": words, "attachments": files[-10:]}
    moved = replace(case, card={**card, "said_at": now.isoformat()} if loud else card)
    if loud:
        moved = ringing_again(moved, now)
    fact = DutyMoved(moved, "added", context.sender, context.chat, cry.text, () if loud else cry.files)
    shown = {"sort": cry.sort, "duty": moved, "rung": loud}
    if context.among_villagers:
        told = _told(case, context, reads, now)
        return Outcome((fact,), (Say("danger.in_group", {"sort": cry.sort, "told": told, "link": context.link}, CALL),))
    if cry.reported:
        return Outcome((fact,), (Say("danger.reported_again", shown, CALL),))
    return Outcome((fact,), (Say("danger.again", shown, CALL),), then=_asking(moved))


def hear_more(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """Just after a cry for help, what nothing else understands belongs to it: who it is and where, sent in private as asked."""
    text = " ".join(said.text.split())[:LONGEST]
    cases = reads.open_duties_of(context.sender, "urgent") if context.place == "private" else ()
    case = max((d for d in cases if d.opened_at + ONE_CASE >= now), key=lambda d: d.opened_at, default=None)
    polite = setting.words.ways("need.polite")
    if case is None or matches(text, polite["thanks"]) or not (text or said.location or said.phone):
        return None
    nowhere = matches(text, setting.words.ways("whereabouts.nowhere")["nowhere"])
    more: dict[str, Any] = {}
    if said.location is not None:
        more["place"] = f"{said.location[0]:.5f},{said.location[1]:.5f}"
    elif not case.card.get("place") and names_a_place(text) and not nowhere:
        more["place"] = text
    elif text:
        more["notes"] = [*case.card.get("notes", ()), text][-10:]
    if said.phone:
        more["phone"] = said.phone
    moved = replace(case, card={**case.card, **more})
    fact = DutyMoved(moved, "added", context.sender, context.chat, text)
    return Outcome((fact,), (Say("danger.more_kept", {"duty": moved}),))


def _told(duty: Duty, context: Context, reads: Reads, now: datetime) -> tuple[str, ...]:
    """Who hears of it now, by what they are."""
    first = replace(duty, told=(), rung_at=now)
    return told_now(first, context.town, now, [shift for shift, _ in reads.shifts_now()], reads.cannot_reach)


def _asking(duty: Duty) -> tuple[str, dict[str, str]] | None:
    """Where and which phone, as far as that is unknown."""
    unknown = still_unknown(duty)
    return ("whereabouts", {"ref": f"{duty.ref}.{unknown}"}) if unknown else None


def on_voice(said: Said, context: Context, reads: Reads, now: datetime) -> Outcome:
    """【语音 N】: the cadres listen to it and ring back; the clock runs."""
    attached = [[said.attachment.kind, said.attachment.ref]] if said.attachment else []
    duty = open_duty(
        Duty(
            reads.new_number(), "voice", now, context.village, subject=context.sender, responsible=context.cadre,
            card={"who": mask(context.name), "place": context.home, "phone": context.phone, "attachments": attached,
                  "channel": context.chat.partition(":")[0]},
        )
    )  # fmt: skip
    return Outcome(
        (DutyOpened(duty, who=context.sender, chat=context.chat),), (Say("danger.voice_kept", {"duty": duty}),)
    )
