"""Who may be behind a chat of several, and which chats may act at all."""

from dataclasses import replace

import pytest

from rules.members import is_one_persons, members, works_here
from rules.town import Person
from tests.conversations.stage import TOWN

BOSS = Person("paper:boss", "郑指挥", "", ("command_post",))
HERE = replace(TOWN, people=(*TOWN.people, BOSS, Person("paper:nameless", "", "yaowa", ("cadre",))))


@pytest.mark.parametrize(
    ("chat", "works", "one"),
    [
        ("paper:cadres-yaowa", True, False),
        ("paper:command", True, False),
        ("paper:leader-supplies", True, False),
        ("paper:deputy-areas", True, False),
        ("paper:head", True, True),
        ("paper:area", True, True),
        ("paper:zhang", True, True),
        ("paper:group-yaowa", False, False),
        ("wecom-robot:unknown", False, False),
        ("", False, False),
    ],
)
def test_which_chats_may_act(chat: str, works: bool, one: bool) -> None:
    assert (works_here(HERE, chat), is_one_persons(HERE, chat)) == (works, one)


def test_whose_names_are_offered() -> None:
    assert [p.name for p in members(HERE, "paper:cadres-yaowa")] == ["张建国", "陈秀英", "周支书"]
    assert [p.name for p in members(HERE, "paper:cadres-shimen")] == ["马会计"]
    assert [p.name for p in members(HERE, "paper:command")] == ["郑指挥"]
    assert members(HERE, "paper:leader-areas") == ()
    assert members(HERE, "paper:group-yaowa") == ()
