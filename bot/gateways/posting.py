"""One JSON body posted to one address, and what came back; without it each outward channel would leak its keys in its own way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from chat.letter import Button

TIMES = aiohttp.ClientTimeout(total=40, connect=10, sock_read=20)
"""Seconds in all, for a connection (until then nothing has been sent), and of silence while an answer is expected."""
LONGEST = 64 * 1024
"""Bytes of an answer that are read."""
LONGEST_WAIT = 3600.0
"""Seconds of a Retry-After that are believed."""
CONNECTIONS = 32
PRESSED = "d:"
"""How the data of a button begins that stands for an act: ``d:claim:12``."""


class NotSent(Exception):
    """The request never left: no address, no connection, no free connection in time."""


class CutOff(Exception):
    """The request left and no whole answer came: it may have been carried out or not."""


@dataclass(frozen=True)
class Answer:
    """What a server answered; ``body`` is cut after 64 KB."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object in it, or an empty one."""
        try:
            body = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    def retry_after(self, now: datetime, otherwise: float) -> float:
        """The seconds its Retry-After asks for (a number or a date), between 1 and 3600."""
        asked = self.headers.get("Retry-After", "").strip()
        try:
            seconds = float(asked) if asked.isdecimal() else (parsedate_to_datetime(asked) - now).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return otherwise
        return min(max(seconds, 1.0), LONGEST_WAIT)


class Poster:
    """Posts; opens its connections at the first call. Its errors name the kind of failure, never the URL: it holds a key."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str] = {}, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Post a JSON body. A redirect is an answer like any other. Raises NotSent or CutOff."""
        failure: Exception
        headers = {"Content-Type": "application/json", **headers}
        try:
            async with self._opened().post(
                url,
                params=query,
                data=body,
                headers=headers,
                proxy=proxy_for(url),
                timeout=TIMES,
                allow_redirects=False,
            ) as response:
                return Answer(response.status, response.headers.copy(), await _read(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            failure = NotSent(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = CutOff(type(error).__name__)
        raise failure  # outside of the except: aiohttp's own words, with the URL in them, must not hang on it

    async def close(self) -> None:
        """Let go of connections; later calls are NotSent."""
        self._closed = True
        if self._session:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise NotSent("the gateway is closed")
        if self._session is None:
            # A new connection each time: letters go out minutes apart, and one posted on a connection that the other
            # side has just given up ends in "it may have arrived or not".
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "cunshao"},
            )
        return self._session


def proxy_for(url: str) -> str | None:
    """The proxy the environment names for this server; none on this machine."""
    parts = urlsplit(url)
    if not parts.hostname or parts.hostname in ("localhost", "127.0.0.1", "::1") or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


def clean(text: str) -> str:
    """The text without NUL and half surrogate pairs, which no database takes and UTF-8 cannot write."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


def sayable(button: Button) -> str:
    """What somebody who has no buttons says, opens or rings instead of pressing this one."""
    if button.url:
        return button.url.removeprefix("tel:")
    ref = button.data.split(":", 2)[2] if button.data.startswith(PRESSED) and button.data.count(":") > 1 else ""
    return button.label if not ref or button.label.endswith(f" {ref}") else f"{button.label} {ref}"


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > LONGEST:
            break
    return bytes(body[:LONGEST])
