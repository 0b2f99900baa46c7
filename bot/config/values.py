"""How one value of the config is read; without it "2h" would stay a word. Each returns the value or raises Wrong."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from math import log2
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.config.mistakes import Wrong, near, shown

Reader = Callable[[object], Any]

DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,6})m)?", re.ASCII)
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
LISTEN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(\d{1,5})", re.ASCII)
TELEGRAM_ID = re.compile(r"-?[1-9]\d{0,15}", re.ASCII)
OTHER_ID = re.compile(r"[^\s:\x00-\x1f\x7f]{1,128}")
UNBROKEN = re.compile(r"[^\s\x00-\x1f\x7f]+")
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+", re.ASCII)
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
PHONE = re.compile(r"\+?[\d ()-]+", re.ASCII)
LONGEST_LINE = 60
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Kinds of signs that are not shown: controls, marks of direction, halves of signs, ends of lines."""
CHANNELS = ("telegram", "web", "wecom-robot", "hook")
UNBOUND = "bind"
CODE_BITS = 40
"""Random bits of a code that nobody can guess in five tries an hour (the issue: 40 or more)."""
LOWEST_FEVER, HIGHEST_FEVER = Decimal("36.5"), Decimal("39")
"""Degrees Celsius between which the line to a fever may be drawn; outside it is a slip of the finger."""


def text(value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise Wrong("not_text", value=shown(value))
    return value.strip()


def name(value: object) -> str:
    """A text that says something, on one line."""
    said = line(value)
    if not said:
        raise Wrong("not_name")
    return said


def line(value: object) -> str:
    """Nothing, or a text on one line, such as cards have room for. No sign that is not shown: PostgreSQL takes no NUL, and a
    sign that turns the direction of writing would turn the rest of a card."""
    said = text(value)
    if len(said) > LONGEST_LINE or any(category(sign) in HIDDEN for sign in said):
        raise Wrong("not_line", longest=LONGEST_LINE)
    return said


def file(value: object) -> str:
    """A file's name or path."""
    said = text(value)
    if not said or any(category(sign) in HIDDEN for sign in said):
        raise Wrong("not_file")
    return said


def phone(value: object) -> str:
    """Nothing, or what a phone can dial; short numbers of the town's own too."""
    said = text(value)
    if said and not (PHONE.fullmatch(said) and 3 <= sum(sign.isdigit() for sign in said) <= 15):
        raise Wrong("not_phone", value=shown(value))
    return said


def key(value: object) -> str:
    """A short key that may stand in a link."""
    said = text(value)
    if not KEY.fullmatch(said):
        raise Wrong("not_key", value=shown(value))
    return said


def one_of(known: tuple[str, ...]) -> Reader:
    """One of these words."""

    def read(value: object) -> str:
        said = text(value)
        if said not in known:
            raise Wrong("not_one_of", value=shown(value), known=", ".join(known), near=near(said, known))
        return said

    return read


def whole(low: int, high: int) -> Reader:
    """A whole number between these, both included."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Wrong("not_whole", value=shown(value), low=low, high=high)
        return value

    return read


def pace(value: object) -> float:
    """Calls a second: Telegram allows 30, and 1,000 for those who pay; 0 is no pace, for a Bot API server of one's own."""
    number = _number(value)
    if number is None or (number != 0 and not 1 <= number <= 1000):
        raise Wrong("not_pace", value=shown(value))
    return float(number)


def duration(value: object) -> timedelta:
    """``2h``, ``90m``, ``0m``, ``1h30m``; hours and minutes, 90 days at most."""
    found = DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if found is None:
        raise Wrong("not_duration", value=shown(value))
    length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))
    if length > timedelta(days=90):
        raise Wrong("not_duration", value=shown(value))
    return length


def signed_duration(value: object) -> timedelta:
    """The same, or before: ``-30m``."""
    if isinstance(value, str) and value.startswith("-"):
        return -some_time(value[1:])
    return duration(value)


def yes_or_no(value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Wrong("not_bool", value=shown(value))
    return value


def some_time(value: object) -> timedelta:
    """A duration that is more than nothing."""
    length = duration(value)
    if not length:
        raise Wrong("no_time", value=shown(value))
    return length


def clock(value: object) -> time:
    """A time of day, ``07:30``."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong("not_clock", value=shown(value))
    return time(int(found[1]), int(found[2]))


def fever(value: object) -> int:
    """Degrees Celsius with one decimal at most → tenths of a degree."""
    degrees = _number(value)
    if degrees is None or not LOWEST_FEVER <= degrees <= HIGHEST_FEVER or degrees * 10 % 1:
        raise Wrong("not_fever", value=shown(value))
    return int(degrees * 10)


def zone(value: object) -> ZoneInfo:
    """A time zone by its name in the IANA list."""
    said = text(value)
    try:
        return ZoneInfo(said)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = {n.lower(): n for n in available_timezones()}
        raise Wrong("not_zone", value=shown(value), near=known.get(near(said, tuple(known)), "")) from None


def listen(value: object) -> tuple[str, int]:
    """``host:port`` → both; an IPv6 host stands in brackets."""
    found = LISTEN.fullmatch(text(value))
    if found is None or not 1 <= int(found[2]) <= 65535:
        raise Wrong("not_listen", value=shown(value))
    return found[1].strip("[]"), int(found[2])


def listen_or_none(value: object) -> tuple[str, int] | None:
    """The same, or nothing."""
    return listen(value) if text(value) else None


def url(value: object) -> str:
    """Nothing, or an http(s) address without a slash at its end."""
    said = text(value)
    if said and not _is_url(said):
        raise Wrong("not_url", value=shown(value))
    return said.rstrip("/")


def a_url(value: object) -> str:
    """An http(s) address that must be there, and is kept as it stands: a slash at its end may matter where it leads."""
    said = text(value)
    if not _is_url(said):
        raise Wrong("not_url", value=shown(value))
    return said


def token(value: object) -> str:
    """Nothing, or a bot's token; never shown again."""
    said = text(value)
    if said and not TOKEN.fullmatch(said):
        raise Wrong("not_token")
    return said


def secret(value: object) -> str:
    """Nothing, or a secret as Telegram takes it for a webhook; never shown again."""
    said = text(value)
    if said and not SECRET.fullmatch(said):
        raise Wrong("not_secret")
    return said


def address(value: object) -> str:
    """``channel:id``, or ``bind:CODE`` with 40 random bits in it; nothing when there is none."""
    said = text(value)
    if not said:
        return ""
    channel, colon, rest = said.partition(":")
    if channel == UNBOUND and colon:
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", rest) or bits(rest) < CODE_BITS:
            raise Wrong("weak_code", value=shown(value))
        return said
    if not colon or not rest:
        raise Wrong("not_address", value=shown(value))
    if channel not in CHANNELS:
        channels = (*CHANNELS, UNBOUND)
        raise Wrong("not_channel", value=shown(channel), known=", ".join(channels), near=near(channel, channels))
    if not (TELEGRAM_ID if channel == "telegram" else OTHER_ID).fullmatch(rest):
        raise Wrong("not_telegram_id" if channel == "telegram" else "not_address", value=shown(value))
    return said


def an_address(value: object) -> str:
    """An address that must be there."""
    if not (said := address(value)):
        raise Wrong("not_address", value=shown(value))
    return said


def bits(code: str) -> float:
    """How many random bits a code of this shape can carry; one letter over and over carries none."""
    letters = code.replace("-", "").upper()
    if len(set(letters)) < 4:
        return 0.0
    alphabet = 10 if letters.isdigit() else 16 if set(letters) <= set("0123456789ABCDEF") else 32
    return len(letters) * log2(alphabet)


def _number(value: object) -> Decimal | None:
    """A number that is one: TOML knows inf and nan too, and Python takes true for 1."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None


def _is_url(said: str) -> bool:
    if not UNBROKEN.fullmatch(said):
        return False
    try:
        parts = urlsplit(said)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
