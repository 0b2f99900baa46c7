"""Phone numbers as people write and say them; without it a spoken number could not be dialled."""

import re

from chat.reading.numbers import DIGITS, SAME, normalise

BETWEEN = r"[ ()\-\u2010-\u2015]{0,3}"
ROW = re.compile(rf"\+?\d(?:{BETWEEN}\d)+")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d-\d{1,2}-\d{1,2}(?!\d)")
SHAPES = re.compile(
    r"1\d{10}"  # a mobile
    r"|0\d{9,11}"  # area code and number
    r"|[2-9]\d{6,7}"  # a number in this area
    r"|[48]00\d{7}"
)


def read_phone(text: str) -> str | None:
    """The digits of the one number in the text, without +86; None when there is none, or more than one."""
    said = DATE.sub(" ", _figures(normalise(text)))
    found = {number for row in ROW.findall(said) if (number := _number(row))}
    return found.pop() if len(found) == 1 and not _several(said) else None


def _number(row: str) -> str:
    digits = re.sub(r"\D", "", row)
    home = re.fullmatch(r"(?:00)?86(1\d{10}|0?\d{9,11})", digits)
    if home and (row.startswith("+") or len(digits) > 12):
        digits = home[1]
    elif row.startswith("+"):
        return f"+{digits}" if 8 <= len(digits) <= 15 else ""
    return digits if SHAPES.fullmatch(digits) else ""


def _several(said: str) -> bool:
    """Two mobiles with no more than a space between them are one long row, and not to be read as either."""
    return any(len(re.sub(r"\D", "", row)) > 15 for row in ROW.findall(said))


def _figures(text: str) -> str:
    """一三八… in figures; single numerals among words (一个) stay words."""
    letters = re.escape(DIGITS + "零○幺")

    def figures(found: re.Match[str]) -> str:
        plain = found[0].translate(SAME)
        return re.sub(rf"[{DIGITS}]", lambda digit: str(DIGITS.index(digit[0])), plain)

    return re.sub(rf"[{letters}][{letters} \-]{{5,}}[{letters}]", figures, text)
