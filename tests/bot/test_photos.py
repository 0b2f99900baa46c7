"""A photo that joins a card reaches also the messengers in which a message that was sent cannot be given one: there it follows
the changed card, once, and not where it was sent."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.gateways import Call
from chat.incoming import Attachment, Incoming, Said
from chat.letter import Letter
from tests.conversations.stage import BEGIN, PaperGateway, Stage

ZHANG, LI, CADRES = "paper:zhang", "paper:li", "paper:cadres-yaowa"


class Messenger(PaperGateway):
    """As Telegram does it: a file is a message of its own, and a card that is changed keeps its words only."""

    def render(self, address: str, letter: Letter) -> Sequence[Call]:
        """The words, then each file."""
        said = [{**call, "attachments": []} for call in super().render(address, letter)] if letter.text else []
        files = [{"text": "", "rows": [], "picture": False, "attachments": [list(file)], "beside": True}
                 for file in letter.attachments]  # fmt: skip
        return [*said, *files]

    def edit(self, address: str, message_id: str, letter: Letter) -> Call | None:
        """The words alone."""
        return {**self.render(address, letter)[0], "edits": message_id}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    opened = Stage(f"sqlite:///{tmp_path}/town.db", gateway=Messenger())
    await opened.open()
    yield opened
    await opened.close()


async def sent(stage: Stage, number: int, who: str, said: Said, chat: str = "") -> dict[str, int]:
    """Chat → how many photos came there of what somebody sent."""
    before = len(stage.gateway.sheets)
    await stage.app.desk.receive(Incoming("paper", f"p{number}", chat or who, who, not chat, said, BEGIN))
    await stage.listen()
    found: dict[str, int] = {}
    for _, address, call in stage.gateway.sheets[before:]:
        found[address] = found.get(address, 0) + len(call["attachments"])  # type: ignore[index]
    return {address: count for address, count in found.items() if count}


def photo(number: int, text: str = "") -> Said:
    return Said(text, attachment=Attachment("photo", f"photo-{number}"))


async def test_a_photo_after_the_need_follows_its_card(stage: Stage) -> None:
    assert await sent(stage, 1, LI, Said("没药了")) == {}
    assert await sent(stage, 2, LI, photo(2)) == {ZHANG: 1, CADRES: 1}
    # Another follows alone.
    assert await sent(stage, 3, LI, photo(3)) == {ZHANG: 1, CADRES: 1}


async def test_a_photo_is_not_sent_back_to_where_it_was_sent(stage: Stage) -> None:
    await sent(stage, 1, LI, Said("没药了"))
    await sent(stage, 2, ZHANG, Said("我来办 1"), CADRES)
    assert await sent(stage, 3, ZHANG, photo(3), CADRES) == {ZHANG: 1}


async def test_a_photo_with_what_is_reported_comes_with_the_first_card(stage: Stage) -> None:
    told = await sent(stage, 1, ZHANG, photo(1, "违规 村东头有人打牌"))
    assert told == {CADRES: 1, "paper:head": 1, "paper:leader-areas": 1}
