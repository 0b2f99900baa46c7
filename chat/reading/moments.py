"""Lengths of time and coming moments as people write them; without it nobody could say "40 more minutes" or "tomorrow 8"."""

import re
from datetime import datetime, time, timedelta

from chat.reading.numbers import arabic, normalise

TAIL = " ,，。前之以后内"
"""What is left of "before 8" or "in 40 minutes" when the moment is taken out."""
BY = r"(?:之前|以前|前|以内|之内|内| 前(?=\s))?"
"""What may follow a moment (8点前), and goes with it."""
MINUTES = r"(?:分钟|分|minutes?|mins?|m)"
HOURS = r"(?:个?小时|个?钟头|hours?|hrs?|h)"
DAYS_AHEAD = {
    "大后天": 3, "后天": 2, "明天": 1, "明早": 1, "明晚": 1, "今天": 0, "今晚": 0, "今早": 0,
    "day after tomorrow": 2, "tomorrow": 1, "today": 0, "tonight": 0,
}  # fmt: skip
PARTS_OF_DAY = {
    "早上": (8, False), "上午": (9, False), "明早": (8, False), "早": (8, False), "中午": (12, False), "下午": (15, True),
    "傍晚": (18, True), "晚上": (20, True), "今晚": (20, True), "明晚": (20, True), "晚": (20, True),
    "morning": (8, False), "noon": (12, False), "afternoon": (15, True), "evening": (19, True), "tonight": (20, True),
}  # fmt: skip
"""Word → (the hour it means alone, whether hours below twelve mean the second half of the day)."""


def read_span(text: str) -> timedelta | None:
    """``40 分钟``, ``半小时``, ``一个半小时``, ``1小时20分``, ``40m`` → how long; None when no length is named."""
    said = arabic(normalise(text).lower()).replace(" ", "")
    if re.search(rf"(\d+){HOURS}半|(\d+)个半", said):
        whole = re.search(r"(\d+)(?:个?小时半|个半|个?钟头半)", said)
        return timedelta(hours=int(whole[1]), minutes=30) if whole else None
    if re.search(rf"半{HOURS}|半个(?:小时|钟头)|halfanhour", said):
        return timedelta(minutes=30)
    hours = re.search(rf"(\d+){HOURS}", said)
    minutes = re.search(rf"(\d+){MINUTES}", said)
    if not hours and not minutes:
        return None
    return timedelta(hours=int(hours[1]) if hours else 0, minutes=int(minutes[1]) if minutes else 0)


def read_moment(text: str, now: datetime) -> tuple[datetime, str] | None:
    """(a coming moment, the words without it): ``明早8点前 核实3户``, ``今晚``, ``18:30``, ``下午3点半``, ``40分钟``; None
    when no moment is named or it is over. ``now`` is in the zone people speak of."""
    found = _moment(text, now)
    if found is None:
        return None
    # 查一遍 is read as 查1遍 to find the moment; what is left is given back as it was said.
    as_said = {arabic(normalise(word)): word for word in text.split()}
    return found[0], " ".join(as_said.get(word, word) for word in found[1].split())


def _moment(text: str, now: datetime) -> tuple[datetime, str] | None:
    said = arabic(normalise(text))
    day, rest_day = _day(said)
    clock, rest = _clock(rest_day)
    if day is None and clock is None:
        span = read_span(said)
        return (now + span, re.sub(r"[\d半]+\s*(?:个?小时|分钟|分|h|m)\S*", "", said).strip(TAIL)) if span else None
    at = datetime.combine(now.date() + timedelta(days=day or 0), clock or time(18), now.tzinfo)
    if at <= now and day is None:
        at += timedelta(days=1)
    return (at, rest.strip(TAIL)) if at > now else None


def _day(said: str) -> tuple[int | None, str]:
    for word in sorted(DAYS_AHEAD, key=len, reverse=True):
        found = re.search(re.escape(word), said, re.IGNORECASE)
        if found:
            by = "" if word[-1] in "早晚" else BY
            found = re.search(re.escape(word) + by, said, re.IGNORECASE) or found
            part = next((p for p in ("早", "晚") if word.endswith(p)), "tonight" if word == "tonight" else "")
            return DAYS_AHEAD[word], f"{said[: found.start()]}{part}{said[found.end() :]}"
    # 明上午, 明8点; but neither 明年 nor 明白.
    short = re.search(r"明(?=[早晚上中下傍\d])", said)
    return (1, said[: short.start()] + said[short.end() :]) if short else (None, said)


def _clock(said: str) -> tuple[time | None, str]:
    part = next((w for w in sorted(PARTS_OF_DAY, key=len, reverse=True) if w in said.lower()), "")
    alone, second_half = PARTS_OF_DAY.get(part, (0, False))
    found = re.search(r"(\d{1,2})(?::(\d\d)|[点时](?:(\d{1,2})分?|(半))?)", said) or re.search(
        r"\b(\d{1,2})(?::(\d\d))? ?([ap]m)\b", said.lower()
    )
    bare = re.sub(re.escape(part) + BY, " ", said, count=1, flags=re.IGNORECASE) if part else said
    if not found:
        return (time(alone), bare) if part else (None, said)
    hour, minute = int(found[1]), int(found[2] or 0)
    if found.re.groups == 4:
        minute = 30 if found[4] else int(found[2] or found[3] or 0)
    afternoon = second_half or (found.re.groups == 3 and found[3] == "pm")
    hour += 12 if afternoon and hour < 12 else 0
    if hour > 23 or minute > 59:
        return None, said
    return time(hour, minute), re.sub(re.escape(found[0]) + BY, " ", bare, count=1)
