"""How people say a day, on Monday the 10th of February 2020."""

from datetime import date

import pytest

from chat.reading.days import read_day

TODAY = date(2020, 2, 10)
DAYS = {
    "2020-02-19": ("下周三",),
    "2020-02-11": ("明天", "明早", "tomorrow"),
    "2020-02-12": ("后天", "day after tomorrow", "这周三"),
    "2020-02-10": ("今天", "今早", "刚到家", "今儿", "today", "this morning", "10号", "on Monday"),
    "2020-02-09": ("昨天", "昨晚", "夜来", "昨天晚上8点到家", "昨个", "yesterday", "last night", "周日", "星期天", "1天前"),
    "2020-01-29": ("初五", "正月初五", "年初五", "初五那天晚上"),
    "2020-02-08": ("前天", "前晚", "前儿", "两天前", "2天前", "day before yesterday", "two days ago", "正月十五", "二月八号"),
    "2020-02-07": ("大前天", "三天前", "3天前", "3 days ago"),
    "2020-02-05": ("上周三", "上礼拜三", "周三", "上个星期三", "last Wednesday"),
    "2020-02-03": (
        "3号", "三号", "2月3日", "2月3号", "２月３日", "2月 3日", "2.3", "2/3", "2-3", "2020-02-03", "2020年2月3日", "2020.2.3",
        "20200203", "Feb 3", "3 Feb", "February 3rd", "3rd of February", "2月3日下午", "一周前", "last Monday", "正月初十",
    ),
    "2020-02-01": ("正月初八", "农历正月初八", "大年初八", "二月一号"),
    "2020-01-25": ("大年初一", "正月初一"),
    "2020-01-24": ("除夕", "大年三十", "腊月三十", "年三十", "三十晚上"),
    "2020-01-23": ("腊月二十九", "腊月廿九"),
    "2020-01-20": ("20号", "上个月20号", "1月20日"),
    "2019-12-20": ("12月20号", "十二月二十日", "Dec 20"),
    "2019-03-01": ("3月1日",),
}  # fmt: skip
UNREAD = (
    "前两天", "前几天", "这几天", "好几天了", "三四天前", "2-3天前", "昨天或前天", "2号到3号", "2月30日", "13月13日", "上周", "周末",
    "半个月前", "天上", "", "12月", "36.5度", "腊月三十一", "3号楼", "999天前", "9" * 5000,
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [(text, day) for day, texts in DAYS.items() for text in texts])
def test_is_read(text: str, expected: str) -> None:
    assert read_day(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize("text", UNREAD)
def test_is_not_guessed(text: str) -> None:
    assert read_day(text, TODAY) is None


def test_the_29th_of_february_before_it_comes() -> None:
    assert read_day("2月29日", TODAY) is None
