"""Photos and voice messages: only what they are, only as large as they may be, only to whom they were shown."""

import pytest

from bot.web.files import PHOTO, VOICE
from tests.web.house import CADRES, LI, ZHANG, ZHAO, House

JPEG = b"\xff\xd8\xff\xe0 a kitchen without rice"
WEBM = b"\x1a\x45\xdf\xa3 come quickly"

TAKEN = [
    ("jpeg", JPEG, "photo"),
    ("png", b"\x89PNG\r\n\x1a\n....", "photo"),
    ("webp", b"RIFF\x10\x00\x00\x00WEBPVP8 ", "photo"),
    ("webm", WEBM, "voice"),
    ("ogg", b"OggS\x00\x02......", "voice"),
    ("m4a", b"\x00\x00\x00\x20ftypM4A \x00\x00", "voice"),
]
REFUSED = [
    ("a page", b"<!doctype html><script>1</script>", 415),
    ("a drawing with scripts", b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415),
    ("a program", b"MZ\x90\x00", 415),
    ("a photo few can show", b"\x00\x00\x00\x20ftypheic", 415),
    ("nothing", b"", 415),
    ("too large a photo", JPEG + b"x" * PHOTO, 413),
    ("far too large", JPEG + b"x" * (2 * PHOTO), 413),
    ("too long a recording", WEBM + b"x" * VOICE, 413),
]


@pytest.mark.parametrize(("name", "content", "kind"), TAKEN, ids=[x[0] for x in TAKEN])
async def test_taken(house: House, name: str, content: bytes, kind: str) -> None:
    status, answer = await house.upload("li", content)
    assert (status, answer["kind"]) == (200, kind)


@pytest.mark.parametrize(("name", "content", "status"), REFUSED, ids=[x[0] for x in REFUSED])
async def test_refused(house: House, name: str, content: bytes, status: int) -> None:
    found, answer = await house.upload("li", content)
    assert found == status
    assert answer["next"]


async def test_a_voice_message_reaches_those_who_get_its_card_and_nobody_else(strict: House) -> None:
    _, sent = await strict.upload(LI, WEBM, key=LI)
    file = f"/api/file/{sent['ref']}"
    assert (await strict.get(file, X_Cunshao_Key=LI))[0] == 404, "not yet part of any message"
    assert (await strict.say(LI, file=sent["ref"], key=LI))[0] == 200
    own, card = await strict.letters(LI, 2, key=LI), await strict.letters(CADRES, 1, key=ZHANG)
    assert own[0]["attachments"] == card[0]["attachments"] == [["voice", sent["ref"]]]
    status, body, headers = await strict.get(file, X_Cunshao_Key=LI)
    assert (status, body, headers["Content-Type"]) == (200, WEBM, "audio/webm")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert (await strict.get(f"{file}?chat={CADRES}", X_Cunshao_Key=ZHANG))[1] == WEBM
    assert (await strict.get(file, X_Cunshao_Key=ZHAO))[0] == 404
    assert (await strict.get(f"{file}?chat={LI}", X_Cunshao_Key=ZHAO))[0] == 403
    assert (await strict.get(file))[0] == 404


async def test_nobody_sends_what_somebody_else_uploaded(strict: House) -> None:
    _, sent = await strict.upload(LI, JPEG, key=LI)
    assert (await strict.say(ZHAO, file=sent["ref"], key=ZHAO))[1]["why"] == "no_file"
    assert (await strict.upload(LI, JPEG, key=ZHAO))[0] == 403


@pytest.mark.parametrize(("asked", "status", "got"), [("bytes=0-3", 206, WEBM[:4]), ("bytes=4-", 206, WEBM[4:]),
                                                      ("bytes=900-", 416, b""), ("lines=1", 200, WEBM)])  # fmt: skip
async def test_a_phone_may_ask_for_a_part(house: House, asked: str, status: int, got: bytes) -> None:
    _, sent = await house.upload("li", WEBM)
    await house.say("li", file=sent["ref"])
    found, body, _ = await house.get(f"/api/file/{sent['ref']}", Range=asked)
    assert (found, body) == (status, got)
