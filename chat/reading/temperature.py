"""Temperatures."""

import re
from dataclasses import dataclass

from chat.reading.numbers import normalise


@dataclass(frozen=True)
class Read:
    tenths: int


@dataclass(frozen=True)
class Ask:
    reason: str
    likely: int | None = None


def read_when_asked(text: str) -> Read | Ask | None:
    found = re.fullmatch(r"(\d\d)(?:[.度点](\d))?", normalise(text))
    if found and 34 <= int(found[1]) <= 42:
        return Read(int(found[1]) * 10 + int(found[2] or 0))
    if re.fullmatch(r"3[4-9]\d|4[0-2]\d", normalise(text)):
        return Ask("likely", int(text))
    return None


read_unasked = read_when_asked
