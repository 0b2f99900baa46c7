"""What is said unasked, and when nothing is understood: cards, lists, the clock's own words, the front."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any

from bot.cards import again_list, card, card_list, gone_by, stand
from bot.sayings import danger_in, menu
from bot.texts import LOCALES, texts
from bot.wiring import ROUTES
from chat.incoming import Said
from chat.letter import Letter, Say
from handlers.duty import alarms
from rules.duty import Duty
from rules.town import Rung
from tests.templates.spoken import Spoken, in_both
from tests.templates.village import (
    CONTEXTS,
    LI,
    NOW,
    TOWN,
    all_duties,
    open_of,
)


def from_cards() -> Iterator[Spoken]:
    """Each kind in each state as a card: told, told late, passed on, edited; and as a list."""
    late, every = timedelta(minutes=95), Rung(timedelta(hours=2), ("command_post",), repeat=timedelta(minutes=10))
    skipped = ("cadres", "responsible", "holder", "asker", "inspectors", "routing")
    for duty in all_duties():
        told: tuple[Callable[[str], Letter], ...] = (
            lambda x, d=duty: card(TOWN, d, x, NOW),
            lambda x, d=duty: card(TOWN, d, x, NOW + late, every, skipped),
            lambda x, d=duty: card(TOWN, d, x, NOW, edited=True, unsure=True),
            lambda x, d=duty: card_list(TOWN, [d, open_of(d.kind, "5")], x, NOW),
            lambda x, d=duty: stand(TOWN, d, x, NOW),
            lambda x, d=duty: again_list(TOWN, [d, open_of(d.kind, "5")], x, NOW + late, 3),
            lambda x, d=duty: again_list(TOWN, [replace(d, state="closed")], x, NOW + late),
            lambda x, d=duty: card_list(TOWN, [d, *_elsewhere(d.kind)], x, NOW + timedelta(days=1)),
        )
        for make in told:
            yield Spoken("", "web:cadres", {x: make(x) for x in LOCALES})
    yield Spoken("", "web:cadres", {x: gone_by(x) for x in LOCALES})
    again = open_of("missed")
    yield _card(replace(again, card={**again.card, "times": ["08:00", "17:00"]}))
    for sort in ("wuhan", "elsewhere", ""):
        for transport in ("plane", "coach", "car", "other", ""):
            yield _return_card({"from": sort, "transport": transport, "symptoms": "", "contact": "yes", "city": ""})
    fever = open_of("fever")
    for more in ({"value": "", "said": "发烧了"}, {"said": "我咳嗽"}, {"later": "36.7"}):
        duty = replace(fever, card={**fever.card, **more})
        yield _card(duty)
        yield Spoken("", "web:cadres", {x: card_list(TOWN, [duty, fever], x, NOW) for x in LOCALES})
    for watch in ("on", "off"):
        home = open_of("return")
        for relative in (True, False):
            yield _card(replace(home, card={**home.card, "watch": watch, "until": "2020-02-22", "relative": relative}))
    for cried in (
        {"sort": "fire", "sorts": ["fire"], "aloud": True},
        {"sort": "something", "sorts": [], "text": ""},
        {"reported": True, "by": "张建国"},
        {"reported": True, "aloud": True, "who": "", "by": ""},
    ):
        urgent = open_of("urgent")
        yield _card(replace(urgent, card={**urgent.card, **cried}))
    for about in ("cadre", "higher", "unsure"):
        tip = open_of("tip", "K7QM")
        yield _card(replace(tip, card={**tip.card, "about": about, "topic": "other"}))


def _elsewhere(kind: str) -> list[Duty]:
    """So many of a kind in two villages that a list counts them by village."""
    return [replace(open_of(kind, str(n)), village=("dongpo", "")[n % 2]) for n in range(5, 40)]


def _return_card(more: dict[str, Any]) -> Spoken:
    duty = open_of("return")
    return _card(replace(duty, card={**duty.card, **more, "unfinished": True, "arrived": ""}))


def _card(duty: Duty) -> Spoken:
    return Spoken("", "web:cadres", {x: card(TOWN, duty, x, NOW) for x in LOCALES})


def from_clock() -> Iterator[Spoken]:
    """What the clock says by itself."""
    for duty in all_duties():
        held: tuple[alarms.Alarm, ...] = ("offer", "nudge", "waited", "ask", "ask_again", "unconfirmed", "late")
        for alarm, silent in product(held if duty.holder else held[:1], (30, 90)):
            for tell in alarms.on_alarm(duty, alarm, TOWN, timedelta(minutes=silent)):
                yield in_both(tell.block, tell.to, tell.values, tell.buttons)
    yield in_both("temperature.call", "web:li", {})
    yield in_both("temperature.remind", "web:li", {"slot": "08:00"})
    yield in_both("temperature.missed_you", "web:li", {})
    yield in_both("watch.over", "web:li", {})


def from_front() -> Iterator[Spoken]:
    """What the front and the desk say when nothing was understood, is old, or belongs into a private chat."""
    for block in (
        "desk.unknown",
        "desk.unknown_sent",
        "desk.menu_staff",
        "desk.for_staff",
        "desk.kept",
        "form.is_ailing",
        "form.only_a_city",
        "form.not_yet",
        "form.is_lack",
        "form.nothing",
        "desk.old_button",
        "desk.apology",
        "form.old_button",
        "form.edited_seen",
        "desk.no_picture",
        "desk.one_picture",
        "desk.taken_in",
    ):
        yield in_both(block, "web:li", {})
    for what in ("group", "cadres", "post", "office"):
        village = "姚洼" if what in ("group", "cadres") else ""
        yield in_both("desk.put_out", "web:head", {"what": what, "village": village})
    yield in_both("desk.refused_channel", "web:admin", {"channel": "telegram"})
    for context in (LI, CONTEXTS["stranger"]):
        shown: Say = menu(context)
        yield in_both(shown.block, context.chat, shown.values, shown.buttons)
    yield in_both("form.is_temperature", "web:li", {})
    for mine in ([], ["3", "5"]):
        yield in_both("desk.nothing_begun", "web:li", {"mine": mine})
    yield in_both("form.ask_place", "web:li", {"likely_text": "姚洼"})
    yield in_both("form.noted_line", "web:li", {"label": "1", "value": "2"})
    yield in_both("form.day_too_old", "web:li", {"days": 60})
    danger_in(SimpleNamespace(text="好着呢", incoming=SimpleNamespace(said=Said())))  # type: ignore[arg-type]
    link = {"link": "https://village.example/c/yaowa"}
    yield in_both("desk.in_group", "web:group", link)
    yield in_both("danger.act_waits", "web:li", {"said": "不用了 人晕倒了"})
    for name, conversation in ROUTES.conversations.items():
        yield in_both("form.dropped", "web:li", {"title": name})
        if conversation.private and texts("zh").has(f"{name}.{conversation.form.opens_with}"):
            yield in_both(f"{name}.in_group", "web:group", link)
