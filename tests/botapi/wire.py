"""How a call comes in and an answer goes out; without it only one way to encode a call would be understood."""

import json
from typing import Any

from aiohttp import BodyPartReader, web

from .errors import ApiError
from .spec import Upload, decode


async def read_call(request: web.Request, method: str) -> dict[str, Any]:
    """The parameters of a call: query string, JSON, form or multipart. Raises ApiError for a broken body."""
    raw: dict[str, Any] = dict(request.query)
    kind = request.content_type
    if not request.body_exists:
        return decode(method, raw, form=True)
    if kind == "application/json":
        return decode(method, raw, form=True) | decode(method, await _json(request), form=False)
    if kind == "application/x-www-form-urlencoded":
        raw |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    elif kind == "multipart/form-data":
        raw |= await _multipart(request)
    elif await request.read():
        raise ApiError(400, f"Bad Request: unsupported content type {kind}")
    return decode(method, raw, form=True)


async def _json(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    try:
        given = json.loads(body) if body else {}
    except ValueError:
        raise ApiError(400, "Bad Request: can't parse JSON body") from None
    if not isinstance(given, dict):
        raise ApiError(400, "Bad Request: the JSON body is not an object")
    return given


async def _multipart(request: web.Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            raise ApiError(400, "Bad Request: a part of the form has no name")
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            fields[part.name] = data.decode()
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            fields[part.name] = Upload(part.name, part.filename, kind, data)
    return fields


def accepted(result: Any) -> web.Response:
    """200 with a result."""
    return _answer(200, {"ok": True, "result": result})


def accepted_updates(updates: list[bytes]) -> web.Response:
    """200 with updates that are encoded already."""
    return web.Response(body=b'{"ok":true,"result":[' + b",".join(updates) + b"]}", content_type="application/json")


def refused(error: ApiError) -> web.Response:
    """The error as the Bot API answers it."""
    return _answer(error.code, error.body())


def bad_gateway() -> web.Response:
    """What a proxy in front of the Bot API answers when nobody is behind it."""
    page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return web.Response(status=502, text=page, content_type="text/html")


def _answer(status: int, body: dict[str, Any]) -> web.Response:
    encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(status=status, body=encoded, content_type="application/json")
