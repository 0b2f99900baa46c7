"""Rows of rosters as offices write them: whose shift, for what, from when to when; and what is said of the others."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.enclosed import setting_of
from bot.hearing import Hearing
from bot.texts import texts
from chat.incoming import Sheet
from chat.letter import Outcome
from handlers.rota.sheet import MOST_SHIFTS, on_sheet
from rules.context import Context
from rules.town import Area, Line, Person, Town, Village
from tests.templates.village import NOW, FakeReads

TOWN = Town(
    "许家湖镇", command_post="web:post", areas=(Area("north", "北片", "web:area"),),
    lines=tuple(Line(key, f"web:{key}") for key in ("monitoring", "supplies")),
    villages=(Village("yaowa", "姚洼", "north", "", "web:c", "web:head"), Village("lij", "李家庄村", "north", "", "web:c2", "")),
    people=(Person("web:zhang", "张建国", "yaowa", ("cadre",), phone="00000003101"), Person("web:li", "李强", "lij", ("cadre",)),
            Person("web:li2", "李强", "yaowa", ("cadre",)), Person("web:vol", "赵六", "yaowa", ("volunteer",))),
)  # fmt: skip
POST = Context(TOWN, "web:post", "web:post", "private", roles=frozenset({"command_post"}))
HEAD = Context(TOWN, "web:head", "web:head", "private", village="yaowa")
AREA = Context(TOWN, "web:area", "web:area", "private")


def read(context: Context, *rows: str) -> tuple[list[str], list[str]]:
    """(target/scope/seat person since-until of each shift, row and why of each mistake); cells are parted by bars."""
    outcome = sent(context, *rows)
    shifts = [
        f"{s['target']}/{s['scope']}/{s['post']} {s['person'].removeprefix('web:')} {s['since'][5:16]} {s['until'][5:16]}"
        for s in (outcome.then[1]["shifts"] if outcome.then else ())
    ]
    faults = [f for say in outcome.says if say.block == "rota.faults" for f in cast(Any, say.values["faults"])]
    return shifts, [f"{f.row} {f.why}" for f in faults]


def sent(context: Context, *rows: str) -> Outcome:
    page = tuple(tuple(cell.strip() for cell in row.split("|")) for row in rows)
    hearing = cast(Hearing, SimpleNamespace(words=texts("zh"), now=NOW))
    return on_sheet(Sheet("x.xlsx", (page,)), context, FakeReads(), NOW, setting_of(hearing))


FULL, NIGHT, DAY = "02-11T08:00 02-12T08:00", "02-11T18:00 02-12T08:00", "02-11T08:00 02-11T18:00"
HEADS = "日期|班次|岗位|单位/地方|姓名|电话"
GOOD = [
    (POST, "2.11|夜班|值班领导||张建国", f"command_post//duty_leader zhang {NIGHT}"),
    (POST, "2.11|白班|指挥部 值班员||张建国", f"command_post//duty_officer zhang {DAY}"),
    (POST, "2.11|白班||指挥部|张建国", f"command_post// zhang {DAY}"),
    (POST, "2.11||||张建国", f"command_post// zhang {FULL}"),
    (POST, "2.11|白班|值班员|镇指挥部|张建国", f"command_post//duty_officer zhang {DAY}"),
    (POST, "2.11|白班|值班员|许家湖镇|张建国", f"command_post//duty_officer zhang {DAY}"),
    (POST, "2.11|全天|值班员|监护线|张建国", f"line_leader/monitoring/ zhang {FULL}"),
    (POST, "2.11|全天|物资保障线副职||张建国", f"deputy/supplies/ zhang {FULL}"),
    (POST, "2.11|全天|值班员|北片管理区|张建国", f"area_head/north/ zhang {FULL}"),
    (POST, "2.11|全天|管理区负责人|北片|张建国", f"area_head/north/ zhang {FULL}"),
    (POST, "2.11|夜班|值班员|姚洼村|张建国", f"cadres/yaowa/ zhang {NIGHT}"),
    (POST, "2.11|夜班|值班领导|姚洼|张建国", f"village_head/yaowa/ zhang {NIGHT}"),
    (POST, "2.11|夜班|姚洼村主任||张建国", f"village_head/yaowa/ zhang {NIGHT}"),
    (POST, "2.11|夜班|村干部|李家庄|李强", f"cadres/lij/ li {NIGHT}"),
    (POST, "2.11|夜班|村干部|lij|李强", f"cadres/lij/ li {NIGHT}"),
    (POST, "2.11|18:00-次日8:00|值班员||张建国|00000003101", f"command_post//duty_officer zhang {NIGHT}"),
    (POST, "2.11|夜班（18:00-8:00）|值班员|||00000003101", f"command_post//duty_officer zhang {NIGHT}"),
    (POST, "2月11日 夜班||值班员||张 建 国", f"command_post//duty_officer zhang {NIGHT}"),
    (HEAD, "2.11|夜班|||张建国", f"cadres/yaowa/ zhang {NIGHT}"),
    (HEAD, "2.11|夜班|值班领导||张建国", f"village_head/yaowa/ zhang {NIGHT}"),
    (AREA, "2.11|夜班|||张建国", f"area_head/north/ zhang {NIGHT}"),
    (AREA, "2.11|夜班|村主任|姚洼|张建国", f"village_head/yaowa/ zhang {NIGHT}"),
]
WRONG = [
    (POST, "|夜班|值班员||张建国", "no_day"), (POST, "下周|夜班|值班员||张建国", "bad_day"),
    (POST, "2月11日-2月16日||值班员||张建国", "bad_day"), (POST, "2012-02-11|夜班|值班员||张建国", "far"),
    (POST, "2.11|晚上6点到早上8点|值班员||张建国", "bad_hours"), (POST, "2.11|夜班|厨师||张建国", "bad_post"),
    (POST, "2.11|夜班|村主任|监护线|张建国", "bad_post"), (POST, "2.11|夜班|村主任||张建国", "no_place"),
    (POST, "2.11|夜班|村主任|王庄|张建国", "bad_place"), (POST, "2.11|夜班|值班员|||", "nobody"),
    (POST, "2.11|夜班|值班员||李强", "two"), (POST, "2.11|夜班|值班员||赵六", "not_staff"),
    (POST, "2.11|夜班|值班员||张建国|12000000000", "mismatch"), (POST, "2.11|夜班|村干部|宣传线|张建国", "bad_place"),
    (HEAD, "2.11|夜班|村干部|李家庄|李强", "not_theirs"), (HEAD, "2.11|夜班|值班领导|指挥部|张建国", "not_theirs"),
    (AREA, "2.11|夜班|村主任||张建国", "no_place"), (AREA, "2.11|夜班||监护线|张建国", "not_theirs"),
]  # fmt: skip


@pytest.mark.parametrize(("context", "row", "shift"), GOOD)
def test_a_row_is_a_shift(context: Context, row: str, shift: str) -> None:
    assert read(context, HEADS, row) == ([shift], [])


@pytest.mark.parametrize(("context", "row", "why"), WRONG)
def test_a_row_that_is_none_says_why(context: Context, row: str, why: str) -> None:
    assert read(context, HEADS, row) == ([], [f"2 {why}"])


def test_an_english_sheet_is_read_as_well() -> None:
    rows = (
        "Date|Shift|Post|Place|Name",
        "2020-02-11|night shift|village cadre|yaowa|张建国",
        "11 Feb|day|duty officer||张建国",
    )
    assert read(POST, *rows)[0] == [f"cadres/yaowa/ zhang {NIGHT}", f"command_post//duty_officer zhang {DAY}"]


def test_an_empty_line_a_note_and_a_date_above_are_understood() -> None:
    rows = ("值班表", HEADS, "2.11|白班|值班员||张建国", "|夜班|值班员||张建国", "", "备注：请准时到岗")
    assert read(POST, *rows) == (
        [f"command_post//duty_officer zhang {DAY}", f"command_post//duty_officer zhang {NIGHT}"],
        [],
    )


def test_whoever_nothing_reaches_is_not_put_on_duty() -> None:
    page = (tuple(HEADS.split("|")), ("2.11", "夜班", "值班员", "", "张建国", ""))
    hearing = cast(Hearing, SimpleNamespace(words=texts("zh"), now=NOW))
    outcome = on_sheet(Sheet("x", (page,)), POST, FakeReads(locked=True), NOW, setting_of(hearing))
    assert outcome.then is None
    assert [f.why for f in cast(Any, outcome.says[-1].values["faults"])] == ["unreachable"]


def test_more_shifts_than_a_town_has_are_too_many() -> None:
    everybody = "、".join(["张建国"] * 30)
    rows = [f"2.{11 + n % 15}|夜班|值班员||{everybody}" for n in range(MOST_SHIFTS // 30 + 2)]
    assert sent(POST, HEADS, *rows).says[0].values == {"why": "too_many"}
