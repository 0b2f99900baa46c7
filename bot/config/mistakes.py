"""A mistake in the config, in words for people; without it a wrong comma would end in a traceback."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from bot.config.locate import line_of
from bot.texts import Texts, texts

LONGEST = 60
"""Characters of a wrong value that are shown."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong with ``key`` on ``line`` (0: nowhere in the file), and what to write instead."""

    key: str
    line: int
    said: str
    remedy: str


class ConfigError(Exception):
    """Every mistake of a config file at once; its text has a line for each, in the language ``locale``."""

    def __init__(self, mistakes: tuple[Mistake, ...], path: Path | str = "config.toml", locale: str = "en") -> None:
        self.mistakes = mistakes
        self.path = path
        self.locale = locale
        super().__init__("\n".join(f"{self._where(m)}: {m.said} {m.remedy}".rstrip() for m in mistakes))

    def _where(self, mistake: Mistake) -> str:
        place = f"{self.path}:{mistake.line}" if mistake.line else str(self.path)
        return f"{place} {mistake.key}" if mistake.key else place


class Wrong(Exception):
    """A value that cannot be taken; ``kind`` names the block of templates/<locale>/config.j2 that says why."""

    def __init__(self, kind: str, **values: object) -> None:
        self.kind = kind
        self.values = values
        super().__init__(kind)


@dataclass
class Notebook:
    """Collects mistakes while a file is read, so that all of them can be mended in one go."""

    words: Texts
    lines: Mapping[str, int]
    found: list[Mistake] = field(default_factory=list)

    def note(self, key: str, kind: str, **values: object) -> None:
        """One more mistake, on the line of ``key``. The block's first line says it, the rest is the remedy."""
        said, _, remedy = self.words.say(f"config.{kind}", **values).partition("\n")
        self.found.append(Mistake(key, line_of(self.lines, key), said, " ".join(remedy.split())))

    def wrong(self, key: str, wrong: Wrong) -> None:
        """The same for what a reader raised."""
        self.note(key, wrong.kind, **wrong.values)

    def has(self, key: str) -> bool:
        """Whether something at this key, or in it, is noted already; one slip should not be told twice."""
        return any(m.key == key or m.key.startswith((f"{key}[", f"{key}.")) for m in self.found)

    def sorted(self) -> tuple[Mistake, ...]:
        """In the order of the file; what has no line comes first."""
        return tuple(sorted(self.found, key=lambda m: m.line))


def shown(value: object) -> str:
    """A value as it may stand in a line of text; never used for secrets."""
    text = json.dumps(value, ensure_ascii=False, default=lambda v: float(v) if isinstance(v, Decimal) else str(v))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def near(word: str, known: Callable[[], tuple[str, ...]] | tuple[str, ...]) -> str:
    """The known word that was probably meant, or nothing."""
    words = known() if callable(known) else known
    found = get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    return found[0] if found else ""


def language(locale: object = None, environ: Mapping[str, str] = os.environ) -> str:
    """The language of the command line: what the terminal asks for, else the town's, else English."""
    asked = next((environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(n)), "")
    for known in ("zh", "en"):
        if asked.startswith(known):
            return known
    return locale if locale in ("zh", "en") and isinstance(locale, str) else "en"


def words_for(locale: object = None, environ: Mapping[str, str] = os.environ) -> Texts:
    """The words in that language."""
    return texts(language(locale, environ))
