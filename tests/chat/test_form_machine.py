"""Whatever is said at any question of any form of the house, the form stays one that can be gone on with."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.texts import LOCALES, texts
from bot.wiring import ROUTES
from chat.form import Asked, Cursor, Form, Setting, Talk
from chat.incoming import Attachment, Said
from chat.turn import Turn, ask_again, current_question, open_form, take_turn

NOW = datetime(2020, 2, 10, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PLACES = {"village": {"yaowa": ("姚洼",), "shimen": ("石门",)}}
FORMS = {name: conversation.form for name, conversation in ROUTES.conversations.items()}
SHIFT = {"target": "cadres", "scope": "yaowa", "person": "paper:zhang", "since": "2020-02-11T18:00:00+08:00",
         "until": "2020-02-12T08:00:00+08:00", "post": ""}  # fmt: skip
KNOWN: dict[str, dict[str, Any]] = {
    "tip": {"receipt": "K7QM"}, "need_more": {"ref": "12.nvpu"}, "whereabouts": {"ref": "12.wf"},
    "felt": {"said": "发烧了", "sign": "fever"}, "rota": {"shifts": [SHIFT]}, "amend": {"ref": "12"},
}  # fmt: skip
"""What a form is opened with."""
LEADING_TO: dict[tuple[str, str], dict[str, Any]] = {
    ("returnee", "city"): {"came_from": "elsewhere"}, ("returnee", "trip_number"): {"transport": "train"},
    ("whereabouts", "village"): {"ref": "12.vf"}, ("whereabouts", "phone"): {"ref": "12.f"},
}  # fmt: skip
"""The answers without which a question is not asked."""
QUESTIONS = [
    (name, question.name) for name, form in FORMS.items() for question in form.questions if not question.hidden
]
SAYABLE = (
    "我自己", "替家里人", "王小兵", "姚洼", "村东头", "武汉", "湖北", "别的地方", "黄冈", "昨天", "明天", "2月3日", "火车",
    "自驾",
    "G1234", "没有", "有", "没事", "00000001001", "提交", "改", "改一项", "取消", "返回", "跳过", "是", "不是", "365",
    "36.5", "3", "改 电话", "姓名",
    "我昨天从武汉坐高铁回来", "俺儿子昨天从黄冈到家", "村民", "急", "不急", "家里没米了", "yes", "no", "back", "Tom Green",
    "by train",
)  # fmt: skip


def setting(locale: str) -> Setting:
    return Setting(texts(locale), NOW, PLACES)


ODD = "\x00\x1f\u200b\ufe0f😀。，/36.5度月日号不没有我"
WORDS = st.one_of(st.sampled_from(SAYABLE), st.text(max_size=20), st.text(ODD, max_size=8))
SAID = st.one_of(
    st.builds(Said, text=WORDS),
    st.builds(Said, text=WORDS, attachment=st.sampled_from([Attachment("photo", "p1"), Attachment("voice", "v1")])),
    st.builds(Said, location=st.tuples(st.floats(), st.floats())),
    st.builds(Said, phone=WORDS),
    st.builds(Said, button=st.one_of(st.text(max_size=9), st.builds("t:talk123456:{}:{}".format, WORDS, WORDS))),
)
"""Anything a gateway may hand over."""


def drawn(data: st.DataObject, seen: list[str]) -> Said:
    """Something said, or a button that was seen at some time."""
    return Said(button=data.draw(st.sampled_from(seen))) if data.draw(st.booleans()) else data.draw(SAID)


def check(form: Form, turn: Turn) -> None:
    """Valid: it reads back as it was kept, has one letter that can be sent, and knows what comes next."""
    kept = json.loads(json.dumps(asdict(turn.talk)))
    back = Talk(kept["id"], kept["form"], kept["answers"], Cursor(**kept["cursor"]), kept["misses"])
    assert back == turn.talk
    if turn.end == "finished":
        assert form.next(turn.talk.answers) is None
        form.report(turn.talk.answers)
        return
    assert turn.letter.text
    buttons = [button for row in turn.letter.buttons for button in row]
    assert all(button.label and len(button.data.encode()) <= 64 for button in buttons)
    current = current_question(form, turn.talk)
    assert current in (*form.applying(turn.talk.answers), None)
    assert current is not None or form.next(turn.talk.answers) is None or turn.end == "cancelled"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_anything_said_leaves_a_valid_form(name: str, locale: str, data: st.DataObject) -> None:
    form, where = FORMS[name], setting(locale)
    turn = open_form(form, "talk123456", where, KNOWN.get(name))
    seen: list[str] = ["t:another:name:self"]
    check(form, turn)
    for _ in range(data.draw(st.integers(1, 16))):
        if turn.end != "asking":
            break
        seen += [button.data for row in turn.letter.buttons for button in row]
        turn = take_turn(form, turn.talk, drawn(data, seen), where)
        check(form, turn)


def standing_at(name: str, question: str) -> Talk:
    """A talk in which this question is asked now."""
    talk = Talk(
        "talk123456", name, {**KNOWN.get(name, {}), **LEADING_TO.get((name, question), {})}, Cursor(asking=question)
    )
    asked = current_question(FORMS[name], talk)
    assert asked is not None
    assert asked.name == question
    return talk


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("name", "question"), QUESTIONS)
@settings(max_examples=20, deadline=None)
@given(said=SAID | st.builds(Said, text=st.text(max_size=300)))
@example(said=Said())
@example(said=Said("x" * 5000))
def test_anything_said_at_any_question(name: str, question: str, locale: str, said: Said) -> None:
    check(FORMS[name], take_turn(FORMS[name], standing_at(name, question), said, setting(locale)))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("name", "question"), QUESTIONS)
def test_every_button_of_every_question(name: str, question: str, locale: str) -> None:
    form, where = FORMS[name], setting(locale)
    talk = standing_at(name, question)
    kind = next(q.kind for q in form.questions if q.name == question)
    buttons = [button for row in ask_again(form, talk, where).letter.buttons for button in row]
    assert {offer.label for offer in kind.offers(Asked(name, question), where)} <= {button.label for button in buttons}
    for button in buttons:
        turn = take_turn(form, talk, Said(button=button.data), where)
        check(form, turn)
        assert where.words.say("form.old_button") not in turn.letter.text
        if turn.end == "asking":  # pressed once more it is an old one, and does no harm
            again = take_turn(form, turn.talk, Said(button=button.data), where)
            check(form, again)
