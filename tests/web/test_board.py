"""The board over HTTP: who sees what, the moves of the chat with the same desk behind them, and news as it happens."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from bot.cards import card, card_list
from rules.duty import Duty
from storage.tables import outbox
from tests.conversations.stage import BEGIN, TOWN
from tests.web.town import Town, press, town

TIP = ("举报", "村主任自己在家办酒席", "聚集", "姚洼", "村主任家", "昨晚", "村干部", "没有照片", "提交")
PAPERS = ("家里没米了", "降压药没了", "想要点青菜", "村主任")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(f"sqlite:///{tmp_path}/town.db") as one:
        yield one


async def three_needs_and_a_tip(here: Town) -> str:
    """1 and 2 in 姚洼, 3 in 石门, and a tip about a cadre of 姚洼, whose number is returned."""
    for who, text in (("li", "家里没米了"), ("sun", "降压药没了"), ("lou", "想要点青菜")):
        await here.say(who, text)
        await here.say(who, "跳过")
    for text in TIP:
        await here.say("zhao", text)
    return re.search(r"线索 (\w{4})", "".join(here.heard("leader-areas")))[1]  # type: ignore[index]


def column(page: str, state: str) -> list[str]:
    """The numbers in a column of a page, from the top."""
    part = page.partition(f'id="col-{state}"')[2].partition("</section>")[0]
    return re.findall(r'id="d-(\w+)"', part)


def answer_on(page: str) -> str:
    """The words above the columns."""
    return (re.search(r'<p class="words">(.*?)</p>', page, re.DOTALL) or ["", ""])[1]


SEES = {
    "zhang": ("1", "2"),  # a cadre of 姚洼: not the tip about a cadre there
    "head": ("1", "2"),
    "shi": ("3",),
    "area": ("1", "2", "3"),  # both villages are of the district
    "leader-monitoring": ("1", "2", "3"),
    "leader-areas": ("tip",),
    "leader-supplies": (),
    "boss": ("1", "2", "3", "tip"),
}


async def test_everybody_sees_what_is_theirs_and_nothing_else(here: Town) -> None:
    tip = await three_needs_and_a_tip(here)
    texts = dict(zip(("1", "2", "3", "tip"), PAPERS, strict=True))
    for who, refs in SEES.items():
        browser = await here.signed_in(who)
        for path in (
            "/board",
            "/board?village=yaowa",
            "/board?kind=tip",
            f"/board?ref={tip}",
            "/figures",
            "/figures.json",
        ):
            page = (await browser.get(path)).text
            seen = {ref for ref, text in texts.items() if text in page}
            assert seen <= set(refs), (who, path)
            if path == "/board":
                assert seen == set(refs), who
                assert sorted(column(page, "open")) == sorted(tip if ref == "tip" else ref for ref in refs)
        shown = (await browser.get(f"/board?ref={tip}")).text
        assert (f"第 {tip} 号不在这里" in shown) == ("tip" not in refs), who
        refused = await press(browser, f"d:claim:{tip}") if "tip" not in refs else None
        assert refused is None or f"这里没有第 {tip} 号" in answer_on(refused.text), who


async def test_a_claim_on_the_board_stands_in_the_chat(here: Town) -> None:
    await here.say("li", "家里没米了")
    browser = await here.signed_in("zhang")
    page = await press(browser, "d:claim:1")
    await here.settled()
    assert answer_on(page.text).startswith("张建国 接下了第 1 号，11:30 前办好。")
    assert (column(page.text, "open"), column(page.text, "claimed")) == ([], ["1"])
    assert here.heard("li")[-1].startswith("张建国 来办您的事（1 号：家里没米了），11:30 前给您办好。")
    assert here.heard("cadres/姚洼")[0].endswith("正在办的人：张建国")
    assert not any("接下了" in text for text in here.heard("zhang"))  # who pressed has read it on the page
    await here.say("zhang", "进展 1")
    assert here.heard("zhang")[-1].endswith("10日 09:30 张建国（私聊） 接下")


async def test_the_whole_life_of_a_need_on_the_board(here: Town) -> None:
    await here.say("li", "家里没米了")
    browser = await here.signed_in("zhang")
    for button, answer, where in (
        ("d:claim:1", "张建国 接下了第 1 号", "claimed"),
        ("d:onway:1", "第 1 号在路上", "claimed"),
        ("d:hand:1", "第 1 号转给谁", "claimed"),
        ("d:hand:1 paper:chen", "第 1 号已问 陈秀英 接不接", "claimed"),
        ("d:done:1", "第 1 号：张建国 说办好了", "reported"),
        ("d:history:1", "第 1 号的经过", "reported"),
    ):
        page = await press(browser, button)
        assert page.status_code == 200
        assert answer in answer_on(page.text)
        assert column(page.text, where) == ["1"], button
    assert "张建国（私聊） 接下" in answer_on(page.text)
    await here.say("li", "办好了")
    assert column((await browser.get("/board")).text, "reported") == []
    assert "已经办结了" in answer_on((await press(browser, "d:done:1")).text)


async def test_the_moves_that_want_a_word(here: Town) -> None:
    for text in ("家里没米了", "降压药没了"):
        await here.say("li", text)
        await here.say("li", "跳过")
    browser = await here.signed_in("zhang")
    assert 'value="d:wait:1"' not in (await browser.get("/board")).text, "who does not hold it cannot have it wait"
    await press(browser, "d:claim:1")
    for button, words, answer in (
        ("d:onway:1", "40 分钟", "40 分钟"),
        ("d:wait:1", "明早， 药店没货", "药店没货"),
        ("d:wait:1", "", "等到什么时候"),
        ("d:errand:1", "姚春生", "姚春生"),
        ("d:merge:1", "2", "第 2 号"),
    ):
        assert f'value="{button}"' in (await browser.get("/board")).text
        assert answer in answer_on((await press(browser, button, words=words)).text), button
    assert column((await browser.get("/board")).text, "claimed") == []


async def test_what_does_not_hang_on_the_holder(here: Town) -> None:
    """Seen, watched and done as asked for are the line leader's to say, whoever holds it."""
    await here.say("li", "家里没米了")
    await here.say("zhang", "我来办 1")
    await here.say("zhang", "等 1 12点 超市没开门")
    await here.say("leader-monitoring", "交办 姚洼 14点前 核实3户")
    await here.say("head", "办结 2")
    leader, head = await here.signed_in("leader-monitoring"), await here.signed_in("head")
    assert 'value="d:ack:1"' in (await leader.get("/board")).text
    assert "您看到了" in (await press(leader, "d:ack:1")).text
    assert 'value="d:yes:2"' not in (await head.get("/board")).text
    assert (await press(head, "d:yes:2")).status_code == 404
    assert 'value="d:yes:2"' in (await leader.get("/board")).text
    assert "办结了" in (await press(leader, "d:yes:2")).text


async def test_two_at_once_one_has_it_and_the_other_is_told_who(here: Town) -> None:
    await here.say("li", "家里没米了")
    browsers = [await here.signed_in(who) for who in ("zhang", "chen")]
    pages = [(await browser.get("/board")).text for browser in browsers]
    answers = await asyncio.gather(*(press(b, "d:claim:1", page) for b, page in zip(browsers, pages, strict=True)))
    said = sorted(answer_on(answer.text) for answer in answers)
    names = [re.match(r"(张建国|陈秀英) 接下了第 1 号", text) for text in said]
    won = next(m[1] for m in names if m)
    assert len([m for m in names if m]) == 1
    assert any(text.startswith(f"第 1 号 {won} 已经接了，由他负责。") for text in said)
    assert all(f"正在办的人：{won}" in answer.text for answer in answers)


async def test_the_same_press_twice_is_one_move(here: Town) -> None:
    await here.say("li", "家里没米了")
    browser = await here.signed_in("zhang")
    page = (await browser.get("/board")).text
    first, second, other = [await press(browser, b, page) for b in ("d:claim:1", "d:claim:1", "d:onway:1")]
    assert "接下了" in answer_on(first.text)
    assert answer_on(second.text) == "这一步刚才已经办过了。"
    assert "在路上" in answer_on(other.text)  # another button of the same old page is another move


async def test_an_open_form_in_the_chat_is_not_disturbed(here: Town) -> None:
    await here.say("li", "家里没米了")
    await here.say("zhang", "报体温")
    asked = here.heard("zhang")[-1]
    browser = await here.signed_in("zhang")
    page = await press(browser, "d:claim:1")
    assert asked not in page.text
    await here.say("zhang", "36.5")
    assert "36.5" in here.heard("zhang")[-1]


@pytest.mark.parametrize(
    "button",
    [
        "",
        "open:need",
        "d:withdraw:1",
        "d:yes:1",
        "d:bind:CODE",
        "d:claim:",
        "t:abc:who:self",
        "d:claim:1\n",
    ],
)
async def test_only_the_boards_own_buttons_can_be_pressed(here: Town, button: str) -> None:
    await here.say("li", "家里没米了")
    browser = await here.signed_in("zhang")
    assert (await press(browser, button)).status_code == 404
    assert column((await browser.get("/board")).text, "open") == ["1"]


async def test_the_address_filters(here: Town) -> None:
    tip = await three_needs_and_a_tip(here)
    browser = await here.signed_in("boss")
    await here.say("shi", "我来办 3")
    for query, refs in (
        ("village=shimen", {"3"}),
        ("village=yaowa&kind=need", {"1", "2"}),
        ("kind=tip", {tip}),
        ("line=areas", {tip}),
        ("mine=1", set()),
        ("village=nowhere", set()),
        ("", {"1", "2", "3", tip}),
    ):
        page = (await browser.get(f"/board?{query}")).text
        assert {ref for state in ("open", "claimed", "reported") for ref in column(page, state)} == refs, query
    own = await here.signed_in("shi")
    assert column((await own.get("/board?mine=1")).text, "claimed") == ["3"]
    moved = await press(browser, "d:claim:1", query="?village=yaowa&kind=need")
    assert (column(moved.text, "open"), column(moved.text, "claimed")) == (["2"], ["1"])  # a move keeps the filter
    assert 'action="/board/move?village=yaowa&amp;kind=need"' in moved.text


async def test_what_is_late_stands_on_top_and_says_so(here: Town) -> None:
    await here.say("sun", "降压药没了")
    await here.say("sun", "跳过")
    await here.clock(10, 10)
    await here.say("li", "家里没米了")
    await here.say("li", "跳过")
    browser = await here.signed_in("leader-monitoring")
    await here.say("lou", "体温 38.5")
    page = (await browser.get("/board")).text
    assert column(page, "open") == ["3", "1", "2"]  # a fever first, then the older
    assert "剩 1 小时 20 分" in page
    assert 'class="gone" width="33"' in page
    await here.clock(11, 42)
    page = (await browser.get("/board?kind=need")).text
    assert column(page, "open") == ["1", "2"]
    assert re.search(r'class="duty late" id="d-1".*?已超时 12 分钟.*?class="gone" width="100"', page, re.DOTALL)
    assert re.search(r'class="duty soon" id="d-2".*?剩 28 分钟', page, re.DOTALL)
    page = (
        await browser.get("/board?kind=fever")
    ).text  # without a due time it is late by its kind, and red is no word
    assert re.search(r'class="duty late" id="d-3".*?报上来 1 小时 32 分，超时', page, re.DOTALL)


async def test_a_script_gets_only_the_columns_and_the_answer(here: Town) -> None:
    await here.say("li", "家里没米了")
    browser = await here.signed_in("zhang")
    browser.headers["hx-request"] = "true"
    part = (await browser.get("/board")).text
    assert "<html" not in part
    assert column(part, "open") == ["1"]
    assert 'id="said"' not in part
    moved = (await press(browser, "d:claim:1", part)).text
    assert '<div id="said" hx-swap-oob="innerHTML">' in moved
    await browser.post("/out")
    gone = await browser.get("/board")
    assert (gone.status_code, gone.headers["hx-redirect"]) == (403, "/board")


async def test_a_cards_link_opens_the_card(here: Town) -> None:
    await three_needs_and_a_tip(here)
    browser = await here.signed_in("boss")
    answer = await browser.get("/d/2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/board?ref=2#d-2")
    page = (await browser.get("/board?ref=2")).text
    assert re.findall(r'class="duty \w+ asked" id="d-(\w+)"', page) == ["2"]
    assert (await browser.get("/d/99")).status_code == 303
    assert "第 99 号不在这里：已经办结，或者不归您看。" in (await browser.get("/board?ref=99")).text
    assert (await browser.get("/d/a b")).status_code == 404


async def test_what_residents_write_is_shown_as_words(here: Town) -> None:
    await here.say("li", '<img src=x onerror="alert(1)"> 家里没米了 {{ 7*7 }}')
    browser = await here.signed_in("zhang")
    page = await browser.get("/board")
    assert "<img" not in page.text
    assert "49" not in page.text.replace("1049", "")
    assert "style=" not in page.text
    assert "script-src 'self'; style-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accept", ["zh", "en"])
async def test_both_languages(here: Town, accept: str) -> None:
    await here.say("li", "家里没米了")
    browser = await here.signed_in("zhang")
    page = (await browser.get("/board", headers={"accept-language": accept})).text
    assert ("Nobody on it" in page, "没人接" in page) == ((True, False) if accept == "en" else (False, True))


UNKNOWN = "不知道送到没有"


async def lost(here: Town, to: str) -> None:
    """What became of the alerts to this chat is not known any more."""
    change = update(outbox).where(outbox.c.address == f"paper:{to}", outbox.c.lane == 0).values(state="unknown")
    await here.app.database.transact(lambda tx: tx.execute(change))


async def test_an_alert_that_may_not_have_arrived_is_said_on_the_board_as_in_the_chat(here: Town) -> None:
    for who in ("li", "sun"):
        await here.say(who, "家里没米了")
    boss = await here.signed_in("boss")
    assert UNKNOWN not in (await boss.get("/board")).text
    await lost(here, "zhang")
    page = (await boss.get("/board")).text
    cards = dict(zip(column(page, "open"), page.split('<li class="duty')[1:], strict=True))
    assert [ref for ref, text in cards.items() if UNKNOWN in text] == ["1"]
    await here.say("chen", "待办")
    assert here.heard("chen")[-1].count(UNKNOWN) == 1


async def test_a_list_that_may_not_have_arrived_is_said_on_each_card_of_it(here: Town) -> None:
    for text in ("没降压药了", "没奶粉了"):
        await here.say("li", text)
    await lost(here, "cadres-yaowa")
    page = (await (await here.signed_in("boss")).get("/board")).text
    assert page.count(UNKNOWN) == 2


async def events(browser: httpx.AsyncClient) -> AsyncIterator[str]:
    async with browser.stream("GET", "/board/stream", timeout=30) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                yield line.removeprefix("event: ")


async def test_an_open_board_hears_of_a_move_in_a_chat(here: Town) -> None:
    await here.say("li", "家里没米了")
    heard = events(await here.signed_in("boss"))
    assert await anext(heard) == "here"
    lookout = here.office.lookout
    await lookout.look()
    assert not await lookout.look()  # nothing moves: no board is told to look
    await here.say("zhang", "我来办 1", chat="cadres-yaowa")
    assert await asyncio.wait_for(anext(heard), 20) == "moved"
    await heard.aclose()  # type: ignore[attr-defined]


async def test_a_program_that_stops_lets_the_boards_go(tmp_path: Path) -> None:
    async with town(f"sqlite:///{tmp_path}/town.db") as one:
        heard = events(await one.signed_in("boss"))
        assert await anext(heard) == "here"
        one.office.mailbox.hang_up()
        assert [event async for event in heard] == []


NEED = Duty("3", "need", BEGIN, "yaowa", "monitoring", "paper:li", "paper:zhang", card={"text": "米"})


@pytest.mark.parametrize(
    ("holder", "state", "mention"),
    [("", "open", ("00000003101",)), ("paper:chen", "claimed", ()), ("paper:zhang", "claimed", ("00000003101",)),
     ("", "closed", ())],
)  # fmt: skip
def test_cards_name_their_page_and_whom_to_ring(holder: str, state: str, mention: tuple[str, ...]) -> None:
    duty = Duty(**{**vars(NEED), "holder": holder, "state": state})
    letter = card(TOWN, duty, "zh", BEGIN)
    assert (letter.link, letter.mention) == ("http://village.test/d/3", mention)
    several = card_list(TOWN, [duty, duty], "zh", BEGIN)
    assert (several.link, several.mention) == ("http://village.test/board?village=yaowa&kind=need", mention)
