"""The ladders as the config writes them; without it a town could not say who is told when, or could say: nobody."""

from datetime import timedelta
from typing import Any

from bot.config.mistakes import Notebook, Wrong, shown
from bot.config.tables import Key, no_strangers, read_tables
from bot.config.values import duration, one_of, signed_duration, text, yes_or_no
from rules.ladders import LADDERS, LAST_TARGETS, repeat_of
from rules.town import HASTES, ROUTING, STATES, TARGETS, Rung, numbered

UNSAID = timedelta(days=-1)
URGENCIES = ("now", "soon", "later", *HASTES)
URGENT = "need"
"""The ladder of what may be more or less urgent."""
Ladders = dict[str, tuple[Rung, ...]]


def read_ladders(notes: Notebook, written: object) -> Ladders:
    """Every kind's ladder: the written one, else the default."""
    if not isinstance(written, dict):
        notes.note("ladder", "not_table", path="ladder")
        return dict(LADDERS)
    no_strangers(notes, "ladder", written, tuple(LADDERS))
    return {kind: _ladder(notes, kind, written[kind]) if kind in written else LADDERS[kind] for kind in LADDERS}


def _ladder(notes: Notebook, kind: str, tables: object) -> tuple[Rung, ...]:
    path = f"ladder.{kind}"
    targets = (*TARGETS, ROUTING) if kind == "tip" else TARGETS
    keys = {
        "after": Key(signed_duration),
        "tell": Key(one_of(targets), many=True),
        "unless": Key(_unless, None),
        "repeat": Key(duration, UNSAID),
        "urgency": Key(one_of(URGENCIES), (), many=True),
        "villages": Key(text, (), many=True),
        "from_due": Key(yes_or_no, False),
    }
    before = len(notes.found)
    rows = read_tables(notes, path, tables, keys)
    if isinstance(tables, list):
        _check(notes, path, rows)
    if kind != URGENT:
        _check_no_urgency(notes, path, rows)
    if len(notes.found) > before:
        return LADDERS[kind]
    return numbered(_rung(row) for row in rows)


def _rung(row: dict[str, Any]) -> Rung:
    repeat = repeat_of(row["tell"]) if row["repeat"] is UNSAID else row["repeat"] or None
    return Rung(row["after"], row["tell"], row["unless"], repeat, row["urgency"], row["villages"], row["from_due"])


def _unless(value: object) -> str:
    if value == STATES[0]:
        raise Wrong("unless_open", value=shown(value))
    said: str = one_of(STATES[1:])(value)
    return said


def _check(notes: Notebook, path: str, rows: list[dict[str, Any]]) -> None:
    """A ladder begins at once, climbs, and ends with somebody above the village."""
    if not rows:
        notes.note(path, "no_rungs")
        return
    if rows[0]["after"] or rows[0]["from_due"]:
        notes.note(f"{path}[0].after", "late_start")
    _check_first(notes, path, rows)
    latest = timedelta(0)
    for number, row in enumerate(rows):
        if row["from_due"]:
            latest = timedelta(days=-90) if latest >= timedelta(0) else latest
        if row["after"] is not None and row["after"] < latest:
            notes.note(f"{path}[{number}].after", "not_ascending")
        latest = max(latest, row["after"]) if row["after"] is not None else latest
        if row["tell"] == () and not notes.has(f"{path}[{number}].tell"):
            notes.note(f"{path}[{number}].tell", "tells_nobody")
    _check_last(notes, f"{path}[{len(rows) - 1}]", rows[-1])


def _check_first(notes: Notebook, path: str, rows: list[dict[str, Any]]) -> None:
    """At once, somebody is told of every duty: not only of some, and not only its holder, whom nothing new has."""
    at_once = [row for row in rows if row["after"] == timedelta(0) and not row["from_due"]]
    if at_once and rows[0]["tell"] and not any(set(row["tell"] or ()) - {"holder"} for row in at_once):
        notes.note(f"{path}[0].tell", "first_nobody")
    if at_once and all(row["urgency"] or row["villages"] for row in at_once):
        notes.note(f"{path}[0].{'villages' if rows[0]['villages'] else 'urgency'}", "first_narrow")


def _check_no_urgency(notes: Notebook, path: str, rows: list[dict[str, Any]]) -> None:
    """Only needs are more or less urgent: such a rung of another ladder would never be told."""
    for number, row in enumerate(rows):
        if row["urgency"]:
            notes.note(f"{path}[{number}].urgency", "no_urgency")


def _check_last(notes: Notebook, path: str, row: dict[str, Any]) -> None:
    """The last rung is for every duty, also for a claimed one that is let drop, and tells somebody above the village."""
    if row["unless"] == "claimed":
        notes.note(f"{path}.unless", "ends_claimed")
    for key in ("urgency", "villages"):
        if row[key]:
            notes.note(f"{path}.{key}", "ends_narrow")
    last, told = f"{path}.tell", row["tell"]
    if told is not None and not set(told) & set(LAST_TARGETS) and not notes.has(last):
        notes.note(last, "ends_low", known=", ".join(LAST_TARGETS))
