"""When a shift said in the chat begins and ends, which one is given up, and who stands beside whom."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.roster import Shift, When, beside, given_up, left_of, span_of
from rules.routing import overseers, usual
from rules.town import Area, Line, Town, Village

ZONE = ZoneInfo("Asia/Shanghai")


def at(said: str) -> datetime:
    """``10 18:00``: a day of February and a time."""
    day, _, clock = said.partition(" ")
    hour, minute = map(int, clock.split(":"))
    return datetime(2020, 2, int(day), hour, minute, tzinfo=ZONE)


SPANS: list[tuple[When, str, str, str]] = [
    ("tonight", "10 10:00", "10 18:00", "11 08:00"),  # not the whole day
    ("tonight", "10 08:00", "10 18:00", "11 08:00"),
    ("tonight", "10 18:40", "10 18:40", "11 08:00"),
    ("tonight", "11 00:05", "11 00:05", "11 08:00"),  # the night that runs
    ("today", "10 10:00", "10 10:00", "11 08:00"),
    ("today", "11 07:00", "11 07:00", "11 08:00"),
    ("tomorrow", "10 10:00", "11 08:00", "12 08:00"),
    ("tomorrow_night", "10 10:00", "11 18:00", "12 08:00"),
]


@pytest.mark.parametrize(("when", "said_at", "since", "until"), SPANS)
def test_span(when: When, said_at: str, since: str, until: str) -> None:
    assert span_of(when, at(said_at), ZONE) == (at(since), at(until))


def shift(who: str, since: str, until: str, scope: str = "yaowa") -> Shift:
    """A cadre's shift."""
    return Shift("cadres", scope, who, at(since), at(until))


DAY, NIGHT, NEXT = (
    shift("a", *x) for x in (("10 08:00", "10 18:00"), ("10 18:00", "11 08:00"), ("13 08:00", "13 18:00"))
)


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        ("10 07:00", (DAY,)),
        ("10 08:00", (DAY,)),
        ("10 17:59", (DAY,)),
        ("10 18:00", (NIGHT,)),
        ("11 07:59", (NIGHT,)),
        ("11 08:00", (NEXT,)),
        ("13 18:00", ()),
    ],
)
def test_what_runs_is_given_up_else_what_is_next(now: str, gone: tuple[Shift, ...]) -> None:
    others = shift("b", "10 08:00", "14 08:00")
    assert given_up((NEXT, others, NIGHT, DAY), "a", at(now)) == gone


def test_a_shift_days_off_is_not_meant() -> None:
    assert given_up((NEXT,), "a", at("11 07:59")) == ()


def test_beside_are_others_of_the_same_office_at_the_same_time() -> None:
    same, before = shift("b", "11 07:00", "11 20:00"), shift("b", "10 08:00", "10 18:00")
    elsewhere = shift("b", "10 18:00", "11 08:00", "shimen")
    assert beside((DAY, NIGHT, same, before, elsewhere), NIGHT) == (same,)


@pytest.mark.parametrize(
    ("when", "gone"),
    [("tonight", (NIGHT,)), ("today", (DAY, NIGHT)), ("tomorrow_night", ()), ("tomorrow", ())],
)
def test_what_is_named_is_given_up_and_no_other(when: When, gone: tuple[Shift, ...]) -> None:
    now = at("10 09:00")
    assert given_up((DAY, NIGHT, NEXT), "a", now, span_of(when, now, ZONE)) == gone


def test_what_is_left_of_a_shift() -> None:
    whole = shift("a", "10 08:00", "11 08:00")
    assert left_of(whole, (NIGHT,)) == (DAY,)
    assert left_of(whole, (shift("b", "10 20:00", "10 22:00"), shift("b", "11 00:00", "12 08:00"))) == (
        shift("a", "10 08:00", "10 20:00"),
        shift("a", "10 22:00", "11 00:00"),
    )
    assert left_of(NIGHT, (whole,)) == ()


TOWN = Town(
    "x", command_post="web:post", areas=(Area("north", "N", "web:area"),),
    lines=(Line("monitoring", "web:leader", "web:deputy"),),
    villages=(Village("yaowa", "Y", "north", "", "web:cadres", "bind:HEADCODE22"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "scope", "rung", "above"),
    [
        ("cadres", "yaowa", "web:cadres", ["area_head", "command_post"]),
        ("village_head", "yaowa", "", ["area_head", "command_post"]),
        ("area_head", "north", "web:area", ["command_post"]),
        ("line_leader", "monitoring", "web:leader", ["line_leader", "command_post"]),
        ("deputy", "monitoring", "web:deputy", ["line_leader", "command_post"]),
        ("command_post", "", "web:post", ["command_post"]),
        ("patrol", "yaowa", "", []),
    ],
)
def test_who_is_rung_while_nobody_is_on_duty_and_who_should_know(
    target: str, scope: str, rung: str, above: list[str]
) -> None:
    assert usual(TOWN, target, scope) == rung
    assert [name for name, _ in overseers(TOWN, target, scope)] == above
