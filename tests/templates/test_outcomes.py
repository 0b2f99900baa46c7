"""Every outcome can be said in both languages, in words that fit the screen and tell a group of villagers nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.gateways.telegram.render import render
from bot.gateways.telegram.text import units
from bot.texts import LOCALES, Texts, texts
from rules.moves import Refusal
from tests.templates.spoken import Spoken
from tests.templates.village import CADRE_PHONE, NAME, PHONE
from tests.templates.walk import everything

HOUSE = Path(__file__).resolve().parents[2]
FILES = "|".join(p.stem for p in (HOUSE / "templates/zh").glob("*.j2"))
NAMED = re.compile(rf'"((?:{FILES})\.[a-z_0-9]+)"')
SPEAKS_FROM = ("handlers", "chat", "bot/tick.py", "bot/climber.py", "bot/front.py", "bot/slots.py", "bot/cards.py",
               "bot/desk.py", "bot/sayings.py", "bot/cries.py", "bot/post.py", "bot/boards.py", "bot/membership.py", "bot/outage.py")  # fmt: skip


def sources() -> Iterator[Path]:
    for name in SPEAKS_FROM:
        place = HOUSE / name
        yield from sorted(place.rglob("*.py")) if place.is_dir() else (place,)


def named_in_source() -> dict[str, str]:
    """Each block that is named in the source → where."""
    found = {}
    for path in sources():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found |= {block: f"{path.relative_to(HOUSE)}:{number}" for block in NAMED.findall(line)}
    for path in (HOUSE / "rules").rglob("*.py"):
        whys = re.findall(rf'{Refusal.__name__}\("([a-z_]+)"\)', path.read_text())
        found |= {f"duty.{why}": str(path.relative_to(HOUSE)) for why in whys}
    return found


@pytest.fixture(scope="module")
def walked() -> tuple[list[Spoken], dict[str, set[str]]]:
    """Everything that is said, and the blocks that were rendered (or read as a vocabulary) for it in each language."""
    rendered: dict[str, set[str]] = {locale: set() for locale in LOCALES}
    with pytest.MonkeyPatch.context() as patch:
        for method in ("say", "options", "ways"):
            real = getattr(Texts, method)

            def noting(self: Texts, block: str, real=real, **values: object) -> object:
                rendered[self.locale].add(block)
                return real(self, block, **values)

            patch.setattr(Texts, method, noting)
        spoken = list(everything())
    return spoken, rendered


def test_every_block_named_in_the_source_exists() -> None:
    missing = [f"{where}: {block} in {x}" for block, where in named_in_source().items() for x in LOCALES
               if not texts(x).has(block)]  # fmt: skip
    assert missing == []


ELSEWHERE = ("danger.signs", "danger.calm", "figures.pictures")
"""Vocabularies that are read once for the whole program (tests/templates/test_texts.py tries them), or with other words than
the walk's (tests/bot/test_figures_picture.py)."""


def test_every_block_named_in_the_source_is_said_in_both_languages(
    walked: tuple[list[Spoken], dict[str, set[str]]],
) -> None:
    unsaid = [f"{where}: {block} in {x}" for block, where in named_in_source().items() for x in LOCALES
              if block not in walked[1][x] and block not in ELSEWHERE]  # fmt: skip
    assert unsaid == []


def test_what_is_said_is_words(walked: tuple[list[Spoken], dict[str, set[str]]]) -> None:
    odd = re.compile(
        r"None|True|False|defaultdict|\bDuty\(|Undefined|\{'|\[\]|  +\S|\(\)|（）|^\s*[，。、；,.;]", re.MULTILINE
    )
    wrong = {}
    for said in walked[0]:
        for locale, letter in said.letters.items():
            text = letter.text.replace("x" * 600, "")
            if odd.search(text):
                wrong[locale, said.block, odd.search(text)[0]] = text
    assert wrong == {}


def test_english_is_english(walked: tuple[list[Spoken], dict[str, set[str]]]) -> None:
    """Names and what people wrote aside (they are single-coloured on purpose: no Chinese punctuation follows them)."""
    wrong = {(s.block, s.letters["en"].text) for s in walked[0] if re.search(r"[，。；：、“”]", s.letters["en"].text)
             and "，，" not in s.letters["en"].text}  # fmt: skip
    assert wrong == set()


def test_each_letter_can_be_carried_by_telegram(walked: tuple[list[Spoken], dict[str, set[str]]]) -> None:
    for said in walked[0]:
        for letter in said.letters.values():
            for call in render("telegram:7", letter):
                assert units(call["params"].get("text", "")) <= 4096
                rows = call["params"].get("reply_markup", {}).get("inline_keyboard", [])
                assert all(len(b.get("callback_data", "").encode()) <= 64 for row in rows for b in row)


def test_a_group_of_villagers_learns_nothing_of_anybody(walked: tuple[list[Spoken], dict[str, set[str]]]) -> None:
    told = [
        (s.block, letter.text)
        for s in walked[0]
        for letter in s.letters.values()
        if s.to in ("web:group", "web:group2")
    ]
    assert told
    private = re.compile("|".join((NAME, "李\\*", PHONE, CADRE_PHONE, r"38\.2", r"7\*7", "村东头", "张建国")))
    assert {(block, text) for block, text in told if private.search(text)} == set()
