"""A page misses nothing and shows nothing twice, however its connection is cut."""

import asyncio

import pytest

from bot.mailbox import DatabaseMailbox
from storage.database import Database
from tests.web.house import CADRES, House, Page

BODY = {"text": "x", "rows": [], "picture": "", "attachments": []}


async def fill(house: House, chat: str, first: int, last: int) -> None:
    """Letters with these numbers as ids, put at the same time as on a busy evening."""
    box = house.doors.mailbox
    await asyncio.gather(
        *(box.put(f"web:{chat}", f"letter-{n}", "", {**BODY, "text": str(n)}) for n in range(first, last))
    )


async def test_places_have_no_gaps_however_many_come_at_once(both: House) -> None:
    await asyncio.gather(fill(both, "li", 0, 30), fill(both, "li", 10, 40), fill(both, "wang", 0, 20))
    letters = await both.letters("li", 40)
    assert [x["place"] for x in letters] == list(range(1, 41))
    assert len({x["id"] for x in letters}) == 40


@pytest.mark.parametrize("cut", [1, 7, 29])
async def test_a_connection_cut_in_the_middle_goes_on_there(both: House, cut: int) -> None:
    await fill(both, "li", 0, 20)
    await fill(both, CADRES, 0, 10)
    async with both.page("li@0", f"{CADRES}@0") as page:
        before = await page.letters(cut)
        cursor = page.cursor
    await asyncio.gather(fill(both, "li", 20, 40), fill(both, CADRES, 10, 15))
    async with both.page("li@0", f"{CADRES}@0", had=cursor) as page:
        after = await page.letters(55 - cut)
        await fill(both, "li", 40, 41)
        after += await page.letters(1)
    got = [(x["chat"], x["seq"]) for x in before + after]
    assert sorted(got) == sorted([("li", n) for n in range(1, 42)] + [(CADRES, n) for n in range(1, 16)])
    assert [s for c, s in got if c == "li"] == list(range(1, 42))


async def test_a_page_that_knows_a_number_gets_only_what_is_later(house: House) -> None:
    await fill(house, "li", 0, 9)
    async with house.page("li@7") as page:
        assert [x["seq"] for x in await page.letters(2)] == [8, 9]


async def test_more_than_one_reading_can_hold(house: House) -> None:
    await fill(house, "li", 0, 450)
    async with house.page("li@0") as page:
        assert [x["seq"] for x in await page.letters(450)] == list(range(1, 451))
    async with house.page("li") as page:
        assert [x["seq"] for x in await page.letters(200)] == list(range(251, 451))


async def test_an_edit_reaches_a_page_that_was_away(both: House) -> None:
    await fill(both, "li", 0, 3)
    async with both.page("li") as page:
        first = (await page.letters(3))[0]
        cursor = page.cursor
    await both.doors.mailbox.edit("web:li", first["id"], {**BODY, "text": "new"})
    async with both.page("li@0", had=cursor) as page:
        (changed,) = await page.letters(1)
    same = ("id", "place")
    assert [changed[k] for k in same] == [first[k] for k in same]
    assert (changed["text"], changed["edited"], changed["seq"]) == ("new", True, 4)


async def test_what_is_said_appears_on_every_open_page_at_once(house: House) -> None:
    async with house.page("li", CADRES) as one, house.page("li") as two:
        await house.say("li", "家里没米了")
        first, second = await one.letters(3), await two.letters(2)
    assert {x["chat"] for x in first} == {"li", CADRES}
    assert [x["id"] for x in first if x["chat"] == "li"] == [x["id"] for x in second]


async def test_another_process_rings_too(both: House) -> None:
    if both.app.database.sqlite:
        pytest.skip("one SQLite file has one process")
    other = Database(both.url)
    elsewhere = DatabaseMailbox(other, both.vault, both.doors.mailbox.town)
    async with both.page("li") as page:
        await elsewhere.put("web:li", "from-elsewhere", "", {**BODY, "text": "here"})
        (letter,) = await page.letters(1)
    other.close()
    assert letter["text"] == "here"


async def test_a_stopping_program_lets_its_pages_go(house: House) -> None:
    async with house.page("li") as page:
        await fill(house, "li", 0, 1)
        await page.letters(1)
        house.running[-1].cancel()
        with pytest.raises(AssertionError, match="let go"):
            await asyncio.wait_for(end(page), 5)


async def end(page: Page) -> None:
    """Reads until there is nothing more to read."""
    while True:
        await page.letter()


@pytest.mark.parametrize("query", ["", "chat=", "chat=a/b", "&".join(f"chat=c{n}" for n in range(61))])
async def test_chats_that_cannot_be(house: House, query: str) -> None:
    status, body, _ = await house.get(f"/api/stream?{query}")
    assert status == 400, body


async def test_a_page_that_is_ahead_of_its_chat_begins_with_the_latest(both: House) -> None:
    """It was open while an older backup was restored; a chat that has nothing yet is no reason to."""
    async with both.page("li@0", f"{CADRES}@0", had=f"li@900,{CADRES}@900") as page:
        await fill(both, "li", 0, 3)
        assert [(x["seq"], x.get("anew", False)) for x in await page.letters(3)] == [(1, True), (2, False), (3, False)]
        await fill(both, CADRES, 0, 1)
        assert [x["seq"] for x in await page.letters(1)] == [1]
        await fill(both, "li", 3, 4)
        assert [(x["chat"], x["seq"]) for x in await page.letters(1)] == [("li", 4)]
