"""Messages that come together share a commit, and nobody is to notice it: not when one of them fails, nor when one comes twice."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.desk import Desk
from bot.front import Front
from bot.gateways import Away
from chat.incoming import Document, Incoming, Said
from storage.database import Database
from storage.tables import duties, inbox, temperatures
from tests.conversations.stage import BEGIN, TOWN, Stage, without_codes

LI, SUN, ANNA, ZHAO = "paper:li", "paper:sun", "paper:anna", "paper:zhao"


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    opened = Stage(database_url)
    await opened.open()
    yield opened
    await opened.close()


def says(number: int, who: str, text: str, **said: Any) -> Incoming:
    """A message in a private chat; its number is its id."""
    return Incoming("paper", f"b{number}", who, who, True, Said(text, **said), BEGIN, addressed=True)


async def told(stage: Stage, *several: Incoming) -> list[tuple[str, str]]:
    """(chat, words) of what came of several messages, told to the people who wrote them."""
    await stage.app.desk.receive(*several)
    heard = await stage.listen()
    writers = {incoming.chat.removeprefix("paper:") for incoming in several}
    return [(chat, text) for chat, text in heard if chat in writers]


async def kept(stage: Stage, table: Any) -> int:
    """How many rows there are."""
    return int(
        await stage.app.database.transact(lambda tx: tx.execute(select(func.count()).select_from(table)).scalar())
    )


async def test_each_has_its_answer_and_a_chat_its_order(stage: Stage) -> None:
    heard = await told(
        stage, says(1, LI, "36.5"), says(2, SUN, "需求"), says(3, LI, "打错了，36.8"), says(4, SUN, "家里没米了"),
        says(5, ZHAO, "你好"),
    )  # fmt: skip
    first, corrected = (text for chat, text in heard if chat == "li")
    assert "记下了：36.5" in first
    assert "36.8" in corrected
    assert len([chat for chat, _ in heard if chat == "sun"]) == 2
    assert len([chat for chat, _ in heard if chat == "zhao"]) == 1
    assert await kept(stage, inbox) == 5
    assert await kept(stage, duties) == 1


async def test_a_code_beside_a_message_that_fails_is_bound_all_the_same(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear = Front.hear

    def failing(front: Front, ledger: Any, town: Any, incoming: Incoming, now: datetime) -> Any:
        if incoming.said.text == "37.1":
            raise LookupError("a mistake of ours")
        return hear(front, ledger, town, incoming, now)

    monkeypatch.setattr(Front, "hear", failing)
    stage = Stage(database_url, without_codes(TOWN))
    await stage.open()
    heard = await told(stage, says(1, ZHAO, "/bind NOON-2222"), says(2, ZHAO, "37.1"), says(3, SUN, "36.5"))
    await stage.close()
    assert "这里已经接上村哨" in "".join(text for chat, text in heard if chat == "zhao")


async def test_sheets_that_were_sent_together_are_each_answered(stage: Stage) -> None:
    def sheet(number: int) -> Incoming:
        file = Document(f"ref{number}", f"{number}.xlsx")
        return replace(says(number, LI, "", document=file), album="A")

    heard = await told(stage, sheet(1), sheet(2), sheet(3))
    assert len(heard) == 3
    assert "照片" not in "".join(text for _, text in heard)


async def test_one_that_fails_fails_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hear = Front.hear

    def failing(front: Front, ledger: Any, town: Any, incoming: Incoming, now: datetime) -> Any:
        heard = hear(front, ledger, town, incoming, now)
        if incoming.said.text == "37.1":
            raise LookupError("a mistake of ours")
        return heard

    monkeypatch.setattr(Front, "hear", failing)
    heard = await told(stage, says(1, LI, "36.5"), says(2, SUN, "37.1"), says(3, ANNA, "36.9"))
    assert sorted(chat for chat, _ in heard) == ["anna", "li", "sun"]
    assert "我这边出了错" in dict(heard)["sun"]
    assert await kept(stage, temperatures) == 2
    fates = await stage.app.database.transact(
        lambda tx: dict(tx.execute(select(inbox.c.message_id, inbox.c.fate)).all())
    )
    assert fates == {"b1": "decided", "b2": "failed", "b3": "decided"}


async def test_one_that_came_before_changes_nothing(stage: Stage) -> None:
    assert len(await told(stage, says(1, LI, "36.5"), says(1, LI, "36.5"), says(2, SUN, "36.6"))) == 2
    assert await told(stage, says(2, SUN, "36.6"), says(1, LI, "36.5")) == []
    assert await kept(stage, temperatures) == 2


async def test_a_file_among_them_is_fetched_and_the_others_are_not_held_up(stage: Stage) -> None:
    lost = says(2, "paper:head", "", document=Document("nowhere", "值班表.xlsx"))
    heard = await told(stage, says(1, LI, "36.5"), lost, says(3, SUN, "36.6"))
    assert sorted(chat for chat, _ in heard) == ["head", "li", "sun"]


async def test_an_answer_goes_out_with_the_commit_that_decided_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear, attempt = Front.hear, Database._attempt
    joined: list[int] = []

    def hearing(*asked: Any) -> Any:
        until = time.monotonic() + 5
        while stage.app.database._waiting.empty() and time.monotonic() < until:
            time.sleep(0.001)
        return hear(*asked)

    def counting(database: Database, together: Any) -> Any:
        results = attempt(database, together)
        joined.append(len(results))
        return results

    monkeypatch.setattr(Front, "hear", hearing)
    monkeypatch.setattr(Database, "_attempt", counting)
    stage = Stage(f"sqlite:///{tmp_path}/town.db")
    await stage.open()
    await stage.app.sender.drained()
    joined.clear()
    await stage.app.desk.receive(says(1, LI, "36.5"))
    assert max(joined) == 2, "the sender's claim did not join the decision"
    assert (await stage.listen())[0][0] == "li"
    await stage.close()


async def test_a_database_that_goes_away_is_said_as_such(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone or with others, and also while a mistake is put on the record: who offers messages must offer them again."""

    def away(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("gone"))

    def mistaken(*_: object) -> None:
        raise KeyError("a mistake of ours")

    with monkeypatch.context() as bad:
        bad.setattr(Front, "hear", away)
        for several in ((says(1, LI, "36.5"),), (says(1, LI, "36.5"), says(2, SUN, "36.6"))):
            with pytest.raises(Away):
                await stage.app.desk.receive(*several)
        bad.setattr(Front, "hear", mistaken)
        bad.setattr(Desk, "_apologise", away)
        with pytest.raises(Away):
            await stage.app.desk.receive(says(1, LI, "36.5"))
    assert await kept(stage, inbox) == 0
    await stage.app.desk.receive(says(1, LI, "36.5"), says(2, SUN, "36.6"))
    assert await kept(stage, temperatures) == 2
