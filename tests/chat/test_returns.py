"""What one sentence about a return surely says, on the 10th of February 2020."""

from datetime import date

import pytest

from chat.reading.returns import glean_return, only_origin, origin_named

TODAY = date(2020, 2, 10)
SAYS = [
    ("我昨天从武汉坐高铁回来", "self wuhan - 2020-02-09 train"),
    ("俺儿子昨天从黄冈到家", "relative hubei 黄冈 2020-02-09 -"),
    ("我从武汉回来了", "self wuhan - - -"),
    ("我们一家三口前天开车从郑州回来", "household elsewhere 郑州 2020-02-08 car"),
    ("I came back from Wuhan by train yesterday", "self wuhan - 2020-02-09 train"),
    ("My son came back from Huanggang on Feb 3 by car", "relative hubei Huanggang 2020-02-03 car"),
    ("We drove back from Xi'an last night", "- elsewhere Xi'an 2020-02-09 car"),
    ("俺爹前天从汉口坐火车来家了", "relative wuhan - 2020-02-08 train"),
    ("我在武汉打工，昨天回来了", "self wuhan - 2020-02-09 -"),
    ("武汉回来的", "- wuhan - - -"),
    ("俺昨天黄冈回来的", "self hubei 黄冈 2020-02-09 -"),
    ("我从湖北武汉回来", "self wuhan - - -"),
    ("从湖北回来了", "- hubei - - -"),
    ("我从湖北麻城回来", "self hubei 麻城 - -"),
    ("我昨天从石家庄回来", "self elsewhere 石家庄 2020-02-09 -"),
    ("我从沂水县回来", "self elsewhere 沂水县 - -"),
    ("我从河南回来", "self elsewhere - - -"),
    ("我没去过武汉，从郑州回来的", "- elsewhere 郑州 - -"),
    ("我从武汉回来了，怎么办", "self wuhan - - -"),
    ("我从武汉回来还没报呢", "self wuhan - - -"),
    ("我从武汉坐火车到郑州，昨天开车到家", "self wuhan - 2020-02-09 -"),
    ("我1月5号从武汉回来", "self wuhan - 2020-01-05 -"),
    ("我11月5号从武汉回来", "self wuhan - - -"),
    ("我正月初八从宜昌坐大巴回来", "self hubei 宜昌 2020-02-01 coach"),
]
NOTHING = (
    "村里有武汉回来的", "武汉回来的人没报",
    "谁家从湖北回来没报", "有人从武汉回来没报", "邻居从武汉回来没报", "他家从湖北回来没报", "隔壁儿子昨天从武汉回来",
    "老王家从武汉回来",
    "从武汉回来没报", "听说村东头从武汉回来一个", "从武汉回来要隔离吗", "从武汉回来怎么办", "我没去过武汉", "我不是从武汉回来的",
    "我儿子明天从武汉回来", "我打算从武汉回来", "要是从武汉回来呢", "家里没米了", "昨天", "武汉", "我36.5", "",
    "Do I have to isolate after coming back from Wuhan?", "I have not been to Wuhan", "I did not come back from Wuhan",
    "somebody came back from Wuhan and did not report", "I will come back from Wuhan tomorrow", "我" * 500,
)  # fmt: skip
MORE = [
    ("G1234", {"trip_number": "G1234", "transport": "train"}),
    ("坐的g1234次", {"trip_number": "G1234", "transport": "train"}),
    ("MU2456", {"trip_number": "MU2456", "transport": "plane"}),
    ("我一个人从宜昌回来", {"companions": []}),
    ("我和老婆一起从北京回来", {"companions": ["老婆"]}),
    ("我从武汉回来有点咳嗽", {"symptoms": "cough"}),
    ("我从武汉回来，发烧咳嗽", {"symptoms": "fever"}),
    ("我从武汉回来，不发烧不咳嗽", {"symptoms": "none"}),
    ("我从武汉回来，不发烧", {"symptoms": None}),
    ("我从武汉回来，接触过发烧的人", {"symptoms": None}),
    ("我叫王小兵，昨天从武汉回来", {"name": "王小兵"}),
    ("我叫王小兵，我儿子昨天从武汉回来", {"name": None}),
    ("我住G12号楼，从武汉回来", {"trip_number": None}),
]


@pytest.mark.parametrize(("text", "expected"), SAYS)
def test_says(text: str, expected: str) -> None:
    found = glean_return(text, TODAY)
    names = ("who", "came_from", "city", "arrived", "transport")
    assert " ".join(str(found.get(name, "-")) for name in names) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_says_nothing_of_a_return(text: str) -> None:
    assert glean_return(text, TODAY) == {}


@pytest.mark.parametrize(("text", "expected"), MORE)
def test_says_more(text: str, expected: dict[str, object]) -> None:
    found = glean_return(text, TODAY)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上海", {"came_from": "elsewhere", "city": "上海"}), ("湖北黄冈", {"came_from": "hubei", "city": "黄冈"}),
        ("汉口", {"came_from": "wuhan"}), ("湖北", {"came_from": "hubei"}), ("广东那边", {"came_from": "elsewhere"}),
        ("不是武汉，是黄冈", {"came_from": "hubei", "city": "黄冈"}), ("沂水县", {"came_from": "elsewhere", "city": "沂水县"}),
        ("那边", {}), ("别的地方", {}), ("not Wuhan, Huanggang", {"came_from": "hubei", "city": "Huanggang"}),
    ],
)  # fmt: skip
def test_where_from_in_answer_to_that(text: str, expected: dict[str, object]) -> None:
    assert origin_named(text) == expected


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("武汉", True),
        ("从黄冈回来的", True),
        ("山东临沂", True),
        ("武汉路3号", False),
        ("大街南头", False),
        ("", False),
    ],
)
def test_nothing_but_a_place_far_away(text: str, alone: bool) -> None:
    assert only_origin(text) == alone
