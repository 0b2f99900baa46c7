"""A fever next door, told by a neighbour; without it whoever sees that somebody hides one would be sent away, and it would be
nobody's."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Outcome, Say
from chat.reading.phrases import among, best_place, clauses
from chat.reading.temperature import is_of_neighbour
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened
from rules.privacy import mask

ILL = ("fever", "cough")
"""Signs that are told of others; that somebody next door is tired is nobody's business."""
SAME_WITHIN = timedelta(hours=1)
"""What the same neighbour says within this time is said of the same house."""
LONGEST = 200
MOST_NOTES = 5


class Reads(Protocol):
    """What this asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def named(self, block: str, text: str) -> str:
        """The key of the first line of a vocabulary whose word is in the text; empty when none is."""

    def open_duties(
        self, villages: tuple[str, ...] = (), lines: tuple[str, ...] = (), whole: bool = False
    ) -> tuple[Duty, ...]:
        """What is not over there."""


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """隔壁老王发烧了: told to the village at once, as it was said. The card names nobody but the one to ask, by their family name;
    what hides something (没报) is a tip, which keeps nobody's name."""
    said_in_all = " ".join(said.text.split())[:LONGEST]
    text, rest = _told(said_in_all, setting) if context.place == "private" else ("", "")
    if not text or reads.named("tip.signs", said_in_all):
        return None
    outcome = _kept(text, context, reads, now)
    # Who is ill as well is asked for a temperature, before anybody's house.
    return replace(outcome, then=None, unheard=rest) if rest else outcome


def _told(text: str, setting: Setting) -> tuple[str, str]:
    """(what is told of the neighbour, what they say of themselves): 我发烧了，隔壁老王也发烧 is both."""
    near_by, parts = is_of_neighbour(text), clauses(text)
    if not near_by and len(parts) < 2:
        return "", ""
    signs = setting.words.ways("felt.signs")
    ill = {"ill": [word for sign in ILL for word in signs[sign]]}
    if near_by:
        return (text, "") if among(text, ill) else ("", "")
    near = [part for part in parts if is_of_neighbour(part) and among(part, ill)]
    return "，".join(near), "，".join(part for part in parts if part not in near) if near else ""


def _kept(text: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    village = best_place(text, {v.key: (v.name,) for v in context.town.villages}) or context.village
    standing = _standing(village, context, reads, now)
    if standing is not None:
        notes = [*standing.card.get("notes", ()), text][-MOST_NOTES:]
        moved = replace(standing, card={**standing.card, "notes": notes})
        fact = DutyMoved(moved, "added", context.sender, context.chat, text)
        return Outcome((fact,), (Say("felt.of_neighbour_again", {"duty": moved}),))
    card: dict[str, Any] = {
        "who": "", "place": "", "phone": context.phone, "text": text, "neighbour": True, "reporter": context.sender,
        "by": context.name if context.staff else mask(context.name), "reported_at": now.isoformat(),
    }  # fmt: skip
    duty = open_duty(Duty(reads.new_number(), "fever", now, village, card=card))
    opened = DutyOpened(duty, who=context.sender, chat=context.chat)
    says = Say("felt.of_neighbour_told", {"duty": duty, "staff": context.staff})
    return Outcome((opened,), (says,), then=("whereabouts", {"ref": f"{duty.ref}.w"}))


def _standing(village: str, context: Context, reads: Reads, now: datetime) -> Duty | None:
    """What they have told of before, and is not over."""
    near = reads.open_duties((village,)) if village else reads.open_duties((), ("monitoring",))
    mine = [
        d for d in near if d.kind == "fever" and d.card.get("neighbour") and d.card.get("reporter") == context.sender
    ]
    return max((d for d in mine if d.opened_at + SAME_WITHIN >= now), key=lambda d: d.opened_at, default=None)
