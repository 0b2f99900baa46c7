"""Reads what the Bot API answered to a call; without it the outbox could not tell a closed door from a busy one."""

import re
from collections.abc import Mapping
from typing import Any

from telegram.error import Conflict, InvalidToken, NetworkError

from bot.gateways import Accepted, Call, Moved, Refused, Result, TryLater, Unknown
from bot.gateways.telegram.request import Flooded, json_object, retry_after

UNREACHABLE = re.compile(
    r"chat not found|user not found|user is deactivated|chat was (?:deactivated|deleted)|peer_id_invalid"
    r"|bot was kicked|bot was blocked|bot is not a member"
    r"|not enough rights to send text|have no rights to send a message|chat_write_forbidden",
    re.IGNORECASE,
)
"""The 400s after which nothing can be said in that chat any more; the other 400s are about this one message."""
UNCHANGED = "message is not modified"
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|https?://\S+")
BUSY = 5.0
"""Seconds to wait after a 5xx."""
TOKEN_REFUSED = 10.0
"""Seconds to wait when the token is refused: a mistake of ours, for which no alert should be thrown away. The wait outlives a
restart with the right one, so it is short."""


def result_of(call: Call, status: int, payload: bytes) -> Result:
    """What became of a call, from the HTTP status and the body of the answer."""
    body = json_object(payload)
    if 200 <= status < 300:
        accepted = body.get("ok") is True
        return Accepted(_message_id(call, body.get("result"))) if accepted else Unknown("an answer that is not JSON")
    why = _why(status, body)
    if status == 429:
        return TryLater(retry_after(body), why, everyone=not _to_group(call))
    if moved := _moved_to(body):
        return Moved(f"telegram:{moved}")
    if status in (401, 404):
        return TryLater(TOKEN_REFUSED, why, everyone=True, ours=True)
    if 400 <= status < 500:
        return _refused(call, status, body, why)
    return TryLater(BUSY, why)


def updates_of(status: int, payload: bytes) -> list[Any]:
    """The raw updates in the answer to getUpdates. Raises Conflict, Flooded, InvalidToken or NetworkError."""
    body = json_object(payload)
    updates = body.get("result")
    if status == 200 and isinstance(updates, list):
        return updates
    why = _why(status, body)
    if status == 429:
        raise Flooded(retry_after(body))
    if status == 409:
        raise Conflict(why)
    if status in (401, 404):
        raise InvalidToken(why)
    raise NetworkError(why)


def _refused(call: Call, status: int, body: Mapping[str, Any], why: str) -> Result:
    if UNCHANGED in str(body.get("description")):
        return Accepted(str(call["params"].get("message_id", "")))
    return Refused(why, gone=status == 403 or bool(UNREACHABLE.search(why)))


def _to_group(call: Call) -> bool:
    """Telegram does not say whose limit a 429 is about. A group has one of its own (20 a minute) that is reached first;
    a private chat reaches its own seldom, at our pace, so there it is taken for the whole bot's."""
    return str(call["params"].get("chat_id", "")).startswith("-")


def _moved_to(body: Mapping[str, Any]) -> int | None:
    parameters = body.get("parameters")
    return parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None


def _message_id(call: Call, result: object) -> str:
    if isinstance(result, dict):
        return str(result.get("message_id", ""))
    return str(call["params"].get("message_id", ""))


def _why(status: int, body: Mapping[str, Any]) -> str:
    """Telegram's reason without what it quotes: that may be a resident's words or the link to somebody's chat."""
    return f"{status} {QUOTED.sub('…', str(body.get('description', '')))[:200]}".strip()
