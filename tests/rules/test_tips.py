"""Whom a tip is about, and who therefore neither hears of it nor sees it."""

import pytest

from rules.tips import kept_from, names_them, really_about
from rules.town import Person

PEOPLE = (
    Person("web:zhang", "张建国", "yaowa", ("cadre",)), Person("web:shen", "沈学文", "", ("line_leader",)),
    Person("web:wang", "王小兵", "yaowa", ("villager",)), Person("web:nameless", "", "yaowa", ("cadre",)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "about", "titles", "really"),
    [
        ("有人打牌", "villager", (), "villager"), ("王小兵家打牌", "villager", (), "villager"),
        ("张建国家打牌", "villager", (), "cadre"), ("张建国家打牌", "unsure", (), "cadre"),
        ("村主任家打牌", "villager", ("cadre",), "unsure"), ("镇上的人来打牌", "villager", ("higher",), "unsure"),
        ("沈学文收礼", "villager", (), "higher"), ("沈学文收礼", "cadre", ("cadre",), "higher"),
        ("张建国收礼", "higher", (), "higher"), ("村主任收礼", "cadre", ("cadre",), "cadre"),
    ],
)  # fmt: skip
def test_whom_it_is_really_about(said: str, about: str, titles: tuple[str, ...], really: str) -> None:
    assert really_about(said, about, PEOPLE, titles) == really


def test_about_somebody_higher_only_the_post_and_the_inspectors_hear() -> None:
    told = {target for target in ("cadres", "village_head", "area_head", "line_leader", "deputy", "command_post", "inspectors")
            if not kept_from({"about": "higher"}, target)}  # fmt: skip
    assert told == {"command_post", "inspectors"}
    assert not kept_from({"about": "cadre"}, "line_leader")


def test_who_is_named() -> None:
    assert names_them({"text": "张建国收礼"}, "张建国")
    assert names_them({"text": "收礼", "place": "张建国家"}, "张建国")
    assert not names_them({"text": "王小兵收礼"}, "张建国")
    assert not names_them({"text": "收礼"}, "")
