"""A letter whose outcome is not known is shown as that to whoever must act, and never counts as delivered."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.gateways import Call, Result, Unknown
from storage import deliveries, duties
from storage.ledger import Ledger
from tests.conversations.stage import PaperGateway, Stage

UNKNOWN = "不知道送到没有"


@dataclass
class CutOff(PaperGateway):
    """A messenger whose line is cut while it sends to some chats."""

    lost: set[str] = field(default_factory=set)

    async def deliver(self, call: Call) -> Result:
        """Nobody learns how it ended."""
        return Unknown("cut off") if call["address"] in self.lost else await super().deliver(call)


async def opened(folder: Path, *lost: str) -> Stage:
    stage = Stage(f"sqlite:///{folder}/town.db", gateway=CutOff(lost={f"paper:{name}" for name in lost}))
    stage.begin_at("09:30")
    await stage.open()
    await stage.say("li", "38.3")
    await stage.listen()
    return stage


async def looked_at(stage: Stage, cause: str = "") -> list[tuple[str, str, str, str]]:
    """Look at what became of the latest rung's letters, two minutes later; gives the history."""

    def look(tx: Any) -> list[tuple[str, str, str, str]]:
        ledger = Ledger(tx, "town", stage.vault)
        causes = [cause] if cause else deliveries.to_check(ledger, datetime.max.replace(tzinfo=UTC))
        for each in causes[-1:]:
            stage.app.delivery.look(ledger, stage.app.book.town, each, stage.clock, datetime.now(UTC))
        return duties.history(ledger, "duty", "1")  # type: ignore[return-value]

    return await stage.app.database.transact(look)  # type: ignore[no-any-return]


async def test_whoever_must_act_reads_that_it_is_not_known(tmp_path: Path) -> None:
    stage = await opened(tmp_path, "zhang")
    await looked_at(stage, "1#0")
    shown = await stage.listen()
    assert {chat for chat, text in shown if UNKNOWN in text} == {"~cadres/姚洼", "~leader-monitoring"}
    await stage.say("chen@cadres/姚洼", "待办")
    assert UNKNOWN in (await stage.listen())[0][1]
    await stage.close()


async def test_what_is_known_to_have_arrived_says_nothing_of_the_kind(tmp_path: Path) -> None:
    stage = await opened(tmp_path)
    await looked_at(stage, "1#0")
    await stage.say("chen@cadres/姚洼", "待办")
    assert not any(UNKNOWN in text for _, text in await stage.listen())
    await stage.close()


async def test_a_line_leader_who_may_not_have_it_is_gone_past(tmp_path: Path) -> None:
    stage = await opened(tmp_path, "leader-monitoring")
    history = await looked_at(stage, "1#0")
    assert history[-1][1::2] == ("undelivered", "line_leader")
    assert {chat for chat, _ in await stage.listen()} >= {"head", "deputy-monitoring"}
    await stage.close()


async def test_a_repeat_is_judged_by_its_own_letter(tmp_path: Path) -> None:
    stage = await opened(tmp_path)
    await stage.move(stage.clock.replace(hour=10, minute=5))
    await stage.listen()
    stage.gateway.lost.add("paper:command")  # type: ignore[attr-defined]
    await stage.move(stage.clock.replace(hour=10, minute=11))
    await stage.listen()
    history = await looked_at(stage)
    assert history[-1][1::2] == ("undelivered", "command_post")
    await stage.close()
