"""Whatever is said at any question of any form of the house, the form stays one that can be gone on with."""

import json
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.texts import LOCALES, texts
from bot.wiring import ROUTES
from chat.form import Cursor, Form, Setting, Talk
from chat.incoming import Attachment, Said
from chat.turn import Turn, current_question, open_form, take_turn

NOW = datetime(2020, 2, 10, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PLACES = {"village": {"yaowa": ("姚洼",), "shimen": ("石门",)}}
FORMS = {name: conversation.form for name, conversation in ROUTES.conversations.items()}
KNOWN = {
    "tip": {"receipt": "K7QM"},
    "need_more": {"ref": "12.nvpu"},
    "whereabouts": {"ref": "12.wf"},
    "amend": {"ref": "12"},
}
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


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_text_at_any_question(name: str, locale: str, data: st.DataObject) -> None:
    form, where = FORMS[name], setting(locale)
    question = data.draw(st.sampled_from([q for q in form.questions if not q.hidden]))
    talk = Talk("talk123456", name, KNOWN.get(name, {}), Cursor(asking=question.name))
    check(form, take_turn(form, talk, Said(text=data.draw(st.text(max_size=300))), where))
