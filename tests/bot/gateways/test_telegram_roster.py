"""A roster sent as a file on Telegram: fetched by getFile from the strict server, read, asked about and kept."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.gateways.telegram import TelegramGateway
from rules.ladders import LADDERS
from rules.town import Person, Town, Village
from storage import rota
from storage.database import Database
from storage.migrate import migrate
from storage.vault import Vault, new_key
from tests.botapi import BotApiServer, Fault, Group, User, unlimited
from tests.conversations.stage import BEGIN, as_file

TOKEN = "12345:test"
ROWS = (("日期", "班次", "岗位", "地方", "姓名"), ("2月10日", "夜班", "村干部", "姚洼", "张建国"))
TOWN = Town(
    "许家湖", ladders=LADDERS, command_post="telegram:-1009",
    villages=(Village("yaowa", "姚洼", "", "", "telegram:-1002", "telegram:3001"),),
    people=(Person("telegram:3101", "张建国", "yaowa", ("cadre",)),),
)  # fmt: skip


@dataclass
class Here:
    """The program on a Telegram of our own."""

    server: BotApiServer
    app: App
    head: User
    cadre: User
    command: Group

    async def heard(self, chat: User | Group, words: str) -> dict[str, Any]:
        """The bot's message there with these words."""
        return await self.server.wait_for(chat, words, 30.0)

    def shifts(self) -> list[str]:
        """Who is on the roster that evening."""
        at = BEGIN.replace(hour=20)
        kept = self.app.database.transact_now(lambda tx: rota.between(self.app.ledger(tx), at, at.replace(hour=21)))
        return [shift.person for shift in kept]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    async with BotApiServer(TOKEN, pace=unlimited()) as server:
        url = f"sqlite:///{tmp_path}/town.db"
        migrate(url)
        gateway = TelegramGateway(TOKEN, server.base_url, sends_per_second=0)
        app = App(TOWN, Database(url), Vault([new_key()]), {"telegram": gateway}, lambda: datetime.now(UTC), BEGIN)
        await app.prepare()
        app.clock.rate = 0.0
        running = [asyncio.create_task(app.sender.run()),
                   asyncio.create_task(gateway.listen(app.desk.receive, app.desk.set_aside))]  # fmt: skip
        head, cadre = server.user(3001, "周支书", started=True), server.user(3101, "张建国", started=True)
        yield Here(server, app, head, cadre, server.group(-1009, "指挥部", privacy=True, members=(head,)))
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await app.close()
        assert server.violations == []


async def test_it_is_fetched_read_kept_and_told(here: Here) -> None:
    here.server.document(here.head, None, as_file("x.xlsx", ROWS), "值班表.xlsx")
    asked = await here.heard(here.head, "看懂了 1 个班")
    assert here.shifts() == []
    here.server.press(here.head, asked, "确认导入")
    await here.heard(here.head, "记下了，1 个班")
    await here.heard(here.cadre, "给您排了 1 个班")
    assert here.shifts() == ["telegram:3101"]


async def test_in_the_command_posts_group_it_comes_with_the_bots_name(here: Here) -> None:
    name = here.server.world.bot["username"]
    here.server.document(here.head, here.command, as_file("x.csv", ROWS), "名单.csv", f"@{name} 收一下")
    asked = await here.heard(here.command, "看懂了 1 个班")
    here.server.press(here.head, asked, "确认导入")
    await here.heard(here.cadre, "给您排了 1 个班")


async def test_one_that_telegram_does_not_hand_out_changes_nothing_and_can_be_sent_again(here: Here) -> None:
    here.server.fail_next("getFile", Fault.server_error())
    here.server.document(here.head, None, as_file("x.xlsx", ROWS), "值班表.xlsx")
    await here.heard(here.head, "文件没有取到")
    here.server.document(here.head, None, as_file("x.xlsx", ROWS), "值班表.xlsx")
    await here.heard(here.head, "看懂了 1 个班")


async def test_nobody_elses_file_is_fetched(here: Here) -> None:
    here.server.document(here.cadre, None, as_file("x.xlsx", ROWS), "值班表.xlsx")
    await here.heard(here.cadre, "值班表要由排班的人发")
    assert here.server.window.counters["getFile"] == 0
