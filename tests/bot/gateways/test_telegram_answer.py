"""What became of a call by Telegram's answer; without it an alert to a closed door would look delivered."""

import json
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError

from bot.gateways import Accepted, Moved, Refused, Result, TryLater, Unknown
from bot.gateways.telegram.answer import result_of, updates_of
from bot.gateways.telegram.request import Flooded

TO_LI = {"method": "sendMessage", "params": {"chat_id": 1001, "text": "好"}}
TO_GROUP = {"method": "sendMessage", "params": {"chat_id": -1001, "text": "好"}}
EDIT = {"method": "editMessageText", "params": {"chat_id": -1001, "message_id": 17, "text": "好"}}
ANSWER = {"method": "answerCallbackQuery", "params": {"callback_query_id": "q"}}


def no(code: int, description: str, **parameters: int) -> bytes:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return json.dumps(body | ({"parameters": parameters} if parameters else {})).encode()


@pytest.mark.parametrize(
    ("call", "status", "payload", "result"),
    [
        (TO_LI, 200, b'{"ok": true, "result": {"message_id": 17}}', Accepted("17")),
        (EDIT, 200, b'{"ok": true, "result": true}', Accepted("17")),
        (ANSWER, 200, b'{"ok": true, "result": true}', Accepted("")),
        (TO_LI, 200, b"<html>", Unknown("an answer that is not JSON")),
        (TO_LI, 429, no(429, "Too Many Requests: retry after 9", retry_after=9),
         TryLater(9, "429 Too Many Requests: retry after 9", everyone=True)),
        (TO_GROUP, 429, no(429, "Too Many Requests", retry_after=9), TryLater(9, "429 Too Many Requests")),
        (TO_GROUP, 429, b"", TryLater(5, "429")),
        (TO_LI, 403, no(403, "Forbidden: bot was blocked by the user"),
         Refused("403 Forbidden: bot was blocked by the user", gone=True)),
        (TO_LI, 400, no(400, "Bad Request: chat not found"), Refused("400 Bad Request: chat not found", gone=True)),
        (TO_LI, 400, no(400, "Bad Request: PEER_ID_INVALID"), Refused("400 Bad Request: PEER_ID_INVALID", gone=True)),
        (TO_GROUP, 400, no(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007),
         Moved("telegram:-1007")),
        (TO_LI, 400, no(400, "Bad Request: inline keyboard button URL 'http://a/c/key' is invalid"),
         Refused("400 Bad Request: inline keyboard button URL … is invalid")),
        (EDIT, 400, no(400, "Bad Request: message is not modified: specified new"), Accepted("17")),
        (EDIT, 400, no(400, "Bad Request: message to edit not found"),
         Refused("400 Bad Request: message to edit not found")),
        (TO_LI, 413, b"<html>", Refused("413")),
        (TO_LI, 401, no(401, "Unauthorized"), TryLater(10, "401 Unauthorized", everyone=True, ours=True)),
        (TO_LI, 404, no(404, "Not Found"), TryLater(10, "404 Not Found", everyone=True, ours=True)),
        (TO_LI, 502, b"<html>", TryLater(5, "502")),
        (TO_LI, 500, no(500, "Internal Server Error"), TryLater(5, "500 Internal Server Error")),
    ],
)  # fmt: skip
def test_results(call: dict[str, Any], status: int, payload: bytes, result: Result) -> None:
    assert result_of(call, status, payload) == result


@pytest.mark.parametrize(
    ("status", "payload", "error"),
    [
        (409, no(409, "Conflict: terminated by other getUpdates request"), Conflict),
        (429, no(429, "Too Many Requests", retry_after=3), Flooded),
        (401, no(401, "Unauthorized"), InvalidToken),
        (502, b"<html>", NetworkError),
        (200, b"[]", NetworkError),
        (200, b'{"ok": true, "result": {}}', NetworkError),
    ],
)
def test_no_updates(status: int, payload: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        updates_of(status, payload)


def test_updates() -> None:
    assert updates_of(200, b'{"ok": true, "result": [{"update_id": 1}]}') == [{"update_id": 1}]


@pytest.mark.parametrize("bad", [b"\\ud83d", b"\xff"], ids=["half a surrogate pair", "a byte that is no UTF-8"])
def test_one_message_that_is_not_text_holds_back_no_other(bad: bytes) -> None:
    payload = b'{"ok": true, "result": [{"update_id": 1, "x": "' + bad + b'"}, {"update_id": 2}]}'
    assert [update["update_id"] for update in updates_of(200, payload)] == [1, 2]
