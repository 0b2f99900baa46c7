"""python-telegram-bot's transport over aiohttp; without it a core sends 200 to 450 messages a second, not 1,200."""

import json
from collections.abc import Mapping
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import orjson
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

CONNECT = 10.0
"""Seconds to get a connection; until then nothing has been sent."""
ANSWER = 20.0
"""Seconds after which an answer is not expected any more (with a file: seconds of silence)."""
WHOLE = 120.0
"""Seconds more for a call with a file."""
LONGEST = 20 * 1024 * 1024
"""Bytes of the longest answer read: what the Bot API lets a bot download."""
CONNECTIONS = 128
SHORT = aiohttp.ClientTimeout(total=ANSWER, connect=CONNECT)
"""One clock for a call: each more that has to be set back with every piece of an answer costs as much as its JSON."""
LONG = aiohttp.ClientTimeout(total=WHOLE + ANSWER, connect=CONNECT, sock_read=ANSWER)
"""For files, which may take their time as long as something moves."""
JSON = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """The request never left: no address, no connection, no free connection in time."""


class CutOff(NetworkError):
    """The request left and no whole answer came: it may have been carried out or not."""


class TooLong(CutOff):
    """The answer is longer than 20 MB."""


class Flooded(NetworkError):
    """429: nothing more for so many seconds. (The library's own RetryAfter warns whenever it is built.)"""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests; again in {seconds:g} s")
        self.seconds = seconds


class AiohttpRequest(BaseRequest):
    """One connection pool for all calls. Its errors name the kind of failure, never the URL, which holds the token."""

    def __init__(self, base_url: str) -> None:
        self._proxy = proxy_for(base_url)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def read_timeout(self) -> float:
        return ANSWER

    async def initialize(self) -> None:
        """Nothing to do: the pool opens with the first call."""

    async def shutdown(self) -> None:
        """Close the pool; later calls are NotSent."""
        self._closed = True
        if self._session:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The typed client's calls, which are few: our own timeouts hold for all of them."""
        if method == "GET":
            return await self._exchange(method, url, None, {}, LONG)
        status, payload = await self.post_json(url, request_data.parameters if request_data else {})
        if status == 429:
            raise Flooded(retry_after(json_object(payload)))
        return status, payload

    async def post_json(
        self, url: str, params: Mapping[str, Any], answer_within: float | None = None
    ) -> tuple[int, bytes]:
        """Status and body of one Bot API call. Raises NotSent or CutOff."""
        body = orjson.dumps(params)
        clocks = aiohttp.ClientTimeout(total=answer_within, connect=CONNECT) if answer_within else SHORT
        return await self._exchange("POST", url, body, JSON, clocks)

    async def post_files(
        self, url: str, params: Mapping[str, Any], files: Mapping[str, bytes], called: str = ""
    ) -> tuple[int, bytes]:
        """The same as multipart/form-data, with PNG files, or one that is ``called`` so. Raises NotSent or CutOff."""
        form = aiohttp.FormData()
        for name, value in params.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for name, content in files.items():
            kind = guess_type(called)[0] if called else "image/png"
            form.add_field(name, content, filename=called or f"{name}.png", content_type=kind)
        return await self._exchange("POST", url, form, {}, LONG)

    async def _exchange(
        self,
        method: str,
        url: str,
        body: bytes | aiohttp.FormData | None,
        headers: Mapping[str, str],
        clocks: aiohttp.ClientTimeout,
    ) -> tuple[int, bytes]:
        failure: NetworkError
        try:
            async with self._opened().request(
                method, url, data=body, headers=headers, timeout=clocks, allow_redirects=False
            ) as response:
                return response.status, await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            failure = NotSent(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = CutOff(type(error).__name__)
        raise failure  # outside of the except: aiohttp's own words, with the URL in them, must not hang on it

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise NotSent("the gateway is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                proxy=self._proxy,
            )
        return self._session

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The library's version writes the whole answer to the log, people's words included; this does not."""
        body = json_object(payload)
        if body:
            return body
        raise CutOff("the answer is not a JSON object")


def proxy_for(url: str) -> str | None:
    """The proxy the environment names for this server, looked up once (aiohttp would look at each call)."""
    parts = urlsplit(url)
    if not parts.hostname or parts.hostname in ("localhost", "127.0.0.1", "::1") or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


def json_object(payload: bytes) -> dict[str, Any]:
    """The JSON object in an answer, or an empty one."""
    try:
        body = orjson.loads(payload)
    except ValueError:
        body = _lenient(payload)
    return body if isinstance(body, dict) else {}


def _lenient(payload: bytes) -> object:
    """What the strict reader refuses: half a surrogate pair in one message must not hold back all that came with it."""
    try:
        return json.loads(payload.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def retry_after(body: Mapping[str, Any]) -> float:
    """The seconds a 429 asks for; 5 when it does not say."""
    parameters = body.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else 5.0


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if response.content_length is not None and response.content_length <= LONGEST:
        return await response.read()
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > LONGEST:
            break
    if len(body) <= LONGEST:
        return bytes(body)
    response.close()
    raise TooLong("the answer is longer than 20 MB")
