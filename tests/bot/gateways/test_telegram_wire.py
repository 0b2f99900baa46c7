"""The gateway over real HTTP; without it what a cut connection or a refused token does would be hearsay."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.gateways import Accepted, Gateway, Moved, Refused, TryLater, Unknown
from bot.gateways.telegram import Me, TelegramGateway, request
from chat.incoming import Incoming
from chat.letter import Button, Letter
from tests.botapi import errors

TOKEN = "900:AAsecretsecretsecret"
ME = {"id": 900, "is_bot": True, "first_name": "C", "username": "CunshaoBot"}
LI = {"id": 1001, "type": "private", "is_bot": False, "first_name": "L"}
HELLO = {"method": "sendMessage", "params": {"chat_id": 1001, "text": "hello"}}


class Server:
    """Telegram's side: writes down each call, answers as it is told to (default: what the method answers)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.replies: dict[str, list[tuple[int, Any]]] = {}
        self.updates: list[dict[str, Any]] = []
        self.offset = 0
        self.cut: set[str] = set()
        self.deaf: set[str] = set()
        self.url = ""

    def called(self, method: str) -> list[dict[str, Any]]:
        return [params for name, params in self.calls if name == method]

    async def answer(self, asked: web.Request) -> web.StreamResponse:
        method = asked.match_info["method"]
        is_json = asked.content_type == "application/json"
        params = await asked.json() if is_json else form(await asked.post())
        self.calls.append((method, params))
        if method in self.cut:
            assert asked.transport
            asked.transport.close()
            return web.Response()
        if method in self.deaf:
            await asyncio.sleep(0.1)
        if self.replies.get(method):
            status, body = self.replies[method].pop(0)
            return web.json_response(body, status=status)
        return web.json_response({"ok": True, "result": await self.result(method, params)})

    async def result(self, method: str, params: dict[str, Any]) -> Any:
        if method == "getMe":
            return ME
        if method == "getFile":
            return {"file_id": "f", "file_unique_id": "f", "file_path": f"photos/{params['file_id']}"}
        if method.startswith("send"):
            return {"message_id": len(self.calls), "date": 1581292800, "chat": LI}
        if method != "getUpdates":
            return True
        self.offset = max(self.offset, params["offset"])
        self.updates = [update for update in self.updates if update["update_id"] >= self.offset]
        await asyncio.sleep(0 if self.updates else 0.01)
        return self.updates

    async def file(self, asked: web.Request) -> web.StreamResponse:
        size = 21 * 1024 * 1024 if asked.path.endswith("huge") else 10
        return web.Response(body=b"x" * size) if "lost" not in asked.path else web.json_response({}, status=404)


def form(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a multipart body, a file as its bytes."""
    return {name: value.file.read() if hasattr(value, "file") else value for name, value in fields.items()}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server, app = Server(), web.Application(client_max_size=30 * 1024 * 1024)
    app.router.add_post(f"/bot{TOKEN}/{{method}}", server.answer)
    app.router.add_get(f"/file/bot{TOKEN}/{{path:.*}}", server.file)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def gateway(server: Server) -> AsyncIterator[TelegramGateway]:
    gateway = TelegramGateway(TOKEN, server.url + "/")
    yield gateway
    await gateway.close()


def no(code: int, description: str, **parameters: int) -> tuple[int, dict[str, Any]]:
    return code, {"ok": False, "error_code": code, "description": description, "parameters": parameters}


async def test_a_letter_arrives_as_json(server: Server, gateway: TelegramGateway) -> None:
    letter = Letter("hello", ((Button("yes", data="a:1"),),))
    [call] = gateway.render("telegram:1001", letter)
    assert await gateway.deliver(json.loads(json.dumps(call))) == Accepted("1")
    assert server.called("sendMessage") == [call["params"]]


async def test_a_picture_is_uploaded_and_its_words_survive_its_loss(
    server: Server, gateway: TelegramGateway, tmp_path: Path
) -> None:
    path = tmp_path / "report.png"
    path.write_bytes(b"\x89PNG")
    [call] = gateway.render("telegram:1001", Letter("report", ((Button("yes", data="a:1"),),), picture=str(path)))
    assert await gateway.deliver(call) == Accepted("1")
    [sent] = server.called("sendPhoto")
    assert (sent["chat_id"], sent["caption"], sent["photo"]) == ("1001", "report", b"\x89PNG")
    assert json.loads(sent["reply_markup"]) == call["params"]["reply_markup"]
    path.unlink()
    assert await gateway.deliver(call) == Accepted("2")
    assert server.called("sendMessage")[0]["text"] == "report"
    assert await gateway.deliver(gateway.render("telegram:1", Letter("", picture=str(path)))[0]) == Refused(
        "the picture is gone"
    )


async def test_what_telegram_answers(server: Server, gateway: TelegramGateway) -> None:
    server.replies["sendMessage"] = [
        no(429, "Too Many Requests", retry_after=7),
        no(403, "Forbidden: bot was blocked by the user"),
        no(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007),
        (502, "bad gateway"),
    ]
    results = [await gateway.deliver(HELLO) for _ in range(4)]
    assert results == [
        TryLater(7, "429 Too Many Requests", everyone=True),
        Refused("403 Forbidden: bot was blocked by the user", gone=True),
        Moved("telegram:-1007"),
        TryLater(5, "502"),
    ]


async def test_a_cut_connection_is_unknown_and_no_connection_is_later(server: Server, gateway: TelegramGateway) -> None:
    server.cut = {"sendMessage"}
    assert isinstance(await gateway.deliver(HELLO), Unknown)
    assert len(server.called("sendMessage")) == 1
    nowhere = TelegramGateway(TOKEN, "http://127.0.0.1:1")
    result = await nowhere.deliver(HELLO)
    assert result == TryLater(2, "ClientConnectorError", everyone=True)
    with pytest.raises(ConnectionError) as caught:
        await nowhere.prepare()
    await nowhere.close()
    assert isinstance(await nowhere.deliver(HELLO), TryLater)
    assert TOKEN not in f"{caught.value!r} {result}"


async def test_a_silent_server_is_unknown(
    server: Server, gateway: TelegramGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "SHORT", aiohttp.ClientTimeout(total=0.02, connect=10))
    server.deaf = {"sendMessage"}
    assert await gateway.deliver(HELLO) == Unknown("TimeoutError")


async def test_the_bots_name_and_a_refused_token(server: Server, gateway: TelegramGateway) -> None:
    assert await gateway.prepare() == Me(900, "CunshaoBot")
    server.replies["getMe"] = [no(401, "Unauthorized")]
    with pytest.raises(ValueError, match="refuses: Unauthorized") as caught:
        await gateway.prepare()
    assert TOKEN not in repr(caught.value)


async def test_a_token_that_is_revoked_while_it_runs_is_said_once_with_the_remedy(
    server: Server, gateway: TelegramGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.gateways.telegram.inbox.SHORTEST", 0.001)
    await gateway.prepare()
    assert not gateway.refused
    with capture_logs() as logs:
        for _ in range(2):
            server.replies["sendMessage"] = [no(401, "Unauthorized")]
            assert await gateway.deliver(HELLO) == TryLater(10, "401 Unauthorized", everyone=True, ours=True)
            assert gateway.refused
        server.replies["sendMessage"] = [(502, "x")]
        await gateway.deliver(HELLO)
        assert gateway.refused, "a proxy's bad moment says nothing of the token"
    assert [(entry["event"], "restart" in entry["remedy"]) for entry in logs] == [("telegram.token_refused", True)]
    assert isinstance(await gateway.deliver(HELLO), Accepted)
    assert not gateway.refused
    server.replies["getUpdates"] = [no(401, "Unauthorized")] * 2
    refused: list[bool] = []

    async def nothing(*_: object) -> None:
        return None

    def polled() -> bool:
        refused.append(gateway.refused)
        return len(server.called("getUpdates")) > 3

    await until(gateway.listen(nothing, nothing), polled)
    assert True in refused, "also where nothing is sent"
    assert not gateway.refused


async def test_a_file_is_fetched_within_its_bound(server: Server, gateway: TelegramGateway) -> None:
    assert await gateway.fetch_file("photo") == b"x" * 10
    for ref in ("huge", "lost"):
        with pytest.raises(ValueError, match="Telegram refuses"):
            await gateway.fetch_file(ref)
    server.replies["getFile"] = [no(429, "Too Many Requests", retry_after=7), no(400, "Bad Request: wrong file_id")]
    with pytest.raises(ConnectionError, match="again in 7 s"):
        await gateway.fetch_file("photo")
    with pytest.raises(ValueError, match="Wrong file_id"):
        await gateway.fetch_file("photo")


def press(number: int) -> dict[str, Any]:
    message = {"message_id": 5, "date": 0, "chat": LI}
    query = {"id": f"q{number}", "from": LI, "chat_instance": "c", "data": "a:1", "message": message}
    return {"update_id": number, "callback_query": query}


async def test_listening_commits_answers_the_button_and_confirms(server: Server, gateway: TelegramGateway) -> None:
    server.updates = [press(1), {"update_id": 2, "message": {}}, press(3)]
    heard: list[tuple[str, int]] = []
    aside: list[str] = []

    async def receive(*several: Incoming) -> None:
        heard.extend((incoming.said.button, len(server.called("answerCallbackQuery"))) for incoming in several)

    async def set_aside(channel: str, mark: str, raw: str) -> None:
        aside.append(f"{channel} {mark} {json.loads(raw)['message']}")

    await until(
        gateway.listen(receive, set_aside),
        lambda: server.offset == 4 and len(server.called("answerCallbackQuery")) == 2,
    )
    assert heard == [("a:1", 0), ("a:1", 0)]
    assert aside == ["telegram u2 {}"]
    assert [name for name, _ in server.calls[:2]] == ["getMe", "getUpdates"]
    first = server.called("getUpdates")[0]
    assert first == {
        "offset": 0,
        "timeout": 30,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
    }


async def test_the_log_names_neither_the_token_nor_people(
    server: Server, gateway: TelegramGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.gateways.telegram.inbox.SHORTEST", 0.001)
    server.replies["getMe"] = [no(401, "Unauthorized")]
    server.replies["getUpdates"] = [no(409, "Conflict: other getUpdates request"), (502, "x")]
    server.updates = [
        {"update_id": 2, "message": {"text": "secret", "from": LI}},
        {"update_id": 3, "message": message("words")},
    ]

    async def receive(*several: Incoming) -> None:
        raise RuntimeError(several[0].said.text)

    async def set_aside(channel: str, mark: str, raw: str) -> None:
        return None

    monkeypatch.setattr("bot.gateways.telegram.inbox.RETRIES", (0.0,))
    with capture_logs() as logs:
        await until(gateway.listen(receive, set_aside), lambda: server.offset == 4)
    events = [entry["event"] for entry in logs]
    assert events[:2] == ["telegram.token_refused", "telegram.not_ready"]
    assert events[2:4] == ["telegram.another_receiver", "telegram.poll_failed"]
    assert "telegram.unreadable_update" in events
    assert "telegram.desk_failed" in events
    assert not [entry for entry in logs if any(word in str(entry) for word in (TOKEN, "secretsecret", "words", "'L'"))]


async def test_a_webhook_left_by_an_earlier_run_is_taken_away(
    server: Server, gateway: TelegramGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.gateways.telegram.inbox.SHORTEST", 0.001)
    server.replies["getUpdates"] = [no(409, errors.WEBHOOK_ACTIVE)] * 2
    server.replies["deleteWebhook"] = [no(502, "Bad Gateway")]
    server.updates = [press(1)]
    heard: list[str] = []

    async def receive(*several: Incoming) -> None:
        heard.extend(incoming.said.button for incoming in several)

    async def set_aside(channel: str, mark: str, raw: str) -> None:
        return None

    await until(gateway.listen(receive, set_aside), lambda: bool(heard))
    assert server.called("deleteWebhook") == [{"drop_pending_updates": False}] * 2
    assert heard == ["a:1"]


def message(text: str) -> dict[str, Any]:
    return {"message_id": 9, "date": 1581292800, "chat": LI, "from": LI, "text": text}


async def test_a_webhook_is_registered_and_open_only_while_listening(server: Server) -> None:
    gateway = TelegramGateway(
        TOKEN, server.url, mode="webhook", webhook_url="https://village.example/hook", webhook_secret="s3cret"
    )
    assert [route.path for route in gateway.routes()] == ["/hook"]

    async def nothing(*_: object) -> None:
        return None

    await until(gateway.listen(nothing, nothing), lambda: bool(server.called("setWebhook")))
    [params] = server.called("setWebhook")
    assert (params["url"], params["secret_token"]) == ("https://village.example/hook", "s3cret")
    assert params["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    await gateway.close()


def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="webhook_secret"):
        TelegramGateway(TOKEN, mode="webhook", webhook_url="https://village.example/hook")


async def test_the_pace(server: Server, gateway: TelegramGateway) -> None:
    assert gateway.pace("telegram:1001") == (30.0, 5, 1.0)
    assert gateway.pace("telegram:-1001") == (30.0, 5, 3.0)


async def until(work: Any, reached: Any) -> None:
    """Run the work until a state is reached, then cancel it."""
    task = asyncio.ensure_future(work)
    try:
        async with asyncio.timeout(3):
            while not reached():
                assert not task.done()
                await asyncio.sleep(0.005)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_is_a_gateway(gateway: TelegramGateway) -> None:
    known: Gateway = gateway
    assert known.channel == "telegram"
