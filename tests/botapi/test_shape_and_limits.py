"""The server's strictness, proved; without it a loosened check would let every other test pass."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.botapi import BotApiServer, Pace
from tests.botapi.conftest import TOKEN, Call

PLACE: dict[str, Any] = {"latitude": 30.0, "longitude": 114.0}


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


def text(**more: Any) -> dict[str, Any]:
    return {"chat_id": 1001, "text": "x", **more}


MISSHAPEN = [
    ("sendMessage", text(colour="red"), "unknown parameter colour"),
    ("sendMessage", {"text": "x"}, "missing required parameter chat_id"),
    ("sendMessage", {"chat_id": 1001}, "missing required parameter text"),
    ("sendMessage", text(text=5), "text: 5 is not String"),
    ("sendMessage", text(chat_id=True), "chat_id: True is not Integer or String"),
    ("sendMessage", text(disable_notification="yes"), "disable_notification: 'yes' is not Boolean"),
    ("sendMessage", text(reply_parameters={}), "missing required parameter reply_parameters.message_id"),
    ("sendMessage", text(reply_markup={"inline_keyboard": [{"text": "x"}]}), "reply_markup.inline_keyboard[0]"),
    ("sendMessage", text(reply_markup=keyboard({"callback_data": "x"})), "missing required parameter reply_markup"),
    ("sendMessage", text(reply_markup=keyboard({"text": "x", "data": "x"})), "unknown parameter reply_markup"),
    ("sendMessage", text(reply_markup=5), "reply_markup: 5 is not InlineKeyboardMarkup"),
    ("deleteMessage", {"chat_id": 1001, "message_id": "12"}, "message_id: '12' is not Integer"),
    ("sendLocation", {"chat_id": 1001, "latitude": "north", "longitude": 1}, "latitude: 'north' is not Float"),
    ("setMyCommands", {"commands": [{"command": "help"}]}, "missing required parameter commands[0].description"),
    ("getUpdates", {"allowed_updates": [1]}, "allowed_updates[0]"),
]


@pytest.mark.parametrize(("method", "params", "line"), MISSHAPEN)
async def test_misshapen_calls_are_noted_and_refused(
    server: BotApiServer, call: Call, method: str, params: dict[str, Any], line: str
) -> None:
    answer = await call(method, **params)
    assert answer["error_code"] == 400
    assert answer["description"].startswith("Bad Request: ")
    assert line in server.violations[0]
    assert not server.messages(1001)


async def test_unknown_method_and_token(server: BotApiServer, call: Call, session: aiohttp.ClientSession) -> None:
    assert (await call("sendGreetings"))["error_code"] == 404
    assert server.violations == ["sendGreetings: unknown method sendGreetings"]
    async with session.get(f"{server.base_url}/bot999:wrong/getMe") as response:
        assert response.status == 401


TOO_MUCH = [
    ("sendMessage", text(text=""), "message text is empty"),
    ("sendMessage", text(text=" \n"), "message text is empty"),
    ("sendMessage", text(text="长" * 4097), "message is too long"),
    ("editMessageText", text(text="x" * 4097, message_id=1), "message is too long"),
    ("editMessageText", {"text": "x", "chat_id": 1001}, "message identifier is not specified"),
    ("sendPhoto", {"chat_id": 1001, "photo": "file000001", "caption": "长" * 1025}, "caption is too long"),
    ("sendMessage", text(reply_markup=keyboard({"text": "x", "callback_data": ""})), "BUTTON_DATA_INVALID"),
    ("sendMessage", text(reply_markup=keyboard({"text": "x", "callback_data": "长" * 22})), "BUTTON_DATA_INVALID"),
    ("sendMessage", text(reply_markup=keyboard({"text": "x"})), "Text buttons are unallowed"),
    ("sendMessage", text(reply_markup=keyboard({"text": "x", "callback_data": "1", "url": "u"})), "unallowed"),
    ("sendMessage", text(reply_markup=keyboard({"text": "", "callback_data": "1"})), "must be non-empty"),
    ("sendMessage", text(reply_markup=keyboard(*[{"text": "x", "callback_data": "1"}] * 101)), "too long"),
    (
        "sendMessage",
        text(chat_id=-501, reply_markup={"keyboard": [[{"text": "x", "request_contact": True}]]}),
        "phone number can be requested in private chats only",
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
    ("sendMediaGroup", {"chat_id": 1001, "media": [{"type": "photo", "media": "file000001"}]}, "number of media"),
    ("sendLocation", {"chat_id": 1001, "latitude": 91, "longitude": 0}, "wrong location"),
    ("setMyCommands", {"commands": [{"command": "Help", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "help", "description": ""}]}, "DESCRIPTION_INVALID"),
    ("setWebhook", {"url": "http://x", "secret_token": "a b"}, "unallowed characters"),
]


@pytest.mark.parametrize(("method", "params", "words"), TOO_MUCH)
async def test_each_limit_refuses(
    server: BotApiServer, call: Call, method: str, params: dict[str, Any], words: str
) -> None:
    server.world.keep_file(b"jpeg", "photos/file_{}.jpg")
    answer = await call(method, **params)
    assert words in answer["description"]
    assert len(server.violations) == 1
    assert not server.sent or not server.sent[-1].accepted


async def test_what_is_just_within_the_limits_passes(server: BotApiServer, call: Call) -> None:
    markup = keyboard(*[{"text": "x", "callback_data": "长" * 21 + "1"}] * 100)
    assert (await call("sendMessage", **text(text="长" * 4096, reply_markup=markup)))["ok"]
    assert (await call("sendLocation", chat_id="1001", **PLACE))["ok"]
    assert (await call("sendContact", chat_id=1001, phone_number="000-0001", first_name="Li"))["ok"]
    assert server.violations == []


async def test_markup_is_noted_but_let_through(server: BotApiServer, call: Call) -> None:
    assert (await call("sendMessage", **text(parse_mode="HTML")))["ok"]
    assert server.violations == ["sendMessage: parse_mode given, but this project sends plain text only"]


async def test_forms_and_multipart_are_read_like_json(server: BotApiServer, session: aiohttp.ClientSession) -> None:
    url = f"{server.base_url}/bot{TOKEN}"
    markup = json.dumps(keyboard({"text": "ok", "callback_data": "1"}))
    plain = {"chat_id": "1001", "text": "x", "disable_notification": "true", "reply_markup": markup}
    async with session.post(f"{url}/sendMessage", data=plain) as response:
        assert (await response.json())["result"]["reply_markup"] == json.loads(markup)
    form = aiohttp.FormData({"chat_id": "1001", "caption": "map"})
    form.add_field("photo", b"png", filename="map.png", content_type="image/png")
    async with session.post(f"{url}/sendPhoto", data=form) as response:
        photo = (await response.json())["result"]["photo"][-1]
    assert server.world.files[photo["file_id"]].data == b"png"
    async with session.post(f"{url}/sendMessage", data=plain | {"message_thread_id": "x"}) as response:
        assert response.status == 400
    assert server.violations == ["sendMessage: message_thread_id: 'x' is not Integer"]
    async with session.post(f"{url}/sendMessage", data=b"{", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400


async def test_an_album_with_attached_files(server: BotApiServer, session: aiohttp.ClientSession) -> None:
    media = [{"type": "photo", "media": "attach://one"}, {"type": "photo", "media": "attach://two", "caption": "b"}]
    form = aiohttp.FormData({"chat_id": "1001", "media": json.dumps(media)})
    form.add_field("one", b"1", filename="1.png")
    form.add_field("two", b"2", filename="2.png")
    async with session.post(f"{server.base_url}/bot{TOKEN}/sendMediaGroup", data=form) as response:
        assert len((await response.json())["result"]) == 2
    assert server.violations == []
    form = aiohttp.FormData({"chat_id": "1001", "text": "x"})
    form.add_field("stray", b"1", filename="1.png")
    async with session.post(f"{server.base_url}/bot{TOKEN}/sendMessage", data=form) as response:
        assert response.status == 400
    assert server.violations == ["sendMessage: unknown parameter stray"]


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_pace(session: aiohttp.ClientSession) -> None:
    clock = Hand()
    pace = Pace(per_second=4, overall_burst=0, private_burst=2, group_per_minute=3)
    async with BotApiServer(TOKEN, pace=pace, strict_pace=True, clock=clock) as server:
        server.group(-501, "Cadres")
        for number in range(1001, 1009):
            server.user(number, "Li", started=True)

        async def send(chat: int) -> int:
            url = f"{server.base_url}/bot{TOKEN}/sendMessage"
            async with session.post(url, json={"chat_id": chat, "text": "x"}) as response:
                return int((await response.json()).get("parameters", {}).get("retry_after", 0))

        assert [await send(1001) for _ in range(3)] == [0, 0, 1]
        clock.now += 1
        assert [await send(1001) for _ in range(2)] == [0, 1]
        clock.now += 1
        assert [await send(-501) for _ in range(4)] == [0, 0, 0, 60]
        clock.now += 59
        assert await send(-501) == 1
        clock.now += 1
        assert [await send(chat) for chat in range(1001, 1006)] == [0, 0, 0, 0, 1]
        assert len(server.violations) == 5
        assert len(server.messages(1001)) == 4


async def test_pace_is_no_violation_unless_strict(server: BotApiServer, call: Call) -> None:
    answers = await asyncio.gather(*(call("sendMessage", **text()) for _ in range(12)))
    assert [answer["error_code"] for answer in answers if not answer["ok"]] == [429, 429]
    assert server.violations == []
