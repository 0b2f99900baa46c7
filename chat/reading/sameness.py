"""Whether two needs are one; without it a need asked for twice would be carried out twice and counted twice."""

import re

ALIKE = 0.4
"""Share of common letter pairs from which two sentences say the same: 家里没米了 and 没米了 do, 家里没油了 does not."""


def same_thing(one: str, other: str) -> bool:
    """Whether two sentences ask for the same."""
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return _bare(one) == _bare(other)
    return len(first & second) / len(first | second) >= ALIKE


def same_words(one: str, other: str) -> bool:
    """Whether they say the same word for word, but for whose it is and the punctuation."""
    return _bare(one) == _bare(other)


def _pairs(text: str) -> frozenset[str]:
    bare = _bare(text)
    return frozenset(bare[n : n + 2] for n in range(len(bare) - 1))


WHOSE = re.compile(
    r"[俺我咱们家里]+(?=没|缺|的|还|要|快)|\b(?:we|i|have|has|ve|my|our|at home|run|ran|out|of|need|some|more)\b"
)
"""俺家没米了, 我家里没米了: whose it is makes no other need of it."""


def _bare(text: str) -> str:
    said = WHOSE.sub("", text.lower().replace("没有", "没"))
    return "".join(letter for letter in said if letter.isalnum())
