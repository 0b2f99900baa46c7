"""The link in a letter to a town's own webhook: a village head who is reached by SMS alone opens the card and takes it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.gateways.hook import Hook, HookGateway
from chat.incoming import Incoming, Said
from rules.town import Person
from storage import duties
from tests.conversations.stage import TOWN
from tests.servers.hook import HookServer
from tests.servers.weather import on_loopback
from tests.web.town import NONCE, Town, town

SECRET = "a secret of the town's own"
HEAD, OTHER, CADRES, SUN = "hook:head", "hook:head2", "hook:cadres", "hook:sun"
PEOPLE = (
    *(p for p in TOWN.people if p.id not in ("paper:head", "paper:sun")),
    Person(HEAD, "周支书", "yaowa", ("village_head",), phone="12000000001"),
    Person(OTHER, "吴支书", "shimen", ("village_head",), phone="12000000002"),
    Person(SUN, "孙桂英", "yaowa", ("isolated",), "paper:chen"),
)


@dataclass
class Outside:
    """A town whose village heads and cadres are reached by a gateway of its own."""

    town: Town
    server: HookServer

    def link(self, to: str, words: str = "") -> str:
        """The path of the latest link in a letter to this address, with these words in it; empty when it had none."""
        told = (letter for letter in self.server.letters.values() if letter["to"] == to)
        links = [letter["link"] for letter in told if words in letter["text"]]
        return links[-1].removeprefix(self.town.base) if links else ""

    async def press(self, phone: httpx.AsyncClient, link: str, button: str) -> httpx.Response:
        """Press a button, also one that the page does not show."""
        nonce = NONCE.search((await phone.get(link)).text)
        answer = await phone.post(f"{link}/move", data={"id": nonce[1] if nonce else "0" * 16, "button": button})
        await self.town.settled()
        return answer

    async def holder(self, ref: str) -> str:
        found = await self.town.app.database.transact(lambda tx: duties.find(self.town.app.ledger(tx), ref))
        return found.holder if found else ""


@asynccontextmanager
async def outside(folder: Path, **more: Any) -> AsyncIterator[Outside]:
    server = HookServer(SECRET, lambda: datetime.now(UTC))
    yaowa, shimen = TOWN.villages
    villages = (replace(yaowa, head=HEAD, cadres=CADRES), replace(shimen, head=OTHER))
    async with on_loopback(server.handle) as url:
        hooks = [
            Hook(name.partition(":")[2], f"{url}{server.path}", SECRET)
            for name in (HEAD, OTHER, CADRES, SUN, "hook:aunt")
        ]
        config: Mapping[str, Any] = {"villages": villages, "people": PEOPLE, **more}
        async with town(f"sqlite:///{folder}/town.db", {"hook": HookGateway(hooks, "town")}, **config) as one:
            yield Outside(one, server)
    assert server.violations == []


async def rice(here: Outside) -> None:
    await here.town.say("li", "家里没米了")
    await here.town.say("li", "跳过")
    await here.town.clock(9, 51)


async def test_one_persons_link_is_that_person_and_opens_its_own_card_only(tmp_path: Path) -> None:
    async with outside(tmp_path) as here:
        await rice(here)
        await here.town.say("wang", "没酱油了")
        await here.town.say("wang", "跳过")
        link, phone = here.link(HEAD), here.town.browser()
        page = await phone.get(link)
        assert "您是哪位" not in page.text
        assert "周支书" in page.text
        assert "家里没米了" in page.text
        assert "没酱油了" not in page.text
        assert (await here.press(phone, link, "d:claim:2")).status_code == 404
        assert (await here.press(phone, link, "d:claim:1")).status_code == 200
        assert (await here.holder("1"), await here.holder("2")) == (HEAD, "")
        assert "周支书（消息里的链接） 接下" in (await here.press(phone, link, "d:history:1")).text.replace(
            "（私聊）", ""
        )
        assert (await phone.get("/board")).status_code == 403  # no sign-in comes of it


async def test_a_groups_link_asks_who_one_is(tmp_path: Path) -> None:
    async with outside(tmp_path) as here:
        await rice(here)
        link, phone = here.link(CADRES), here.town.browser()
        assert "您是哪位" in (await phone.get(link)).text
        assert (await phone.post(f"{link}/who", data={"person": HEAD})).status_code == 303
        assert (await here.press(phone, link, "d:claim:1")).status_code == 200
        assert await here.holder("1") == HEAD


async def test_who_asked_for_it_and_who_is_reached_no_more_have_no_link(tmp_path: Path) -> None:
    async with outside(tmp_path) as here:
        said = Incoming("hook", "1", SUN, SUN, True, Said("家里断粮了"), here.town.app.clock.now(), language="zh")
        await here.town.app.desk.receive(said)
        await here.town.clock(9, 51)
        link = here.link(HEAD)
        assert link.startswith("/k/")
        await here.town.say("chen", "办结 1")
        asked = [
            letter for letter in here.server.letters.values() if letter["to"] == SUN and "办好了吗" in letter["text"]
        ]
        assert [letter["link"] for letter in asked] == [f"{here.town.base}/d/1"]
        gone = tuple(replace(v, head="paper:head") if v.head == HEAD else v for v in here.town.app.book.town.villages)
        people = tuple(p for p in here.town.app.book.town.people if p.id != HEAD)
        here.town.app.book.town = replace(here.town.app.book.town, villages=gone, people=people)
        assert (await here.town.browser().get(link)).status_code == 403


@pytest.mark.parametrize("url", [""])
async def test_without_pages_a_letter_has_no_link(tmp_path: Path, url: str) -> None:
    async with outside(tmp_path, public_url=url) as here:
        await rice(here)
        assert {letter["link"] for letter in here.server.letters.values()} == {""}


AUNT = "hook:aunt"
"""A volunteer who is reached by SMS alone."""


async def test_whether_somebody_stays_at_home_is_decided_on_the_link(tmp_path: Path) -> None:
    async with outside(tmp_path) as here:
        await here.town.say("wang", "返乡登记")
        await here.town.say("wang", "我自己")
        await here.town.say("wang", "取消返乡，先不填")
        await here.town.say("wang", "36.5")  # two answers that cannot be read: told as it stands
        await here.town.clock(10, 1)
        link, phone = here.link(CADRES), here.town.browser()
        await phone.post(f"{link}/who", data={"person": HEAD})
        page = await phone.get(link)
        assert 'value="d:watch:1"' in page.text
        assert "定了在家观察" in (await here.press(phone, link, "d:watch:1")).text


async def test_who_runs_an_errand_says_so_on_the_link(tmp_path: Path) -> None:
    aunt = Person(AUNT, "王婶", "yaowa", ("volunteer",), phone="12000000003")
    async with outside(tmp_path, people=(*PEOPLE, aunt)) as here:
        await rice(here)
        await here.town.say("zhang", "我来办 1")
        await here.town.say("zhang", "代购 1 王婶")
        link, phone = here.link(AUNT), here.town.browser()
        page = await phone.get(link)
        assert page.status_code == 200
        assert [f'value="d:{move}:1"' in page.text for move in ("onway", "done", "claim", "hand")] == [
            True, True, False, False
        ]  # fmt: skip
        assert "已经告诉 张建国" in (await here.press(phone, link, "d:onway:1")).text
        assert "已经告诉 张建国" in (await here.press(phone, link, "d:done:1")).text
        assert any("王婶 说送到了" in text for text in here.town.heard("zhang"))
        assert await here.holder("1") == "paper:zhang"


async def test_who_gave_an_order_says_on_the_link_whether_it_is_done(tmp_path: Path) -> None:
    async with outside(tmp_path) as here:
        given = Incoming(
            "hook", "1", HEAD, HEAD, True, Said("交办 石门 12点前 核实3户"), here.town.app.clock.now(), language="zh"
        )
        lines = tuple(replace(x, leader=HEAD) if x.key == "monitoring" else x for x in TOWN.lines)
        here.town.app.book.town = replace(here.town.app.book.town, lines=lines)
        await here.town.app.desk.receive(given)
        await here.town.settled()
        card, of_others = here.link(OTHER), here.town.browser()
        assert 'value="d:yes:1"' not in (await of_others.get(card)).text
        assert (await here.press(of_others, card, "d:done:1")).status_code == 200
        assert (await here.press(of_others, card, "d:yes:1")).status_code == 404  # who did it does not nod to it
        link, phone = here.link(HEAD), here.town.browser()
        assert "没办好，接着办" in (await here.press(phone, link, "d:no:1")).text.replace("已经告诉他们第 1 号", "")
        assert (await here.press(of_others, card, "d:done:1")).status_code == 200
        await here.town.clock(14)  # asked twice and never answered: closed in silence, which is no consent
        link = here.link(HEAD, "先收起来了")
        assert 'value="d:no:1"' in (await phone.get(link)).text
        assert "没办好，接着办" in (await here.press(phone, link, "d:no:1")).text.replace("已经告诉他们第 1 号", "")
