"""The words of each language, read from ``templates/``; without it nothing the program says could be found or rendered."""

import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context

FOLDER = Path(__file__).resolve().parent.parent / "templates"
LOCALES = ("zh", "en")
READ_AS: Mapping[str, Any] = {
    "trim_blocks": True,
    "lstrip_blocks": True,
    "undefined": StrictUndefined,
    "auto_reload": False,
}
"""How every template is read; those of pages are escaped besides."""


def compiled(read_as: Mapping[str, Any], folder: Path = FOLDER) -> BytecodeCache | None:
    """Where templates are kept as Python has compiled them, as it keeps its own modules; None where nothing may be written.
    Without it every start would compile them anew, which takes longer than reading the database.

    Jinja compiles a template anew when its source is another; of another Jinja, and of another way to read templates, it knows
    nothing, so both are in the files' names.
    """
    kept = folder / "__pycache__"
    with suppress(OSError):
        kept.mkdir(exist_ok=True)
    made_by = sha256(f"{version('jinja2')} {read_as}".encode()).hexdigest()[:8]
    return FileSystemBytecodeCache(str(kept), f"jinja-{made_by}-%s.cache") if os.access(kept, os.W_OK) else None


class Texts:
    """The words of one language. Blocks are named ``conversation.block``; raises KeyError for one that does not exist."""

    def __init__(self, locale: str, folder: Path = FOLDER) -> None:
        self.locale = locale
        self._environment = Environment(
            loader=FileSystemLoader(folder / locale), bytecode_cache=compiled(READ_AS, folder), **READ_AS
        )
        self._options: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._ways: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._globals = dict(self._environment.globals)
        """Merged by ourselves: ``Template.new_context`` walks through two layers of them for each text."""
        self._found: dict[str, tuple[Template, str]] = {}

    def say(self, block: str, **values: object) -> str:
        """The text of a block, without white space at its ends."""
        found = self._found.get(block)
        if found is None:
            found = self._found[block] = self._find(block)
        template, name = found
        context = Context(self._environment, {**self._globals, **values}, name, template.blocks)
        return "".join(template.blocks[name](context)).strip()

    def has(self, block: str) -> bool:
        """Whether there is such a block."""
        file, _, name = block.partition(".")
        return (Path(f"{file}.j2").name in self._files()) and name in self._template(file).blocks

    def options(self, block: str) -> Mapping[str, tuple[str, ...]]:
        """A vocabulary block, ``key: label / synonym / …`` a line."""
        if block not in self._options:
            lines = [line.strip() for line in self.say(block).splitlines() if line.strip()]
            pairs = (line.split(":", 1) for line in lines)
            self._options[block] = {
                key.strip(): tuple(word.strip() for word in words.split(" / ")) for key, words in pairs
            }
        return self._options[block]

    def ways(self, block: str) -> Mapping[str, tuple[str, ...]]:
        """A vocabulary as it is understood: its words in this language, then in the others."""
        if block not in self._ways:
            spoken = [words.options(block) for words in self._all if words.has(block)]
            self._ways[block] = {
                key: tuple(dict.fromkeys(word for options in spoken for word in options.get(key, ())))
                for key in spoken[0]
            }
        return self._ways[block]

    def all_say(self, block: str) -> tuple[str, ...]:
        """A block without values in this language, then in the others."""
        return tuple(words.say(block) for words in self._all)

    @property
    def _all(self) -> tuple["Texts", ...]:
        return (self, *(texts(locale) for locale in LOCALES if locale != self.locale))

    def _find(self, block: str) -> tuple[Template, str]:
        file, _, name = block.partition(".")
        template = self._template(file) if f"{file}.j2" in self._files() else None
        if template is None or name not in template.blocks:
            raise KeyError(f"no words for {block} in {self.locale}")
        return template, name

    def _template(self, file: str) -> Template:
        return self._environment.get_template(f"{file}.j2")

    @cache  # noqa: B019 - two languages, made once for the program's life
    def _files(self) -> frozenset[str]:
        return frozenset(self._environment.list_templates())

    def compile(self) -> None:
        """Compile every template of this language."""
        for name in self._files():
            self._environment.get_template(name)


@cache
def texts(locale: str) -> Texts:
    """The words of ``zh`` or ``en``; any other language reads Chinese."""
    return Texts(locale if locale in LOCALES else "zh")
