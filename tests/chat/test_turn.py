"""One turn after another of a small form of its own: back, change, cancel, skip, old buttons, a likely value, the summary."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.texts import texts
from bot.wiring import ROUTES
from chat.form import Form, Question, Setting, Talk
from chat.incoming import Said
from chat.kinds import Text
from chat.turn import Turn, current_question, open_form, take_turn

NOW = datetime(2020, 2, 10, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SETTING = Setting(texts("zh"), NOW, {"village": {"yaowa": ("姚洼",), "shimen": ("石门",)}})
RETURN = ROUTES.conversations["returnee"].form
WHOLE: Mapping[str, object] = {
    "who": "self", "name": "王小兵", "village": "yaowa", "house": "大街南头", "came_from": "elsewhere", "city": "青岛",
    "arrived": "2020-02-08", "transport": "train", "trip_number": None, "companions": [], "symptoms": "none",
    "phone": "00000001002", "contact": "no",
}  # fmt: skip


def play(form: Form, answers: Mapping[str, object], *lines: str) -> Turn:
    """Say the lines one after another; ``[name:key]`` presses a button of this talk."""
    turn = open_form(form, "talk123456", SETTING, answers)
    for line in lines:
        pressed = line.startswith("[")
        spoken = Said(button=f"t:talk123456:{line[1:-1]}") if pressed else Said(text=line)
        turn = take_turn(form, turn.talk, spoken, SETTING)
    return turn


def where(form: Form, turn: Turn) -> str:
    current = current_question(form, turn.talk)
    return turn.end if turn.end != "asking" else current.name if current else "summary"


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in WHOLE.items() if name not in names}


WHERE = [
    # answers already there, what is said, where the form stands then, answers that must be so
    ({}, (), "who", {}),
    ({}, ("我自己",), "name", {"who": "self"}),
    ({}, ("[who:relative]",), "name", {"who": "relative"}),
    ({}, ("返回",), "who", {}),
    ({}, ("我自己", "返回"), "who", {"who": "self"}),
    ({}, ("我自己", "王小兵", "返回", "返回", "我们一家"), "village", {"who": "household", "name": "王小兵"}),
    ({}, ("取消",), "cancelled", {}),
    ({}, ("跳过",), "who", {}),
    ({}, ("[who:nonsense]",), "who", {}),
    ({}, ("我自己", "[who:relative]"), "name", {"who": "self"}),
    ({}, ("我自己", "提交"), "name", {"who": "self"}),
    ({}, ("我自己", "修改"), "name", {"who": "self"}),
    ({}, ("我昨天从武汉坐高铁回来",), "name", {"came_from": "wuhan", "arrived": "2020-02-09", "transport": "train"}),
    ({}, ("我自己", "我叫王小兵，昨天从武汉回来"), "village", {"name": "王小兵", "came_from": "wuhan"}),
    (without("city"), ("从黄冈回来的",), "summary", {"city": "黄冈"}),
    (without("arrived"), ("明天",), "arrived", {}),
    (without("arrived"), ("1月1号", "2019年1月1号"), "summary", {"arrived": "2020-01-01"}),
    (without("trip_number"), ("跳过",), "summary", {"trip_number": None}),
    (without("trip_number"), ("[!:skip]",), "summary", {"trip_number": None}),
    (without("trip_number"), ("g1234",), "summary", {"trip_number": "G1234"}),
    (without("companions"), ("没有",), "summary", {"companions": []}),
    (without("companions"), ("不记得了",), "summary", {"companions": ["?"]}),
    (without("companions"), ("张无忌、李四",), "summary", {"companions": ["张无忌", "李四"]}),
    (without("house"), ("\x00\u200b",), "house", {}),
    (without("house"), ("\x00大街",), "summary", {"house": "大街"}),
    (WHOLE, (), "summary", {}),
    (WHOLE, ("提交",), "finished", {}),
    (WHOLE, ("[!:submit]",), "finished", {}),
    (WHOLE, ("嗯，没问题",), "finished", {}),
    (WHOLE, ("什么",), "summary", {}),
    (WHOLE, ("返回",), "contact", {"contact": "no"}),
    (WHOLE, ("返回", "有"), "summary", {"contact": "yes"}),
    (WHOLE, ("改一项",), "summary", {}),
    (WHOLE, ("改一项", "[phone:?]"), "phone", {}),
    (WHOLE, ("改一项", "[phone:?]", "00000001003"), "summary", {"phone": "00000001003"}),
    (WHOLE, ("[phone:?]",), "summary", {"phone": "00000001002"}),
    (WHOLE, ("2",), "name", {}),
    (WHOLE, ("改 2",), "name", {}),
    (WHOLE, ("第二项",), "name", {}),
    (WHOLE, ("电话不对",), "phone", {}),
    (WHOLE, ("改电话", "取消"), "cancelled", {}),
    (WHOLE, ("从哪里来", "武汉"), "summary", {"came_from": "wuhan", "city": None}),
    (WHOLE, ("从哪里来", "武汉", "从哪里来", "湖北"), "city", {"came_from": "hubei", "city": None}),
    (WHOLE, ("怎么来的", "开车"), "summary", {"transport": "car"}),
    (WHOLE, ("怎么来的", "开车", "怎么来的", "飞机"), "trip_number", {"transport": "plane"}),
]


@pytest.mark.parametrize(("known", "lines", "stands", "answers"), WHERE)
def test_where_the_form_stands(
    known: Mapping[str, object], lines: tuple[str, ...], stands: str, answers: Mapping[str, object]
) -> None:
    turn = play(RETURN, known, *lines)
    assert where(RETURN, turn) == stands
    assert {name: turn.talk.answers.get(name) for name in answers} == answers


TEMPERATURE = ROUTES.conversations["temperature"].form
LIKELY = [
    (("365",), "value", None),
    (("365", "是"), "finished", 365),
    (("365", "对"), "finished", 365),
    (("365", "[value:yes]"), "finished", 365),
    (("365", "不是"), "value", None),
    (("365", "[value:no]"), "value", None),
    (("365", "不是", "是"), "value", None),
    (("365", "36.8"), "finished", 368),
    (("365", "63.5", "是"), "value", None),
    (("365", "[old:yes]", "是"), "value", None),
    (("是",), "value", None),
    (("[value:yes]",), "value", None),
    (("63.5",), "value", None),
    (("不烧",), "value", None),
    (("36.5 37.2",), "value", None),
]


@pytest.mark.parametrize(("lines", "stands", "value"), LIKELY)
def test_a_likely_value_is_asked_never_assumed(lines: tuple[str, ...], stands: str, value: int | None) -> None:
    turn = play(TEMPERATURE, {}, *lines)
    assert where(TEMPERATURE, turn) == stands
    assert turn.talk.answers.get("value") == value


def test_what_no_longer_applies_is_not_in_the_report() -> None:
    turn = play(RETURN, WHOLE, "从哪里来", "武汉", "提交")
    assert RETURN.report(turn.talk.answers).city is None


def test_the_summary_shows_every_answer_and_nothing_else() -> None:
    text = play(RETURN, without("city") | {"came_from": "wuhan"}).letter.text
    assert "武汉" in text
    assert "2月8日" in text
    assert "城市" not in text


def test_misses_count_up_and_an_answer_clears_them() -> None:
    assert play(RETURN, {}, "啥", "那个").talk.misses == 2
    assert play(RETURN, {}, "啥", "我自己").talk.misses == 0


def test_a_button_of_another_talk_changes_nothing() -> None:
    turn = open_form(RETURN, "talk123456", SETTING, {})
    after = take_turn(RETURN, turn.talk, Said(button="t:another:who:self"), SETTING)
    assert after.talk.answers == {}
    assert after.letter.text.startswith(SETTING.words.say("form.old_button"))


def test_a_summary_that_lacks_an_answer_is_not_submitted() -> None:
    turn = open_form(RETURN, "talk123456", SETTING, WHOLE)
    grown = Talk(turn.talk.id, turn.talk.form, without("phone"), turn.talk.cursor)
    assert where(RETURN, take_turn(RETURN, grown, Said(text="提交"), SETTING)) == "phone"


@dataclass(frozen=True)
class _Other:
    name: str


def test_a_form_whose_report_has_other_fields_fails_at_once() -> None:
    with pytest.raises(TypeError, match="asks"):
        Form("wrong", _Other, (Question("phone", Text()),))
