"""Photos, voice messages and sheets: taken in, looked at, shown to whom they were meant for; without it people could only type."""

import re
import secrets
from collections.abc import Callable, Mapping

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sheets import LARGEST
from bot.web.doors import Sorry, doors_of, must_read, must_write, own_key, place_of
from storage.mailbox import Stored

MEBIBYTE = 1 << 20
PHOTO, VOICE, SHEET = 8 * MEBIBYTE, 4 * MEBIBYTE, LARGEST
LARGEST_BODY = PHOTO + 64 * 1024
"""Bytes of an upload: the largest photo and the form around it."""
PICTURE_BRANDS = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif")
"""An MP4 box that holds a picture which most browsers cannot show."""
MAGIC: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    ("photo", "image/jpeg", lambda b: b.startswith(b"\xff\xd8\xff")),
    ("photo", "image/png", lambda b: b.startswith(b"\x89PNG\r\n\x1a\n")),
    ("photo", "image/webp", lambda b: b[:4] == b"RIFF" and b[8:12] == b"WEBP"),
    ("voice", "audio/webm", lambda b: b.startswith(b"\x1a\x45\xdf\xa3")),
    ("voice", "audio/ogg", lambda b: b.startswith(b"OggS")),
    ("voice", "audio/mp4", lambda b: b[4:8] == b"ftyp" and b[8:12] not in PICTURE_BRANDS),
    ("sheet", "application/octet-stream", lambda b: b.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))),
)
"""What a file is, by its first bytes: its name and its own word for it prove nothing."""
LONGEST = {"photo": PHOTO, "voice": VOICE, "sheet": SHEET}
"""Bytes of a file of each kind."""
RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
HEADERS = {
    "x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox", "accept-ranges": "bytes",
    "cache-control": "private, max-age=3600", "referrer-policy": "no-referrer", "content-disposition": "inline",
}  # fmt: skip


async def upload(request: Request) -> Response:
    """Keep a file that a message will name next. It is sealed in memory: no temporary file of it ever touches the disk."""
    doors, form = doors_of(request), await _form(request)
    content, name = await _content(form.get("file"))
    chat, sender = place_of(form.get("chat")), place_of(form.get("sender"))
    must_write(request, chat, sender)
    kind, mime = sort_of(content, name)
    key = secrets.token_urlsafe(24)
    await doors.mailbox.store(Stored(key, chat, sender, kind, mime, content))
    return JSONResponse({"ref": key, "kind": kind})


async def download(request: Request) -> Response:
    """A file, for whoever may read a chat that shows it: their own, or ``?chat=`` a group's."""
    doors, key = doors_of(request), request.path_params["ref"]
    chats = [place_of(chat) for chat in request.query_params.getlist("chat")[:8]]
    for chat in chats:
        must_read(request, chat)
    if own := own_key(request):
        chats.append(place_of(own))
    file = await doors.mailbox.file_in(key, None if doors.demo is not None else chats)
    if file is None:
        raise Sorry(404, "no_file")
    return _sent(request, file)


def sort_of(content: bytes, name: str = "") -> tuple[str, str]:
    """(photo, voice or sheet, MIME type) of a file. Raises Sorry for anything else and for what is too large. A table as text
    has no mark of its own: there its name counts, and nobody is ever shown it but as a file to keep."""
    found = next(((kind, mime) for kind, mime, fits in MAGIC if fits(content[:16])), None)
    if found is None and name.lower().endswith(".csv") and content.strip():
        found = "sheet", "application/octet-stream"
    if found is None:
        raise Sorry(415, "bad_file")
    if len(content) > LONGEST[found[0]]:
        raise Sorry(413, "large_file")
    return found


def _sent(request: Request, file: Stored) -> Response:
    """The whole, or the part asked for: some phones play no sound that cannot be had in parts."""
    total, headers = len(file.content), HEADERS
    if file.kind == "sheet":
        headers = {**HEADERS, "content-disposition": "attachment"}
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return Response(file.content, 200, headers, file.mime)
    first, last = int(asked[1]), min(int(asked[2] or total - 1), total - 1)
    if first > last:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{total}"})
    part = {**headers, "content-range": f"bytes {first}-{last}/{total}"}
    return Response(file.content[first : last + 1], 206, part, file.mime)


async def _content(file: UploadFile | str | None) -> tuple[bytes, str]:
    """(what is in it, its name)"""
    if not isinstance(file, UploadFile):
        raise Sorry(400, "no_file")
    content = await file.read()
    await file.close()
    return content, file.filename or ""


async def _form(request: Request) -> Mapping[str, UploadFile | str]:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Sorry(415, "bad_file")
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        raise Sorry(413, "large_file")
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=4)
    parser.spool_max_size = LARGEST_BODY
    try:
        return await parser.parse()
    except MultiPartException:
        raise Sorry(400, "bad_file") from None
