"""How people write a temperature, and what is asked back rather than guessed."""

import pytest

from chat.reading.household import read_each
from chat.reading.temperature import (
    HIGHEST,
    LOWEST,
    Ask,
    Read,
    asks_what_fever_is,
    besides,
    highest_in,
    is_hearsay,
    is_of_neighbour,
    is_of_others,
    read_in_clause,
    read_unasked,
    read_when_asked,
)

WHICH, NO_NUMBER, OUT = Ask("which"), Ask("no_number"), Ask("out_of_range")


def likely(tenths: int) -> Ask:
    return Ask("likely", tenths)


def own(tenths: int) -> Ask:
    return Ask("own", tenths)


BOTH_WAYS = [
    ("36.5", 365), ("38.2", 382), ("36度5", 365), ("３６．８", 368), ("三十六度五", 365), ("36。5", 365), ("今早36.6", 366),
    ("体温正常36.4", 364), ("早上36.6晚上37", 370), ("昨晚37.5今早36.6", 366), ("38度整", 380), ("38度", 380), ("三十八度", 380),
    ("三十七度二", 372), ("三十六点五", 365), ("36度半", 365), ("36,5", 365), ("36·5", 365), ("36、5", 365), ("36 度 5", 365),
    ("36. 5", 365), ("98.6F", 370), ("98.6℉", 370), ("100.4 °F", 380), ("36.54", 365), ("36.55", 366), ("体温 36.5 度", 365),
    ("36.5度", 365), ("36.5℃", 365), ("🌡️36.5👍", 365), ("36.5 36.5", 365), ("发烧38度5", 385), ("没有发烧36.4", 364),
    ("我刚才量了是36.7", 367), ("7:30 36.5", 365), ("体温36.5血压120/80", 365), ("my temperature is 37.1", 371), ("38.2 C", 382),
    ("I have a fever of 38.4", 384), ("36.5左右", 365), ("体温36.5", 365),
    ("打错了，37.8", 378), ("不对 37.8", 378), ("刚才那个不对，是37.8", 378), ("36.5打错了，37.8", 378), ("不是36.5，是37.8", 378),
    ("更正：37.8", 378), ("写错了应该是37.8", 378), ("改成37.8", 378), ("发错了，是三十七度八", 378), ("sorry, 37.8", 378),
    ("I meant 37.8", 378), ("wrong, it is 37.8", 378), ("not 36.5 but 37.8", 378), ("correction: 37.8", 378),
]  # fmt: skip
ASKED = [
    ("38", Read(380)), ("36", Read(360)), ("63.5", OUT), ("5", OUT), ("36.5.4", OUT), ("43.0", OUT), ("33.9", OUT),
    ("不烧", NO_NUMBER), ("正常", NO_NUMBER), ("no fever", NO_NUMBER), ("36.5 37.2", WHICH), ("36.5-36.8", WHICH),
    ("me 36.5 husband 37", WHICH), ("俺儿子36.8", WHICH), ("我36.5老伴37.2", WHICH), ("早上36.5老伴晚上37", WHICH),
    ("365", likely(365)), ("3650", likely(365)), ("36 5", likely(365)), ("36-5", likely(365)), ("36/5", likely(365)),
    ("三六五", likely(365)), ("98.6", likely(370)), ("37.3算发烧吗", own(373)), ("38.5要紧吗", own(385)),
    ("37.8，刚才36.5打错了", WHICH),
    ("儿子打错了，37.8", WHICH), ("买38的鞋", likely(380)),
    ("我36岁", None), ("36块5", None), ("2月3日", None), ("3.65斤", None), ("36.5元", None), ("37号", None), ("不到37.3", None),
    ("家里没米了", None), ("王家庄2组没米了", None), ("12000000000", None), ("G37", None), ("9" * 5000, None), ("", None),
]  # fmt: skip
UNASKED = [
    ("38", likely(380)), ("365", likely(365)), ("36 5", likely(365)), ("36.5 37.2", WHICH), ("63.5", OUT), ("体温63.5", OUT),
    ("5", None), ("不烧", None), ("俺儿子36.8", WHICH), ("37.3算发烧吗", own(373)),
    ("38.5要紧吗", own(385)), ("38.5怎么办", own(385)), ("is 38.2 a fever?", own(382)), ("米35.5一斤吗", None),
    ("儿子38.5要紧吗", None), ("买38的鞋行吗", None), ("不对", None), ("不是38", None),
    ("我36岁", None), ("36块5", None), ("2月3日", None), ("3.65斤", None), ("猪肉36.5一斤", None), ("离镇上36.5公里", None),
    ("小卖部卖36.5", None), ("12000000000", None),
    ("我来办 38", None), ("37号楼", None), ("等了38分钟", None), ("来了37个人", None), ("家里没米了", None), ("1", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tenths"), BOTH_WAYS)
def test_is_read_asked_or_not(text: str, tenths: int) -> None:
    assert read_when_asked(text) == Read(tenths)
    assert read_unasked(text) == Read(tenths)


@pytest.mark.parametrize(("text", "expected"), ASKED)
def test_when_asked(text: str, expected: Read | Ask | None) -> None:
    assert read_when_asked(text) == expected


@pytest.mark.parametrize(("text", "expected"), UNASKED)
def test_unasked(text: str, expected: Read | Ask | None) -> None:
    assert read_unasked(text) == expected


@pytest.mark.parametrize(
    ("text", "tenths"),
    [
        ("36度5分", 365), ("36点5度", 365), ("36..5", 365), ("水银表36.9", 369), ("额温36.2", 362), ("腋下36.8", 368),
        ("36.5 this morning 37.4 tonight", 374), ("36.6早上37晚上", 370),
    ],
)  # fmt: skip
def test_read_as_the_thermometer_is(text: str, tenths: int) -> None:
    assert read_unasked(text) == Read(tenths)


@pytest.mark.parametrize(
    ("text", "tenths", "rest"),
    [
        ("38.5，家里没米了", 385, "家里没米了"), ("36.5 and we are out of rice", 365, "we are out of rice"),
        ("我昨天从武汉回来，体温36.5", 365, "我昨天从武汉回来"), ("36，5", 365, ""), ("36.5，不烧", 365, ""),
        ("老伴38.5，家里没米了", 0, "家里没米了"), ("口罩卖36.5，涨价了", 0, "涨价了"), ("38.5，要紧吗", 0, "要紧吗"),
    ],
)  # fmt: skip
def test_beside_something_else(text: str, tenths: int, rest: str) -> None:
    assert read_in_clause(text) == (Read(tenths) if tenths else None)
    assert besides(text) == rest


@pytest.mark.parametrize(
    "text", ["多少度算发烧", "几度是发烧啊", "发烧是多少度", "正常体温是多少度", "what is a fever?"]
)
def test_a_question_in_general(text: str) -> None:
    assert asks_what_fever_is(text)


@pytest.mark.parametrize("text", ["发烧了", "38.5算发烧吗", "我这算发烧吗", "发烧了怎么办", "体温36.5"])
def test_no_question_in_general(text: str) -> None:
    assert not asks_what_fever_is(text)


@pytest.mark.parametrize(
    ("text", "tenths"), [("俺儿子38.5", 385), ("我36.5老伴38.2", 382), ("儿子38", 0), ("63.5", 0), ("", 0)]
)
def test_the_highest_named(text: str, tenths: int) -> None:
    assert highest_in(text) == tenths


@pytest.mark.parametrize(
    ("text", "family", "hearsay"),
    [
        ("俺儿子发烧了，怎么办", True, False), ("我发烧了", False, False), ("发烧了", False, False),
        ("my son has a fever", True, False),
        ("听说隔壁老王发烧了", False, True), ("有人发烧没报", False, True), ("多少度算发烧", False, True),
        ("我这算发烧吗", False, False),
        ("somebody has a fever", False, True), ("I have a fever", False, False),
    ],
)  # fmt: skip
def test_whose_fever(text: str, family: bool, hearsay: bool) -> None:
    assert (is_of_others(text), is_hearsay(text)) == (family, hearsay)


@pytest.mark.parametrize(
    ("text", "neighbour"),
    [
        ("隔壁老王发烧了", True), ("对门老李家有人咳嗽发烧，咋办", True), ("听说老王发烧了", True),
        ("村里有人发烧没人管", True), ("楼上发高烧", True),
        ("the old man next door is ill with a fever", True), ("my neighbour has a fever", True),
        ("有人发烧了", False), ("谁发烧了", False), ("隔壁老王发烧了吗", False), ("隔壁老王是不是发烧了", False),
        ("我发烧了，住老王隔壁", False),
        ("俺老伴发烧了", False), ("老人发烧了", False), ("邻村有人发烧", False), ("I have a fever, my neighbour too", False),
    ],
)  # fmt: skip
def test_a_fever_next_door(text: str, neighbour: bool) -> None:
    assert is_of_neighbour(text) == neighbour


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("老伴37.5，我36.5", (("老伴", 375), ("", 365))), ("我36.5 老伴36.8", (("", 365), ("老伴", 368))),
        ("老头子37.6 俺36.5", (("老头子", 376), ("", 365))), ("36.5我，36.8老伴", (("", 365), ("老伴", 368))),
        ("我：36.5；老伴：36.9", (("", 365), ("老伴", 369))), ("我三十六度五，老伴三十七度八", (("", 365), ("老伴", 378))),
        ("我和老伴都36.5", (("", 365), ("老伴", 365))), ("俺俩都38", (("", 380), ("家里人", 380))),
        ("老两口36.5", (("", 365), ("家里人", 365))), ("俺娘38", (("娘", 380),)), ("他爸36.6 我36.5 娃37.4",
        (("他爸", 366), ("", 365), ("娃", 374))), ("我36.5老伴没量", (("", 365),)),
        ("我36.5，老伴37.8，家里没米了", (("", 365), ("老伴", 378))),
        ("I am 36.5 and my wife is 36.8", (("", 365), ("wife", 368))), ("both of us are 36.6", (("", 366), ("家里人", 366))),
        ("36.5 37.8", ()), ("老伴37.5，36.5", ()), ("老伴早上36.5晚上37.5", ()), ("老伴说我36.5", ()), ("隔壁老王38.5", ()),
        ("儿子38.5正常吗", ()), ("36.5", ()), ("今儿36.5", ()), ("老伴没量", ()), ("老伴63.5", ()),
    ],
)  # fmt: skip
def test_several_on_one_phone(text: str, each: tuple[tuple[str, int], ...]) -> None:
    assert read_each(text) == each


@pytest.mark.parametrize(
    ("text", "tenths"),
    [("体温：38.5", 385), ("我的体温是：38.2", 382), ("早上：36.5", 365), ("温度: 38", 380), ("今儿36.5", 365)],
)
def test_behind_a_colon(text: str, tenths: int) -> None:
    assert read_unasked(text) == read_when_asked(text) == Read(tenths)


@pytest.mark.parametrize(
    ("text", "tenths"),
    [("38度多", 380), ("37度多一点", 370), ("烧到38度多", 380), ("三十九度出头", 390), ("38 point something", 380)],
)
def test_at_least_so_much(text: str, tenths: int) -> None:
    assert read_unasked(text) == read_when_asked(text) == Ask("about", tenths)


@pytest.mark.parametrize("text", ["38多块钱", "38多天了", "家里来了38多口人", "卖36多"])
def test_more_of_something_else(text: str) -> None:
    assert read_unasked(text) is None


@pytest.mark.parametrize("between", [".", "度"])
def test_the_first_look_reads_what_the_longer_one_reads(between: str) -> None:
    for tenths in range(LOWEST, HIGHEST + 1):
        text = f"{tenths // 10}{between}{tenths % 10}"
        for read in (read_when_asked, read_unasked):
            assert read(text) == read(f"{text} ") == Read(tenths)  # with a space it has to be looked at closely
