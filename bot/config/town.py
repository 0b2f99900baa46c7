"""The town in the config: its clock times, places and people; without it the rules would have no town to speak of."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.config.apart import keep_apart
from bot.config.ladders import Ladders, read_ladders
from bot.config.mistakes import Notebook, near, shown
from bot.config.tables import Key, Keys, read_table, read_tables
from bot.config.values import (
    address,
    an_address,
    clock,
    fever,
    key,
    line,
    name,
    one_of,
    phone,
    some_time,
    text,
    whole,
    zone,
)
from rules.town import LINES, ROLES, Area, Line, Person, Town, Village

ORIGINS = ("wuhan", "hubei", "elsewhere")
Rows = list[dict[str, Any]]

SETTINGS: dict[str, Keys] = {
    "town": {
        "name": Key(name),
        "timezone": Key(zone, ZoneInfo("Asia/Shanghai")),
        "locale": Key(one_of(("zh", "en")), "zh"),
    },
    "notices": {"times": Key(clock, (time(7, 30), time(12), time(18, 30)), many=True)},
    "checkins": {
        "times": Key(clock, (time(8), time(17)), many=True),
        "remind_after": Key(some_time, timedelta(hours=1)),
        "missed_after": Key(some_time, timedelta(hours=2)),
        "fever": Key(fever, 373),
    },
    "isolation": {
        "days": Key(whole(1, 90), 14),
        "origins": Key(one_of(ORIGINS), ("wuhan", "hubei"), many=True),
    },
    "report": {"time": Key(clock, time(21))},
    "needs": {
        "within": Key(some_time, timedelta(hours=2)),
        "quiet": Key(clock, (time(22), time(7)), many=True),
    },
    "command_post": {"chat": Key(address, "")},
}
PLACES: dict[str, Keys] = {
    "areas": {"key": Key(key), "name": Key(name), "head": Key(address, "")},
    "lines": {"key": Key(one_of(LINES)), "leader": Key(address, ""), "deputy": Key(address, "")},
    "villages": {
        "key": Key(key),
        "name": Key(name),
        "area": Key(text, ""),
        "group": Key(address, ""),
        "cadres": Key(address, ""),
        "head": Key(address, ""),
        "households": Key(whole(0, 100_000), 0),
    },
    "people": {
        "id": Key(an_address),
        "name": Key(name),
        "village": Key(text, ""),
        "roles": Key(one_of(ROLES), (), many=True),
        "cadre": Key(address, ""),
        "phone": Key(phone, ""),
        "place": Key(line, ""),
        "stand_in": Key(address, ""),
    },
}
ONCE = (
    ("areas", "key"),
    ("areas", "name"),
    ("lines", "key"),
    ("villages", "key"),
    ("villages", "name"),
    ("people", "id"),
)
TOWN_TABLES = (*SETTINGS, "ladder", *PLACES)


def read_town(notes: Notebook, data: dict[str, object], public_url: str) -> Town:
    """The town of a whole config file; what is wrong in it is noted, and is its default in what is returned."""
    got = {table: read_table(notes, table, data.get(table, {}), keys) for table, keys in SETTINGS.items()}
    rows = {table: read_tables(notes, table, data.get(table, []), keys) for table, keys in PLACES.items()}
    ladders = read_ladders(notes, data.get("ladder", {}))
    for check in CHECKS:
        check(notes, got, rows)
    _rungs(notes, rows, ladders)
    return Town(
        name=got["town"]["name"] or "",
        zone=got["town"]["timezone"],
        locale=got["town"]["locale"],
        ladders=ladders,
        notice_times=tuple(sorted(got["notices"]["times"])),
        checkin_times=tuple(sorted(got["checkins"]["times"])),
        remind_after=got["checkins"]["remind_after"],
        missed_after=got["checkins"]["missed_after"],
        fever=got["checkins"]["fever"],
        isolation_days=got["isolation"]["days"],
        isolation_origins=got["isolation"]["origins"],
        report_time=got["report"]["time"],
        need_within=got["needs"]["within"],
        quiet=(got["needs"]["quiet"][0], got["needs"]["quiet"][-1]),
        command_post=got["command_post"]["chat"],
        areas=tuple(Area(**row) for row in rows["areas"]),
        lines=tuple(Line(**row) for row in rows["lines"]),
        villages=tuple(Village(**row) for row in rows["villages"]),
        people=tuple(Person(**row) for row in rows["people"]),
        public_url=public_url,
    )


Settings = dict[str, dict[str, Any]]


def _quiet(notes: Notebook, got: Settings, rows: dict[str, Rows]) -> None:
    """Quiet hours have a beginning and an end."""
    if len(got["needs"]["quiet"]) != 2:
        notes.note("needs.quiet", "not_two")
        got["needs"]["quiet"] = SETTINGS["needs"]["quiet"].default


def _times(notes: Notebook, got: Settings, rows: dict[str, Rows]) -> None:
    """No time of day twice, a check-in each day, and a reminder before the check-in counts as missed."""
    for table in ("notices", "checkins"):
        times = got[table]["times"]
        if twice := next((t for n, t in enumerate(times) if t in times[:n]), None):
            notes.note(f"{table}.times", "time_twice", time=f"{twice:%H:%M}")
    if not got["checkins"]["times"] and not notes.has("checkins.times"):
        notes.note("checkins.times", "no_checkins")
    if got["checkins"]["missed_after"] <= got["checkins"]["remind_after"] and not notes.has("checkins"):
        notes.note("checkins.missed_after", "missed_first")


def _once(notes: Notebook, got: Settings, rows: dict[str, Rows]) -> None:
    """Every key and every person once; no two places of one name, since people say the name."""
    for table, column in ONCE:
        first: dict[str, int] = {}
        for number, row in enumerate(rows[table]):
            value = row[column]
            if value is None:
                continue
            if value in first:
                there = notes.lines.get(f"{table}[{first[value]}].{column}", 0)
                notes.note(f"{table}[{number}].{column}", "twice", value=shown(value), there=there)
            first.setdefault(value, number)


def _known(notes: Notebook, got: Settings, rows: dict[str, Rows]) -> None:
    """A village's area and a person's village exist; somebody in isolation lives in a village."""
    for table, column, other in (("villages", "area", "areas"), ("people", "village", "villages")):
        keys = tuple(row["key"] for row in rows[other] if row["key"])
        for number, row in enumerate(rows[table]):
            value = row[column]
            if value and value not in keys:
                path = f"{table}[{number}].{column}"
                notes.note(path, "not_known", value=shown(value), where=other, near=near(value, keys))
    for number, row in enumerate(rows["people"]):
        if "isolated" in row["roles"] and not row["village"] and not notes.has(f"people[{number}].village"):
            notes.note(f"people[{number}].village", "isolated_nowhere")


def _rungs(notes: Notebook, rows: dict[str, Rows], ladders: Ladders) -> None:
    """A rung that is for some villages names villages there are."""
    keys = tuple(row["key"] for row in rows["villages"] if row["key"])
    for kind, ladder in ladders.items():
        for number, rung in enumerate(ladder):
            for place, value in enumerate(rung.villages):
                if value not in keys:
                    path = f"ladder.{kind}[{number}].villages[{place}]"
                    notes.note(path, "not_known", value=shown(value), where="villages", near=near(value, keys))


CHECKS: tuple[Callable[[Notebook, Settings, dict[str, Rows]], None], ...] = (_times, _quiet, _once, _known, keep_apart)
