"""Three notices a day, a different one each time: by table of dates, and in both languages."""

from datetime import date, timedelta

import pytest

from bot.texts import texts
from rules.notices import COUNT, notice_for

BLOCKS = [f"n{n:02d}" for n in range(1, COUNT + 1)]
BEGIN = date(2020, 1, 30)


@pytest.mark.parametrize("per_day", [1, 2, 3])
def test_nothing_is_read_twice_within_fifteen_days(per_day: int) -> None:
    read = [
        (day, notice_for(BEGIN + timedelta(days=day), slot, per_day)) for day in range(400) for slot in range(per_day)
    ]
    last: dict[str, int] = {}
    for day, name in read:
        assert name in BLOCKS
        assert day - last.get(name, -99) > 15, name
        last[name] = day


def test_more_than_three_a_day_go_round_all_of_them() -> None:
    read = [notice_for(BEGIN + timedelta(days=n // 4), n % 4, 4) for n in range(COUNT)]
    assert sorted(read) == BLOCKS


@pytest.mark.parametrize(("slot", "low", "high"), [(0, "n01", "n16"), (1, "n17", "n32"), (2, "n33", "n48")])
def test_each_part_of_the_day_has_its_own(slot: int, low: str, high: str) -> None:
    read = {notice_for(BEGIN + timedelta(days=day), slot, 3) for day in range(16)}
    assert (min(read), max(read), len(read)) == (low, high, 16)


def test_the_same_day_reads_the_same() -> None:
    assert notice_for(date(2020, 2, 10), 1, 3) == notice_for(date(2020, 2, 10), 1, 3)
    assert notice_for(date(2020, 2, 10), 1, 3) != notice_for(date(2020, 2, 11), 1, 3)


@pytest.mark.parametrize(("locale", "longest", "stops"), [("zh", 60, "。"), ("en", 170, ".")])
def test_they_can_be_read_aloud(locale: str, longest: int, stops: str) -> None:
    said = [texts(locale).say(f"notices.{block}") for block in BLOCKS]
    assert len(set(said)) == COUNT >= 45
    for text in said:
        assert len(text) <= longest, text
        assert text.endswith(stops), text
        assert 2 <= sum(text.count(mark) for mark in "。？.?;:：；") <= 4, text
        assert not set(text) & set("!！\n"), text
