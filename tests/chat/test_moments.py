"""Moments as people say them: what is named is read and taken out whole, and what only looks like one is none."""

from datetime import datetime

import pytest

from chat.reading.moments import read_moment
from chat.reading.phrases import agreeing
from rules.town import SHANGHAI

NOW = datetime(2020, 2, 10, 9, 30, tzinfo=SHANGHAI)
READ = [
    ("明早8点前 核实3户", "11 08:00", "核实3户"),
    ("石门 明早8点前 核实3户", "11 08:00", "石门 核实3户"),
    ("查卡口 18:00 前 报上来", "10 18:00", "查卡口 报上来"),
    ("今晚前 查一遍", "10 20:00", "查一遍"),
    ("打扫 明天前 拍照", "11 18:00", "打扫 拍照"),
    ("明上午 药店没货", "11 09:00", "药店没货"),
    ("明8点 车来", "11 08:00", "车来"),
]


@pytest.mark.parametrize(("said", "moment", "rest"), READ, ids=[row[0] for row in READ])
def test_read(said: str, moment: str, rest: str) -> None:
    found = read_moment(said, NOW)
    assert found is not None
    assert (found[0].strftime("%d %H:%M"), found[1]) == (moment, rest)


@pytest.mark.parametrize("said", ["明年 不知道", "明白了", "说明情况", "等通知"])
def test_no_moment(said: str) -> None:
    assert read_moment(said, NOW) is None


YES, BESIDES = ("收到了", "妥了"), ("谢谢", "好的")


@pytest.mark.parametrize("said", ["收到了", "妥了，谢谢", "好的，收到了！", "收到了 谢谢啊"])
def test_agreeing(said: str) -> None:
    assert agreeing(said, YES, BESIDES)


@pytest.mark.parametrize("said", ["谢谢", "没收到，谢谢", "收到了，还缺盐", "收到了吗", ""])
def test_not_agreeing(said: str) -> None:
    assert not agreeing(said, YES, BESIDES)
