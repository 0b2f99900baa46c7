"""A messenger that refuses our token: who can act is told on another channel, once an hour, and the board says it."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.outage import Outage, refused, who_can_mend
from rules.town import Person
from tests.conversations.stage import TOWN, PaperGateway
from tests.web.town import MORE, Town, town

ADMINS = (Person("paper:admin", "管理员", "", ("admin",)), Person("other:admin2", "管理员二", "", ("admin",)))


@dataclass
class Choosy(PaperGateway):
    """A messenger that may take our token no longer."""

    refused: bool = False


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[tuple[Town, Choosy]]:
    other = Choosy("other")
    people = TOWN.people + MORE + ADMINS
    async with town(f"sqlite:///{tmp_path}/town.db", {"other": other}, people=people) as one:
        yield one, other


async def test_who_can_act_is_told_once_an_hour_and_the_board_says_it(here: tuple[Town, Choosy]) -> None:
    one, other = here
    outage = Outage(one.app.desk)
    board = await one.signed_in("boss")
    for told in ((), ("other 不认机器人的令牌了",), ("other 不认机器人的令牌了",)):
        other.refused = bool(told)
        await outage.look()
        await one.settled()
        for who in ("admin", "command"):
            heard = [text for text in one.heard(who) if "令牌" in text]
            assert len(heard) == len(told), (who, heard)
            assert all("重启村哨" in text for text in heard)
        page = (await board.get("/board")).text
        assert ("不认机器人的令牌了" in page) == bool(told)
        part = (await board.get("/board", headers={"hx-request": "true"})).text
        assert ("不认机器人的令牌了" in part) == bool(told)
    one.late += timedelta(hours=1)
    await outage.look()
    await one.settled()
    assert len([text for text in one.heard("admin") if "令牌" in text]) == 2
    assert other.sheets == [], "not where nothing goes out"


async def test_where_nobody_else_can_be_told_the_console_says_so(here: tuple[Town, Choosy]) -> None:
    one, other = here
    other.refused = True
    only_there = replace(one.app.book.config_town, command_post="other:post", people=(ADMINS[1],))
    one.app.book.town = one.app.book.config_town = only_there
    with capture_logs() as logs:
        await Outage(one.app.desk).look()
    assert [entry["event"] for entry in logs] == ["nobody can be told that a channel refuses us"]


@pytest.mark.parametrize("fault", [sqlite3.OperationalError("disk full"), OperationalError("", {}, Exception())])
async def test_a_database_that_is_away_ends_nothing(
    here: tuple[Town, Choosy], fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = here
    other.refused = True

    async def away(*args: object) -> None:
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(one.app.database, "transact", away)
        await Outage(one.app.desk).look()
    await Outage(one.app.desk).look()
    await one.settled()
    assert [text for text in one.heard("admin") if "令牌" in text]


def test_who_can_mend_it() -> None:
    people = (*ADMINS, Person("bind:ADMINCODE22", "三", "", ("admin",)), Person("paper:li", "李", "", ("cadre",)))
    there = replace(TOWN, people=people, command_post="paper:command")
    assert who_can_mend(there, "other") == ("paper:admin", "paper:command")
    assert who_can_mend(there, "paper") == ("other:admin2",)
    assert who_can_mend(replace(there, people=(), command_post=""), "paper") == ()


def test_which_channels_refuse() -> None:
    assert refused({"paper": PaperGateway(), "a": Choosy("a"), "b": Choosy("b", refused=True)}) == ("b",)
