"""Full-width and Chinese ways of writing numbers; without it half the village's messages would be unreadable."""

import re
import unicodedata
from functools import lru_cache

DIGITS = "〇一二三四五六七八九"
SAME = str.maketrans({"零": "〇", "○": "〇", "两": "二", "幺": "一", "廿": "二十", "卅": "三十"})
"""Other ways of writing the digits: 幺 is how a one is said in a phone number, 廿 how an almanac writes twenty."""
DOTS = "。．·・•‧,，、"
"""What is typed where a dot is meant."""
PHONE = re.compile(r"\d[\d -]{6,}\d")


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


@lru_cache(maxsize=256)
def one_way(text: str) -> str:
    """One way of writing degrees: figures, a dot, lower case, no phone. Kept, since half a dozen readers ask it of each message."""
    said = re.sub(r"[\ufe0f\u20e3\u200b-\u200d]", "", arabic(normalise(text).lower()))
    said = PHONE.sub(" ", said)
    said = re.sub(r"(?<!\d)(3[4-9]|4[0-2]) ?(?:度|点) ?(\d{1,2}) ?[度分](?!钟)", r"\1.\2度", said)
    said = re.sub(r"(\d\d) ?(?:度|℃|°c|点) ?(\d{1,2})(?!\d| ?[分度:])", r"\1.\2度", said)
    said = re.sub(r"(?<=\d)\.{2,}(?=\d)", ".", said)
    said = re.sub(r"(\d\d) ?(?:度|点)半", r"\1.5度", said)
    said = re.sub(rf"(?<!\d)(\d\d) ?[.{DOTS}](\d{{1,2}})(?!\d|[.{DOTS}]\d)", r"\1.\2", said)
    return re.sub(r"(?<!\d)(\d\d)\. (\d)(?!\d)", r"\1.\2", said)
