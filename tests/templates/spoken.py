"""One thing that is said, in both languages; what the walks over everything that can be said are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.post import label_buttons
from bot.texts import LOCALES, texts
from chat.letter import Letter, Outcome, Rows


@dataclass(frozen=True)
class Spoken:
    """One thing that is said to a chat: ``block`` is "" when it is a letter made by a form or a card."""

    block: str
    to: str
    letters: dict[str, Letter]


def of_outcome(chat: str, outcome: Outcome) -> Iterator[Spoken]:
    for say in outcome.says:
        yield in_both(say.block, chat, say.values, say.buttons)
    for tell in outcome.tells:
        yield in_both(tell.block, tell.to, tell.values, tell.buttons)


def in_both(block: str, to: str, values: Any, rows: Rows = ()) -> Spoken:
    """Rendered once for all that is said with the same values: most of what the walks meet was said before."""
    key = repr((block, values, rows))
    if key not in SAID:
        SAID[key] = {x: Letter(texts(x).say(block, **values), label_buttons(x, rows)) for x in LOCALES}
    return Spoken(block, to, SAID[key])


SAID: dict[str, dict[str, Letter]] = {}
