"""What has run out, and what is urgency and nothing else, as people type it."""

import pytest

from chat.reading.lacks import says_besides, says_only, things

URGENT = ("急", "马上", "赶紧", "快点", "等着用", "urgent", "at once")

LACKS = {
    "家里没面了": {"面"}, "没药了，心口药": {"药"}, "急，没奶粉了": {"奶粉"}, "家里没有面了，孩子饿": {"面"},
    "没酱油了，没醋了": {"酱油", "醋"}, "家里没葱了": {"葱"}, "没得吃了": {"得吃"}, "米吃完啦": {"米"},
    "家里没米了，还缺油": {"米", "油"}, "俺家的盐也没了": {"盐"}, "口罩用完了": {"口罩"}, "灯泡坏了": {"灯泡"}, "停水了": {"停水"},
    "莫得米了": {"米"}, "米没得了": {"米"}, "俺家冇得盐了": {"盐"}, "木有油了": {"油"}, "we r out of rice": {"rice"},
    "煤球烧完了，屋里冷": {"煤球"}, "柴也烧没了": {"柴"}, "盐没有了": {"盐"},
    "老伴的降压药，就剩一天了": {"老伴的降压药"}, "药只够吃两天": {"药"},
    "家里只剩半袋面了": {"面"}, "降压药没几片了": {"降压药"}, "炉子灭了": {"炉子灭"}, "水管也冻了": {"水管也冻"},
    "only two days of heart pills left": {"pills"}, "想买点菜": {"菜"},
    "out of rice": {"rice"}, "We’re out of milk powder": {"milk"}, "no rice left": {"rice"},
}  # fmt: skip
NONE = (
    "没事了",
    "没发烧了",
    "没有发热了",
    "没问题了",
    "饭吃完了",
    "没人来了",
    "没什么了",
    "没有了",
    "饿坏了",
    "I came out of hospital",
    "咳嗽没了",
    "症状都没有了",
    "隔离就剩两天了",
    "还就剩三天",
    "就剩我一个人了",
    "烧完了",
    "only two days of isolation left",
)


@pytest.mark.parametrize(("text", "expected"), LACKS.items(), ids=LACKS)
def test_what_has_run_out(text: str, expected: set[str]) -> None:
    assert things(text) == expected


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_lack(text: str) -> None:
    assert things(text) == frozenset()


@pytest.mark.parametrize("text", ["急", "很急", "急，孩子饿了", "赶紧的", "太急了", "急死了", "快点吧", "it is urgent"])
def test_urgency_and_nothing_else(text: str) -> None:
    assert says_only(text, URGENT)
    assert not says_besides(text, URGENT)


@pytest.mark.parametrize("text", ["急，没奶粉了", "急，心口药", "急，卫生纸", "人不行了，急"])
def test_urgency_and_something_besides(text: str) -> None:
    assert not says_only(text, URGENT)
    assert says_besides(text, URGENT)


@pytest.mark.parametrize("text", ["马上到家了", "不着急，明天也行"])
def test_words_that_only_look_urgent(text: str) -> None:
    assert not says_besides(text, URGENT)
