"""Who hears that the bot was put out of a group: those who can add it again, and those above them when none of these is there."""

from dataclasses import replace

import pytest

from bot.membership import put_out, taken_in
from rules.town import Person
from tests.conversations.stage import TOWN

ADMIN = Person("paper:admin", "管理员", "", ("admin",))
HEAD, AREA, LINE, POST = "paper:head", "paper:area", "paper:leader-publicity", "paper:command"


@pytest.mark.parametrize(
    ("chat", "what", "first", "else_"),
    [
        ("paper:cadres-yaowa", "cadres", [HEAD, "paper:admin"], [AREA, LINE, POST]),
        ("paper:group-yaowa", "group", [HEAD, "paper:admin"], [AREA, LINE, POST]),
        (POST, "post", ["paper:admin"], [LINE]),
        (LINE, "office", ["paper:admin"], [POST]),
        ("paper:elsewhere", "", [], []),
    ],
)
def test_who_hears_it(chat: str, what: str, first: list[str], else_: list[str]) -> None:
    town = replace(TOWN, people=(*TOWN.people, ADMIN))
    near, far = put_out(town, chat)
    assert ([tell.to for tell in near], [tell.to for tell in far]) == (first, else_)
    assert {tell.values["what"] for tell in (*near, *far)} == ({what} if what else set())


def test_a_group_that_is_taken_into_nothing() -> None:
    assert [tell.to for tell in taken_in(TOWN, "paper:new")] == ["paper:new"]
    assert taken_in(TOWN, "paper:cadres-yaowa") == ()
    assert taken_in(TOWN, POST) == ()
    bound = tuple(p for p in TOWN.people if not (p.id + p.cadre).startswith("bind:"))
    assert taken_in(replace(TOWN, people=bound), "paper:new") == (), "no code is left to be sent"
