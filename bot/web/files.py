"""Photos and voice messages: taken in, looked at, and shown to whom they were meant for; without it a villager could only type."""

import re
import secrets
from collections.abc import Callable, Mapping

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.web.doors import Sorry, doors_of, must_read, must_write, own_key, place_of
from storage.mailbox import Stored

MEBIBYTE = 1 << 20
PHOTO, VOICE = 8 * MEBIBYTE, 4 * MEBIBYTE
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
)
"""What a file is, by its first bytes: its name and its own word for it prove nothing."""
RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
HEADERS = {
    "x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox", "accept-ranges": "bytes",
    "cache-control": "private, max-age=3600", "referrer-policy": "no-referrer", "content-disposition": "inline",
}  # fmt: skip


async def upload(request: Request) -> Response:
    """Keep a file that a message will name next. It is sealed in memory: no temporary file of it ever touches the disk."""
    doors, form = doors_of(request), await _form(request)
    content = await _content(form.get("file"))
    chat, sender = place_of(form.get("chat")), place_of(form.get("sender"))
    must_write(request, chat, sender)
    kind, mime = sort_of(content)
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


def sort_of(content: bytes) -> tuple[str, str]:
    """(photo or voice, MIME type) of a file. Raises Sorry for anything else and for what is too large."""
    found = next(((kind, mime) for kind, mime, fits in MAGIC if fits(content[:16])), None)
    if found is None:
        raise Sorry(415, "bad_file")
    if len(content) > (PHOTO if found[0] == "photo" else VOICE):
        raise Sorry(413, "large_file")
    return found


def _sent(request: Request, file: Stored) -> Response:
    """The whole, or the part asked for: some phones play no sound that cannot be had in parts."""
    total = len(file.content)
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return Response(file.content, 200, HEADERS, file.mime)
    first, last = int(asked[1]), min(int(asked[2] or total - 1), total - 1)
    if first > last:
        return Response(status_code=416, headers={**HEADERS, "content-range": f"bytes */{total}"})
    part = {**HEADERS, "content-range": f"bytes {first}-{last}/{total}"}
    return Response(file.content[first : last + 1], 206, part, file.mime)


async def _content(file: UploadFile | str | None) -> bytes:
    if not isinstance(file, UploadFile):
        raise Sorry(400, "no_file")
    content = await file.read()
    await file.close()
    return content


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
