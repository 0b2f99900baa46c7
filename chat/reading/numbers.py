"""Full-width and Chinese ways of writing numbers; without it half the village's messages would be unreadable."""

import re
import unicodedata

DIGITS = "〇一二三四五六七八九"
SAME = str.maketrans({"零": "〇", "○": "〇", "两": "二", "幺": "一", "廿": "二十", "卅": "三十"})
"""Other ways of writing the digits: 幺 is how a one is said in a phone number, 廿 how an almanac writes twenty."""


def normalise(text: str) -> str:
    """NFKC (full-width letters and figures become plain ones), trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def arabic(text: str) -> str:
    """Chinese numerals up to ninety-nine, and rows of digits, in figures: 三十六度五 → 36度5, 二十 → 20, 一三八 → 138."""

    def tens(found: re.Match[str]) -> str:
        first, last = found[1], found[2]
        return str((DIGITS.index(first) if first else 1) * 10 + (DIGITS.index(last) if last else 0))

    text = re.sub(rf"([{DIGITS}])?十([{DIGITS}])?", tens, text.translate(SAME))
    return re.sub(rf"[{DIGITS}]", lambda found: str(DIGITS.index(found[0])), text)
