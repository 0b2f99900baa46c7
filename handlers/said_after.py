"""What is said, or photographed, just after a need, and nothing else understands, belongs to it; without it 心脏的药, said after
帮我买药, or the box it comes in, would be answered with a shrug."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Outcome, Say, Tell
from chat.reading.phrases import matches
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
    photo = ((said.attachment.kind, said.attachment.ref),) if said.attachment else ()
    heard = context.place == "private" and (len(text) > 1 or bool(photo))
    mine = reads.open_duties_of(context.sender, "need") if heard else ()
    need = max((d for d in mine if d.opened_at + WITHIN >= now), key=lambda d: d.opened_at, default=None)
    controls = setting.words.ways("form.controls").values()
    if need is None or text.startswith("/") or any(matches(text, phrases) for phrases in controls):
        return None
    notes = [*need.card.get("notes", ()), *([text] if text else [])][-MOST_NOTES:]
    files = [*need.card.get("attachments", ()), *(list(file) for file in photo)][-MOST_NOTES:]
    moved = replace(need, card={**need.card, "notes": notes, "attachments": files})
    fact = DutyMoved(moved, "added", context.sender, context.chat, text or "photo", photo)
    told = Tell(need.holder, "need.more_said", {"duty": moved, "said": text, "photo": bool(photo)}, lane="reply",
                duty=need.ref)  # fmt: skip
    says = Say("need.more_said_kept", {"duty": moved, "photo": bool(photo)})
    return Outcome((fact,), (says,), (told,) if need.holder else ())
