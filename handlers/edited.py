"""A message that was corrected after it was sent; without it a corrected 家里没米乐 would be a second need, and a corrected name
the answer to the next question."""

from dataclasses import replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Protocol

from chat.incoming import Said
from chat.letter import Outcome, Say, Tell
from chat.reading.haste import hastes
from chat.reading.lacks import things
from rules.climbing import hastened
from rules.context import Context
from rules.duty import Duty
from rules.facts import DutyMoved

WITHIN = timedelta(hours=2)
"""How old a need may be that somebody still corrects."""
ALIKE = 0.5
"""From what likeness on an edited sentence is the one a need was made of."""


class Reads(Protocol):
    """What this asks."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def all_named(self, block: str, text: str) -> tuple[str, ...]:
        """The keys of all lines of a vocabulary of which a word is in the text."""


def on_edited(said: Said, context: Context, reads: Reads, now: datetime) -> Outcome | None:
    """The need that was made of it reads as corrected; None when none was."""
    text = " ".join(said.text.split())[:300]
    found = [d for d in reads.open_duties_of(context.sender, "need") if now - d.opened_at <= WITHIN]
    meant = max(found, key=lambda d: _likeness(d, text), default=None)
    if meant is None or _likeness(meant, text) < ALIKE:
        return None
    return _corrected(meant, text, context, reads, now)


def _likeness(duty: Duty, text: str) -> float:
    return SequenceMatcher(None, str(duty.card.get("text")), text).ratio()


def _corrected(duty: Duty, text: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """The card says it in the new words; who was told the old ones is told again when another thing is named now."""
    due = duty.due_at.astimezone(context.town.zone).strftime("%H:%M") if duty.due_at else ""
    says = (Say("need.corrected", {"duty": duty, "what": text, "due": due}),)
    before = str(duty.card.get("text"))
    if text == before:
        return Outcome(says=says)
    haste = tuple(
        dict.fromkeys((*hastes(text, reads.all_named), *(h for h in duty.card.get("haste", ()) if h == "said")))
    )
    urgency = "now" if haste else duty.urgency
    moved = replace(duty, urgency=urgency, card={**duty.card, "text": text, "urgency": urgency})
    moved = replace(moved, card={**moved.card, "haste": list(haste)}) if haste or "haste" in moved.card else moved
    moved = hastened(moved, context.town.ladders.get(duty.ladder, ()), now)
    tells: tuple[Tell, ...] = ()
    if any(thing not in before for thing in things(text)) or urgency != duty.urgency:
        if duty.state == "open" and duty.told:
            moved = replace(moved, told=(), rung_at=now)
        elif duty.holder:
            tells = (Tell(duty.holder, "need.corrected_holder", {"duty": moved, "what": text}, (), "alert", duty.ref),)
    return Outcome((DutyMoved(moved, "added", context.sender, context.chat, text),), says, tells)
