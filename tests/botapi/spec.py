"""The published shape of every call; without it a misspelt parameter passes here and fails in the village."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_API: dict[str, Any] = json.loads(Path(__file__).with_name("bot_api.json").read_text(encoding="utf-8"))
_PLAIN = {"Integer", "Float", "String", "Boolean", "InputFile"}
_BOOLEANS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


@dataclass(frozen=True)
class Upload:
    """A file that came with a multipart body."""

    name: str
    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Field:
    """One parameter of a method or one member of an object."""

    types: tuple[str, ...]
    required: bool


def _fields(published: dict[str, str]) -> dict[str, Field]:
    return {name.rstrip("!"): Field(tuple(types.split("|")), name.endswith("!")) for name, types in published.items()}


METHODS = {name: _fields(published) for name, published in _API["methods"].items()}
TYPES = {name: _fields(published) for name, published in _API["types"].items()}
SUBTYPES: dict[str, list[str]] = _API["subtypes"]


def decode(method: str, raw: dict[str, Any], form: bool) -> dict[str, Any]:
    """The values meant by what came over the wire: a form's numbers are words, an object may be a JSON string."""
    fields = METHODS.get(method, {})
    return {name: _value(fields[name].types, given, form) if name in fields else given for name, given in raw.items()}


def _value(types: tuple[str, ...], given: Any, form: bool) -> Any:
    if not isinstance(given, str) or "String" in types:
        return given
    if not _PLAIN.issuperset(types):
        return _from_json(given)
    return _from_words(types, given) if form else given


def _from_json(given: str) -> Any:
    try:
        return json.loads(given)
    except ValueError:
        return given


def _from_words(types: tuple[str, ...], given: str) -> Any:
    if "Boolean" in types:
        return _BOOLEANS.get(given, given)
    if "Integer" in types and re.fullmatch(r"-?\d{1,19}", given):
        return int(given)
    if "Float" in types and re.fullmatch(r"-?\d+(\.\d+)?([eE]-?\d+)?", given):
        return float(given)
    return given


def faults_of(method: str, params: dict[str, Any]) -> list[str]:
    """What is wrong with the shape of a call, one readable line each; empty when nothing is."""
    if method not in METHODS:
        return [f"unknown method {method}"]
    uploads = {given.name for given in params.values() if isinstance(given, Upload)}
    attached = set(re.findall(r"attach://([^\"',}\s]+)", repr(params)))
    named = {name: given for name, given in params.items() if not (name in uploads and name in attached)}
    return _members(METHODS[method], named, "")


def _members(fields: dict[str, Field], given: dict[str, Any], path: str) -> list[str]:
    wrong = [f"unknown parameter {path}{name}" for name in given if name not in fields]
    for name, field in fields.items():
        if name in given:
            wrong += _wrong(field.types, given[name], path + name)
        elif field.required:
            wrong.append(f"missing required parameter {path}{name}")
    return wrong


def _wrong(types: tuple[str, ...], given: Any, path: str) -> list[str]:
    """Nothing if any of the types fits; else the complaint of the type that comes nearest."""
    complaints = [_unfit(kind, given, path) for kind in types]
    if not all(complaints):
        return []
    nearest = min(complaints, key=len)
    structured = isinstance(given, dict | list) and not _PLAIN.issuperset(types)
    return nearest if structured else [f"{path}: {given!r:.60} is not {' or '.join(types)}"]


def _unfit(kind: str, given: Any, path: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(given, list):
            return [f"{path}: {given!r:.60} is not {kind}"]
        inner = kind.removeprefix("Array of ")
        return [line for place, item in enumerate(given) for line in _unfit(inner, item, f"{path}[{place}]")]
    if kind in _PLAIN:
        return [] if _plain(kind, given) else [f"{path}: {given!r:.60} is not {kind}"]
    if kind in SUBTYPES:
        return min((_unfit(one, given, path) for one in SUBTYPES[kind]), key=len)
    return _members(TYPES[kind], given, f"{path}.") if isinstance(given, dict) else [f"{path}: not an object ({kind})"]


def _plain(kind: str, given: Any) -> bool:
    if kind == "InputFile":
        return isinstance(given, Upload)
    if kind == "Boolean":
        return isinstance(given, bool)
    allowed: dict[str, type | tuple[type, ...]] = {"Integer": int, "Float": (int, float), "String": str}
    return isinstance(given, allowed[kind]) and not isinstance(given, bool)
