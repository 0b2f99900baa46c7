"""The same calls answered with as little work as possible; without it a bench measures this server, not the bot."""

import asyncio
import json
import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import parse_qsl

from .batch import Batch, enqueue, queue_one
from .errors import ApiError
from .limits import troubles_of
from .spec import decode, faults_of
from .updates import Updates
from .webhook import Webhook

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CHAT = re.compile(rb'chat_id(?:"\s*:\s*"?|=|"\r\n\r\n)(-?\d+)')
_HEAD = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
_SAYING = (b"send", b"edit")
_TOLD_TRUE = frozenset({b"sendChatAction"})


class FastApi:
    """What is shared by all connections: updates, counters, and how long each chat waited for its answer."""

    def __init__(self, token: str, check_every: int = 0, delay: float = 0.0, together: int = 40) -> None:
        self.token, self.check_every, self.delay, self._together = token.encode(), check_every, delay, together
        self.updates, self.counters = Updates(), Counter[str]()
        self.webhook = Webhook(self.updates, pause=0.2)
        self.violations: list[str] = []
        self.tasks: set[asyncio.Task[Any]] = set()
        self._forget()

    def _forget(self) -> None:
        self._waiting: dict[int, deque[float]] = defaultdict(deque)
        self._waits: list[float] = []
        self._said, self._first, self._last = 0, 0.0, 0.0
        self._feed: Iterator[None] = iter(())

    def said(self, body: bytes) -> bytes:
        """The receipt for a message, counted; every ``check_every``-th is checked by the caller."""
        self._said += 1
        found = _CHAT.search(body)
        chat = int(found[1]) if found else 0
        self._last = now = time.perf_counter()
        self._first = self._first or now
        if waiting := self._waiting.get(chat):
            self._waits.append(now - waiting.popleft())
            next(self._feed, None)
        kind = b"supergroup" if chat < 0 else b"private"
        return b'{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%d,"type":"%b"}}}' % (
            self._said,
            int(time.time()),
            chat,
            kind,
        )

    def check(self, method: str, params: dict[str, Any]) -> None:
        """Put on record what is against the published shape and limits."""
        wrong = faults_of(method, params) or [one.noted for one in troubles_of(method, params)]
        self.violations += [f"{method}: {line}" for line in wrong]

    @property
    def sampled(self) -> bool:
        """Whether the message just said is one of those to check."""
        return bool(self.check_every) and self._said % self.check_every == 0

    async def ask(self, method: str, params: dict[str, Any]) -> bytes:
        """The calls that are rare: what Telegram would answer, as far as a bench needs it."""
        if method == "getUpdates":
            return await self._poll(params)
        if method == "getMe":
            number = int(self.token.partition(b":")[0])
            return _ok({"id": number, "is_bot": True, "first_name": "Sentry", "username": "sentry_bot"})
        if method == "setWebhook" and params.get("url"):
            together = min(params.get("max_connections", 40), self._together)
            self.webhook.post_to(params["url"], params.get("secret_token", ""), together, together)
        elif method in ("deleteWebhook", "setWebhook"):
            self.webhook.stop()
        return _ok(self.webhook.info() if method == "getWebhookInfo" else True)

    async def _poll(self, params: dict[str, Any]) -> bytes:
        try:
            found = await self.updates.poll(
                params.get("offset", 0), params.get("limit", 100), min(50, params.get("timeout", 0))
            )
        except ApiError as error:
            return json.dumps(error.body()).encode()
        return b'{"ok":true,"result":[' + b",".join(found) + b"]}"

    def control(self, verb: str, given: dict[str, Any]) -> Any:
        """enqueue, counters, violations, reset. Raises LookupError for another verb."""
        if verb == "enqueue":
            batch = Batch(**given | {"texts": tuple(given.get("texts", Batch.texts))})
            self._begin(batch)
            return batch.count
        if verb == "counters":
            return self._counters()
        if verb == "reset":
            self.counters.clear()
            self.violations.clear()
            self._forget()
        elif verb != "violations":
            raise LookupError(verb)
        return self.violations

    def _begin(self, batch: Batch) -> None:
        if not batch.in_flight:
            self.spawn(enqueue(self.updates, batch, self._asked))
            return
        self._feed = (queue_one(self.updates, batch, place, self._asked) for place in range(batch.count))
        for _ in range(batch.in_flight):
            next(self._feed, None)

    def _asked(self, chat: int) -> None:
        self._waiting[chat].append(time.perf_counter())

    def _counters(self) -> dict[str, Any]:
        waits = sorted(self._waits)
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
        return {
            "methods": dict(self.counters),
            "accepted": self._said,
            "pending_updates": len(self.updates),
            "violations": len(self.violations),
            "first_to_last_seconds": self._last - self._first,
            "answered": len(waits),
            "answer_seconds": {
                name: waits[min(len(waits) - 1, int(len(waits) * share))] for name, share in shares.items() if waits
            },
        }

    def spawn(self, work: Any) -> None:
        """Run something beside, and keep hold of it."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class Connection(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection."""

    def __init__(self, api: FastApi) -> None:
        self._api, self._buffer = api, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none of asyncio's classes

    def data_received(self, data: bytes) -> None:
        """Answer each whole request in the buffer."""
        self._buffer = self._buffer + data if self._buffer else data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._buffer, 0, end + 2)
            stop = end + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < stop:
                return
            head, body = self._buffer[:end], self._buffer[end + 4 : stop]
            self._buffer = self._buffer[stop:]
            self._request(head, body)

    def _request(self, head: bytes, body: bytes) -> None:
        path, _, query = head.split(b" ", 2)[1].partition(b"?")
        place, _, method = path.rpartition(b"/")
        if place == b"/control":
            self._control(method.decode(), body)
        elif place != b"/bot" + self._api.token:
            self._write(b'{"ok":false,"error_code":401,"description":"Unauthorized"}', 401)
        else:
            self._call(method, head, body, query)

    def _call(self, method: bytes, head: bytes, body: bytes, query: bytes) -> None:
        api, name = self._api, method.decode()
        api.counters[name] += 1
        if not method.startswith(_SAYING) or method in _TOLD_TRUE:
            api.spawn(self._ask(name, _params(name, head, body or query)))
            return
        receipt = api.said(body)
        if api.sampled:
            api.check(name, _params(name, head, body))
        if api.delay:
            asyncio.get_running_loop().call_later(api.delay, self._write, receipt)
        else:
            self._write(receipt)

    async def _ask(self, method: str, params: dict[str, Any]) -> None:
        self._write(await self._api.ask(method, params))

    def _control(self, verb: str, body: bytes) -> None:
        try:
            result = self._api.control(verb, json.loads(body or b"{}"))
        except (LookupError, TypeError, ValueError) as error:
            self._write(json.dumps({"error": repr(error)}).encode(), 400)
        else:
            self._write(json.dumps({"result": result}).encode())

    def _write(self, body: bytes, status: int = 200) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(_HEAD % (status, len(body), body))


def _params(method: str, head: bytes, body: bytes) -> dict[str, Any]:
    if b"application/json" in head:
        given = json.loads(body or b"{}")
        return decode(method, given, form=False) if isinstance(given, dict) else {}
    if b"multipart/" in head:
        return {}
    return decode(method, dict(parse_qsl(body.decode(), keep_blank_values=True)), form=True)


def _ok(result: Any) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


async def serve_fast(api: FastApi, port: int) -> asyncio.Server:
    """Listen on loopback; the port taken is in the server's sockets."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(api), "127.0.0.1", port, backlog=1024)
