"""The figures of the night report: tables of cases and what they count as."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.context import Context
from rules.duty import Duty
from rules.situation import Counted, Needs, Scope, Situation, Window, needs_of, scope_of, situation, window_of
from rules.town import Area, Line, Town, Village

ZONE = ZoneInfo("Asia/Shanghai")


def at(clock: str, day: int = 10) -> datetime:
    """A time on that day of February."""
    return datetime.combine(datetime(2020, 2, day).date(), time.fromisoformat(clock), ZONE)  # noqa: DTZ001 - its day only


WINDOW = Window(at("21:00", 9), at("21:00"))
TOWN = Town(
    name="许家湖",
    command_post="paper:command",
    areas=(Area("north", "北片", "paper:area"), Area("south", "南片")),
    lines=(Line("screening", "paper:screening"), Line("monitoring", "paper:monitoring", "paper:deputy")),
    villages=(
        Village("yaowa", "姚洼", "north", cadres="paper:cadres", head="paper:head"),
        Village("shimen", "石门", "north"),
        Village("dongling", "东岭", "south"),
    ),
)


WHOLE = Scope()


def need(due: str, done: str = "", confirmed: bool | None = True, state: str = "", **more: object) -> Duty:
    """A need of 姚洼 that fell due then; ``done``: reported (and, unless ``state`` says otherwise, closed) then."""
    due_at, done_at = at(due), at(done) if done else None
    state = state or ("closed" if done else "open")
    closed = done_at if state in ("closed", "cancelled") else None
    case = Duty(
        due, "need", due_at - timedelta(hours=2), "yaowa", "monitoring", state=state, due_at=due_at, reported_at=done_at,
        closed_at=closed, confirmed=confirmed if state == "closed" else None,
    )  # fmt: skip
    return replace(case, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "clock", "since"),
    [
        (10, "21:00", "9 21:00"),  # the night report itself: a whole day
        (10, "21:00:01", "9 21:00"),  # asked for just after it: the day, not a second
        (10, "23:59", "9 21:00"),
        (10, "10:00", "9 21:00"),
        (10, "00:00", "9 21:00"),
        (11, "00:00", "10 21:00"),
    ],
)
def test_window(day: int, clock: str, since: str) -> None:
    found = window_of(at(clock, day).astimezone(ZoneInfo("UTC")), time(21), ZONE)
    assert f"{found.since.day} {found.since:%H:%M}" == since
    assert found.until == at(clock, day)


def test_window_across_midnight() -> None:
    found = window_of(at("00:10", 11), time(23), ZONE)
    assert found.since == at("23:00", 9)


@pytest.mark.parametrize(
    ("what", "case", "counts"),
    [
        ("confirmed in time", need("11:00", "10:30"), Needs(1, 1)),
        ("to the minute", need("11:00", "11:00"), Needs(1, 1)),
        ("a minute late", need("11:00", "11:01"), Needs(1, 0)),
        ("closed after silence", need("11:00", "10:30", False), Needs(1, 0, 1)),
        ("waiting for the asker's word", need("11:00", "10:30", None, "reported"), Needs(1, 0, 1, 1)),
        ("nobody came", need("11:00"), Needs(1, 0, 0, 1, 1)),
        ("claimed and late", need("11:00", state="claimed"), Needs(1, 0, 0, 1, 1)),
        ("not due yet", need("21:30"), Needs(0, 0, 0, 1, 0)),
        ("due at the window's end belongs to the next", need("21:00"), Needs(0, 0, 0, 1, 0)),
        ("due at its beginning", replace(need("21:00"), due_at=WINDOW.since), Needs(1, 0, 0, 1, 1)),
        ("due before it and open still", replace(need("20:00"), due_at=at("20:00", 9)), Needs(0, 0, 0, 1, 1)),
        ("withdrawn", need("11:00", "10:30", state="cancelled"), Needs()),
        ("confirmed too late", need("11:00", "10:30", closed_at=at("12:00")), Needs(1, 0, 1)),
        ("withdrawn when it was late", need("11:00", "11:30", state="cancelled"), Needs(1)),
        ("closed by the asker's own word", need("11:00", "", state="closed", closed_at=at("10:10")), Needs(1, 1)),
        ("done after the report", need("20:50", "21:10"), Needs(1, 0, 0, 1, 1)),
        ("a fever has no promise", replace(need("11:00"), kind="fever"), Needs()),
    ],
)
def test_two_hour_promise(what: str, case: Duty, counts: Needs) -> None:
    assert needs_of([case], WINDOW) == counts, what


@pytest.mark.parametrize(("due", "kept", "share"), [(0, 0, None), (6, 5, 83), (200, 199, 99), (3, 3, 100), (3, 0, 0)])
def test_share_is_whole_only_when_all_are(due: int, kept: int, share: int | None) -> None:
    assert Needs(due, kept).share == share


def seen(scope: Scope = WHOLE, **counted: object) -> Situation:
    """The situation of these figures."""
    return situation(TOWN, scope, WINDOW, Counted(**counted))  # type: ignore[arg-type]


def test_silence_is_never_zero() -> None:
    found = seen(heard=frozenset(("yaowa",)), zero=frozenset(("shimen", "yaowa")), watched={"dongling": 2})
    assert (found.heard, found.zero, found.silent) == (("姚洼",), ("石门",), ("东岭",))
    assert [(row.name, row.word, row.figures.watched) for row in found.rows] == [("东岭", "silent", 2)]


def test_worst_village_first_and_only_those_with_something() -> None:
    late, soon = need("11:00", village="shimen"), need("21:30", village="dongling")
    found = seen(cases=(soon, late), watched={"yaowa": 9})
    assert [row.name for row in found.rows] == ["石门", "东岭", "姚洼"]
    assert [row.name for row in seen(fevers={"dongling": 1}, returned={"yaowa": 5}).rows] == ["东岭", "姚洼"]


def test_hours_have_every_hour_of_the_window() -> None:
    found = seen(cases=(need("11:20", "11:00"), need("11:40"), need("20:59"), need("12:00", "11:59", False)))
    assert len(found.hours) == 24
    assert [(f"{h.at:%H}", h.kept, h.said, h.broken) for h in found.hours if h.kept + h.said + h.broken] == [
        ("11", 1, 0, 1),
        ("12", 0, 1, 0),
        ("20", 0, 0, 1),
    ]


def test_merged_is_judged_as_the_one_it_went_into() -> None:
    merged = need("11:00", "10:00", None, ref="2", merged_into="1")
    assert seen(cases=(merged, need("11:00", ref="1"))).needs == Needs(2, 0, 0, 1, 1)
    assert seen(cases=(merged, need("11:00", "10:50", ref="1"))).needs == Needs(2, 2)


def test_a_village_reads_nothing_of_tips_about_its_staff() -> None:
    tips = tuple(
        Duty(who, "tip", at("09:00"), "yaowa", "screening", card={"about": who})
        for who in ("villager", "cadre", "higher")
    )
    whole, own = seen(cases=tips), seen(Scope(("yaowa",)), cases=tips)
    assert (whole.figures.tips, own.figures.tips) == (3, 1)
    assert (whole.rows[0].load.open, own.rows[0].load.open) == (3, 1)
    assert [line.open for line in own.lines] == [1]


def test_a_village_reads_of_itself_only() -> None:
    found = seen(Scope(("yaowa",)), returned={"yaowa": 1, "shimen": 4}, cases=(need("11:00", village="shimen"),))
    assert (found.place, found.figures.returned, found.needs, found.silent) == ("姚洼", 1, Needs(), ("姚洼",))


def test_a_line_leader_reads_the_town_with_their_line_first() -> None:
    cases = (Duty("1", "return", at("09:00"), "yaowa", "screening"), need("11:00"))
    found = seen(Scope(line="monitoring"), cases=cases)
    assert (found.place, [line.key for line in found.lines]) == ("许家湖", ["monitoring", "screening"])


def test_nowhere_counts_for_the_town() -> None:
    assert seen(fevers={"": 1, "yaowa": 1}).figures.fevers == 2


@pytest.mark.parametrize(
    ("who", "chat", "place", "more", "scope"),
    [
        ("paper:zhang", "paper:cadres", "cadres", {"village": "yaowa", "roles": frozenset(("cadre",))}, Scope(("yaowa",))),
        ("paper:admin", "paper:cadres", "cadres", {"village": "yaowa", "roles": frozenset(("admin",))}, Scope(("yaowa",))),
        ("paper:head", "paper:head", "private", {"village": "yaowa"}, Scope(("yaowa",))),
        ("paper:monitoring", "paper:monitoring", "private", {}, Scope(line="monitoring")),
        ("paper:deputy", "paper:deputy", "private", {}, Scope(line="monitoring")),
        ("paper:area", "paper:area", "private", {}, Scope(("shimen", "yaowa"))),
        ("paper:anybody", "paper:command", "office", {}, Scope()),
        ("paper:admin", "paper:admin", "private", {"roles": frozenset(("admin",))}, Scope()),
        ("paper:li", "paper:li", "private", {"village": "yaowa"}, None),
    ],
)  # fmt: skip
def test_who_sees_what(who: str, chat: str, place: str, more: dict[str, object], scope: Scope | None) -> None:
    assert scope_of(Context(TOWN, who, chat, place, **more)) == scope  # type: ignore[arg-type]
