"""The outward channels in the config, and who is addressed through them; without it a letter to a hook nobody wrote down
would be lost at night, not refused at noon."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.config.mistakes import Notebook, Wrong, near, shown
from bot.config.tables import Key, Keys, read_tables
from bot.config.town import PLACES
from bot.config.values import a_url, address, an_address, key, text

VARIABLE = "CUNSHAO_HOOK_"
SECRET = re.compile(r"[!-~]{16,256}", re.ASCII)


@dataclass(frozen=True)
class HookConfig:
    """A webhook of the town's own: ``hook:<name>``, where it is, and what its letters are signed with."""

    name: str
    url: str
    secret: str


@dataclass(frozen=True)
class Outward:
    """The hooks, and whether any WeCom robot is addressed at all."""

    hooks: tuple[HookConfig, ...] = ()
    robots: bool = False


def hook_secret(value: object) -> str:
    """Nothing, or 16 to 256 characters without spaces; never shown again."""
    said = text(value)
    if said and not SECRET.fullmatch(said):
        raise Wrong("weak_secret")
    return said


HOOK: Keys = {"name": Key(key), "url": Key(a_url), "secret": Key(hook_secret, "")}


def read_outward(notes: Notebook, data: Mapping[str, Any], environ: Mapping[str, str]) -> Outward:
    """The hooks of a whole config file. A hook without a secret, named twice, or addressed and not there is noted."""
    rows = read_tables(notes, "hooks", data.get("hooks", []), HOOK)
    for number, row in enumerate(rows):
        row["secret"] = _secret(notes, number, row, environ)
    _once(notes, rows)
    names = tuple(row["name"] for row in rows if row["name"])
    robots = False
    for path, channel, rest in addresses(data):
        robots = robots or channel == "wecom-robot"
        if channel == "hook" and rest not in names:
            notes.note(path, "no_hook", name=shown(rest), bare=rest, near=near(rest, names))
    return Outward(tuple(HookConfig(**row) for row in rows), robots)


def addresses(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(path, channel, id) of each address in a file as it was written, whatever else is wrong with it."""
    post = data.get("command_post")
    places: list[tuple[str, object]] = [("command_post.chat", post.get("chat") if isinstance(post, dict) else None)]
    for table, keys in PLACES.items():
        columns = [name for name, one in keys.items() if one.read in (address, an_address)]
        rows = data.get(table)
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, dict):
                places += [(f"{table}[{number}].{name}", row.get(name)) for name in columns]
    for path, value in places:
        if isinstance(value, str):
            channel, _, rest = value.strip().partition(":")
            yield path, channel, rest


def _secret(notes: Notebook, number: int, row: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """The variable wins over the file, as it does for the token."""
    path, name = f"hooks[{number}].secret", row["name"] or ""
    variable = VARIABLE + name.upper().replace("-", "_")
    given = environ.get(variable, "").strip() if name else ""
    try:
        secret = hook_secret(given) or str(row["secret"])
    except Wrong as wrong:
        notes.wrong(path, wrong)
        return ""
    if not secret and name and not notes.has(path):
        notes.note(path, "hook_needs_secret", variable=variable)
    return secret


def _once(notes: Notebook, rows: list[dict[str, Any]]) -> None:
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        if (name := row["name"]) in first:
            there = notes.lines.get(f"hooks[{first[name]}].name", 0)
            notes.note(f"hooks[{number}].name", "twice", value=shown(name), there=there)
        if name:
            first.setdefault(name, number)
