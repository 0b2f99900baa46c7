"""A name and a house in one message, and names that only look like both."""

import pytest

from chat.reading.names import name_and_house


@pytest.mark.parametrize(
    ("text", "name", "house"),
    [
        ("王小兵 村东头老井旁边", "王小兵", "村东头老井旁边"), ("我叫王小兵，大街南头", "王小兵", "大街南头"),
        ("王小兵，村西头 老李家隔壁", "王小兵", "村西头 老李家隔壁"),
    ],
)  # fmt: skip
def test_both_are_read(text: str, name: str, house: str) -> None:
    assert name_and_house(text) == {"name": name, "house": house}


@pytest.mark.parametrize("text", ["王小兵", "王 小兵", "Wang Xiaobing", "村东头 老井旁边", "王小兵 从武汉来", ""])
def test_not_surely_both(text: str) -> None:
    assert name_and_house(text) == {}
