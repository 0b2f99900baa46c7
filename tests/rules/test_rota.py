"""Who may hand in which roster, whom it may name, and what becomes of the one that is kept."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.context import Context
from rules.roster import Shift
from rules.rota import Named, Post, change, planner_of, register_of
from rules.town import SHANGHAI, Area, Line, Person, Town, Village

AT = datetime(2020, 2, 10, 8, tzinfo=SHANGHAI)
TOWN = Town(
    "镇", command_post="t:-9", areas=(Area("north", "北片", "t:area"),), lines=(Line("monitoring", "t:leader", "t:deputy"),),
    villages=(Village("a", "甲", "north", "t:-1", "t:-2", "t:head"), Village("b", "乙", "north", "", "bind:X", "")),
    people=(
        Person("t:1", "张建国", "a", ("cadre",), phone="120-0000-0001"), Person("t:2", "张建国", "b", ("cadre",)),
        Person("t:3", "李 强", "b", ("grid_worker",)), Person("t:4", "王婶", "a", ("volunteer",)),
        Person("bind:Y", "马会计", "b", ("cadre",)), Person("t:head", "周支书", "a"),
    ),
)  # fmt: skip


def of(sender: str, *roles: str, chat: str = "", place: str = "private", village: str = "") -> Context:
    return Context(TOWN, sender, chat or sender, place, village=village, roles=frozenset(roles))  # type: ignore[arg-type]


VILLAGE_A, VILLAGE_B = {"cadres/a", "village_head/a"}, {"cadres/b", "village_head/b"}
LINE = {"line_leader/monitoring", "deputy/monitoring"}
ALL = {*VILLAGE_A, *VILLAGE_B, *LINE, "area_head/north", "command_post/"}
WHO = [
    (of("t:5", "command_post"), ALL), (of("t:5", "duty_officer"), ALL), (of("t:5", "admin"), ALL),
    (of("t:5", chat="t:-9", place="office"), ALL), (of("t:5", "admin", chat="t:-1", place="group"), set()),
    (of("t:leader"), LINE), (of("t:deputy"), LINE), (of("t:area"), {"area_head/north", *VILLAGE_A, *VILLAGE_B}),
    (of("t:head"), VILLAGE_A), (of("t:6", "village_head", village="b"), VILLAGE_B), (of("t:1", "cadre", village="a"), set()),
    (of("t:7"), set()), (of(""), set()), (of("t:1", "cadre", chat="t:-2", place="cadres", village="a"), set()),
    (of("t:head", chat="t:-2", place="cadres", village="a"), VILLAGE_A),
    (of("t:area", chat="t:-2", place="cadres", village="a"), VILLAGE_A),
    (of("t:5", "admin", chat="t:-2", place="cadres", village="a"), VILLAGE_A),
]  # fmt: skip


@pytest.mark.parametrize(("context", "offices"), WHO)
def test_who_may_plan_what(context: Context, offices: set[str]) -> None:
    planner = planner_of(context)
    assert {office for office in ALL if planner.may(Post(*office.split("/")))} == offices
    assert planner.anything == bool(offices)
    assert planner.usual is None or planner.may(planner.usual)


NAMED = [
    (Named("李强"), "t:3"), (Named("李 强"), "t:3"), (Named("张建国"), "two"), (Named("张建国", village="b"), "t:2"),
    (Named("张建国", "12000000001"), "t:1"), (Named(phone="120 0000 0001"), "t:1"), (Named("李强", "12000000001"), "mismatch"),
    (Named("张建国", "12100000000"), "mismatch"), (Named(phone="12100000000"), "unknown"), (Named("李强", "12100000000"), "t:3"),
    (Named("谁"), "unknown"), (Named(), "unknown"), (Named("马会计"), "unbound"), (Named("王婶"), "not_staff"),
    (Named(address="t:3"), "t:3"), (Named(address="t:leader"), "t:leader"), (Named(address="t:99"), "unknown"),
    (Named(address="bind:X"), "unknown"), (Named("周支书"), "t:head"),
]  # fmt: skip


@pytest.mark.parametrize(("named", "found"), NAMED)
def test_whom_a_sheet_names(named: Named, found: str) -> None:
    assert register_of(TOWN).person(named) == ((found, None) if found.startswith("t:") else ("", found))


def shift(begins: int, ends: int, who: str = "t:1", target: str = "cadres", scope: str = "a", post: str = "") -> Shift:
    """Hours from eight in the morning."""
    return Shift(target, scope, who, AT + timedelta(hours=begins), AT + timedelta(hours=ends), post)


def test_the_same_again_changes_nothing() -> None:
    sheet = (shift(0, 10), shift(0, 10, "t:2"), shift(10, 24))
    assert change(sheet, sheet) == change((), ())


def test_what_overlaps_goes_and_what_lies_outside_of_it_stays() -> None:
    found = change((shift(0, 24, "t:2"), shift(0, 24, "t:2", scope="b"), shift(30, 40)), (shift(10, 20),))
    assert found.drop == (shift(0, 24, "t:2"),)
    assert found.add == (shift(10, 20),)
    assert found.rest == (shift(0, 10, "t:2"), shift(20, 24, "t:2"))


def test_the_two_seats_of_the_command_post_do_not_push_each_other_out() -> None:
    leader, officer = (
        shift(0, 10, target="command_post", scope="", post=seat) for seat in ("duty_leader", "duty_officer")
    )
    assert change((leader,), (officer,)).drop == ()
    typed = replace(leader, post="", person="t:2")
    assert change((typed,), (officer,)).drop == (typed,)


HOURS = st.tuples(st.integers(0, 48), st.integers(1, 24)).map(lambda x: (x[0], x[0] + x[1]))
SHIFTS = st.lists(st.builds(lambda h, who, scope: shift(*h, who, scope=scope), HOURS, st.sampled_from(("t:1", "t:2")),
                            st.sampled_from("ab")), max_size=6)  # fmt: skip


@given(SHIFTS, SHIFTS)
def test_afterwards_the_sheet_holds_and_no_hour_that_had_somebody_has_nobody(
    kept: list[Shift], new: list[Shift]
) -> None:
    found = change(kept, new)
    after = [s for s in kept if s not in found.drop] + list(found.add) + list(found.rest)
    assert set(new) <= set(after)
    for hour in range(73):
        for scope in "ab":
            before_on, now_on, sheet_on = (on(x, hour, scope) for x in (kept, after, new))
            assert now_on == (sheet_on or before_on)
    again = change(after, new)
    assert (again.drop, again.add, again.rest) == ((), (), ())


def on(shifts: list[Shift], hour: int, scope: str) -> set[str]:
    at = AT + timedelta(hours=hour)
    return {s.person for s in shifts if s.scope == scope and s.since <= at < s.until}
