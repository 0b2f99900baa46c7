"""违规: somebody watched who was seen outside, a card table, a shop that is open, told by those who work for the village; without
it what a cadre sees on the road would stand between the jokes of a chat, and be nobody's."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from chat.letter import Outcome, Say
from chat.reading.phrases import AND, best_place, named_first
from chat.reading.sameness import same_thing
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened
from rules.privacy import mask
from rules.roster import Shift
from rules.telling import ringing_again, told_now
from rules.tips import LINE_OF_TOPIC
from rules.town import Person

SAME_WITHIN = timedelta(minutes=10)
"""Told again within this time it rings nobody a second time."""
ELSEWHERE = ("gathering", "shop", "price")
"""What a breach may be about besides somebody who should be at home: as with a tip, another line's."""
LONGEST, LONGEST_CARD = 200, 400


class Reads(Protocol):
    """What this asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def named(self, block: str, text: str) -> str:
        """The key of the first line of a vocabulary whose word is in the text; empty when none is."""

    def watched_named(self, text: str) -> tuple[Person, ...]:
        """Who is watched and has their name in the text."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for, or about, this person."""

    def open_duties(
        self, villages: tuple[str, ...] = (), lines: tuple[str, ...] = (), whole: bool = False
    ) -> tuple[Duty, ...]:
        """What is not over there."""

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        """The shifts that run now, each with the person's name."""

    def cannot_reach(self, address: str) -> bool:
        """Whether nothing reaches this address now: blocked, gone, refused."""


@dataclass(frozen=True)
class Seen:
    """What was seen: in which village, in these words (names masked), and who of the watched was named."""

    village: str
    text: str
    people: tuple[Person, ...]

    @property
    def who(self) -> Person | None:
        """The one person it is about, or None."""
        return self.people[0] if len(self.people) == 1 else None


def on_breach(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """违规 李大山 出门了, 违规 村东头有人打牌: a duty with its ladder; whoever is named is told nothing of it."""
    seen = _seen(" ".join(argument.split())[:LONGEST], context, reads)
    if not seen.village or not (seen.text or seen.people):
        return Outcome(says=(Say("breach.how", {"said": argument}),))
    standing = _standing(seen, reads)
    if standing is not None:
        return _again(standing, seen, context, now)
    duty = _opened(seen, context, reads, now)
    shifts = [shift for shift, _ in reads.shifts_now()]
    village = context.town.village(seen.village)
    shown = {"duty": duty, "card": duty.shown, "village": village.name if village else "",
             "told": told_now(duty, context.town, now, shifts, reads.cannot_reach)}  # fmt: skip
    return Outcome((DutyOpened(duty, who=context.sender, chat=context.chat),), (Say("breach.kept", shown),))


def _seen(said: str, context: Context, reads: Reads) -> Seen:
    """In a cadres' group it is that village; elsewhere the one that is named, else the one of who is named, else one's own."""
    places, here = context.town.village_names, context.village if context.place == "cadres" else ""
    first, rest = named_first(said, places)
    named = here or first or best_place(said, places) or ""
    people = tuple(p for p in reads.watched_named(said) if p.village == named or not named)
    if not named and len({p.village for p in people}) == 1:
        named = people[0].village
    return Seen(named or context.village, _masked(rest if first else said, people), people)


def _masked(text: str, people: tuple[Person, ...]) -> str:
    """Without the name of whom it is about, which stands before it on the card; of several each as others may read it."""
    for person in people:
        text = text.replace(person.name, mask(person.name))
    only = mask(people[0].name) if len(people) == 1 else ""
    return text.removeprefix(only).strip(AND) if only else text


def _opened(seen: Seen, context: Context, reads: Reads, now: datetime) -> Duty:
    who = seen.who or Person("", "")
    topic = "" if seen.people else reads.named("tip.topic_options", seen.text)
    card: dict[str, Any] = {"text": seen.text, "seen_by": _names(context), "said_at": now.isoformat(), **_by(context, now),
                            "who": mask(who.name), "place": who.place, "phone": who.phone}  # fmt: skip
    line = LINE_OF_TOPIC[topic] if topic in ELSEWHERE else ""
    return open_duty(
        Duty(reads.new_number(), "breach", now, seen.village, line, who.id, who.cadre, who.stand_in, card=card)
    )


def _by(context: Context, now: datetime) -> dict[str, str]:
    """Who told it last, so that a photo they send next is put there."""
    return {"reporter": context.sender, "reported_at": now.isoformat()}


def _names(context: Context) -> list[str]:
    return [context.name] if context.name else []


def _standing(seen: Seen, reads: Reads) -> Duty | None:
    """The open breach that this is said of: the same person's, else the same thing in the village."""
    if seen.who is not None:
        return next(iter(reads.open_duties_of(seen.who.id, "breach")), None)
    here = [d for d in reads.open_duties((seen.village,)) if d.kind == "breach" and d.village == seen.village]
    return next((d for d in here if not d.subject and same_thing(str(d.card.get("text")), seen.text)), None)


def _again(duty: Duty, seen: Seen, context: Context, now: datetime) -> Outcome:
    """Told by another, or seen again: on the card that is there; later than a while it rings its first rung again."""
    last = datetime.fromisoformat(str(duty.card.get("said_at") or duty.opened_at.isoformat()))
    loud = last + SAME_WITHIN < now
    known = str(duty.card.get("text", ""))
    words = known if seen.text in known else " / ".join(x for x in (known, seen.text) if x)[-LONGEST_CARD:]
    names = list(dict.fromkeys((*duty.card.get("seen_by", ()), *_names(context))))
    said_at = {"said_at": now.isoformat()} if loud else {}
    moved = replace(duty, card={**duty.card, "text": words, "seen_by": names, **said_at, **_by(context, now)})
    fact = DutyMoved(ringing_again(moved, now) if loud else moved, "added", context.sender, context.chat, seen.text)
    return Outcome((fact,), (Say("breach.again", {"duty": moved, "card": moved.shown, "rung": loud}),))
