"""Days as people say them: yesterday, 3号, 2月3日, 正月初八, last Wednesday; without it a date would need a form to itself."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from borax.calendars.lunardate import LCalendars, LunarDate

from chat.reading.numbers import arabic, normalise

AGO = {
    "大前天": 3, "大前儿": 3,
    "前天": 2, "前日": 2, "昨天": 1, "昨日": 1, "昨晚": 1, "昨夜": 1, "昨儿": 1, "夜来": 1, "今天": 0, "今日": 0,
    "今早": 0, "今晚": 0, "今儿": 0, "今晨": 0, "刚才": 0, "刚刚": 0, "刚到": 0, "现在": 0, "明天": -1, "明日": -1, "明早": -1,
    "明晚": -1, "明儿": -1, "大后天": -3, "后天": -2,
    "前晚": 2, "前夜": 2, "前儿": 2, "前个": 2, "昨个": 1, "今个": 0,
    "the day before yesterday": 2, "day before yesterday": 2, "yesterday": 1, "last night": 1, "this morning": 0,
    "today": 0, "tonight": 0, "just now": 0, "the day after tomorrow": -2, "day after tomorrow": -2, "tomorrow": -1,
}  # fmt: skip
"""夜来 is how Shandong says yesterday."""
NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
VAGUE = re.compile(
    r"前(?:几|2)[天日]|[这好几](?:几|2)?天|几天|周末|半个?月|[一二三四五六七八九][二三四五六七八九][天日号]"
    r"|\d ?[-~到至] ?\d+ ?[天日号]"
    r"|few days|couple of days|weekend"
)
"""Days that are not one day; nobody is held to a guess."""
LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
MONTH_NAME = rf"({'|'.join(MONTHS)})[a-z]*\.?"

Reader = Callable[[re.Match[str], date], date | None]


def read_day(text: str, today: date) -> date | None:
    """The one day that is named, which may be to come (明天); None when none is, more than one, or not exactly one.

    A month and day later than today are last year's, a day of the month later than today is last month's.
    """
    said = normalise(text).lower()
    if VAGUE.search(said) or VAGUE.search(arabic(said)):
        return None
    found = list(_days(arabic(said), today))
    days = {day for day in found if day is not None}
    return days.pop() if len(days) == 1 and None not in found else None


def _days(said: str, today: date) -> Iterator[date | None]:
    """Each day named; what has been read is taken out, so that 大前天 is not 前天 as well."""
    for pattern, read in READERS:
        for found in list(re.finditer(pattern, said)):
            yield read(found, today)
        said = re.sub(pattern, " ; ", said)


def _named(found: re.Match[str], today: date) -> date:
    return today - timedelta(days=AGO[found[0]])


def _days_ago(found: re.Match[str], today: date) -> date | None:
    count = int(found[1]) if found[1].isdigit() else NUMBERS[found[1]]
    days = count * (7 if re.search("周|星期|礼拜|week", found[0]) else 1)
    return today - timedelta(days=days) if days < 400 else None


def _full(found: re.Match[str], today: date) -> date | None:
    return _date(int(found[1]), int(found[2]), int(found[3]))


def _month_day(found: re.Match[str], today: date) -> date | None:
    month, day = int(found[1]), int(found[2])
    if month > 12 >= day and not re.search("[月]", found[0]):
        month, day = day, month
    return _past(today, month, day)


def _english(found: re.Match[str], today: date) -> date | None:
    words = [group for group in found.groups() if group]
    name = next(w for w in words if not w.isdigit())
    return _past(today, MONTHS.index(name) + 1, int(next(w for w in words if w.isdigit())))


def _last_month(found: re.Match[str], today: date) -> date | None:
    before = today.replace(day=1) - timedelta(days=1)
    return _date(before.year, before.month, int(found[1]))


def _day_only(found: re.Match[str], today: date) -> date | None:
    day = _date(today.year, today.month, int(found[1]))
    if day is not None and day <= today:
        return day
    before = today.replace(day=1) - timedelta(days=1)
    return _date(before.year, before.month, int(found[1]))


def _weekday(found: re.Match[str], today: date) -> date:
    """上周三 is last week's, 这周三 and 下周三 are that week's, 周三 alone is the last one."""
    number = 6 if found[2] in ("日", "天", "7") else int(found[2]) - 1
    monday = today - timedelta(days=today.weekday())
    weeks = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1}
    if found[1]:
        return monday + timedelta(days=number, weeks=weeks[found[1]])
    return today - timedelta(days=(today.weekday() - number) % 7)


def _english_weekday(found: re.Match[str], today: date) -> date:
    back = (today.weekday() - next(n for n, name in enumerate(WEEK) if name.startswith(found[2]))) % 7
    if found[1] == "next ":
        return today + timedelta(days=7 - back)
    return today - timedelta(days=back or (7 if found[1] == "last " else 0))


def _lunar(found: re.Match[str], today: date) -> date | None:
    name = found[1]
    return _lunar_past(today, LUNAR_MONTHS.get(name) or int(name), int(found[2]))


def _new_year(found: re.Match[str], today: date) -> date | None:
    return _lunar_past(today, 1, int(found[1]))


def _lunar_day(found: re.Match[str], today: date) -> date | None:
    """初五: the latest such day of the old calendar, in whatever month."""
    days = (today - timedelta(days=back) for back in range(31))
    return next(
        (day for day in days if LunarDate.from_solar_date(day.year, day.month, day.day).day == int(found[1])), None
    )


def _new_years_eve(found: re.Match[str], today: date) -> date | None:
    """The last day of the twelfth month, which has 29 days or 30."""
    days = [_from_lunar(year, 12, LCalendars.ndays(year, 12)) for year in (today.year, today.year - 1, today.year - 2)]
    return next((day for day in days if day and day <= today), None)


def _lunar_past(today: date, month: int, day: int) -> date | None:
    """The latest such day of the old calendar that is not to come."""
    days = [_from_lunar(year, month, day) for year in (today.year, today.year - 1, today.year - 2)]
    return next((found for found in days if found and found <= today), None)


def _from_lunar(year: int, month: int, day: int) -> date | None:
    try:
        found: date = LunarDate(year, month, day).to_solar_date()
    except ValueError:
        return None
    return found


def _past(today: date, month: int, day: int) -> date | None:
    found = _date(today.year, month, day)
    return found if found is not None and found <= today else _date(today.year - 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


READERS: tuple[tuple[str, Reader], ...] = (
    (r"(?<!\d)(20\d\d) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})(?!\d)[日号]?", _full),
    (r"(?<!\d)(20\d\d)([01]\d)([0-3]\d)(?!\d)", _full),
    (r"除夕|大?年30(?![号日天])|(?<![\d月])30晚", _new_years_eve),
    (r"大?年初(\d{1,2})", _new_year),
    (r"(?:农历|阴历)?(正|冬|腊|\d{1,2})月(?:初|(?<=[正冬腊]月))(\d{1,2})", _lunar),
    (r"(?:农历|阴历)(\d{1,2})月(\d{1,2})", _lunar),
    (r"(?<![月年])初(\d{1,2})", _lunar_day),
    (r"(?:上个?月)(\d{1,2})[号日]?", _last_month),
    (r"(?<!\d)(\d{1,2}) ?月(?:份)? ?(\d{1,2})(?!\d) ?[号日]?", _month_day),
    (rf"\b{MONTH_NAME} ?(\d{{1,2}})(?:st|nd|rd|th)?\b|\b(\d{{1,2}})(?:st|nd|rd|th)? ?(?:of )?{MONTH_NAME}", _english),
    (rf"(\d+|\b(?:{'|'.join(NUMBERS)})\b) ?个?(?:天|日|周|星期|礼拜)(?:以?前|之前)", _days_ago),
    (rf"(\d+|\b(?:{'|'.join(NUMBERS)})\b) (?:days?|weeks?) ago", _days_ago),
    (r"(上上|上|这|本|下)?(?:个)?(?:周|星期|礼拜)([1-6日天])", _weekday),
    (rf"\b(last |next |on |this )?({'|'.join(WEEK)}|mon|tue|wed|thu|fri|sat|sun)\b", _english_weekday),
    ("|".join(re.escape(word) for word in sorted(AGO, key=len, reverse=True)), _named),
    (r"(?<![\d./-])(\d{1,2})[/.-](\d{1,2})(?![\d/.-])(?! ?[度岁元块斤万])", _month_day),
    (r"(?<!\d)(\d{1,2}) ?[号日](?!楼|院|线|车)", _day_only),
    (r"\bthe (\d{1,2})(?:st|nd|rd|th)\b", _day_only),
)
"""Patterns in the order they are tried, and what each means."""
