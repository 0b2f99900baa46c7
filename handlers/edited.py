"""A message that was corrected after it was sent; without it a corrected 家里没米乐 would be a second need, and a corrected name
the answer to the next question."""

from dataclasses import replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Protocol

from chat.incoming import Said
from chat.letter import Outcome, Say, Tell
from chat.reading.lacks import things
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

    def named(self, block: str, text: str) -> str:
        """The key of the first line of a vocabulary whose word is in the text; empty when none is."""


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
    haste = reads.named("need.urgent", " ".join(sorted(things(text)))) or reads.named("need.urgent", text)
    urgency = "now" if haste else duty.urgency
    moved = replace(duty, urgency=urgency, card={**duty.card, "text": text, "urgency": urgency})
    tells: tuple[Tell, ...] = ()
    if any(thing not in before for thing in things(text)) or urgency != duty.urgency:
        if duty.state == "open" and duty.told:
            moved = replace(moved, told=(), rung_at=now)
        elif duty.holder:
            tells = (Tell(duty.holder, "need.corrected_holder", {"duty": moved, "what": text}, (), "alert", duty.ref),)
    return Outcome((DutyMoved(moved, "added", context.sender, context.chat, text),), says, tells)
