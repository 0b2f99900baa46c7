"""What has run out, and what is urgency and nothing else, as people type it."""

import pytest

from chat.reading.lacks import says_besides, says_only, things

URGENT = ("急", "马上", "赶紧", "快点", "等着用", "urgent", "at once")

LACKS = {
    "家里没面了": {"面"}, "没药了，心口药": {"药"}, "急，没奶粉了": {"奶粉"}, "家里没有面了，孩子饿": {"面"},
    "没酱油了，没醋了": {"酱油", "醋"}, "家里没葱了": {"葱"}, "没得吃了": {"得吃"}, "米吃完啦": {"米"},
    "家里没米了，还缺油": {"米", "油"}, "俺家的盐也没了": {"盐"}, "口罩用完了": {"口罩"}, "灯泡坏了": {"灯泡"}, "停水了": {"停水"},
    "莫得米了": {"米"}, "米没得了": {"米"}, "俺家冇得盐了": {"盐"}, "木有油了": {"油"}, "we r out of rice": {"rice"},
    "想买点菜": {"菜"}, "out of rice": {"rice"}, "We’re out of milk powder": {"milk"}, "no rice left": {"rice"},
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
