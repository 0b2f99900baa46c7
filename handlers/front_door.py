"""The first words, help, what is mine, what is open here, and codes; without it nobody would find the way in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chat.form import Form, Question
from chat.kinds import PlaceOf
from chat.letter import Button, Outcome, Say
from chat.reading.numbers import normalise
from handlers.degrees import degrees
from rules.binding import unbound
from rules.context import Context
from rules.duty import Duty, worst_first
from rules.facts import Bound, PersonTold, WrongCode
from rules.isolation import last_day
from rules.seeing import shown_to_subject

PAGE = 8


class Reads(Protocol):
    """What these acts ask."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def watch_of(self, person: str) -> Any:
        """The watch a person is under."""

    def last_temperature(self, person: str) -> tuple[datetime, int] | None:
        """(when, tenths) of the latest temperature."""

    def last_of_house(self, person: str) -> Sequence[tuple[str, datetime, int]]:
        """(whose, when, tenths) of the latest temperature of each of the house whom this person has told of."""

    def code_locked(self, chat: str) -> bool:
        """Whether this chat may try no code now."""

    def bound(self) -> Mapping[str, str]:
        """What is bound already."""


@dataclass(frozen=True)
class Home:
    """Which village somebody belongs to."""

    village: str


home = Form("home", Home, (Question("village", PlaceOf("village")),), summary=False)


def on_home(report: Home, context: Context, reads: Reads, now: datetime) -> Outcome:
    """Keep it, and show what can be done."""
    village = context.town.village(report.village)
    says = (
        Say("desk.welcome", {"village": village.name if village else ""}),
        Say("desk.menu", {"context": context}, MENU),
    )
    return Outcome((PersonTold(context.sender, village=report.village),), says)


def home_told(answers: Mapping[str, Any], facts: tuple[object, ...]) -> bool:
    """Whether the question after the village is answered by what was done meanwhile (the poster's link was opened)."""
    return any(isinstance(fact, PersonTold) and bool(fact.village) for fact in facts)


MENU = (
    (
        Button("@desk.menu_buttons.returnee", "open:returnee"),
        Button("@desk.menu_buttons.temperature", "open:temperature"),
    ),
    (Button("@desk.menu_buttons.need", "open:need"), Button("@desk.menu_buttons.tip", "open:tip")),
)


def on_start(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """/start, or /start <village key> from the poster's link."""
    if context.place != "private":
        return Outcome(says=(Say("desk.in_group", {"link": context.link}),))
    key = argument.split(maxsplit=1)[0].lower() if argument else ""
    village = context.town.village(key)
    if village is not None:
        says = (Say("desk.welcome", {"village": village.name}), Say("desk.menu", {"context": context}, MENU))
        return Outcome((PersonTold(context.sender, village=village.key),), says)
    if context.village:
        known = context.town.village(context.village)
        says = (
            Say("desk.welcome", {"village": known.name if known else ""}),
            Say("desk.menu", {"context": context}, MENU),
        )
        return Outcome(says=says)
    return Outcome(says=(Say("desk.welcome", {"village": ""}),), then=("home", {}))


def on_help(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """帮助: what can be said here; where a village reads along that is what villagers may say, whoever asks."""
    at_work = context.staff and not context.among_villagers
    return Outcome(says=(Say("desk.help_staff" if at_work else "desk.help", {"context": context}),))


def on_menu(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """菜单: what can be done here."""
    if context.among_villagers:
        return Outcome(says=(Say("desk.in_group", {"link": context.link}),))
    if context.place in ("cadres", "office"):
        return Outcome(says=(Say("desk.help_staff", {"context": context}),))
    return Outcome(says=(Say("desk.menu", {"context": context}, MENU),))


def on_mine(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """我的: what is kept of me, and how my things stand."""
    watch = reads.watch_of(context.sender)
    last = reads.last_temperature(context.sender)
    village = context.town.village(context.village)
    values = {
        "context": context, "village": village.name if village else "",
        "until": last_day(watch.until, context.town) if watch else None,
        "last": (last[0].astimezone(context.town.zone), degrees(last[1])) if last else None,
        "of_house": [(whose, at.astimezone(context.town.zone), degrees(tenths))
                     for whose, at, tenths in reads.last_of_house(context.sender)],
        "duties": [_line(d, context, now) for d in worst_first(reads.open_duties_of(context.sender))
                   if shown_to_subject(d, context)],
    }  # fmt: skip
    if context.place != "private":
        return Outcome(says=(Say("desk.only_private"),))
    return Outcome(says=(Say("desk.mine", values),))


def todo(
    argument: str, context: Context, found: tuple[Duty, ...], now: datetime, unsure: Callable[[str], bool]
) -> Outcome:
    """待办: what is open here, mine first, worst first, with the time left; ``待办 2`` is the second page. ``unsure`` says of a
    number that some alert of it may not have arrived."""
    ordered = worst_first(found, now)
    ordered = tuple(sorted(ordered, key=lambda d: d.holder != context.sender))
    page = max(int(argument), 1) if argument.isdigit() else 1
    shown = ordered[(page - 1) * PAGE : page * PAGE]
    more = len(ordered) - page * PAGE
    lines = [{**_line(d, context, now), "unsure": unsure(d.ref)} for d in shown]
    rows = ((Button("@acts.buttons.next_page", f"d:todo:{page + 1}"),),) if more > 0 else ()
    return Outcome(says=(Say("desk.todo", {"lines": lines, "count": len(ordered), "more": max(more, 0)}, rows),))


def on_bind(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """/bind CODE: this chat is the one the config means. Five wrong codes lock the chat out for an hour."""
    if reads.code_locked(context.chat):
        return Outcome(says=(Say("desk.code_locked"),))
    tried = _letters(argument)
    code = next((c for c in unbound(context.town) if tried and _letters(c) in (tried, f"BIND{tried}")), "")
    if not code or code in reads.bound():
        return Outcome((WrongCode(context.chat),), (Say("desk.code_wrong"),))
    return Outcome((Bound(code, context.chat),), (Say("desk.bound"),))


def _letters(code: str) -> str:
    """As it is compared: copied with brackets, typed in small or full-width letters, with gaps in it, it is the same code."""
    return "".join(letter for letter in normalise(code).upper() if letter.isalnum())


def _line(duty: Duty, context: Context, now: datetime) -> dict[str, object]:
    left = int((duty.due_at - now).total_seconds() // 60) if duty.due_at else None
    open_for = int((now - duty.opened_at).total_seconds() // 60)
    village = context.town.village(duty.village)
    return {"duty": duty, "card": duty.shown, "left": left, "open_for": open_for, "mine": duty.holder == context.sender,
            "village": village.name if village else ""}  # fmt: skip
