"""A town's webhook over real HTTP against a receiver that trusts nobody; without it a forged alarm would sound as loud."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.gateways import Accepted, Gateway, Refused, TryLater
from bot.gateways import posting as posting_module
from bot.gateways.hook import Hook, HookGateway, body_of
from bot.gateways.posting import clean
from bot.post import Mark, Post
from bot.sender import Sender
from chat.letter import Button, Letter
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.tables import made_at, new_id, outbox
from storage.vault import Vault, new_key
from tests.servers.hook import HookServer
from tests.servers.weather import CUT_AFTER, CUT_BEFORE, PROXY_PAGE, SLOW, answer, on_loopback

CHANNELS = Path(__file__).resolve().parents[3] / "docs" / "channels.md"
SECRET = "a secret of the town's own"
ROWS = (
    (Button("我来办", "d:claim:12"), Button("我来办 13", "d:claim:13")),
    (Button("要米", "open:need"),),
    (Button("打电话", url="tel:00000001001"), Button("地图", url="https://map.test/x")),
)
ALERT = Letter("【需求 12】家里没米了", ROWS, link="http://village.test/o/K7", mention=("00000003101", "00000003101"))


@dataclass
class Watch:
    """The machine's time, which a test moves."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def server(watch: Watch) -> HookServer:
    return HookServer(SECRET, watch)


@pytest.fixture
async def gateway(server: HookServer, watch: Watch) -> AsyncIterator[HookGateway]:
    async with on_loopback(server.handle) as url:
        gateway = HookGateway([Hook("sms", f"{url}{server.path}", SECRET)], "town", watch)
        yield gateway
        server.weather.open.set()
        await gateway.close()


async def sent(gateway: HookGateway, letter: Letter, row: str = "", to: str = "hook:sms") -> object:
    """What became of a letter, handed over as the sender does it."""
    [call] = gateway.render(to, letter)
    row = row or new_id()
    kept = {**json.loads(json.dumps(call)), "row": row, "address": to, "lane": "alert", "duty": "12"}
    return await gateway.deliver(kept)


async def test_an_alert_arrives_signed(server: HookServer, gateway: HookGateway) -> None:
    row = new_id()
    assert await sent(gateway, ALERT, row) == Accepted("sms-1")
    assert server.letters[row] == {
        "id": row,
        "town": "town",
        "to": "hook:sms",
        "text": "【需求 12】家里没米了",
        "buttons": [
            {"label": "我来办", "say": "我来办 12"},
            {"label": "我来办 13", "say": "我来办 13"},
            {"label": "要米", "say": "要米"},
            {"label": "打电话", "say": "00000001001"},
            {"label": "地图", "say": "https://map.test/x"},
        ],
        "phones": ["00000003101"],
        "lane": "alert",
        "duty": "12",
        "link": "http://village.test/o/K7",
        "at": made_at(row).isoformat(timespec="seconds"),
    }
    assert server.violations == []


@pytest.mark.parametrize(
    ("weather", "result"),
    [
        (answer(200, b'{"id": 7}'), Accepted("7")),
        (answer(204), Accepted()),
        (answer(200, PROXY_PAGE), Accepted()),
        (answer(201, b'{"id": true}'), Accepted()),
        (answer(429, retry_after="7"), TryLater(7, "429")),
        (answer(503, retry_after="120"), TryLater(120, "503")),
        (answer(503, retry_after="0"), TryLater(1, "503")),
        (answer(503, retry_after="999999"), TryLater(3600, "503")),
        (answer(503, retry_after="soon"), TryLater(10, "503")),
        (answer(503, retry_after="-1"), TryLater(10, "503")),
        (answer(429), TryLater(10, "429")),
        (answer(500), TryLater(10, "500")),
        (answer(502, PROXY_PAGE), TryLater(10, "502")),
        (answer(408), TryLater(10, "408")),
        (answer(409), TryLater(10, "409")),
        (answer(307, location="http://elsewhere.test/"), TryLater(60, "307: the hook's url leads elsewhere")),
        (answer(410), Refused("410", gone=True)),
        (answer(400), Refused("400")),
        (answer(401), Refused("401")),
        (answer(404), Refused("404")),
        (CUT_BEFORE, TryLater(10, "ServerDisconnectedError")),
        (CUT_AFTER, TryLater(10, "ServerDisconnectedError")),
    ],
)  # fmt: skip
async def test_a_bad_day_and_then_a_good_one(
    server: HookServer, gateway: HookGateway, weather: object, result: object
) -> None:
    server.weather.coming.append(weather)  # type: ignore[arg-type]
    row = new_id()
    assert await sent(gateway, ALERT, row) == result
    assert await sent(gateway, ALERT, row) == Accepted("sms-1")
    assert (list(server.letters), server.repeats) == ([row], int(weather is CUT_AFTER))
    assert server.violations == []


async def test_a_retry_after_may_be_a_date(server: HookServer, gateway: HookGateway, watch: Watch) -> None:
    watch.now = datetime(2020, 2, 10, 7, 59, 30, tzinfo=UTC)
    server.weather.coming.append(answer(503, retry_after="Mon, 10 Feb 2020 08:00:00 GMT"))
    assert await sent(gateway, ALERT) == TryLater(30, "503")


async def test_the_receiver_refuses_what_is_forged_or_old(server: HookServer, watch: Watch) -> None:
    async with on_loopback(server.handle) as url:
        hooks = [Hook("sms", url + server.path, SECRET), Hook("forger", url + server.path, "another secret indeed")]
        gateway = HookGateway(hooks, "town", watch)
        assert await sent(gateway, ALERT, to="hook:forger") == Refused("400")
        late = HookGateway(hooks, "town", lambda: watch.now - timedelta(minutes=6))
        assert await sent(late, ALERT) == Refused("400")
        await gateway.close()
        await late.close()
    assert (server.violations[0], server.violations[1][:6], server.letters) == ("signature", "stale:", {})


async def test_a_hook_that_was_taken_out_of_the_config_is_gone(gateway: HookGateway) -> None:
    assert await sent(gateway, ALERT, to="hook:horn") == Refused("no such hook in the config", gone=True)


async def test_nobody_there_and_silence_keep_the_letter(
    server: HookServer, gateway: HookGateway, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = HookGateway([Hook("sms", "http://127.0.0.1:9/?token=hush", SECRET)], "town", watch)
    result = await sent(nowhere, ALERT)
    assert result == TryLater(10, "ClientConnectorError")
    assert "hush" not in repr(result)
    await nowhere.close()
    monkeypatch.setattr(posting_module, "TIMES", aiohttp.ClientTimeout(sock_read=0.05))
    server.weather.coming.append(SLOW)
    assert await sent(gateway, ALERT) == TryLater(10, "SocketTimeoutError")


async def test_a_slow_answer_is_waited_for(server: HookServer, gateway: HookGateway) -> None:
    server.weather.coming.append(SLOW)
    sending = asyncio.create_task(sent(gateway, ALERT))
    await server.weather.arrived.wait()
    assert not sending.done()
    server.weather.open.set()
    assert await sending == Accepted("sms-1")


async def test_the_receiver_in_the_docs_reads_each_letter_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    loudspeaker, heard = tmp_path / "espeak-ng", tmp_path / "heard"
    loudspeaker.write_text(f'#!/bin/sh\necho "$4" >> {heard}\n')
    loudspeaker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("SECRET", SECRET)
    example = CHANNELS.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(example.replace("ThreadingHTTPServer((", "served = ((").replace(".serve_forever()", ""), names)
    names["Receiver"].log_message = lambda *_: None
    with ThreadingHTTPServer(("127.0.0.1", 0), names["Receiver"]) as receiver:
        thread = Thread(target=receiver.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{receiver.server_port}/"
        gateway = HookGateway([Hook("sms", url, SECRET), Hook("forger", url, "another secret indeed")], "town")
        row = new_id()
        assert [await sent(gateway, ALERT, row) for _ in range(2)] == [Accepted(), Accepted()]
        assert await sent(gateway, ALERT, to="hook:forger") == Refused("401")
        await gateway.close()
        receiver.shutdown()
        thread.join()
    assert heard.read_text("utf-8") == ALERT.text + "\n"


def test_a_picture_alone_says_nothing_and_nothing_is_heard() -> None:
    gateway: Gateway = HookGateway([], "town")
    assert gateway.render("hook:sms", Letter(" ", picture="/x.png")) == []
    assert (gateway.parse({"a": 1}), gateway.edit("hook:sms", "1", ALERT)) == ((), None)


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=()), min_size=1))
def test_any_letter_is_one_body_that_can_be_read_back(text: str, label: str) -> None:
    [call] = HookGateway([], "town").render("hook:sms", Letter(text, ((Button(label, "d:claim:1"),),)))
    kept = json.loads(json.dumps(call))
    body = json.loads(body_of({**kept, "row": new_id()}, "town"))
    assert body["text"] == clean(text)
    assert body["buttons"][0]["label"] == clean(label)


@asynccontextmanager
async def posting_office(gateway: Gateway, watch: Watch, url: str) -> AsyncIterator[tuple[Sender, Database, Vault]]:
    """A real outbox and a real sender over this gateway."""
    migrate(url)
    database, vault = Database(url), Vault([new_key()])
    sender = Sender(database, vault, "town", {"hook": gateway}, watch, watch)
    running = asyncio.create_task(sender.run())
    try:
        yield sender, database, vault
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        database.close()


async def test_the_outbox_tries_the_same_letter_until_it_is_taken(
    server: HookServer, gateway: HookGateway, watch: Watch, tmp_path: Path
) -> None:
    server.weather.coming.extend([CUT_AFTER, answer(503, retry_after="30"), CUT_BEFORE])
    tries = 0
    with capture_logs() as logs:
        async with posting_office(gateway, watch, f"sqlite:///{tmp_path}/town.db") as (sender, database, vault):
            post = Post({"hook": gateway})
            mark = Mark(duty="12")
            await database.transact(
                lambda tx: post.put(Ledger(tx, "town", vault), "hook:sms", ALERT, "alert", watch.now, mark)
            )
            while server.weather.coming or server.repeats < 1:
                tries += 1
                assert tries < 10
                await sender.drained()
                watch.now += timedelta(minutes=1)
            await sender.drained()
            row = await database.transact(lambda tx: tx.execute(outbox.select()).one())
    assert (row.state, row.attempts, row.platform_id, list(server.letters)) == ("accepted", 4, "sms-1", [row.id])
    assert (server.letters[row.id]["lane"], server.letters[row.id]["duty"]) == ("alert", "12")
    assert (server.repeats, server.violations) == (1, [])
    assert not [entry for entry in logs if entry["log_level"] == "error"]
    assert SECRET not in repr(logs)
