"""The poster: a code that really opens the village's chat, on one sheet, in both languages."""

import re

import numpy as np
import pytest
import zxingcpp

from bot.texts import LOCALES
from bot.web.static import STATIC
from tests.web.house import House

BIG = 8
"""Dots for a module of the code: as a camera close by sees it."""
MOVE = re.compile(r"([Mmh])\s*([-\d.]+)(?:[ ,]([-\d.]+))?")


def dots(page: str) -> np.ndarray:
    """The code on a page as a picture: its path is drawn line by line, each stroke one module high."""
    svg = re.search(r'<svg viewBox="0 0 (\d+) \1" class="code"><path stroke="#000" d="([^"]+)"/></svg>', page)
    assert svg, "no code"
    side = int(svg[1])
    picture = np.full((side, side), 255, np.uint8)
    x = y = 0.0
    for verb, across, down in MOVE.findall(svg[2]):
        if verb == "h":
            picture[int(y), int(x) : int(x) + int(across)] = 0
            x += float(across)
        else:
            x, y = (float(across), float(down)) if verb == "M" else (x + float(across), y + float(down))
    return np.kron(picture, np.ones((BIG, BIG), np.uint8))


@pytest.mark.parametrize("village", ["yaowa", "shimen"])
async def test_its_code_opens_the_village(strict: House, village: str) -> None:
    status, body, _ = await strict.get(f"/poster/{village}")
    (read,) = zxingcpp.read_barcodes(dots(body.decode()))
    assert (status, read.text) == (200, f"http://village.test/c/{village}")
    assert (await strict.get(read.text.removeprefix("http://village.test")))[0] == 200


async def test_its_code_is_read_although_a_part_of_it_is_gone(strict: House) -> None:
    picture = dots((await strict.get("/poster/yaowa"))[1].decode())
    side = len(picture)
    picture[side // 2 : side // 2 + side // 5, side // 2 : side // 2 + side // 5] = 255
    assert [read.text for read in zxingcpp.read_barcodes(picture)] == ["http://village.test/c/yaowa"]


@pytest.mark.parametrize("locale", LOCALES)
async def test_it_says_the_address_and_whose_village_it_is(strict: House, locale: str) -> None:
    status, body, headers = await strict.get("/poster/yaowa", Accept_Language=locale)
    page = body.decode()
    assert status == 200
    assert "<b>http://village.test/c/yaowa</b>" in page
    assert "姚洼" in page
    assert "120" in page
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//|<script|\s(?:style|on\w+)=", page)
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_it_is_a_sheet_of_paper(strict: House) -> None:
    css = (STATIC / "poster.css").read_text("utf-8")
    width = re.search(r"\.code \{[^}]*width: (\d+)mm", css)
    assert "size: A4" in css
    assert width
    assert int(width[1]) >= 30


async def test_a_village_that_is_not_there_has_none(strict: House) -> None:
    status, body, _ = await strict.get("/poster/nowhere")
    assert status == 404
    assert b"village.test" not in body


async def test_with_another_messenger_the_code_may_open_the_chat_there(strict: House) -> None:
    ways = {"telegram": lambda village: f"https://t.me/sentry_bot?start={village}", "quiet": lambda _village: ""}
    strict.doors.ways.update(ways)
    first = (await strict.get("/poster/yaowa", Accept_Language="zh"))[1].decode()
    assert re.findall(r'href="(/poster/[^"]*by=[^"]*)"', first) == ["/poster/yaowa?lang=zh&amp;by=telegram"]
    page = (await strict.get("/poster/yaowa?lang=en&by=telegram"))[1].decode()
    assert [read.text for read in zxingcpp.read_barcodes(dots(page))] == ["https://t.me/sentry_bot?start=yaowa"]
    assert "<b>https://t.me/sentry_bot?start=yaowa</b>" in page
    assert "with Telegram or your camera" in page
    assert 'href="/poster/yaowa?lang=zh&amp;by=telegram" lang="zh"' in page
    for unknown in ("quiet", "nosuch", "%3Cb%3E"):
        page = (await strict.get(f"/poster/yaowa?by={unknown}"))[1].decode()
        assert [read.text for read in zxingcpp.read_barcodes(dots(page))] == ["http://village.test/c/yaowa"]
