"""A ladder edited in the config, and the program started again: open duties go by it from their next rung on."""

from dataclasses import replace
from datetime import timedelta

from rules.ladders import LADDERS
from rules.town import Rung
from tests.conversations.stage import TOWN, Stage


def with_ladder(**ladders: tuple[Rung, ...]) -> object:
    return replace(TOWN, ladders={**LADDERS, **ladders})


def rung(minutes: int, *tell: str) -> Rung:
    return Rung(timedelta(minutes=minutes), tell, "claimed" if minutes else None)


async def told(stage: Stage, minutes: int) -> list[str]:
    """Who is told when the clock stands so many minutes after half past nine."""
    await stage.move(stage.clock.replace(hour=9, minute=30) + timedelta(minutes=minutes))
    return [chat for chat, _ in await stage.listen() if not chat.startswith("~")]


async def opened(url: str) -> Stage:
    stage = Stage(url)
    stage.begin_at("09:30")
    await stage.open()
    await stage.say("li", "家里没米了")
    assert [chat for chat, _ in await stage.listen()] == ["li", "zhang", "cadres/姚洼"]
    return stage


async def test_a_later_rung_waits_for_its_new_time(database_url: str) -> None:
    stage = await opened(database_url)
    stage.town = with_ladder(need=(rung(0, "cadres"), rung(45, "line_leader")))  # type: ignore[assignment]
    await stage.restart()
    assert await told(stage, 21) == []
    assert await told(stage, 44) == []
    assert await told(stage, 46) == ["leader-monitoring"]
    await stage.close()


async def test_a_rung_moved_to_before_now_is_told_at_once(database_url: str) -> None:
    stage = await opened(database_url)
    assert await told(stage, 10) == []
    stage.town = with_ladder(need=(rung(0, "cadres"), rung(5, "village_head"), rung(60, "line_leader")))  # type: ignore[assignment]
    await stage.restart()
    assert await told(stage, 11) == ["head"]
    assert await told(stage, 61) == ["leader-monitoring"]
    await stage.close()


async def test_a_rung_added_above_reaches_what_had_no_next_rung(database_url: str) -> None:
    stage = Stage(database_url, town=with_ladder(need=(rung(0, "cadres"),)))  # type: ignore[arg-type]
    stage.begin_at("09:30")
    await stage.open()
    await stage.say("li", "家里没米了")
    await stage.listen()
    assert await told(stage, 90) == []
    stage.town = with_ladder(need=(rung(0, "cadres"), rung(100, "command_post")))  # type: ignore[assignment]
    await stage.restart()
    assert await told(stage, 101) == ["command"]
    await stage.close()


async def test_what_was_told_is_not_told_again(database_url: str) -> None:
    stage = await opened(database_url)
    assert await told(stage, 61) == ["zhang", "cadres/姚洼", "head", "leader-monitoring"]
    stage.town = with_ladder(
        need=(rung(0, "cadres"), rung(30, "village_head"), rung(55, "line_leader"), rung(120, "command_post"))
    )  # type: ignore[assignment]
    await stage.restart()
    assert await told(stage, 119) == []
    assert await told(stage, 121) == ["command", "li"]
    await stage.close()


async def test_a_rung_for_medicine_reaches_the_medicine_that_is_open_and_not_the_rice(database_url: str) -> None:
    stage = await opened(database_url)
    await stage.say("sun", "没降压药了")
    await stage.listen()
    medicine = Rung(timedelta(minutes=10), ("deputy",), "claimed", urgency=("medicine",))
    stage.town = with_ladder(need=(rung(0, "cadres"), medicine, rung(60, "line_leader")))  # type: ignore[assignment]
    await stage.restart()
    await stage.move(stage.clock.replace(hour=9, minute=41))
    said = [(chat, text) for chat, text in await stage.listen() if not chat.startswith("~")]
    assert [chat for chat, _ in said] == ["deputy-monitoring"]
    assert "没降压药了" in said[0][1]
    await stage.close()
