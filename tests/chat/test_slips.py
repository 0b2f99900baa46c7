"""What somebody puts right is found, with the word that was wrong where it is named, and nothing else is taken for it."""

import pytest

from chat.reading.slips import Slip, bare_thing, slip_in

TABLE = (
    ("打错了，是没面了", Slip("", "没面了", True)), ("打错了", Slip("", "", True)), ("打错了，是面", Slip("", "面", True)),
    ("说错了，不是盐，是油", Slip("盐", "油", True)), ("不对，是没油了", Slip("", "没油了", True)),
    ("没面了，刚才打错了", Slip("", "没面了", True)),
    ("哎呀，刚才那个发错了，应该是没面了吧", Slip("", "没面了", True)), ("换成面", Slip("", "面", True)),
    ("不是米，是面", Slip("米", "面", False)), ("不要米，要面", Slip("米", "面", False)),
    ("sorry, typo: no flour", Slip("", "no flour", True)), ("no, I meant flour", Slip("", "flour", True)),
    ("not rice but flour", Slip("rice", "flour", False)), ("Sorry, not rice, flour", Slip("rice", "flour", False)),
    ("家里没米了", None), ("身上不对劲", None), ("不对劲", None), ("电表打错了", None), ("no flour", None), ("不是我的", None),
)  # fmt: skip


@pytest.mark.parametrize(("text", "slip"), TABLE)
def test_a_slip_is_found(text: str, slip: Slip | None) -> None:
    assert slip_in(text) == slip


@pytest.mark.parametrize(
    ("text", "thing"), [("没盐", "盐"), ("没有盐", "盐"), ("no flour", "flour"), ("noodles", "noodles")]
)
def test_the_thing_alone(text: str, thing: str) -> None:
    assert bare_thing(text) == thing
