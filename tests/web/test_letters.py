"""Deliveries into the boxes: once each, edited in their place, sealed on the disk, seen, and forgotten."""

from datetime import timedelta
from pathlib import Path

from bot.gateways import Accepted, Refused
from chat.letter import Button, Letter
from storage import mailbox
from tests.web.house import CADRES, House

CARD = Letter("【需求 1】家里没米了", ((Button("我来办", "d:claim:1"),),))


async def deliver(house: House, row: str, letter: Letter, edits: str = "") -> object:
    """One outbox row, as the sender hands it over."""
    gateway, address = house.doors.gateway, f"web:{CADRES}"
    call = gateway.edit(address, edits, letter) if edits else gateway.render(address, letter)[0]
    return await gateway.deliver({**call, "row": row, "address": address})


async def test_a_repeated_row_is_one_letter(both: House) -> None:
    assert await deliver(both, "row-1", CARD) == Accepted("row-1")
    assert await deliver(both, "row-1", CARD) == Accepted("row-1")
    await deliver(both, "row-2", CARD)
    assert [x["id"] for x in await both.letters(CADRES, 2)] == ["row-1", "row-2"]


async def test_an_edit_replaces(both: House) -> None:
    await deliver(both, "row-1", CARD)
    async with both.page(CADRES) as page:
        (before,) = await page.letters(1)
        assert await deliver(both, "row-9", Letter("【需求 1】张建国在办"), edits="row-1") == Accepted("row-1")
        (after,) = await page.letters(1)
    assert (after["id"], after["place"], after["text"], after["rows"]) == (
        "row-1",
        before["place"],
        "【需求 1】张建国在办",
        [],
    )
    assert [x["text"] for x in await both.letters(CADRES, 1)] == ["【需求 1】张建国在办"]
    assert await deliver(both, "row-9", CARD, edits="nothing-there") == Refused("no such letter")


async def test_a_card_in_the_group_becomes_a_board(house: House) -> None:
    await house.say("li", "家里没米了")
    (card,) = await house.letters(CADRES, 1)
    claim = card["rows"][0][0]
    await house.say(CADRES, sender="zhang", button=claim["data"], label=claim["label"], reply_to=card["id"])
    letters = await house.letters(CADRES, 3)
    board = next(x for x in letters if x["id"] == card["id"])
    assert board["edited"]
    assert "张建国" in board["text"]
    assert claim["data"] not in [b["data"] for row in board["rows"] for b in row]


async def test_a_reply_to_a_card_is_understood(house: House) -> None:
    await house.say("li", "家里没米了")
    (card,) = await house.letters(CADRES, 1)
    await house.say(CADRES, "我来办", sender="zhang", reply_to=card["id"])
    assert any("张建国" in x["text"] for x in await house.letters(CADRES, 3))


async def test_a_picture_of_ours_is_shown_where_it_was_sent(house: House, tmp_path: Path) -> None:
    picture = tmp_path / "report.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n-drawn-")
    await deliver(house, "row-1", Letter("日报", picture=str(picture)))
    picture.unlink()
    await deliver(house, "row-2", Letter("日报", picture=str(picture)))
    shown, gone = await house.letters(CADRES, 2)
    status, body, headers = await house.get(f"/api/file/{shown['picture']}?chat={CADRES}")
    assert (status, body, headers["Content-Type"]) == (200, b"\x89PNG\r\n\x1a\n-drawn-", "image/png")
    assert (gone["text"], gone["picture"]) == ("日报", "")


def everything_in(folder: Path) -> bytes:
    """All that a thief of the disk would have."""
    return b"".join(path.read_bytes() for path in folder.glob("town.db*"))


async def test_nothing_can_be_read_from_the_disk(house: House, tmp_path: Path) -> None:
    await house.say("li", "家里没米了")
    await house.say(CADRES, "大家先看这一条", sender="zhang")
    photo = b"\xff\xd8\xff" + b"a photo of a kitchen" * 40
    await house.upload("li", photo)
    await house.letters("li", 2)
    await house.close()
    disk = everything_in(tmp_path)
    await house.open()
    assert len(disk) > 10_000
    for secret in ("没米", "大家先看", "张建国", "11:00"):
        assert secret.encode() not in disk, secret
    assert b"a photo of a kitchen" not in disk


async def test_a_page_has_only_what_somebody_looked_at(both: House) -> None:
    async def has(letter: str) -> bool:
        found: bool = await both.doors.mailbox.do(lambda ledger: mailbox.page_has(ledger, f"web:{CADRES}", letter))
        return found

    await deliver(both, "row-1", CARD)
    await deliver(both, "row-2", CARD)
    assert [await has("row-1"), await has("row-2"), await has("row-3")] == [False, False, False]
    assert await both.post("/api/seen", {"chat": CADRES, "seq": 1}) == (200, {"seen": 1})
    assert [await has("row-1"), await has("row-2")] == [True, False]
    await both.post("/api/seen", {"chat": CADRES, "seq": 99})
    assert not await has("row-2"), "what was never there cannot have been seen"
    await both.post("/api/seen", {"chat": CADRES, "seq": 2})
    await both.post("/api/seen", {"chat": CADRES, "seq": 1})
    assert await has("row-2")
    assert (await both.post("/api/seen", {"chat": CADRES, "seq": "2"}))[0] == 400


async def test_a_tip_leaves_nothing_in_its_authors_box(both: House) -> None:
    await both.say("zhao", "36.5")
    since = both.doors.mailbox.now() + timedelta(minutes=1)
    both.app.clock.set(since)
    _, photo = await both.upload("zhao", b"\xff\xd8\xff-a-feast-")
    await both.say("zhao", "", file=photo["ref"])
    forgotten = await both.doors.mailbox.do(lambda ledger: both.doors.mailbox.forget(ledger, "web:zhao", since))
    assert forgotten >= 1
    assert (await both.letters("zhao", 2))[0]["text"] == "36.5"
    (row,) = await both.doors.mailbox.do(
        lambda ledger: ledger.tx.exec_driver_sql("SELECT chat, sender FROM web_files").all()
    )
    assert tuple(row) == ("", "")
    await both.say("zhao", "36.6")
    places = [x["place"] for x in await both.letters("zhao", 4)]
    assert places[:2] == [1, 2]
    assert places[2] == 2 + forgotten + 1, "a page that was open must not be confused"
