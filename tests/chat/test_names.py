"""A name and a house in one message, and names that only look like both."""

import pytest

from chat.reading.names import house_after, name_and_house


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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("俺叫王小兵", "王小兵"), ("我的名字是王小兵", "王小兵"), ("他叫王二", "王二"), ("王小兵，姚洼的", "王小兵"),
        ("王小兵 姚洼村人", "王小兵"), ("I'm Tom Li", "Tom Li"), ("my name is Anna Wu.", "Anna Wu"),
    ],
)  # fmt: skip
def test_the_name_in_a_sentence(text: str, name: str) -> None:
    assert name_and_house(text) == {"name": name}


@pytest.mark.parametrize(("text", "house"), [("姚洼，村东头老李家", "村东头老李家"), ("姚洼村东头", ""), ("姚洼", "")])
def test_the_house_behind_the_village(text: str, house: str) -> None:
    assert house_after(text) == ({"house": house} if house else {})
