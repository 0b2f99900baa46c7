"""Days, hours and columns as rosters write them, on Sunday the 9th of February 2020."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.reading.columns import heads_of, named_in, people_in
from chat.reading.shifts import read_hours, read_roster_day, span_on

TODAY = date(2020, 2, 9)
NOW = datetime(2020, 2, 9, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DAYS = {
    ("2020-02-10", ""): (
        "2020-02-10", "2020/2/10", "2020.2.10", "2020年2月10日", "20200210", "2月10日", "2月10号", "２月１０日", "2.10", "2/10",
        "02-10", "43871", "2月10日（周一）", "2月10日 星期一", "10 Feb", "10 February 2020", "Mon 10 Feb",
    ),
    ("2020-02-10", "夜班"): ("2月10日 夜班", "2020-02-10夜班"),
    ("2020-02-10", "08:00-18:00"): ("2月10日 08:00-18:00", "2020-02-10 08:00-18:00"),
    ("2019-12-31", ""): ("12月31日",),
    ("2020-02-29", ""): ("2月29日",),
}  # fmt: skip
NO_DAYS = ("", "星期一", "明天", "2月30日", "13月1日", "99", "姚洼", "2020-13-01", "第一周", "9" * 4000)
HOURS = {
    "08:00-18:00": (8, 0, 18, 0), "8:00—18:00": (8, 0, 18, 0), "8点-18点": (8, 0, 18, 0), "8-18": (8, 0, 18, 0),
    "8时30分至17时30分": (8, 30, 17, 30), "18:00-次日8:00": (18, 0, 8, 0), "18：00～08：00": (18, 0, 8, 0),
    "18:00-24:00": (18, 0, 0, 0), "0:00-8:00": (0, 0, 8, 0), "8:00到第二天8:00": (8, 0, 8, 0), "夜班（20:00-8:00）": (20, 0, 8, 0),
    "八点半到十八点": (8, 30, 18, 0), "18:00 to next day 08:00": (18, 0, 8, 0), "晚班18:00-明早8:00": (18, 0, 8, 0),
}  # fmt: skip
NO_HOURS = (
    "",
    "夜班",
    "8:00",
    "25:00-8:00",
    "8:61-9:00",
    "8:00-次日18:00",
    "晚上6点到早上8点",
    "下午2点-6点",
    "6pm-8am",
    "2月10日",
)


@pytest.mark.parametrize(("text", "found"), [(text, day) for day, texts in DAYS.items() for text in texts])
def test_a_day_is_read_with_what_stands_behind_it(text: str, found: tuple[str, str]) -> None:
    assert read_roster_day(text, TODAY) == (date.fromisoformat(found[0]), found[1])


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_is_no_day(text: str) -> None:
    assert read_roster_day(text, TODAY)[0] is None


@pytest.mark.parametrize("text", ["2月10日-2月16日", "2月10日、11日", "2020-02-10 08:00"])
def test_several_days_or_a_day_with_something_behind_it_are_not_taken_for_one(text: str) -> None:
    assert read_roster_day(text, TODAY)[1] != ""


@pytest.mark.parametrize(("text", "found"), HOURS.items())
def test_hours_are_read(text: str, found: tuple[int, int, int, int]) -> None:
    assert read_hours(text) == (time(*found[:2]), time(*found[2:]))


@pytest.mark.parametrize("text", NO_HOURS)
def test_what_is_no_hours_or_might_be_others(text: str) -> None:
    assert read_hours(text) is None


def test_hours_that_end_before_they_begin_end_the_next_day() -> None:
    assert span_on(TODAY, (time(18), time(8)), NOW)[1] == datetime(2020, 2, 10, 8, tzinfo=NOW.tzinfo)
    assert span_on(TODAY, (time(8), time(8)), NOW)[1] == datetime(2020, 2, 10, 8, tzinfo=NOW.tzinfo)
    assert span_on(TODAY, (time(8), time(18)), NOW)[1] == datetime(2020, 2, 9, 18, tzinfo=NOW.tzinfo)


@given(st.text(max_size=60))
def test_any_text_at_all_is_read_or_not(text: str) -> None:
    read_roster_day(text, TODAY)
    read_hours(text)
    list(people_in(text))


SORTS = {"date": ("日期", "值班日期"), "name": ("姓名", "值班人"), "phone": ("电话",), "officer": ("值班员",)}
NEEDED = (frozenset({"date"}), frozenset({"name", "officer"}))


def test_heads_are_found_below_a_title_whatever_stands_around_their_names() -> None:
    rows = (
        ("许家湖镇值班表", "", ""),
        ("序号", "值班日期", "姓名（值班人）", "联系电话", "电话2"),
        ("1", "2月10日", "张三", "", "138"),
    )
    found = heads_of(rows, SORTS, NEEDED)
    assert found is not None
    assert (found.row, found.columns) == (1, {"date": (1,), "name": (2,), "phone": (3, 4)})
    assert found.cell(rows[2], "phone") == "138"
    assert found.cell(("1",), "date") == ""


@pytest.mark.parametrize("rows", [(), (("日期",),), (("姓名", "电话"),), (("", ""),) * 12 + (("日期", "姓名"),)])
def test_a_table_without_the_columns_has_no_heads(rows: tuple[tuple[str, ...], ...]) -> None:
    assert heads_of(rows, SORTS, NEEDED) is None


def test_the_longest_phrase_is_meant_and_a_draw_is_nobody() -> None:
    sorts = {"post": ("指挥部",), "leader": ("值班领导",), "a": ("甲乙",), "b": ("丙丁",)}
    assert [named_in(x, sorts) for x in ("指挥部 值班领导", "指挥部", "甲乙丙丁", "什么")] == ["leader", "post", "", ""]


PEOPLE = {
    "张建国": [("张建国", "")], "张 建国": [("张 建国", "")], "张三、李四": [("张三", ""), ("李四", "")],
    "张三 12000000000": [("张三", "12000000000")], "张三（主任）\n李四": [("张三", ""), ("李四", "")],
    "12000000000": [("", "12000000000")], "": [], "、": [],
}  # fmt: skip


@pytest.mark.parametrize(("cell", "found"), PEOPLE.items())
def test_people_in_a_cell(cell: str, found: list[tuple[str, str]]) -> None:
    assert list(people_in(cell)) == found
