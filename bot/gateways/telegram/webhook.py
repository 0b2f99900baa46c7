"""Receives updates over HTTP and answers after the commit; python-telegram-bot's own server answers before it."""

import hmac
import json
from urllib.parse import urlsplit

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.gateways import Away
from bot.gateways.telegram.inbox import RETRIES, Inbox, update_id

LONGEST = 1024 * 1024
"""Bytes of the longest update taken; Telegram's are a few KB."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
SETTLED, AGAIN = 200, 500

log = structlog.get_logger(__name__)


class Webhook:
    """One path that Telegram posts to. Until ``inbox`` is set (the desk is open) it answers 503: Telegram repeats."""

    def __init__(self, url: str, secret: str) -> None:
        self._path = urlsplit(url).path or "/"
        self._secret = secret.encode()
        self._failures: dict[str, int] = {}
        self.inbox: Inbox | None = None

    def routes(self) -> list[Route]:
        """To be mounted in the web application, behind TLS."""
        return [Route(self._path, self._answer, methods=["POST"])]

    async def _answer(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, self._secret):
            log.warning("telegram.webhook_without_secret")
            return Response(status_code=403)
        if self.inbox is None:
            return Response(status_code=503)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            log.warning("telegram.webhook_too_long")
            return Response(status_code=413)
        return Response(status_code=SETTLED if await self._settled(self.inbox, body) else AGAIN)

    async def _settled(self, inbox: Inbox, body: bytes) -> bool:
        """Whether it is committed or on the record. What the desk refuses for the fourth time goes on the record, or
        Telegram would hold back everything else from that chat."""
        try:
            raw = json.loads(body)
        except ValueError:
            log.error("telegram.unreadable_update", update="", why="not JSON")
            return await inbox.put_aside(body.decode(errors="replace"))
        read = inbox.read(raw)
        if read is None:
            return await inbox.put_aside(raw)
        mark = update_id(raw)
        try:
            if await inbox.offer(read):
                self._failures.pop(mark, None)
                return True
        except Away:
            return False
        self._failures[mark] = self._failures.get(mark, 0) + 1
        if self._failures[mark] <= len(RETRIES) or not await inbox.put_aside(raw):
            return False
        del self._failures[mark]
        return True


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is longer than 1 MB."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            return None
    return bytes(body)
