"""Which option somebody means, and when we cannot know."""

import pytest

from bot.texts import texts
from chat.reading.phrases import best_option, best_place, is_none, matches

CONTACT, URGENCY, SYMPTOMS = "returnee.contact_options", "need_more.urgency_options", "returnee.symptoms_options"
WHO, FROM, BY, TONIGHT = ("returnee.who_options", "returnee.came_from_options", "returnee.transport_options",
                          "need_more.tonight_options")  # fmt: skip
ZH = [
    ("没有", CONTACT, "no"), ("没有啊", CONTACT, "no"), ("没 有。", CONTACT, "no"), ("没接触过", CONTACT, "no"),
    ("有", CONTACT, "yes"), ("有的", CONTACT, "yes"), ("有没有呢", CONTACT, None), ("说不准", CONTACT, "unsure"),
    ("不急", URGENCY, "later"),
    ("一点都不急", URGENCY, "later"), ("不是很急", URGENCY, None), ("急", URGENCY, "now"), ("急啊", URGENCY, "now"),
    ("急还是不急", URGENCY, None), ("第二个", URGENCY, "soon"), ("2", URGENCY, "soon"), ("２", URGENCY, "soon"),
    ("②", URGENCY, "soon"), ("2.", URGENCY, "soon"), ("选2", URGENCY, "soon"), ("二", URGENCY, "soon"),
    ("第3项", URGENCY, "later"), ("9", URGENCY, None),
    ("0", URGENCY, None), ("不发烧，有点咳嗽", SYMPTOMS, "cough"), ("不咳嗽", SYMPTOMS, None), ("没有发烧", SYMPTOMS, "none"),
    ("发烧咳嗽", SYMPTOMS, None), ("没事", SYMPTOMS, "none"), ("都好着呢", SYMPTOMS, "none"), ("我儿子", WHO, "relative"),
    ("我", WHO, "self"), ("俺自己", WHO, "self"), ("我和儿子", WHO, None), ("湖北别的地方", FROM, "hubei"),
    ("湖北", FROM, "hubei"),
    ("湖北别的地方 黄冈", FROM, "hubei"), ("别的地方", FROM, "elsewhere"), ("从武汉", FROM, "wuhan"), ("不是武汉", FROM, None),
    ("武汉和湖北", FROM, None), ("坐火车", BY, "train"), ("开车来的", BY, "car"), ("骑马", BY, None),
    ("明早再办吧", TONIGHT, "morning"),
    ("", BY, None), ("😀", BY, None),
    ("by train", BY, "train"), ("Wuhan", FROM, "wuhan"), ("没有 fever", SYMPTOMS, "none"), ("不是 train", BY, None),
    ("不 fever，有点 cough", SYMPTOMS, "cough"), ("不发烧 no cough", SYMPTOMS, None),
    ("我 no fever", SYMPTOMS, None), ("发烧 and cough", SYMPTOMS, None), ("some men", WHO, None),
]  # fmt: skip
EN = [
    ("No", CONTACT, "no"), ("no.", CONTACT, "no"), ("I don't know", CONTACT, "unsure"), ("i dont know", CONTACT, "unsure"),
    ("my son", WHO, "relative"), ("some men", WHO, None), ("by train", BY, "train"), ("not by train", BY, None),
    ("坐高铁", BY, "train"),
    ("没坐火车", BY, None), ("不是坐火车", BY, None), ("no发烧", SYMPTOMS, None), ("not 火车", BY, None), ("武汉", FROM, "wuhan"),
    ("no fever，有点咳嗽", SYMPTOMS, "cough"), ("fever 发烧", SYMPTOMS, "fever"), ("第二个", BY, "plane"),
    ("the second one", BY, "plane"), ("option 3", BY, "coach"), ("HUBEI", FROM, "hubei"), ("elsewhere in hubei", FROM, "hubei"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "text", "block", "expected"),
    [("zh", *row) for row in ZH] + [("en", *row) for row in EN],
)
def test_best_option(locale: str, text: str, block: str, expected: str | None) -> None:
    assert best_option(text, texts(locale).ways(block)) == expected


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("算了", "算了", True),
        ("算了吧", "算了", True),
        ("算", "算了", False),
        (" 取消。", "取消", True),
        ("取消吗", "取消", False),
        ("不取消", "取消", False),
        ("/CANCEL", "/cancel", True),
        ("Go  back!", "go back", True),
        ("that’s right", "that's right", True),
        ("嗯，对", "对", True),
        ("", "", False),
        ("。", "", False),
    ],
)
def test_matches(text: str, phrase: str, expected: bool) -> None:
    assert matches(text, (phrase,)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("姚洼", "yaowa"),
        ("姚洼村", "yaowa"),
        ("俺是姚洼的", "yaowa"),
        ("yaowa", "yaowa"),
        ("Yaowa village", "yaowa"),
        ("东姚洼", "east"),
        ("石门", "shimen"),
        ("1", None),
        ("姚洼和石门", None),
        ("不知道", None),
    ],
)
def test_best_place(text: str, expected: str | None) -> None:
    places = {"yaowa": ("姚洼",), "east": ("东姚洼",), "shimen": ("石门村",)}
    assert best_place(text, places) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没有", True),
        ("没有别人", True),
        ("无", True),
        ("就我一个人", True),
        ("张无忌", False),
        ("没有李四，和王五", False),
    ],
)
def test_is_none(text: str, expected: bool) -> None:
    assert is_none(text, texts("zh").options("form.none")["none"]) is expected
