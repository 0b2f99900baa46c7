"""The window where calls come in, are checked, put on record and answered; without it nothing is strict."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from . import errors, wire
from .changing import CHANGING
from .errors import ApiError, too_many
from .faults import Fault, Plans
from .limits import troubles_of
from .pace import Pace
from .sending import SENDING
from .spec import faults_of
from .updates import Updates
from .webhook import Webhook
from .world import Json, World

SPEAKING = SENDING.keys() | {
    "editMessageText",
    "editMessageCaption",
    "editMessageReplyMarkup",
    "deleteMessage",
    "answerCallbackQuery",
    "pinChatMessage",
    "leaveChat",
}


@dataclass
class Sent:
    """One call on record. ``status`` 0 means no answer went out; ``accepted`` that it was carried out."""

    method: str
    params: Json
    at: float
    chat_id: int | None = None
    text: str = ""
    message_id: int | None = None
    status: int = 0
    accepted: bool = False
    description: str = ""
    result: Any = field(default=None, repr=False)


class Window:
    """Answers calls for one bot."""

    def __init__(self, token: str, world: World, pace: Pace, *, strict_pace: bool, pause: float, together: int) -> None:
        self.token, self.world, self.pace, self.strict_pace = token, world, pace, strict_pace
        self.plans, self.updates = Plans(), Updates()
        self.webhook, self._together = Webhook(self.updates, pause), together
        self.calls: list[Sent] = []
        self.violations: list[str] = []
        self.counters: Counter[str] = Counter()

    def routes(self) -> list[web.RouteDef]:
        """Where calls and downloads come in."""
        return [
            web.route("*", "/bot{token}/{method}", self.call),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of the bot."""
        if request.match_info["token"] != self.token:
            return wire.refused(ApiError(401, "Unauthorized"))
        call = Sent(request.match_info["method"], {}, self.world.clock())
        self.calls.append(call)
        self.counters[call.method] += 1
        fault: Fault | None = None
        try:
            await self._read(request, call)
            fault = self.plans.take(call.method, call.params)
            self._check(call)
            if fault and fault.kind == "cut_before":
                return _cut(request)
            if fault and fault.kind == "answer":
                raise fault.error()
            call.result = await self._carry_out(call)
        except ApiError as error:
            call.status, call.description = error.code, error.description
            return wire.bad_gateway() if fault and fault.html and error.code == 502 else wire.refused(error)
        return await self._answer(request, call, fault)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file of getFile."""
        if request.match_info["token"] != self.token:
            return wire.refused(ApiError(401, "Unauthorized"))
        for stored in self.world.files.values():
            if stored.path == request.match_info["path"]:
                return web.Response(body=stored.data, content_type="application/octet-stream")
        return wire.refused(ApiError(404, "Not Found"))

    async def _read(self, request: web.Request, call: Sent) -> None:
        call.params = await wire.read_call(request, call.method)
        call.text = str(call.params.get("text") or call.params.get("caption") or "")
        try:
            call.chat_id = int(call.params["chat_id"]) if "chat_id" in call.params else None
        except (TypeError, ValueError):
            call.chat_id = None

    def _check(self, call: Sent) -> None:
        """Put on record what is against the published shape and limits. Raises ApiError for what is refused."""
        misshapen = faults_of(call.method, call.params)
        self.violations += [f"{call.method}: {line}" for line in misshapen]
        if misshapen:
            unknown = misshapen[0].startswith("unknown method")
            raise ApiError(404, "Not Found") if unknown else ApiError(400, f"Bad Request: {misshapen[0]}")
        troubles = troubles_of(call.method, call.params)
        self.violations += [f"{call.method}: {trouble.noted}" for trouble in troubles]
        for trouble in troubles:
            if trouble.answer:
                raise ApiError(400 if trouble.answer.startswith("Bad") else 413, trouble.answer)

    async def _carry_out(self, call: Sent) -> Any:
        result: Any
        if call.method == "getUpdates":
            result = await self._poll(call.params)
        elif call.method in ("setWebhook", "deleteWebhook"):
            result = self._turn_webhook(call.method, call.params)
        elif call.method == "getWebhookInfo":
            result = self.webhook.info()
        elif call.method in SENDING:
            self._pace(call)
            result = SENDING[call.method](self.world, call.params)
        else:
            self._once(call)
            result = CHANGING[call.method](self.world, call.params)
        call.accepted = True
        first = result[0] if isinstance(result, list) and result else result
        call.message_id = first.get("message_id") if isinstance(first, dict) else call.params.get("message_id")
        return result

    def _once(self, call: Sent) -> None:
        query = self.world.queries.get(str(call.params.get("callback_query_id")))
        if call.method == "answerCallbackQuery" and query and query.answer is not None:
            self.violations.append(f"answerCallbackQuery: {query.id} ({query.data}) was answered before")

    def _pace(self, call: Sent) -> None:
        chat = self.world.writable(call.params["chat_id"])
        messages = len(call.params.get("media", [0]))
        seconds = self.pace.wait(chat.id, self.world.clock(), messages)
        if not seconds:
            return
        if self.strict_pace:
            self.violations.append(f"{call.method}: too fast for chat {chat.id}, again in {seconds} s")
        raise too_many(seconds)

    async def _poll(self, params: Json) -> list[bytes]:
        if self.webhook.url:
            raise ApiError(409, errors.WEBHOOK_ACTIVE)
        self.updates.allow(params.get("allowed_updates"))
        limit = min(100, max(1, params.get("limit", 100)))
        return await self.updates.poll(params.get("offset", 0), limit, min(50, params.get("timeout", 0)))

    def _turn_webhook(self, method: str, params: Json) -> bool:
        """Post updates from now on, or wait for getUpdates; setWebhook with an empty URL is deleteWebhook."""
        if params.get("drop_pending_updates"):
            self.updates.clear()
        if method == "deleteWebhook" or not params["url"]:
            self.webhook.stop()
            return True
        self.updates.allow(params.get("allowed_updates"))
        self.updates.end_polls("Conflict: terminated by setWebhook request")
        given = params.get("max_connections", 40)
        self.webhook.post_to(params["url"], params.get("secret_token", ""), given, min(given, self._together))
        return True

    async def _answer(self, request: web.Request, call: Sent, fault: Fault | None) -> web.StreamResponse:
        if fault and fault.kind == "cut_after":
            return _cut(request)
        if fault:
            await asyncio.sleep(fault.seconds)
        call.status = 200
        if call.method == "getUpdates":
            return wire.accepted_updates(call.result)
        return wire.accepted(call.result)


def _cut(request: web.Request) -> web.Response:
    """No answer: the connection ends here."""
    if request.transport:
        request.transport.abort()
    return web.Response()
