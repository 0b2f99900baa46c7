"""WeCom's webhook for group robots as it answers in earnest; without it the 2,048 bytes would be a rumour.

Codes and words as people who met them report: always HTTP 200, the code in JSON, a hint and an address after the reason.
"""

import base64
import binascii
import hashlib
import json
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .weather import Weather

PATH = "/cgi-bin/webhook/send"
TEXT, PICTURE = 2048, 2 * 1024 * 1024
PER_MINUTE = 20
REASONS = {
    0: "ok",
    -1: "system busy",
    40004: "invalid media type",
    40008: "invalid message type",
    40009: "invalid image size",
    40058: "text.content exceed max length 2048. invalid Request Parameter",
    44004: "empty content",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    93000: "invalid webhook url",
    93004: "robot is disabled",
    93008: "robot not in chat",
    301019: "media md5 not match",
}
ROBOTS_OWN = {93000, 93004, 93008, 45033, -1}
"""Codes that are no fault of the call."""


@dataclass(frozen=True)
class Said:
    """One message a group got."""

    key: str
    text: str = ""
    mention: tuple[str, ...] = ()
    picture: bytes = b""


class WecomServer:
    """Checks every call, keeps what it accepted in ``said`` and what no real client should do in ``violations``."""

    def __init__(self, *keys: str) -> None:
        self.keys = set(keys)
        self.said: list[Said] = []
        self.violations: list[str] = []
        self.weather = Weather()
        self.clock = 0.0
        """Seconds; a test moves it."""
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    async def handle(self, request: web.Request) -> web.Response:
        """One call."""
        return await self.weather.over(request, self._accept)

    async def _accept(self, request: web.Request) -> web.Response:
        if request.path != PATH or request.method != "POST" or set(request.query) != {"key"}:
            self.violations.append(f"{request.method} {request.path} {sorted(request.query)}")
            return web.Response(status=404)
        code = self._judge(request.query["key"], request.content_type, await request.read())
        if code and code not in ROBOTS_OWN:
            self.violations.append(f"{code} {REASONS[code]}")
        return web.Response(body=answer_of(code), content_type="application/json")

    def _judge(self, key: str, content_type: str, payload: bytes) -> int:
        if content_type != "application/json":
            self.violations.append(f"content type {content_type}")
        if key not in self.keys:
            return 93000
        try:
            body = json.loads(payload)
        except ValueError:
            return 44004
        code, said = self._read(key, body if isinstance(body, dict) else {})
        if said is None:
            return code
        if self._flooded(key):
            return 45009
        self.said.append(said)
        return 0

    def _read(self, key: str, body: dict[str, Any]) -> tuple[int, Said | None]:
        sort = body.get("msgtype")
        if sort not in ("text", "image"):
            return 40008, None
        inner = body.get(sort)
        if set(body) != {"msgtype", sort} or not isinstance(inner, dict):
            self.violations.append(f"fields {sorted(body)}")
            return 44004, None
        return self._text(key, inner) if sort == "text" else self._picture(key, inner)

    def _text(self, key: str, text: dict[str, Any]) -> tuple[int, Said | None]:
        if unknown := set(text) - {"content", "mentioned_list", "mentioned_mobile_list"}:
            self.violations.append(f"fields {sorted(unknown)}")
        content, mention = text.get("content"), text.get("mentioned_mobile_list", [])
        if not isinstance(content, str) or not content.strip():
            return 44004, None
        if len(content.encode()) > TEXT:
            return 40058, None
        if not isinstance(mention, list) or not all(
            isinstance(m, str) and (m.isdigit() or m == "@all") for m in mention
        ):
            self.violations.append("mentioned_mobile_list is not a list of phone numbers")
            mention = []
        return 0, Said(key, content, tuple(mention))

    def _picture(self, key: str, image: dict[str, Any]) -> tuple[int, Said | None]:
        if set(image) != {"base64", "md5"}:
            self.violations.append(f"fields {sorted(image)}")
        try:
            content = base64.b64decode(image.get("base64", ""), validate=True)
        except (binascii.Error, TypeError, ValueError):
            return 40004, None
        if not content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
            return 40004, None
        if len(content) > PICTURE:
            return 40009, None
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != image.get("md5"):
            return 301019, None
        return 0, Said(key, picture=content)

    def _flooded(self, key: str) -> bool:
        """The twenty-first in any minute."""
        calls = self._calls[key]
        while calls and calls[0] <= self.clock - 60:
            calls.popleft()
        if len(calls) >= PER_MINUTE:
            return True
        calls.append(self.clock)
        return False


def answer_of(code: int) -> bytes:
    """What the platform says with this code."""
    hint = ", hint: [1653710655173452988930371], from ip: 127.0.0.1, more info at https://open.work.test/query?e="
    return json.dumps({"errcode": code, "errmsg": REASONS[code] + (f"{hint}{code}" if code else "")}).encode()
