"""Which column of a table holds what, by what stands above it; without it a sheet of another office could not be read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chat.reading.numbers import normalise
from chat.reading.phone import read_phone

SEARCHED = 10
"""Rows among which the heads are looked for: above them stands a title."""
LONGEST_HEAD = 16
BETWEEN = re.compile(r"[、，,;；/\n]+")
ASIDE = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")

Vocabulary = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Heads:
    """The row with the heads (from 0), and what is in which columns; a sort may have several."""

    row: int
    columns: Mapping[str, tuple[int, ...]]

    def cell(self, row: Sequence[str], sort: str) -> str:
        """What stands in the first column of that sort that has anything; empty when none has."""
        cells = (row[n].strip() for n in self.columns.get(sort, ()) if n < len(row))
        return next((cell for cell in cells if cell), "")


def heads_of(rows: Sequence[Sequence[str]], sorts: Vocabulary, needed: Sequence[frozenset[str]]) -> Heads | None:
    """The heads of a table: the first row that has a column of each of the ``needed`` groups of sorts; None without one."""
    for number, row in enumerate(rows[:SEARCHED]):
        columns: dict[str, tuple[int, ...]] = {}
        for place, cell in enumerate(row):
            if sort := named_in(cell, sorts) if len(cell) <= LONGEST_HEAD else "":
                columns[sort] = (*columns.get(sort, ()), place)
        if all(columns.keys() & group for group in needed):
            return Heads(number, columns)
    return None


def named_in(text: str, sorts: Vocabulary) -> str:
    """The sort whose phrase this is, or whose phrase is the longest in it; empty when there is none, or two as long."""
    said = squeezed(text)
    found = {(len(p), sort) for sort, phrases in sorts.items() for p in map(squeezed, phrases) if p and p in said}
    exact = {sort for length, sort in found if length == len(said)}
    if len(exact) == 1:
        return exact.pop()
    longest = {sort for length, sort in found if length == max(length for length, _ in found)}
    return longest.pop() if len(longest) == 1 else ""


def place_in(text: str, places: Vocabulary) -> str:
    """The key of the place that is named, by its key or one of its names; empty when there is none."""
    said = squeezed(text)
    return next((key for key in places if said and said == squeezed(key)), "") or named_in(text, places)


def with_short_names(places: Vocabulary) -> Vocabulary:
    """The places with their names also without 村 at the end."""
    short = {key: [n[:-1] for n in names if len(n) > 2 and n.endswith("村")] for key, names in places.items()}
    return {key: (*names, *short[key]) for key, names in places.items()}


def people_in(cell: str) -> Iterator[tuple[str, str]]:
    """(name, phone) of each person in a cell: 张三、李四（村主任）12000000000."""
    for part in BETWEEN.split(ASIDE.sub(" ", cell)):
        phone = read_phone(part) or ""
        name = " ".join((re.sub(r"[+\d()\-]", " ", part) if phone else part).split())
        if name or phone:
            yield name, phone


@lru_cache(maxsize=4096)
def squeezed(text: str) -> str:
    """Without spaces and signs, in small letters."""
    return "".join(letter for letter in normalise(text).lower() if letter.isalnum())
