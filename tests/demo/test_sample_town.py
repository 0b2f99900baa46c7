"""The sample town has TOWN.md's numbers, and nothing in it is real."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.config import load
from bot.demo import SAMPLE_TOWN
from rules.town import LINES, Town


@pytest.fixture(scope="module")
def town() -> Town:
    return load(SAMPLE_TOWN).town


def test_numbers(town: Town) -> None:
    roles = Counter(role for person in town.people for role in person.roles)
    assert len(town.villages) == 76
    assert 3 <= len(town.areas) <= 5
    assert roles["isolated"] == 64
    assert roles["village_head"] == 76
    assert roles["inspector"]
    assert roles["admin"]
    assert [line.key for line in town.lines] == list(LINES)
    assert all(line.leader and line.deputy for line in town.lines)
    assert town.command_post == "web:command"
    assert town.villages[0].key == "yaowa"


def test_everybody_is_looked_after(town: Town) -> None:
    known = {person.id: person for person in town.people}
    for person in town.people:
        if "isolated" in person.roles:
            assert "cadre" in known[person.cadre].roles, person.id
            assert known[person.cadre].village == person.village
    for village in town.villages:
        assert known[village.head].village == village.key


def test_names_and_numbers_are_invented(town: Town) -> None:
    assert all(re.fullmatch(r"0000000\d{4}|", person.phone) for person in town.people)
    names = Counter(person.name for person in town.people)
    assert max(names.values()) == 1


def test_the_first_phones(town: Town) -> None:
    known = {person.id: person for person in town.people}
    assert known["web:li"].roles == ("isolated",)
    assert "isolated" not in known["web:wang"].roles
    assert known["web:li"].village == known["web:wang"].village == known["web:zhao"].village == "yaowa"
    assert town.village("yaowa").cadres == "web:cadres-yaowa"  # type: ignore[union-attr]


def test_no_address_outside_the_web_chat() -> None:
    text = Path(SAMPLE_TOWN).read_text("utf-8")
    addresses = re.findall(r'"(\w+:[^"]*)"', text)
    assert addresses
    assert all(address.startswith("web:") for address in addresses)
