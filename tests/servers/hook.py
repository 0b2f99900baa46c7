"""A town's own receiver that trusts nobody; without it a wrong signature would be noticed by the first forger."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from .weather import Weather, strangers

FIELDS = {"id", "town", "to", "text", "buttons", "phones", "lane", "duty", "link", "at"}
FRESH = 300
"""Seconds a signed letter is believed."""


class HookServer:
    """Checks every letter, keeps each one once in ``letters``, and notes in ``violations`` what should never come."""

    def __init__(self, secret: str, now: Callable[[], datetime], path: str = "/cunshao/") -> None:
        self.secret, self.now, self.path = secret, now, path
        self.letters: dict[str, dict[str, Any]] = {}
        self.repeats = 0
        self.violations: list[str] = []
        self.weather = Weather()
        self._bodies: dict[str, bytes] = {}

    async def handle(self, request: web.Request) -> web.Response:
        """One letter."""
        return await self.weather.over(request, self._accept)

    async def _accept(self, request: web.Request) -> web.Response:
        payload = await request.read()
        wrong = self._forged(request, payload) or self._malformed(request, payload)
        if wrong:
            self.violations += wrong
            return web.Response(status=400)
        key = request.headers["Idempotency-Key"]
        self.repeats += key in self.letters
        if self._bodies.setdefault(key, payload) != payload:
            self.violations.append("another body under the same key")
        self.letters[key] = json.loads(payload)
        return web.json_response({"id": f"sms-{len(self.letters)}"}, status=202)

    def _forged(self, request: web.Request, payload: bytes) -> list[str]:
        stamp = request.headers.get("X-Cunshao-Timestamp", "")
        if not stamp.isdigit() or abs(self.now().timestamp() - int(stamp)) > FRESH:
            return [f"stale: {stamp}"]
        digest = hmac.new(self.secret.encode(), stamp.encode() + b"." + payload, hashlib.sha256).hexdigest()
        given = request.headers.get("X-Cunshao-Signature", "")
        return [] if hmac.compare_digest(given, f"sha256={digest}") else ["signature"]

    def _malformed(self, request: web.Request, payload: bytes) -> list[str]:
        if (request.method, request.path, request.content_type) != ("POST", self.path, "application/json"):
            return [f"{request.method} {request.path} {request.content_type}"]
        body = json.loads(payload.decode())
        wrong = strangers(body, FIELDS)
        if wrong:
            return wrong
        texts = ("id", "town", "to", "text", "lane", "duty", "link", "at")
        wrong = [f"type of {name}" for name in texts if not isinstance(body[name], str)]
        wrong += [f"empty {name}" for name in ("id", "town", "lane", "at") if not body[name]]
        wrong += ["lane"] * (body["lane"] not in ("alert", "reply", "notice"))
        wrong += ["key"] * (body["id"] != request.headers.get("Idempotency-Key"))
        wrong += ["at"] * (datetime.fromisoformat(body["at"]).tzinfo is None or _ahead(body["at"]))
        wrong += ["phones"] * any(not isinstance(phone, str) or not phone.isdigit() for phone in body["phones"])
        wrong += ["buttons"] * any(
            set(button) != {"label", "say"} or not all(button.values()) for button in body["buttons"]
        )
        return wrong


def _ahead(at: str) -> bool:
    return datetime.fromisoformat(at).astimezone(UTC) > datetime.now(UTC)
