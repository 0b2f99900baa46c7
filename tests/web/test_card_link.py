"""The link in a WeCom robot's message, followed from the strict robot server on a phone: claimed, handed over, closed; by whom."""

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from bot.gateways import wecom_robot
from bot.gateways.wecom_robot import WecomRobotGateway
from rules.town import Person
from storage import duties
from tests.conversations.stage import TOWN
from tests.servers.weather import on_loopback
from tests.servers.wecom import WecomServer
from tests.web.town import NONCE, Town, town

CADRES, POST, HEAD = "cadres-693a91f6-7aoc", "post-4bc4-97a0", "head-0ec2sifa5aaa"
LINK = re.compile(r"https?://\S+?(/k/[\w-]+)")
OWN_PLACE = re.compile("(?<=链接）)（[^（）]*）")
"""In a history, which chat a move belongs to."""
LI, SUN, WANG = (p for p in TOWN.people if p.id in ("paper:li", "paper:sun", "paper:wang"))
PEOPLE = (
    replace(LI, cadre="bind:ZHANGCODE22"), replace(SUN, cadre="bind:CHENCODE222"), WANG,
    Person("bind:ZHANGCODE22", "张建国", "yaowa", ("cadre",), phone="00000003101"),
    Person("bind:CHENCODE222", "陈秀英", "yaowa", ("cadre",), phone="00000003102"),
    Person("bind:DUTYCODE222", "郑指挥", "", ("command_post",)),
)  # fmt: skip
"""Cadres who are in WeCom only: their own codes were never used."""


@dataclass
class Village:
    """A town whose cadres of 姚洼 have a WeCom group with a robot."""

    town: Town
    robots: WecomServer

    def said(self, key: str = CADRES) -> list[str]:
        """What a group has read."""
        return [said.text for said in self.robots.said if said.key == key]

    def link(self, key: str = CADRES) -> str:
        """The latest link there."""
        return [m[1] for said in self.said(key) for m in LINK.finditer(said)][-1]

    async def rice(self) -> str:
        """Li needs rice; gives the link that the cadres' group got."""
        await self.town.say("li", "家里没米了")
        await self.town.say("li", "跳过")
        return self.link()

    async def phone(self, link: str, person: str = "", name: str = "") -> httpx.AsyncClient:
        """A phone that has opened the link and said whose it is."""
        one = self.town.browser()
        answer = await one.post(f"{link}/who", data={"person": person, "name": name})
        assert (answer.status_code, answer.headers["location"]) == (303, link), answer.text
        return one

    async def press(self, phone: httpx.AsyncClient, link: str, button: str, page: str = "") -> str:
        """Press a button of the card as it is now."""
        page = page or (await phone.get(link)).text
        assert f'value="{button}"' in page, page
        answer = await phone.post(f"{link}/move", data={"id": NONCE.search(page)[1], "button": button})  # type: ignore[index]
        await self.town.settled()
        assert answer.status_code == 200
        return answer.text

    async def duty(self, ref: str = "1") -> Any:
        """A duty as it is kept."""
        return await self.town.app.database.transact(lambda tx: duties.find(self.town.app.ledger(tx), ref))

    async def moves(self, ref: str = "1") -> list[Any]:
        return await self.town.app.database.transact(lambda tx: duties.moves(self.town.app.ledger(tx), "duty", ref))


@asynccontextmanager
async def village(url: str, **more: Any) -> AsyncIterator[Village]:
    robots = WecomServer(CADRES, POST, HEAD)
    async with on_loopback(robots.handle) as base:
        villages = (replace(TOWN.villages[0], cadres=f"wecom-robot:{CADRES}"), TOWN.villages[1])
        config: Mapping[str, Any] = {"villages": villages, "people": PEOPLE, **more}
        async with town(url, {"wecom-robot": WecomRobotGateway(base, "zh")}, **config) as one:
            yield Village(one, robots)
    assert robots.violations == []


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The robot's pace is tried in tests/bot/gateways."""
    monkeypatch.setattr(wecom_robot, "PAUSE", 0.0)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Village]:
    async with village(f"sqlite:///{tmp_path}/town.db") as one:
        yield one


ZHANG, CHEN = "bind:ZHANGCODE22", "bind:CHENCODE222"


async def test_followed_claimed_handed_over_and_closed(database_url: str) -> None:
    async with village(database_url) as here:
        link = await here.rice()
        assert here.said()[0].splitlines()[0].startswith("【需求 1】先找张建国。李*（姚洼 村东头）：家里没米了")
        assert here.robots.said[0].mention == ("00000003101",)
        first = await here.town.browser().get(link)
        assert first.status_code == 200
        assert "您是哪位" in first.text
        zhang = await here.phone(link, ZHANG)
        page = await here.press(zhang, link, "d:claim:1")
        assert "张建国 接下了第 1 号" in page
        assert (await here.duty()).holder_name == "张建国"
        assert "张建国" in here.said()[-1]  # the group hears who took it
        page = await here.press(zhang, link, "d:hand:1")
        assert ">陈秀英</button>" in page
        await here.press(zhang, link, f"d:hand:1 {CHEN}", page)
        asked = [said for said in here.robots.said if said.text.startswith("@陈秀英")][-1]
        assert asked.mention == ("00000003102",)
        theirs = LINK.search(asked.text)[1]  # type: ignore[index]
        chen = here.town.browser()
        page = (await chen.get(theirs)).text
        assert "您是 陈秀英。" in page  # written to her alone: she is not asked
        await here.press(chen, theirs, "d:claim:1")
        assert (await here.duty()).holder_name == "陈秀英"
        page = await here.press(chen, theirs, "d:done:1")
        assert (await here.duty()).state == "reported"
        page = await here.press(chen, theirs, "d:history:1")
        page = OWN_PLACE.sub("", page)
        for line in ("张建国（企业微信链接） 接下", "张建国（企业微信链接） 想转出去：陈秀英", "陈秀英（企业微信链接） 接过去",
                     "陈秀英（企业微信链接） 说办好了"):  # fmt: skip
            assert line in page
        await here.town.say("li", "办好了")
        over = (await chen.get(theirs)).text
        assert "第 1 号不用再办了" in over
        assert "没米" not in over
        moved = [(what, who, chat) for _, what, who, _, chat in await here.moves() if who]
        assert ("claimed", ZHANG, f"wecom-robot:{CADRES}") in moved
        assert ("reported", CHEN, f"wecom-robot:{CADRES}") in moved


async def test_a_preview_uses_nothing_up_and_reads_nothing(here: Village) -> None:
    link = await here.rice()
    before = await here.moves()
    for method in ("GET", "HEAD", "GET"):
        answer = await here.town.browser().request(method, link)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        for word in ("没米", "李", "村东头", "0000000"):
            assert word not in answer.text
    assert await here.moves() == before
    zhang = await here.phone(link, ZHANG)
    assert "家里没米了" in (await zhang.get(link)).text


async def test_the_phone_is_asked_once_and_only_for_this_chat(here: Village) -> None:
    link = await here.rice()
    zhang = await here.phone(link, ZHANG)
    await here.town.say("sun", "降压药没了")
    await here.town.say("sun", "跳过")
    again = here.link()
    assert again != link
    page = (await zhang.get(again)).text
    assert "您是 张建国。" in page
    assert "降压药没了" in page
    assert "家里没米了" not in page  # a link opens its own card and no other
    assert "您是哪位" in (await zhang.get(f"{again}?who=1")).text
    cookie = (await here.town.browser().post(f"{link}/who", data={"person": ZHANG})).headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", "path=/k/", "max-age=7776000"):
        assert part in cookie
    assert "; secure" not in cookie  # the address here is http
    assert CADRES not in cookie


async def test_a_name_in_no_list(here: Village) -> None:
    link = await here.rice()
    for wrong in ("", "  ", "12345", "张" * 30, "a\u202eb", "<b>", "张\n建国\x00"):
        answer = await here.town.browser().post(f"{link}/who", data={"name": wrong})
        assert answer.status_code == 400, wrong
        assert "这不像名字" in answer.text
        assert "set-cookie" not in answer.headers
    wu = await here.phone(link, name=" 吴 大姐 ")
    page = await here.press(wu, link, "d:claim:1")
    assert "吴 大姐 接下了第 1 号" in page
    page = await here.press(wu, link, "d:history:1")
    assert "吴 大姐（企业微信链接） 接下" in OWN_PLACE.sub("", page)
    same = await here.phone(link, name="吴 大姐")
    assert 'value="d:onway:1"' in (await same.get(link)).text  # the same name is the same person
    listed = await here.phone(link, name="张建国")
    await here.press(listed, link, "d:history:1")
    assert "您是 张建国。" in (await listed.get(link)).text


async def test_what_a_link_does_not_move(here: Village) -> None:
    link = await here.rice()
    await here.town.say("sun", "降压药没了")
    await here.town.say("sun", "跳过")
    zhang = await here.phone(link, ZHANG)
    nonce = NONCE.search((await zhang.get(link)).text)[1]  # type: ignore[index]
    for button in (
        "d:claim:2",
        "d:done:2",
        "d:figures:1",
        "d:board:",
        "d:yes:1",
        "open:tip",
        "d:history:2",
        "d:claim:1 x y",
    ):
        answer = await zhang.post(f"{link}/move", data={"id": nonce, "button": button})
        assert answer.status_code == 404, button
    assert {(await here.duty(ref)).state for ref in ("1", "2")} == {"open"}
    stranger = await here.town.browser().post(f"{link}/move", data={"id": nonce, "button": "d:claim:1"})
    assert "您是哪位" in stranger.text
    for path in ("/board", "/figures", "/figures.json", "/d/1"):
        assert (await zhang.get(path)).status_code == 403


async def test_pressed_twice_it_is_done_once(here: Village) -> None:
    link = await here.rice()
    zhang = await here.phone(link, ZHANG)
    page = (await zhang.get(link)).text
    await here.press(zhang, link, "d:claim:1", page)
    assert "这一步刚才已经办过了" in await here.press(zhang, link, "d:claim:1", page)
    assert [what for _, what, *_ in await here.moves()].count("claimed") == 1


async def test_forged_old_and_taken_back(here: Village) -> None:
    link = await here.rice()
    zhang = await here.phone(link, ZHANG)

    async def dead(path: str) -> bool:
        answers = [await zhang.get(path), await zhang.post(f"{path}/who", data={"person": ZHANG}),
                   await zhang.post(f"{path}/move", data={"id": "0123456789abcdef", "button": "d:claim:1"})]  # fmt: skip
        return all(a.status_code == 403 and "这个链接打不开了" in a.text and "没米" not in a.text for a in answers)

    for forged in ("/k/x", f"/k/{'A' * 22}", f"/k/{'x' * 500}", f"{link}x"):
        assert await dead(forged), forged
    here.town.late = timedelta(hours=23)
    assert not await dead(link)
    here.town.late = timedelta(hours=25)
    assert await dead(link)
    here.town.late = timedelta()
    assert (
        "您是哪位" in (await here.town.browser().post(f"{link}/close")).text
    )  # nobody in particular takes nothing back
    assert not await dead(link)
    assert "都收回了" in (await zhang.post(f"{link}/close")).text
    assert await dead(link)
    await here.town.clock(11, 10)  # the ladder tells the group again
    assert here.link() != link
    assert not await dead(here.link())


async def test_a_forged_cookie_is_nobodys(here: Village) -> None:
    link = await here.rice()
    zhang = await here.phone(link, ZHANG)
    [(name, value)] = zhang.cookies.items()
    for forged in (value[:-3] + "AAA", "e30", "W10", "%00", value[::-1], "x" * 5000):
        page = await here.town.browser(cookie=f"{name}={forged}").get(link)
        assert "您是哪位" in page.text, forged
    identity, called, seal = json.loads(base64.urlsafe_b64decode(value + "=="))
    assert (identity, called) == (ZHANG, "张建国")
    swapped = base64.urlsafe_b64encode(json.dumps([CHEN, "陈秀英", seal]).encode()).decode().rstrip("=")
    assert "您是哪位" in (await here.town.browser(cookie=f"{name}={swapped}").get(link)).text


async def test_a_robot_that_is_in_the_config_no_more_opens_nothing(tmp_path: Path) -> None:
    async with village(f"sqlite:///{tmp_path}/town.db") as here:
        link = await here.rice()
        book = here.town.app.book
        book.town = replace(
            book.town, villages=(replace(book.town.villages[0], cadres="wecom-robot:new"), TOWN.villages[1])
        )
        assert (await here.town.browser().get(link)).status_code == 403


async def test_a_tip_about_a_cadre_stays_out_of_the_cadres_group(here: Village) -> None:
    link = await here.rice()
    zhang = await here.phone(link, ZHANG)
    engine = create_engine(here.town.app.database.url)
    with engine.begin() as tx:  # whatever a row says, the rules decide what is seen
        tx.execute(text("UPDATE duties SET village = 'shimen', holder = '', responsible = '' WHERE ref = '1'"))
    engine.dispose()
    page = await zhang.get(link)
    assert "没米" not in page.text
    nonce = "0123456789abcdef"
    answer = await zhang.post(f"{link}/move", data={"id": nonce, "button": "d:claim:1"})
    assert "没米" not in answer.text
    assert (await here.duty()).state == "open"


async def test_the_command_posts_and_a_heads_own_robot(tmp_path: Path) -> None:
    villages = (replace(TOWN.villages[0], head=f"wecom-robot:{HEAD}"), TOWN.villages[1])
    more = {"villages": villages, "command_post": f"wecom-robot:{POST}"}
    async with village(f"sqlite:///{tmp_path}/town.db", **more) as here:
        await here.town.say("li", "家里没米了")
        await here.town.say("li", "跳过")
        await here.town.clock(11, 45)
        head = here.town.browser()
        link = here.link(HEAD)
        page = (await head.get(link)).text  # a robot of one person: nobody is asked
        assert "家里没米了" in page
        assert "您是" not in page
        post = here.link(POST)
        zheng = await here.phone(post, "bind:DUTYCODE222")
        assert "知道了</button>" in (await zheng.get(post)).text
        await here.press(zheng, post, "d:ack:1")
        page = await here.press(zheng, post, "d:history:1")
        assert "郑指挥（企业微信链接） 看到了" in OWN_PLACE.sub("", page)


async def test_many_alike_are_one_link_with_a_card_each(here: Village) -> None:
    for text_ in ("家里没米了", "没盐了", "酱油没了", "尿不湿没了"):
        await here.town.say("li", text_)
        await here.town.say("li", "跳过")
    zhang = await here.phone(here.link(), ZHANG)
    page = (await zhang.get(here.link())).text
    assert page.count('<li class="duty') >= 3
    assert len(set(re.findall(r'value="d:claim:(\d+)"', page))) >= 3


async def test_the_page_in_english(here: Village) -> None:
    link = await here.rice()
    phone = here.town.browser(**{"accept-language": "en"})
    assert "Who are you?" in (await phone.get(link)).text
    await phone.post(f"{link}/who", data={"person": ZHANG})
    page = (await phone.get(link)).text
    assert "You are 张建国." in page
    assert 'value="d:claim:1"' in page


async def test_the_token_is_nowhere_in_the_database(here: Village) -> None:
    link = await here.rice()
    engine = create_engine(here.town.app.database.url)
    with engine.connect() as tx:
        rows = [
            str(row)
            for table in ("card_links", "outbox", "inbox", "audit")
            for row in tx.execute(text(f"SELECT * FROM {table}"))
        ]
    engine.dispose()
    assert len(rows) > 3
    assert not [row for row in rows if link.removeprefix("/k/") in row]


@pytest.mark.parametrize("public_url", ["https://village.example"])
async def test_over_https_the_cookie_is_secure(tmp_path: Path, public_url: str) -> None:
    async with village(f"sqlite:///{tmp_path}/town.db", public_url=public_url) as here:
        link = await here.rice()
        answer = await here.town.browser().post(f"{link}/who", data={"person": ZHANG})
        assert "; secure" in answer.headers["set-cookie"].lower()


async def test_without_pages_a_message_has_no_link(tmp_path: Path) -> None:
    async with village(f"sqlite:///{tmp_path}/town.db", public_url="") as here:
        await here.town.say("li", "家里没米了")
        assert here.said()[0].splitlines()[-1] == "这个群只能看。要我来办、转办、办结，请到村哨里发“待办”。"
