"""What is said of a need that is known already: how urgent it is after all, tonight or in the morning; without it each such
word would be a second need."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chat.beside import chosen
from chat.form import Setting
from chat.letter import Outcome, Say
from chat.reading.haste import hastes
from chat.reading.lacks import is_about_food, is_hungry, says_only
from rules.climbing import hastened
from rules.context import Context
from rules.duty import Duty, Refusal
from rules.facts import DutyMoved
from rules.moves import postpone
from rules.quiet import is_quiet, morning


class Reads(Protocol):
    """What this asks."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def named(self, block: str, text: str) -> str:
        """The key of the first line of a vocabulary whose word is in the text; empty when none is."""

    def all_named(self, block: str, text: str) -> tuple[str, ...]:
        """The keys of all lines of a vocabulary of which a word is in the text."""


def more_urgent(text: str, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """很急, 急，孩子饿了: that and nothing else, said of what was asked before; tonight after all, or marked on the card."""
    words = setting.words.ways("need.urgent_now")["now"]
    if reads.named("need.urgent_now", text) != "now" or not says_only(text, words):
        return None
    why = hastes(text, reads.all_named)
    known = reads.open_duties_of(context.sender, "need")
    if is_hungry(text):
        known = tuple(d for d in known if is_about_food(words_of(d)))
    if not known:
        return None
    slept = next((d for d in known if d.postponed and d.starts_at and d.starts_at > now), None)
    if slept is not None:
        return tonight_after_all(slept, context, now, why)
    mine = [d for d in known if d.state != "reported" and not {"now", *why} <= d.hastes]
    if not mine:
        return known_already(known[-1], context, now)
    latest = max(mine, key=lambda d: (d.urgency != "now", d.opened_at))
    moved = hurried(latest, context, now, why)
    fact = DutyMoved(moved, "added", context.sender, context.chat, text)
    if latest.urgency == "now":
        return replace(known_already(known[-1], context, now), facts=(fact,))
    return Outcome((fact,), (kept(moved, context, now),))


def how_urgent(
    text: str, mine: tuple[Duty, ...], context: Context, now: datetime, setting: Setting
) -> Outcome | None:  # fmt: skip
    """今天就行, 不急, said when the question for it has given way to something else: on the card of the need before."""
    urgency = chosen(text, "need_more.urgency_options", setting)
    latest = max(mine, key=lambda d: d.opened_at)
    if urgency not in ("soon", "later") or latest.state == "reported" or is_quiet(now, context.town):
        return None
    moved = replace(latest, urgency=urgency, card={**latest.card, "urgency": urgency})
    fact = DutyMoved(moved, "added", context.sender, context.chat, text)
    return Outcome((fact,), (kept(moved, context, now),))


def tonight_or_morning(
    text: str, mine: tuple[Duty, ...], context: Context, now: datetime, setting: Setting
) -> Outcome | None:  # fmt: skip
    """明早, or 今晚就要, said at night when the form that asks for it is gone: good as long as nobody has taken the need."""
    when = chosen(text, "need_more.tonight_options", setting)
    if not when or not is_quiet(now, context.town):
        return None
    latest = max(mine, key=lambda d: d.opened_at)
    sleeps = latest.postponed and latest.starts_at is not None and latest.starts_at > now
    if when == "morning" and not sleeps:
        taken = Outcome(says=(Say("need.taken_already", {"duty": latest, "due": clock_of(latest, context)}),))
        return taken if latest.holder else until_morning(latest, context, now)
    if when == "now" and sleeps:
        return tonight_after_all(latest, context, now, ("said",))
    return known_already(latest, context, now)


def until_morning(duty: Duty, context: Context, now: datetime) -> Outcome:
    """明早再办: only the asker may say so, and it is counted in a column of its own."""
    begins = morning(now, context.town)
    moved = postpone(duty, begins, begins + context.town.need_within)
    if isinstance(moved, Refusal):
        return Outcome(says=(Say(f"duty.{moved.why}", {"duty": duty}),))
    fact = DutyMoved(moved, "postponed", context.sender, context.chat)
    return Outcome((fact,), (Say("need.till_morning", {"duty": moved, "due": clock_of(moved, context)}),))


def kept(duty: Duty, context: Context, now: datetime, told: bool = True) -> Say:
    """What was said more is kept; a promise that is past is not made again."""
    return Say(
        "need.more_kept", {"duty": duty, "due": clock_of(duty, context), "told": told, "late": is_late(duty, now)}
    )


def known_already(duty: Duty, context: Context, now: datetime) -> Outcome:
    """Said again, or asked after: how it stands, and no second need."""
    shown = {"duty": duty, "due": clock_of(duty, context), "late": is_late(duty, now)}
    return Outcome(says=(Say("need.same", shown),))


def hurried(duty: Duty, context: Context, now: datetime, why: tuple[str, ...]) -> Duty:
    """Urgent, and why: its card has it, and its ladder goes by it from now on."""
    haste = list(dict.fromkeys((*duty.card.get("haste", ()), *why)))
    moved = replace(duty, urgency="now", card={**duty.card, "urgency": "now", "haste": haste})
    return hastened(moved, context.town.ladders.get(duty.ladder, ()), now)


def tonight_after_all(slept: Duty, context: Context, now: datetime, why: tuple[str, ...]) -> Outcome:
    """急, said after 明早再办: tonight after all, on a clock that begins now."""
    moved = replace(
        hurried(slept, context, now, why), starts_at=now, due_at=now + context.town.need_within, told=(), rung_at=now
    )
    return Outcome((DutyMoved(moved, "urgent", context.sender, context.chat),), (kept(moved, context, now),))


def is_late(duty: Duty, now: datetime) -> bool:
    """Whether the promised time is past."""
    return duty.due_at is not None and duty.due_at <= now


def clock_of(duty: Duty, context: Context) -> str:
    """The time of day that was promised; empty without one."""
    return duty.due_at.astimezone(context.town.zone).strftime("%H:%M") if duty.due_at else ""


def words_of(duty: Duty) -> str:
    """What was asked for."""
    return str(duty.card.get("text"))
