"""Style sheet, scripts and pictures of the pages, packed once and kept by the browser; without it the pages would be bare.

All of them stand under a folder named after their content: the browser may keep them for ever, and a new version has a new name.
"""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bot.texts import FOLDER

STATIC = FOLDER / "web" / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
SMALL = 500
"""Bytes that are not worth packing."""
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def edition() -> str:
    """A short name of all that is in the folder as it is now."""
    every = sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            every.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
    return every.hexdigest()[:10]


def static_url(name: str) -> str:
    """Where a page finds one of these files."""
    return f"/static/{edition()}/{name}"


async def static(request: Request) -> Response:
    """One of these files. An old page that asks for an older edition gets today's, which it must not keep."""
    name = request.path_params["name"]
    found = _read(name) if name in _names() else None
    if found is None:
        return Response(status_code=404)
    plain, packed = found
    kept = FOR_EVER if request.path_params["edition"] == edition() else "no-store"
    headers = {"cache-control": kept, "vary": "accept-encoding", "x-content-type-options": "nosniff"}
    return zipped(request, plain, packed, TYPES[Path(name).suffix], headers)


def zipped(
    request: Request, plain: bytes, packed: bytes, media: str, headers: dict[str, str], status: int = 200
) -> Response:
    """A body as the browser can take it."""
    takes = "gzip" in request.headers.get("accept-encoding", "") and len(plain) > SMALL
    headers = {**headers, "content-encoding": "gzip"} if takes else headers
    return Response(packed if takes else plain, status, headers, media)


@cache
def _names() -> frozenset[str]:
    """Only what is there can be asked for: no path of the request ever reaches the disk."""
    return frozenset(p.relative_to(STATIC).as_posix() for p in STATIC.rglob("*") if p.suffix in TYPES)


@cache
def _read(name: str) -> tuple[bytes, bytes]:
    plain = (STATIC / name).read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0)
