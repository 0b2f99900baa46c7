"""A need through the real desk to a WeCom group and a loudspeaker; without it the channels would work and nobody use them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.gateways.hook import Hook, HookGateway
from bot.gateways.wecom_robot import WecomRobotGateway
from tests.conversations.stage import TOWN, Stage
from tests.servers.hook import HookServer
from tests.servers.weather import answer, on_loopback
from tests.servers.wecom import WecomServer, answer_of

KEY, SECRET = "693a91f6", "a secret of the town's own"
YAOWA, SHIMEN = TOWN.villages
OUTWARD = replace(
    TOWN, command_post="hook:horn", villages=(replace(YAOWA, cadres=f"wecom-robot:{KEY}", head="paper:head"), SHIMEN)
)


@dataclass
class Outside:
    """The town with its cadres in WeCom and its command post behind a hook."""

    stage: Stage
    robot: WecomServer
    horn: HookServer

    def said(self) -> list[str]:
        """What the cadres' group got, the first line of each."""
        return [said.text.splitlines()[0] for said in self.robot.said]


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    robot, horn = WecomServer(KEY), HookServer(SECRET, lambda: datetime.now(UTC))
    async with AsyncExitStack() as open_now:
        robot_url, horn_url = [await open_now.enter_async_context(on_loopback(s.handle)) for s in (robot, horn)]
        stage = Stage(f"sqlite:///{tmp_path}/town.db", OUTWARD)
        stage.begin_at("09:30")
        await stage.open()
        open_now.push_async_callback(stage.close)
        hook = HookGateway([Hook("horn", horn_url + horn.path, SECRET)], "town")
        outward = {"wecom-robot": WecomRobotGateway(robot_url), "hook": hook}
        for gateways in (stage.app.gateways, stage.app.sender.gateways):
            gateways.update(outward)
        await stage.listen()
        yield Outside(stage, robot, horn)
    assert (robot.violations, horn.violations) == ([], [])


async def test_a_need_reaches_the_group_and_climbs_to_the_loudspeaker(outside: Outside) -> None:
    await outside.stage.say("li", "家里没米了")
    await outside.stage.listen()
    [told] = outside.said()
    assert told.startswith("【需求 1】")
    assert "我来办" in outside.robot.said[0].text.splitlines()[-1]
    await outside.stage.move(outside.stage.clock + timedelta(hours=2))
    await outside.stage.listen()
    [letter] = [letter for letter in outside.horn.letters.values() if letter["lane"] == "alert"]
    assert (letter["duty"], letter["to"], letter["town"]) == ("1", "hook:horn", "town")
    assert {"label": "我来办", "say": "我来办 1"} in letter["buttons"]


async def test_a_robot_that_was_taken_out_of_the_group_makes_it_climb_at_once(outside: Outside) -> None:
    outside.robot.weather.coming.append(answer(200, answer_of(93008)))
    outside.stage.gateway.gone.add("paper:chen")  # who is responsible for her is not there either
    await outside.stage.say("sun", "家里没米了")
    heard = await outside.stage.listen()
    assert outside.said() == []
    assert [name for name, text in heard if name == "head" and text.startswith("【需求 1】")] == ["head"], heard
