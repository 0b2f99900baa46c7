"""Several temperatures in one message, each with whose it is; without it an old couple who share a phone could not say both,
and a fever of hers would be asked back about."""

import re

from chat.reading.numbers import one_way
from chat.reading.temperature import (
    CLEAR,
    CORRECTED,
    HIGHEST,
    LOWEST,
    OTHERS,
    OWN,
    QUESTION,
    SOMEBODY,
    beside_numbers,
    clauses_in,
    numbers_in,
)

ALL = re.compile(r"俩人?|老?2口子?|[全1]家子?人?|\b(?:we both|both of us|all of us|we all)\b")
THE_OTHERS = "家里人"
WHOSE = re.compile(
    rf"(?P<all>[我俺咱]们?(?:{ALL.pattern})|{ALL.pattern})"
    rf"|(?:[我俺咱]们?家?的?|\bmy )?(?P<kin>(?:{OTHERS.pattern})+)|{OWN.pattern}|\bmine\b"
)
UNMEASURED = re.compile(rf"(?:[我俺咱]们?家?的?)?(?:{OTHERS.pattern})+(?:[还也]|今天)*没有?(?:量|测|试|表)")
TOGETHER = re.compile(r"[和跟与都俩]|一样|\b(?:both|and|all|mine)\b")
"""What stands between those of whom one number is said."""


def read_each(text: str) -> tuple[tuple[str, int], ...]:
    """老伴37.5，我36.5: whose (empty: the writer's own) and how much, in tenths, where somebody of the family is named and the
    message says whose each number is; empty when it does not. What is said in clauses of its own may be anything."""
    if CLEAR.fullmatch(text):
        return ()
    plain = one_way(text)
    said = UNMEASURED.sub("", plain)
    if (
        not (OTHERS.search(plain) or ALL.search(said))
        or SOMEBODY.search(said)
        or QUESTION.search(said)
        or CORRECTED.search(said)
    ):
        return ()
    return _each(said) or _each(",".join(clause for clause in map(one_way, clauses_in(text)) if numbers_in(clause)))


def _each(said: str) -> tuple[tuple[str, int], ...]:
    numbers = numbers_in(said)
    if not numbers:
        return ()
    gaps, tail = [number.gap for number in numbers], said[numbers[-1].end :]
    if not WHOSE.search(gaps[0]):
        gaps, tail = [*gaps[1:], tail], gaps[0]
    found = [(whose, n.tenths) for n, gap in zip(numbers, gaps, strict=True) for whose in _those_in(gap)]
    clear = all(map(_those_in, gaps)) and not WHOSE.search(tail) and not any(map(_more_than_whose, (*gaps, tail)))
    fit = all(LOWEST <= n.tenths <= HIGHEST for n in numbers)
    once = len({whose for whose, _ in found}) == len(found)
    return tuple(found) if clear and fit and once else ()


def _those_in(gap: str) -> list[str]:
    """Of whom it speaks; two only where they are named together (我和老伴都)."""
    named: list[str] = []
    for mark in WHOSE.finditer(gap):
        named += ["", THE_OTHERS] if mark["all"] else [mark["kin"] or ""]
    named = list(dict.fromkeys(named))
    return named if len(named) < 2 or TOGETHER.search(gap) or ALL.search(gap) else []


def _more_than_whose(part: str) -> bool:
    return bool(beside_numbers(TOGETHER.sub("", WHOSE.sub("", part))))
