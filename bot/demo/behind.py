"""What happened behind the last message, and what will: read from the tables, never made up. Without it the demo would be magic."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.cards import card_values
from bot.demo.cast import name_of
from bot.demo.heard import Heard, last_heard
from bot.texts import Texts
from chat.form import Cursor, Form, Talk
from chat.turn import current_question
from handlers.degrees import degrees
from rules.alarms import next_alarm
from rules.climbing import remaining, rung_time
from rules.duty import Duty
from rules.routing import addresses
from rules.town import Rung, Town
from storage import duties, talks, traces
from storage.ledger import Ledger
from storage.traces import Mark, Sent

MOST_COMING = 5


@dataclass(frozen=True)
class Step:
    """One step: ``id`` stays the same when what was coming has come. ``state``: done or coming; ``at`` is town time."""

    id: str
    text: str
    at: str = ""
    state: str = "done"


@dataclass(frozen=True)
class Way:
    """The way of one message, and of one duty, each under a title; empty when there is none yet."""

    title: str = ""
    steps: tuple[Step, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the page's guide goes by: the chat and the open question; the duty's number, kind, state and whom it has told."""


@dataclass(frozen=True)
class Teller:
    """Puts what the tables say into words, for one look at them."""

    ledger: Ledger
    town: Town
    words: Texts
    now: datetime
    forms: Mapping[str, Form]

    def message(self) -> Way:
        """The way of the last message that somebody wrote on one of the phones."""
        heard = last_heard(self.ledger)
        if heard is None:
            return Way()
        title = self._say("heard", who=self._name(heard.sender), said=heard.said)
        facts: dict[str, object] = {"id": heard.id, "chat": heard.chat.partition(":")[2], "asks": ""}
        kept = traces.received(self.ledger, "web", heard.id)
        if kept is None:
            # It lies in the mailbox and the desk has not decided it yet: the open question is still the one before it.
            return Way(title, (), {**facts, "decided": False})
        at, fate = kept
        asked = self._asked(heard)
        facts |= {"asks": asked["question"] if asked else "", "decided": True}
        steps = [
            *self._read(heard, traces.span_of(at), fate, asked),
            *self._kept(heard, at, traces.answers(self.ledger, f"web/{heard.id}")),
        ]
        return Way(title, tuple(Step(f"{heard.id}/{n}", text) for n, text in enumerate(steps)), facts)

    def duty(self) -> Way:
        """The way of the duty that somebody touched last."""
        duty = self._last_duty()
        if duty is None:
            return Way()
        letters = traces.cards(self.ledger, duty.ref)
        done = [self._happened(duty, mark, letters) for mark in traces.history(self.ledger, duty.ref)]
        values = card_values(self.town, duty, self.now)
        title = self._say("duty_title", kind=self._kind(duty), **values)
        told = sorted({x.address.partition(":")[2] for x in letters})
        facts = {"ref": duty.ref, "kind": duty.kind, "state": duty.state, "told": told}
        return Way(title, (*done, *self._coming(duty)), facts)

    def _last_duty(self) -> Duty | None:
        for mark in traces.last_touched(self.ledger):
            duty = duties.of_message(self.ledger, mark.ref)
            if duty is not None and (mark.chat or duty.kind == "tip"):
                return duty
        return None

    def _read(self, heard: Heard, span: traces.Span, fate: str, asked: Mapping[str, Any] | None) -> Iterator[str]:
        """What it was understood as, and which question is open now."""
        found = list(self._read_facts(heard, span))
        yield from found
        if asked:
            yield self._say("read_answer", **asked)
        elif not found:
            yield self._say("read_failed" if fate == "failed" else "read_else")

    def _read_facts(self, heard: Heard, span: traces.Span) -> Iterator[str]:
        taken = traces.temperature_in(self.ledger, span, heard.sender)
        if taken is not None:
            yield self._say("read_temperature", value=degrees(taken[0]), fever=taken[1])
        for mark in traces.marks_of(self.ledger, span, heard.sender, heard.chat):
            duty = duties.of_message(self.ledger, mark.ref)
            kind = self._kind(duty) if duty else ""
            block = "read_opened" if mark.what == "opened" else "read_moved"
            yield self._say(block, kind=kind, ref=mark.ref, move=self._move(mark.what))
        until = traces.watched_until(self.ledger, span, heard.sender)
        if until is not None:
            yield self._say("read_watch", until=(until - timedelta(days=1)).astimezone(self.town.zone))

    def _asked(self, heard: Heard) -> dict[str, Any] | None:
        """The question that stands open in this chat."""
        kept = talks.find(self.ledger, heard.chat, heard.sender)
        form = self.forms.get(kept[1]) if kept else None
        if kept is None or form is None:
            return None
        talk = Talk(kept[0], kept[1], kept[2], Cursor(**kept[3]), kept[4])  # type: ignore[arg-type]
        title, question = f"{form.name}.title", current_question(form, talk)
        block = f"{form.name}.{question.name}_label" if question else ""
        label = self.words.say(block) if block and self.words.has(block) else ""
        number = form.applying(talk.answers).index(question) + 1 if question else 0
        return {"title": self.words.say(title) if self.words.has(title) else "", "label": label, "number": number,
                "of": len(form.applying(talk.answers)), "question": f"{form.name}.{question.name if question else ''}"}  # fmt: skip

    def _kept(self, heard: Heard, at: datetime, letters: Sequence[Sent]) -> Iterator[str]:
        if letters:
            yield self._say("kept", spent=_seconds(letters[0].made_at - at, 3), letters=len(letters))
        else:
            yield self._say("kept_quiet")
        for letter in letters:
            if letter.sent_at is not None:
                block = "answered" if letter.address == heard.chat else "also_told"
                yield self._say(block, who=self._name(letter.address), spent=_seconds(letter.sent_at - at, 1))

    def _happened(self, duty: Duty, mark: Mark, letters: Sequence[Sent]) -> Step:
        sort, _, rest = mark.what.partition(" ")
        if sort == "rung":
            told = [x for x in letters if x.told_at is not None and abs(x.told_at - mark.at) < timedelta(seconds=1)]
            there = [x.sent_at - x.made_at for x in told if x.sent_at is not None]
            text = self._say(
                "told", names=self._told(duty, mark, {x.address for x in told}), waited=max(int(rest), 0),
                spent=_seconds(max(there), 1) if there else "", waiting=len(told) - len(there),
            )  # fmt: skip
        elif sort == "alarm":
            text = self._say("alarm", what=rest, holder=duty.holder_name)
        elif sort == "undelivered":
            text = self._say("undelivered")
        else:
            due = duty.due_at.astimezone(self.town.zone).strftime("%H:%M") if duty.due_at else ""
            who = self._name(mark.who) if mark.who else ""
            text = self._say("moved", what=mark.what, who=who, move=self._move(mark.what), note=mark.note, due=due,
                             tip=duty.kind == "tip")  # fmt: skip
        number = f"rung {rest}" if sort == "rung" else mark.id
        return Step(f"{duty.ref}/{number}", text, self._clock(mark.at))

    def _coming(self, duty: Duty) -> Iterator[Step]:
        """What its ladder and its alarms will do if nobody does anything, in order."""
        found: list[tuple[datetime, str, str]] = []
        if not duty.over:
            for rung in remaining(duty, self.town.ladders.get(duty.ladder, ())):
                key = f"rung {int(rung.after / timedelta(minutes=1))}"
                found.append((max(rung_time(duty, rung), self.now), key, self._rung(duty, rung)))
        alarm = next_alarm(duty)
        if alarm is not None:
            found.append((alarm[0], alarm[1], self._say("alarm_coming", what=alarm[1], holder=duty.holder_name)))
        for at, key, text in sorted(found)[:MOST_COMING]:
            yield Step(f"{duty.ref}/{key}", text, self._clock(at), "coming")

    def _told(self, duty: Duty, mark: Mark, reached: set[str]) -> list[str]:
        """The targets of a rung that was told (its note), each with those who got a letter; one nobody stands behind is left out."""
        targets = mark.note.split(", ")
        met = [target for target in targets if reached & set(addresses(self.town, duty, target))]
        return [self._target(duty, target, reached) for target in met or targets]

    def _rung(self, duty: Duty, rung: Rung) -> str:
        names = [self._target(duty, target) for target in rung.tell]
        return self._say("coming", names=names, unless=rung.unless or "")

    def _target(self, duty: Duty, target: str, reached: set[str] | None = None) -> str:
        found = [a for a in addresses(self.town, duty, target) if reached is None or a in reached]
        word = self.words.options("demo.targets").get(target, (target,))[0]
        return self._say("target", key=target, target=word, names=[self._name(a) for a in found])

    def _name(self, address: str) -> str:
        return name_of(self.town, self.words, address)

    def _kind(self, duty: Duty) -> str:
        return self.words.options("duty.names").get(duty.kind, (duty.kind,))[0]

    def _move(self, what: str) -> str:
        return self.words.options("duty.moves").get(what, (what,))[0]

    def _clock(self, at: datetime) -> str:
        return at.astimezone(self.town.zone).strftime("%H:%M")

    def _say(self, block: str, **values: object) -> str:
        return self.words.say(f"demo.{block}", **values)


def _seconds(length: timedelta, digits: int) -> str:
    """A length of time in seconds, never a negative one: two clocks of one machine may disagree by a hair."""
    return f"{max(length.total_seconds(), 10**-digits):.{digits}f}"
