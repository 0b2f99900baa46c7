"""What a page may say, and that saying it twice is saying it once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError
from structlog.testing import capture_logs

from bot.gateways.web import WebGateway
from storage.database import Database
from tests.web.house import CADRES, House


async def test_the_same_message_twice_is_one_message_with_one_answer(both: House) -> None:
    first = await both.say("li", "家里没米了", id="one-and-the-same")
    again = await asyncio.gather(*(both.say("li", "家里没米了", id="one-and-the-same") for _ in range(4)))
    assert first == (200, {"kept": True})
    assert again == [first] * 4
    await both.say("li", "跳过")
    letters = await both.letters("li", 4)
    assert [x["from"] for x in letters] == ["person", "bot", "person", "bot"]
    assert [x["text"] for x in letters if x["from"] == "person"] == ["家里没米了", "跳过"]
    cards = await both.letters(CADRES, 1)
    assert "家里没米了" in cards[0]["text"]


async def test_it_is_kept_before_it_is_answered(house: House) -> None:
    assert (await house.say("li", "38.2"))[0] == 200
    found = await house.doors.mailbox.do(
        lambda ledger: ledger.tx.exec_driver_sql("SELECT fever FROM temperatures").all()
    )
    assert found == [(1,)]


@pytest.mark.parametrize(
    ("change", "status", "why"),
    [
        ({"text": "长" * 4001}, 400, "too_long"),
        ({"text": "  "}, 400, "empty"),
        ({"text": 7}, 400, "not_text"),
        ({"id": "short"}, 400, "bad_id"),
        ({"id": "x" * 65}, 400, "bad_id"),
        ({"chat": "../etc"}, 400, "bad_key"),
        ({"sender": ""}, 400, "bad_key"),
        ({"text": "", "location": {"lat": 91, "lon": 0}}, 400, "bad_place"),
        ({"text": "", "location": "here"}, 400, "bad_place"),
        ({"text": "", "file": "of-somebody-else"}, 400, "no_file"),
    ],
)
async def test_what_cannot_be_a_message(house: House, change: dict[str, Any], status: int, why: str) -> None:
    body = {"chat": "li", "sender": "li", "id": "0123456789", "text": "36.5", **change}
    found, answer = await house.post("/api/say", body)
    assert (found, answer["why"]) == (status, why)
    assert answer["error"] != answer["next"]
    assert all(len(answer[part]) > 4 for part in ("error", "next"))


@pytest.mark.parametrize("change", [{"text": "家里没\ud83d米\0了"}, {"button": "d:help", "label": "帮\ud800助\0"}])
async def test_half_a_character_is_no_reason_to_lose_the_rest(both: House, change: dict[str, Any]) -> None:
    assert await both.say("li", **change) == (200, {"kept": True})
    said, answered = await both.letters("li", 2)
    assert said["text"] in ("家里没\ufffd米了", "帮\ufffd助")
    assert answered["from"] == "bot"


async def test_only_json_that_says_so_is_read(house: House) -> None:
    for body, sort in (('{"chat":"li"}', "text/plain"), ("[1]", "application/json"), ("{", "application/json")):
        async with house.client.post("/api/say", data=body, headers={"Content-Type": sort}) as answer:
            assert answer.status in (400, 415)
    async with house.client.post(
        "/api/say", data=b"x" * 70_000, headers={"Content-Type": "application/json"}
    ) as answer:
        assert answer.status == 413


async def test_the_database_is_away_and_comes_back(house: House) -> None:
    mailbox, there = house.doors.mailbox, house.doors.mailbox.database
    mailbox.database = Database("sqlite:////no-such-folder/town.db")
    status, answer = await house.say("li", "36.5", id="kept-on-the-phone")
    assert (status, answer["why"]) == (503, "away")
    mailbox.database.close()
    mailbox.database = there
    assert await house.say("li", "36.5", id="kept-on-the-phone") == (200, {"kept": True})
    assert len(await house.letters("li", 2)) == 2


async def test_a_place_and_a_button_are_shown_as_one_reads_them(house: House) -> None:
    await house.say("wang", "菜单")
    menu = (await house.letters("wang", 2))[1]
    button = menu["rows"][0][0]
    await house.say("wang", button=button["data"], label=button["label"], reply_to=menu["id"])
    await house.say("wang", location={"lat": 35.78, "lon": 118.62})
    said = [x["text"] for x in await house.letters("wang", 6) if x["from"] == "person"]
    assert said[:2] == ["菜单", button["label"]]
    assert "35.78" in said[2]
    assert "118.62" in said[2]


async def test_spent_answers_are_dead(house: House) -> None:
    await house.say("wang", "菜单")
    assert [x["dead"] for x in await house.letters("wang", 2)] == [False, False]
    await house.say("wang", "取消")
    assert [x["dead"] for x in (await house.letters("wang", 4))][:2] == [False, True]


async def test_a_mistake_in_a_statement_is_not_taken_for_a_database_that_is_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def mistaken(*_given: Any, **_named: Any) -> None:
        raise ProgrammingError("SELECT words", None, Exception("no such column"))

    monkeypatch.setattr(house.doors.mailbox, "do", mistaken)
    with capture_logs() as logs:
        assert (await house.say("li", "36.5"))[0] == 503
    assert [(line["event"], line["fault"]) for line in logs] == [("a page cannot be served", "ProgrammingError")]
    assert logs[0]["exc_info"]
    call = {"address": "web:li", "row": "1", "text": "x", "rows": [], "attachments": [], "picture": ""}
    with pytest.raises(ProgrammingError):  # the sender says so in the log, and does not try for ever
        await WebGateway(house.doors.mailbox).deliver(call)
