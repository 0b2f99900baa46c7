"""What is said just after a need, and nothing else understands, belongs to it; without it 心脏的药, said after 帮我买药, would be
answered with a shrug."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Outcome, Say, Tell
from rules.context import Context
from rules.duty import Duty
from rules.facts import DutyMoved

WITHIN = timedelta(minutes=30)
MOST_NOTES = 10


class Reads(Protocol):
    """What this asks."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """On the card of the newest need, and told to whoever has it: a human reads what we cannot."""
    text = " ".join(said.text.split())[:200]
    mine = reads.open_duties_of(context.sender, "need") if context.place == "private" and len(text) > 1 else ()
    need = max((d for d in mine if d.opened_at + WITHIN >= now), key=lambda d: d.opened_at, default=None)
    if need is None or text.startswith("/"):
        return None
    moved = replace(need, card={**need.card, "notes": [*need.card.get("notes", ()), text][-MOST_NOTES:]})
    fact = DutyMoved(moved, "added", context.sender, context.chat, text)
    told = Tell(need.holder, "need.more_said", {"duty": moved, "said": text}, lane="reply", duty=need.ref)
    return Outcome((fact,), (Say("need.more_said_kept", {"duty": moved}),), (told,) if need.holder else ())
