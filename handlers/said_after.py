"""What is said, or photographed, just after a need, a voice message or a fever, and nothing else understands, belongs to it;
without it 心脏的药, said after 帮我买药, or the number to ring back, would be answered with a shrug."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Outcome, Say, Tell
from chat.reading.names import names_a_place
from chat.reading.phone import read_phone
from chat.reading.phrases import matches
from rules.context import Context
from rules.duty import Duty
from rules.facts import DutyMoved

WITHIN = timedelta(minutes=30)
MOST_NOTES = 10
KINDS = ("need", "voice", "fever")
"""What is not said to its end in one message."""


class Reads(Protocol):
    """What this asks."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """On the card of the newest of them, and told to whoever has it: a human reads what we cannot."""
    text = " ".join((said.text or said.phone).split())[:200]
    photo = ((said.attachment.kind, said.attachment.ref),) if said.attachment else ()
    heard = context.place == "private" and (len(text) > 1 or bool(photo))
    mine = [d for kind in KINDS for d in reads.open_duties_of(context.sender, kind)] if heard else []
    newest = max((d for d in mine if d.opened_at + WITHIN >= now), key=lambda d: d.opened_at, default=None)
    controls = setting.words.ways("form.controls").values()
    if newest is None or text.startswith("/") or any(matches(text, phrases) for phrases in controls):
        return None
    notes = [*newest.card.get("notes", ()), *([text] if text else [])][-MOST_NOTES:]
    files = [*newest.card.get("attachments", ()), *(list(file) for file in photo)][-MOST_NOTES:]
    found = {"phone": read_phone(text), "place": text if names_a_place(text) else ""}
    more = {name: value for name, value in found.items() if value and not newest.card.get(name)}
    moved = replace(newest, card={**newest.card, "notes": notes, "attachments": files, **more})
    fact = DutyMoved(moved, "added", context.sender, context.chat, text or "photo", photo)
    told = Tell(newest.holder, "need.more_said", {"duty": moved, "said": text, "photo": bool(photo)}, lane="reply",
                duty=newest.ref)  # fmt: skip
    says = Say("need.more_said_kept", {"duty": moved, "photo": bool(photo)})
    return Outcome((fact,), (says,), (told,) if newest.holder else ())
