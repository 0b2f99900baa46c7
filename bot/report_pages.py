"""The pages of a report, each a letter with its picture: the situation, and how the promise was kept; without it the figures would
be drawn nowhere but on the web."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.hearing import hearing_of
from bot.pictures import figures_sketch
from bot.pictures.sketch import sketch
from bot.post import label_buttons
from bot.texts import Texts
from chat.incoming import Incoming, Said
from chat.letter import Button, Letter
from handlers.figures import Counted, counted, counted_of
from rules.situation import Scope, Situation, Window, place_name, scope_of
from rules.town import Town
from storage import figures
from storage.ledger import Ledger
from storage.registers import ReportOrder

MOST_ROWS = 6


@dataclass(frozen=True)
class Page:
    """What is drawn in a language, and the letter around it; an empty path: the picture could not be drawn."""

    name: str
    sketch: Callable[[Texts], Mapping[str, Any]]
    letter: Callable[[Texts, str], Letter]


@dataclass(frozen=True)
class Climbs:
    """Answers what counting asks."""

    ledger: Ledger

    def climbs_of(self, refs: tuple[str, ...]) -> Mapping[str, int]:
        """Minutes of a rung → how often it was told for these duties."""
        return figures.climbs_of(self.ledger, refs)


def situation_page(found: Situation, astray: bool, button: bool) -> Page:
    """The situation. ``astray``: it should have gone to the command post; ``button``: its reader may say that nothing happened."""

    def letter(words: Texts, picture: str) -> Letter:
        return situation_letter(found, words, picture, astray, button)

    return Page("report", lambda words: sketch(found, words), letter)


def asked_figures(ledger: Ledger, town: Town, order: ReportOrder) -> Page:
    """The figures that somebody asked for in a chat: the same counting, of what may be seen there, as of when it was asked."""
    asked = Incoming(order.chat.partition(":")[0], "", order.chat, order.who, order.chat == order.who, Said(), order.at)
    hearing = hearing_of(ledger, town, asked, order.at)
    found = counted(order.days, hearing.context, hearing.reads, order.at)
    return _figures_page(found, place_name(town, scope_of(hearing.context) or Scope()), town)


def nightly_figures(ledger: Ledger, town: Town, order: ReportOrder, window: Window) -> tuple[Page, ...]:
    """The figures of the nightly report's own window, beneath it and without a sound; none on a night on which no need fell due."""
    if order.chat:
        return ()
    needs = figures.needs_between(ledger, window.since, window.until + town.need_within)
    found = counted_of(needs, window.since, window.until, town, Climbs(ledger), due_before=window.until)
    if not found.figures.total.due:
        return ()
    return (_figures_page(found, place_name(town, order.scope), town, quiet=True),)


def _figures_page(found: Counted, place: str, town: Town, quiet: bool = False) -> Page:
    def letter(words: Texts, picture: str) -> Letter:
        window = Window(found.since.astimezone(town.zone), found.until.astimezone(town.zone))
        text = words.say("figures.caption", f=found.figures, window=words.say("report.window", window=window))
        after = "" if picture else "\n" + words.say("desk.no_picture")
        return Letter(text + after, picture=picture, quiet=quiet)

    return Page("figures", lambda words: figures_sketch.sketch(found, place, words, town.zone), letter)


def situation_letter(found: Situation, words: Texts, picture: str, astray: bool, button: bool) -> Letter:
    """A report as it is read: on a phone, without scrolling for long. No resident is named in it."""
    own = next((line for line in found.lines if line.key == found.scope.line), None)
    text = words.say(
        "report.text", found=found, window=words.say("report.window", window=found.window), own_line=own,
        lines=words.options("report.lines"), rows=found.rows[:MOST_ROWS], more=max(0, len(found.rows) - MOST_ROWS),
    )  # fmt: skip
    before = words.say("report.no_post") + "\n" if astray else ""
    after = "" if picture else "\n\n" + words.say("desk.no_picture")
    zero = Button("@acts.buttons.zero", f"d:zero:{found.scope.villages[0]}") if button else None
    return Letter(before + text + after, label_buttons(words.locale, ((zero,),) if zero else ()), picture)
