"""How a table of the config is read against the keys it may have; without it a misspelt key would be ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.config.mistakes import Notebook, Wrong, near, shown
from bot.config.values import Reader

NEEDED: Any = object()
"""The default of a key that must be written."""


@dataclass(frozen=True)
class Key:
    """How a key is read, and what it is when it is not written; ``many``: a list, each element read so."""

    read: Reader
    default: Any = NEEDED
    many: bool = False


Keys = Mapping[str, Key]


def read_table(notes: Notebook, path: str, table: object, keys: Keys) -> dict[str, Any]:
    """A value for each of ``keys``; a wrong or missing one is noted, and is its default (None when it has none)."""
    if not isinstance(table, dict):
        notes.note(path, "not_table", path=path)
        table = {}
        return {name: None if key.default is NEEDED else key.default for name, key in keys.items()}
    no_strangers(notes, path, table, tuple(keys))
    return {name: _read(notes, f"{path}.{name}", table.get(name, NEEDED), key) for name, key in keys.items()}


def read_tables(notes: Notebook, path: str, tables: object, keys: Keys) -> list[dict[str, Any]]:
    """The same for each table of an array of tables."""
    if not isinstance(tables, list):
        notes.note(path, "not_tables", path=path)
        return []
    return [read_table(notes, f"{path}[{n}]", table, keys) for n, table in enumerate(tables)]


def no_strangers(notes: Notebook, path: str, table: Mapping[str, object], known: tuple[str, ...]) -> None:
    """Note each key that is not one of the known ones, with the one that was probably meant."""
    for name in table:
        if name not in known:
            here = f"{path}.{name}" if path else name
            notes.note(here, "unknown_key", name=shown(name), near=near(name, known), known=", ".join(known))


def _read(notes: Notebook, path: str, value: object, key: Key) -> Any:
    default = None if key.default is NEEDED else key.default
    if value is NEEDED:
        if key.default is NEEDED:
            table, _, name = path.rpartition(".")
            notes.note(path, "missing", name=name, table="" if table in notes.lines else table)
        return default
    if not key.many:
        return _one(notes, path, value, key.read, default)
    if not isinstance(value, list):
        notes.note(path, "not_list", value=shown(value))
        return default
    read = [_one(notes, f"{path}[{n}]", item, key.read, None) for n, item in enumerate(value)]
    return tuple(item for item in read if item is not None)


def _one(notes: Notebook, path: str, value: object, read: Reader, default: Any) -> Any:
    try:
        return read(value)
    except Wrong as wrong:
        notes.wrong(path, wrong)
        return default
