"""Days and hours as a duty roster writes them: 2月10日, 18:00-次日08:00; without it a sheet would have to be filled in our way."""

import re
from datetime import date, datetime, time, timedelta

from chat.reading.numbers import arabic, normalise

SERIAL = (36526, 73050)
"""What Excel calls the days from 2000 to 2099 where a cell is not marked as a date."""
SERIAL_ZERO = date(1899, 12, 30)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL = re.compile(r"(20\d\d) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?[日号]?(?!\d)")
TIGHT = re.compile(r"(20\d\d)([01]\d)([0-3]\d)(?!\d)")
MONTH_DAY = re.compile(r"(\d{1,2}) ?[月/.-] ?(\d{1,2}) ?[日号]?(?![\d/.:-])")
ENGLISH = re.compile(rf"(\d{{1,2}}) ?({'|'.join(MONTHS)})[a-z]*\.?(?: ?(20\d\d))?", re.IGNORECASE)
WEEKDAY = re.compile(
    r"[(（\[]?\s*(?:星期|周|礼拜)[1-7一二三四五六日天]\s*[)）\]]?|\(?\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b\)?",
    re.IGNORECASE,
)
TIME = r"(\d{1,2})(?:[:点时](?:(\d{1,2})分?|(半))?)?"
NEXT = r"(次日|第2天|翌日|明日|明早|(?:the )?next (?:day|morning))?"
HOURS = re.compile(rf"(?<!\d){TIME} ?(?:-|–|—|~|至|到|to) ?{NEXT} ?{TIME}(?!\d)", re.IGNORECASE)
PART_OF_DAY = re.compile(r"(?<!明)早上|上午|下午|中午|傍晚|晚上|凌晨|夜里|\d ?[ap]\.?m\b", re.IGNORECASE)
"""晚上6点 may be 18:00 and 6点 may not: whoever writes such hours is asked for the others."""
Hours = tuple[time, time]
"""From when to when; when the second is not later than the first, it is the next day's."""


def read_roster_day(text: str, today: date) -> tuple[date | None, str]:
    """(the day, what stands behind it): without a year it is the nearest such day. None when no day stands there."""
    said = WEEKDAY.sub(" ", normalise(text)).strip()
    if said.isdecimal() and SERIAL[0] <= int(said) <= SERIAL[1]:
        return SERIAL_ZERO + timedelta(days=int(said)), ""
    for pattern in (FULL, TIGHT):
        if found := pattern.match(said):
            return _date(int(found[1]), int(found[2]), int(found[3])), said[found.end() :].strip()
    if found := MONTH_DAY.match(said):
        return _nearest(today, int(found[1]), int(found[2])), said[found.end() :].strip()
    if found := ENGLISH.match(said):
        month, day = MONTHS.index(found[2].lower()) + 1, int(found[1])
        named = _date(int(found[3]), month, day) if found[3] else _nearest(today, month, day)
        return named, said[found.end() :].strip()
    return None, said


def read_hours(text: str) -> Hours | None:
    """The hours in ``08:00-18:00``, ``8点至次日8点``, ``18:00-24:00``; None when there are none, or no such ones."""
    said = arabic(normalise(text))
    found = HOURS.search(said)
    if found is None or PART_OF_DAY.search(said):
        return None
    begins, ends = _time(*found.group(1, 2, 3)), _time(*found.group(5, 6, 7))
    if begins is None or ends is None or (found[4] and ends > begins):
        return None
    return begins, ends


def span_on(day: date, hours: Hours, now: datetime) -> tuple[datetime, datetime]:
    """From when until when it lasts on that day, in the zone of ``now``."""
    begins, ends = hours
    last = day + timedelta(days=ends <= begins)
    return datetime.combine(day, begins, now.tzinfo), datetime.combine(last, ends, now.tzinfo)


def _time(hour: str, minute: str | None, half: str | None) -> time | None:
    hours, minutes = int(hour), 30 if half else int(minute or 0)
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        return None
    return time(hours % 24, minutes)


def _nearest(today: date, month: int, day: int) -> date | None:
    found = [_date(year, month, day) for year in (today.year - 1, today.year, today.year + 1)]
    return min((x for x in found if x), key=lambda x: abs(x - today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
