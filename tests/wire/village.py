"""A village on a strict Bot API server, and the real ``cunshao run`` for it as a process that can be killed."""

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import Connection, create_engine

from storage.migrate import migrate
from storage.tables import towns
from storage.vault import Vault, new_key
from tests.botapi import BotApiServer, Group, User

HOUSE = Path(__file__).parents[2]
TOKEN = "12345:test"
PATIENCE = 45.0
"""Seconds that anything may take here; only a failing test ever waits so long."""
OFFICES = {"command": -1009, "leader": 2001, "deputy": 2002, "head": 3001, "cadre": 3101, "area": 2901}
CONFIG = """
[town]
name = "许家湖"
[database]
url = "{database}"
[telegram]
token = "{token}"
api_base_url = "{api}"
sends_per_second = {pace}
{webhook}
[web]
listen = "127.0.0.1:{port}"
[watch]
ping_url = "{ping}"
[checkins]
times = ["08:00", "17:00"]
[command_post]
chat = "telegram:-1009"
[[areas]]
key = "north"
name = "北片"
head = "telegram:2901"
[[villages]]
key = "yaowa"
name = "姚洼"
area = "north"
group = "telegram:-1001"
cadres = "telegram:-1002"
head = "telegram:3001"
households = 212
"""
LINE = """
[[lines]]
key = "{key}"
leader = "telegram:2001"
deputy = "telegram:2002"
"""
PERSON = """
[[people]]
id = "telegram:{id}"
name = "{name}"
village = "yaowa"
roles = [{roles}]
cadre = "telegram:3101"
place = "村东头"
"""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Village:
    """One town: its people and groups on the server, its config, its database, and the process when it runs."""

    server: BotApiServer
    database: str
    folder: Path
    people: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    port: int = field(default_factory=free_port)
    isolated: int = 1

    def settle(self, pace: int = 0, webhook: str = "", ping: str = "", clock: str = "09:00") -> None:
        """Make the people, write the config, and set the town's clock to this time of a day in 2020."""
        add = self.server.user
        self.people = {name: add(number, name, started=True) for name, number in OFFICES.items() if number > 0}
        self.people |= {f"li{n}": add(1001 + n, f"李{n}", started=True) for n in range(self.isolated)}
        self.people |= {name: add(number, name) for name, number in (("wang", 1901), ("zhao", 1902), ("chen", 1903))}
        cadres = (self.people["cadre"], self.people["chen"])
        self.groups = {
            "village": self.server.group(-1001, "姚洼", privacy=True),
            "cadres": self.server.group(-1002, "姚洼村干部", privacy=False, members=cadres),
            "command": self.server.group(-1009, "指挥部", privacy=True),
        }
        text = CONFIG.format(
            database=self.database, token=TOKEN, api=self.server.base_url, pace=pace, webhook=webhook, port=self.port,
            ping=ping,
        )  # fmt: skip
        for key in ("screening", "monitoring", "areas", "checkpoints", "publicity", "supplies"):
            text += LINE.format(key=key)
        rows = [(3001, "周支书", '"village_head"'), (3101, "张建国", '"cadre"')]
        rows += [(1001 + n, f"李大山{n}", '"isolated"') for n in range(self.isolated)]
        text += "".join(PERSON.format(id=number, name=name, roles=roles) for number, name, roles in rows)
        (self.folder / "config.toml").write_text(text, "utf-8")
        (self.folder / "cunshao.key").write_text(new_key())
        self._set_clock(datetime.fromisoformat(f"2020-02-10T{clock}:00+08:00"))

    def _set_clock(self, town: datetime) -> None:
        """As if the program had run here before and its clock had been moved: the day is the same whenever it is tested."""
        migrate(self.database)
        now = datetime.now(UTC)
        row = {"town": "town", "next_number": 1, "began_at": town, "clock_town": town, "clock_real": now,
               "clock_rate": 1.0, "clock_moved": True}  # fmt: skip
        with self._connected() as tx:
            tx.execute(towns.insert(), row)

    async def start(self, demo: bool = True) -> None:
        """``cunshao run``, with ``--demo`` or without; returns when its pages answer and it listens to its bot."""
        before = self.server.window.counters["getUpdates"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CUNSHAO_")}
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--config", str(self.folder / "config.toml"),
                *(("--demo",) if demo else ()),
                cwd=HOUSE, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE):
                while not (await self._answers() and self._listens(before)):  # noqa: ASYNC110 - another process: there is no event to wait for
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it did not start: {self.log()}") from None

    async def stop(self) -> None:
        """As systemd does: SIGTERM, and a good end."""
        assert self.process is not None
        self.process.terminate()
        try:
            code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        except TimeoutError:
            raise AssertionError(f"it does not end: {self.log()}") from None
        assert code == 0, self.log()
        self.process = None

    async def kill(self) -> None:
        """``kill -9``. What it held in the database is free for the next one at once, which sees that it is dead."""
        if self.process is not None:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()
            self.process = None

    async def clock(self, **order: Any) -> datetime:
        """Move the town's clock by the page's path; what it says then."""
        timeout = aiohttp.ClientTimeout(total=3 * PATIENCE)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(f"http://127.0.0.1:{self.port}/demo/clock", json=order) as answer,
        ):
            said = await answer.json()
            assert answer.status == 200, said
            return datetime.fromisoformat(said["now"])

    async def heard(self, chat: User | Group | int, words: str, after: int = 0) -> dict[str, Any]:
        """The bot's message in a chat with these words, newer than ``after``."""
        return await self.server.wait_for(chat, words, PATIENCE, after=after)

    async def ask(self, who: str, said: str, answer: str) -> dict[str, Any]:
        """Somebody writes in private (``[label]`` presses that button of the last message) and reads this answer."""
        person = self.people[who]
        last = max((m["message_id"] for m in self.server.messages(person, everybody=True)), default=0)
        if said.startswith("["):
            self.server.press(person, self.newest(person, said[1:-1]), said[1:-1])
        else:
            self.server.say(person, None, said)
        return await self.heard(person, answer, last)

    def newest(self, chat: User | Group, button: str) -> dict[str, Any]:
        """The bot's newest message in a chat that shows this button."""
        for message in reversed(self.server.messages(chat)):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            if any(b["text"] == button for row in rows for b in row):
                return message
        raise AssertionError(f"no button {button}: {self.server.messages(chat)[-3:]}")

    def vault(self) -> Vault:
        """The key of this town."""
        return Vault.from_config(self.folder / "cunshao.key", {})

    def rows(self, query: Any) -> list[Any]:
        """Look into the database beside the program."""
        with self._connected() as tx:
            return list(tx.execute(query))

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        engine = create_engine(self.database)
        try:
            with engine.begin() as tx:
                yield tx
        finally:
            engine.dispose()

    def log(self) -> str:
        """What the program wrote to its log."""
        return (self.folder / "log").read_text("utf-8")[-4000:]

    def _listens(self, before: int) -> bool:
        return bool(self.server.window.counters["getUpdates"] > before or self.server.window.webhook.url)

    async def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, self.log()
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}/demo/clock") as answer,
            ):
                return answer.status in (200, 404)
        except aiohttp.ClientError:
            return False
