"""A message that was corrected after it was sent, in its place or by another (打错了，是没面了); without it a corrected 家里没米乐
would be a second need, and a corrected name the answer to the next question."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Protocol

from chat.form import Form, Question, Setting
from chat.incoming import Said
from chat.kinds import Text
from chat.letter import Outcome, Say, Tell
from chat.reading.haste import hastes
from chat.reading.lacks import things
from chat.reading.names import names_a_place
from chat.reading.slips import Slip, bare_thing, meant_by, slip_in
from rules.climbing import hastened
from rules.context import Context
from rules.duty import Duty
from rules.facts import DutyMoved

WITHIN = timedelta(hours=2)
"""How old a need may be that somebody still corrects."""
ALIKE = 0.5
"""From what likeness on an edited sentence is the one a need was made of."""
LONGEST = 300
LONGEST_WORD = 10
"""Letters of what may stand for a single thing: 面, in 打错了，是面."""


class Reads(Protocol):
    """What this asks."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def duty(self, ref: str) -> Duty | None:
        """A duty by its number, locked."""

    def all_named(self, block: str, text: str) -> tuple[str, ...]:
        """The keys of all lines of a vocabulary of which a word is in the text."""


@dataclass(frozen=True)
class AmendReport:
    """What a need should have said."""

    ref: str
    what: str


amend = Form(
    name="amend",
    makes=AmendReport,
    questions=(Question("ref", Text(), hidden=True), Question("what", Text(longest=LONGEST, shortest=1))),
    summary=False,
    idle="forget",
    idle_after=timedelta(minutes=30),
)


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """打错了，是没面了; 不是米，是面: the need says what is right, on its clock. 打错了 and no more is asked what it should be."""
    slip = slip_in(said.text) if context.place == "private" else None
    if slip is None:
        return None
    found = [d for d in reads.open_duties_of(context.sender, "need")
             if now - d.opened_at <= WITHIN and d.state != "reported" and (slip.marked or slip.wrong in _words(d))]  # fmt: skip
    meant = max(found, key=lambda d: (bool(slip.wrong) and slip.wrong in _words(d), d.opened_at), default=None)
    if meant is None:
        return None
    if not slip.right:
        return Outcome(then=("amend", {"ref": meant.ref}))
    return _corrected(meant, _righted(_words(meant), slip), context, reads, now, spoken=True)


def on_amended(report: AmendReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """What it should be was asked and answered."""
    duty = reads.duty(report.ref)
    if duty is None or duty.over:
        return Outcome(says=(Say("need.already_over"),))
    slip = slip_in(report.what) or Slip("", meant_by(report.what), True)
    return _corrected(duty, _righted(_words(duty), slip), context, reads, now, spoken=True)


def _righted(before: str, slip: Slip) -> str:
    """The sentence as it was meant: with the one word changed, or the new one; what fits neither is added, for a human to read."""
    right, lacked = " ".join(slip.right.split()), sorted(things(before))
    if slip.wrong and slip.wrong in before:
        return before.replace(slip.wrong, right)
    if things(right):
        return right
    thing = bare_thing(right)
    if len(lacked) == 1 and lacked[0] in before and len(thing) <= LONGEST_WORD and not names_a_place(thing):
        return before.replace(lacked[0], thing)
    return f"{before} / {right}"[:LONGEST]


def _words(duty: Duty) -> str:
    return str(duty.card.get("text"))


def on_edited(said: Said, context: Context, reads: Reads, now: datetime) -> Outcome | None:
    """The need that was made of it reads as corrected; None when none was."""
    text = " ".join(said.text.split())[:LONGEST]
    found = [d for d in reads.open_duties_of(context.sender, "need") if now - d.opened_at <= WITHIN]
    meant = max(found, key=lambda d: _likeness(d, text), default=None)
    if meant is None or _likeness(meant, text) < ALIKE:
        return None
    return _corrected(meant, text, context, reads, now)


def _likeness(duty: Duty, text: str) -> float:
    return SequenceMatcher(None, str(duty.card.get("text")), text).ratio()


def _corrected(
    duty: Duty, text: str, context: Context, reads: Reads, now: datetime, spoken: bool = False
) -> Outcome:  # fmt: skip
    """The card says it in the new words; who was told the old ones is told again when another thing is named now. Who has it
    is told whatever was put right in words of its own (``spoken``)."""
    ahead = duty.due_at is not None and duty.due_at > now
    due = duty.due_at.astimezone(context.town.zone).strftime("%H:%M") if duty.due_at and ahead else ""
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
    other = any(thing not in before for thing in things(text)) or urgency != duty.urgency
    if other and duty.state == "open" and duty.told:
        moved = replace(moved, told=(), rung_at=now)
    elif (other or spoken) and duty.holder:
        tells = (Tell(duty.holder, "need.corrected_holder", {"duty": moved, "what": text}, (), "alert", duty.ref),)
    return Outcome((DutyMoved(moved, "added", context.sender, context.chat, text),), says, tells)
