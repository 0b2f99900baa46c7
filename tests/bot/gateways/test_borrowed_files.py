"""A photo or voice message crosses from one channel to the cards on another, and is no card itself: a strict Bot API
server on one side, the web chat's boxes on the other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App
from bot.gateways.telegram import TelegramGateway
from bot.gateways.telegram.render import named
from bot.gateways.web import WebGateway
from bot.mailbox import DatabaseMailbox
from chat.incoming import Attachment, Incoming, Said
from rules.ladders import LADDERS
from rules.town import Person, Town, Village
from storage.database import Database
from storage.mailbox import Stored
from storage.migrate import migrate
from storage.tables import outbox
from storage.vault import Vault, new_key
from tests.botapi import BotApiServer, Fault, Group, User, unlimited
from tests.conversations.stage import BEGIN

TOKEN = "12345:test"
TOWN = Town(
    "许家湖", ladders=LADDERS, command_post="telegram:-1009",
    villages=(
        Village("yaowa", "姚洼", cadres="web:cadres-yaowa", head="telegram:3001"),
        Village("dongli", "东里", cadres="telegram:-1002", head="telegram:3001"),
    ),
    people=(
        Person("telegram:1001", "李大山", "yaowa", ("isolated",)),
        Person("web:wang", "王小兵", "dongli", ("isolated",)),
        Person("telegram:1003", "赵秀兰", "dongli", ("isolated",)),
    ),
)  # fmt: skip
OGG, WEBM, MP4 = b"OggS" + b"o" * 50, b"\x1a\x45\xdf\xa3" + b"w" * 50, b"\0\0\0\x18ftypM4A " + b"m" * 50


@dataclass
class Here:
    """One town with two channels."""

    server: BotApiServer
    app: App
    mailbox: DatabaseMailbox
    li: User
    zhao: User
    cadres: Group

    async def web_voice(self, content: bytes, mime: str) -> None:
        """Wang, on the web chat, says something."""
        key = f"voice-{len(content)}-{content[0]}"
        await self.mailbox.store(Stored(key, "web:wang", "web:wang", "voice", mime, content))
        said = Said(attachment=Attachment("voice", f"web:{key}"))
        await self.app.desk.receive(Incoming("web", key, "web:wang", "web:wang", True, said, BEGIN))

    async def boxed(self) -> list[tuple[str, Any]]:
        """(text, attachments) of the letters in the cadres' box of the web chat."""
        await self.app.sender.drained(timedelta(seconds=30))
        kept = await self.mailbox.later({"web:cadres-yaowa": None})
        return [(k.body["text"][:6], k.body["attachments"]) for k in kept["web:cadres-yaowa"]]

    def refused(self) -> list[str]:
        """Why something was refused."""
        return self.app.database.transact_now(
            lambda tx: list(tx.execute(select(outbox.c.why).where(outbox.c.state == "refused")).scalars())
        )


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    async with BotApiServer(TOKEN, pace=unlimited()) as server:
        url, vault = f"sqlite:///{tmp_path}/town.db", Vault([new_key()])
        migrate(url)
        database = Database(url)
        mailbox = DatabaseMailbox(database, vault, TOWN.key)
        telegram = TelegramGateway(TOKEN, server.base_url, sends_per_second=0)
        app = App(
            TOWN, database, vault, {"telegram": telegram, "web": WebGateway(mailbox)}, lambda: datetime.now(UTC), BEGIN
        )
        await app.prepare()
        app.clock.rate = 0.0
        running = [asyncio.create_task(app.sender.run()),
                   asyncio.create_task(telegram.listen(app.desk.receive, app.desk.set_aside))]  # fmt: skip
        server.user(3001, "周支书", started=True)
        server.group(-1009, "指挥部")
        li, zhao = server.user(1001, "李大山", started=True), server.user(1003, "赵秀兰", started=True)
        yield Here(server, app, mailbox, li, zhao, server.group(-1002, "东里村干部", privacy=False))
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await app.close()
        assert server.violations == []


async def test_a_voice_message_from_telegram_is_heard_on_the_cadres_page(here: Here) -> None:
    here.server.voice(here.li, None, OGG)
    await here.server.wait_for(here.li, "语音已经转给村干部", 30.0)
    card, beside = await here.boxed()
    assert card == ("【语音 1】", [])
    [[kind, key]] = beside[1]
    file = await here.mailbox.file_in(key, ["web:cadres-yaowa"])
    assert file is not None
    assert (kind, file.content, file.mime) == ("voice", OGG, "audio/ogg")
    assert await here.mailbox.file_in(key, ["web:somebody"]) is None
    assert here.refused() == []


@pytest.mark.parametrize(
    ("content", "mime", "method"),
    [(OGG, "audio/ogg", "sendVoice"), (MP4, "audio/mp4", "sendVoice"), (WEBM, "audio/webm", "sendDocument")],
)
async def test_a_voice_message_from_the_web_chat_is_heard_on_telegram(
    here: Here, content: bytes, mime: str, method: str
) -> None:
    await here.web_voice(content, mime)
    await here.server.wait_for(here.cadres, "【语音 1】", 30.0)
    await here.server.wait_for(here.cadres, lambda m: "voice" in m or "document" in m, 30.0)
    await here.app.sender.drained()
    assert [call.method for call in here.server.sent if call.params.get("chat_id") in (-1002, "-1002")] == [
        "sendMessage",
        method,
    ]
    assert here.refused() == []


async def test_what_cannot_be_fetched_makes_no_alert_fail(here: Here) -> None:
    said = Said(attachment=Attachment("voice", "web:nowhere"))
    await here.app.desk.receive(Incoming("web", "nowhere-1", "web:wang", "web:wang", True, said, BEGIN))
    await here.server.wait_for(here.cadres, "【语音 1】", 30.0)
    await here.app.sender.drained()
    assert set(here.refused()) == {"the file is gone"}
    here.server.fail_next("getFile", Fault.bad_request("Bad Request: file is too big"))
    here.server.voice(here.li, None, OGG)
    await here.server.wait_for(here.li, "语音已经转给村干部", 30.0)
    assert await here.boxed() == [("【语音 2】", [])]


async def test_a_voice_message_is_no_card_to_be_changed(here: Here) -> None:
    here.server.voice(here.zhao, None, OGG)
    await here.server.wait_for(here.cadres, lambda m: "voice" in m, 30.0)
    card = await here.server.wait_for(here.cadres, "【语音 1】", 30.0)
    here.server.press(here.server.user(3101, "张建国"), card, "我来办")
    await here.server.wait_for(here.cadres, "接下了第 1 号", 30.0)
    await here.app.sender.drained()
    edits = [call for call in here.server.sent if call.method == "editMessageText"]
    assert {call.status for call in edits} == {200}
    assert here.refused() == []


@pytest.mark.parametrize(
    ("kind", "content", "name"),
    [
        ("photo", b"\x89PNG\r\n", ("sendX", "photo", "photo.png")),
        ("photo", b"\xff\xd8\xff", ("sendX", "photo", "photo.jpg")),
        ("voice", OGG, ("sendX", "voice", "voice.ogg")),
        ("voice", MP4, ("sendX", "voice", "voice.m4a")),
        ("voice", WEBM, ("sendDocument", "document", "voice.webm")),
    ],
)
def test_what_telegram_takes_it_as(kind: str, content: bytes, name: tuple[str, str, str]) -> None:
    assert named("sendX", kind, content) == name
