"""The figures as a page, JSON and a sheet are the figures that the rules count, of what this person may see."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot.texts import texts
from rules.figures import Figures, Row, fate_of, figures
from storage import figures as kept
from storage.database import Database
from storage.ledger import Ledger
from tests.conversations.stage import BEGIN, TOWN
from tests.web.town import Town, town

FATES = ("confirmed", "reported", "unconfirmed", "late", "running", "cancelled")
RESIDENTS = ("李大山", "李*", "孙桂英", "孙*", "娄", "没米", "降压药", "青菜", "村东头")


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Town]:
    async with town(database_url) as one:
        await a_morning(one)
        yield one


async def a_morning(here: Town) -> None:
    """One confirmed in time, one late and nobody's, one of another village running, one taken back; the clock stands at 11:50."""
    for who, text in (("li", "家里没米了"), ("sun", "降压药没了")):
        await here.say(who, text)
        await here.say(who, "跳过")
    await here.say("zhang", "我来办 1")
    await here.say("zhang", "办结 1")
    await here.say("li", "办好了")
    await here.clock(11, 40)
    for who, text in (("lou", "想要点青菜"), ("anna", "家里没盐了")):
        await here.say(who, text)
        await here.say(who, "跳过")
    await here.say("anna", "不用了")
    number = re.findall(r"【需求 (\d+)】", "".join(here.heard("shi")))[-1]
    await here.say("shi", f"我来办 {number}")
    await here.clock(11, 50)


def pure(here: Town, villages: tuple[str, ...]) -> tuple[Figures, tuple[Any, ...]]:
    """Counted by the rules alone, from the rows as they stand."""
    now, town_key, vault = here.app.clock.now(), here.app.town.key, here.app.vault

    def work(tx: Any) -> tuple[Figures, tuple[Any, ...]]:
        ledger = Ledger(tx, town_key, vault)
        needs = tuple(d for d in kept.needs_between(ledger, BEGIN, now.replace(hour=23)) if d.village in villages)
        hours = {d.ref: d.opened_at.astimezone(TOWN.zone).hour for d in needs}
        return figures(needs, now, kept.climbs_of(ledger, [d.ref for d in needs]), hours), needs

    database = Database(here.app.database.url)
    found = database.transact_now(work)
    database.close()
    return found


def row(one: Row, **more: str) -> dict[str, Any]:
    return {"key": one.key, "due": one.due, "share": one.share, **{fate: one.count(fate) for fate in FATES}, **more}  # type: ignore[arg-type]


NAMES = {"yaowa": "姚洼", "shimen": "石门"}


@pytest.mark.parametrize(
    ("who", "villages"), [("boss", ("yaowa", "shimen")), ("zhang", ("yaowa",)), ("shi", ("shimen",))]
)
async def test_the_json_equals_the_pure_figures(here: Town, who: str, villages: tuple[str, ...]) -> None:
    f, _ = pure(here, villages)
    browser = await here.signed_in(who)
    told = (await browser.get("/figures.json")).json()
    assert told["total"] == row(f.total)
    assert told["villages"] == [row(one, name=NAMES[one.key]) for one in f.by_village]
    assert told["lines"] == [row(one) for one in f.by_line]
    assert told["kinds"] == [row(one) for one in f.by_kind]
    assert told["holders"] == [row(one) for one in f.by_holder]
    assert told["hours"] == [row(one) for one in f.by_hour]
    assert told["climbs"] == dict(f.climbs)
    assert (told["median_minutes"], told["p90_minutes"]) == (f.median, f.p90)
    assert [worst["number"] for worst in told["worst"]] == [duty.ref for duty in f.worst]
    plain = await browser.get("/figures", headers={"accept": "application/json"})
    assert plain.json() == told
    assert not [name for name in RESIDENTS if name in plain.text]


async def test_what_they_are_this_morning(here: Town) -> None:
    told = (await (await here.signed_in("boss")).get("/figures.json")).json()
    assert {fate: told["total"][fate] for fate in ("due", *FATES)} == {
        "due": 2, "confirmed": 1, "reported": 0, "unconfirmed": 0, "late": 1, "running": 1, "cancelled": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("asked", "days"), [("1", 1), ("7", 7), ("30", 30), ("", 7), ("31", 7), ("-1", 7), ("x", 7)])
async def test_the_windows(tmp_path: Path, asked: str, days: int) -> None:
    async with town(f"sqlite:///{tmp_path}/town.db") as one:
        told = (await (await one.signed_in("boss")).get(f"/figures.json?days={asked}")).json()
        assert told["days"] == days


async def test_the_page_shows_the_same_and_names_no_resident(here: Town) -> None:
    browser = await here.signed_in("boss")
    page = (await browser.get("/figures?days=1")).text
    for shown in (
        "50%",
        "2 件到期，1 件点头",
        "已超时 20 分钟",
        "姚洼",
        "石门",
        "张建国",
        "石磊",
        "9 点",
        "11 点",
        "60 分钟",
    ):
        assert shown in page, shown
    assert page.count("<table") == page.count("<thead")
    assert not [name for name in RESIDENTS if name in page]
    assert "style=" not in page


async def test_the_sheet_equals_the_pure_figures(here: Town) -> None:
    f, needs = pure(here, ("yaowa", "shimen"))
    answer = await (await here.signed_in("boss")).get("/figures.xlsx?days=7")
    assert answer.headers["content-disposition"] == 'attachment; filename="cunshao-2020-02-10-7.xlsx"'
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert book.sheet_names == ["总数", "按村", "按战线", "按种类", "按经办人", "按钟点", "每一件"]
    total, villages, lines, kinds, holders, hours, each = (
        book.get_sheet_by_name(name).to_python() for name in book.sheet_names
    )
    heads = {key: said[0] for key, said in texts("zh").options("board.heads").items()}
    figures_of = dict(total)  # type: ignore[arg-type]
    assert figures_of[heads["due"]] == f.total.due
    assert figures_of[heads["share"]] == f.total.share
    assert all(figures_of[heads[fate]] == f.total.fates.get(fate, 0) for fate in FATES)
    tables = ((villages, f.by_village, NAMES), (lines, f.by_line, {"monitoring": "监护线"}),
              (kinds, f.by_kind, {"need": "需求"}), (holders, f.by_holder, {"": "没人接"}),
              (hours, f.by_hour, {}))  # fmt: skip
    for rows, counted, named in tables:
        wanted = [[named.get(x.key, x.key), x.due, "" if x.share is None else x.share,
                   *(x.fates.get(fate, 0) for fate in FATES)] for x in counted]  # fmt: skip
        assert rows[1:] == wanted
    others = {duty.ref: duty for duty in needs}
    now = here.app.clock.now()
    assert [(r[0], r[1], r[2], r[6], r[7]) for r in each[1:]] == [
        (d.ref, NAMES[d.village], "需求", heads[fate_of(d, now, others)], d.holder_name) for d in needs
    ]
    assert [r[3] for r in each[1:]] == [d.opened_at.astimezone(TOWN.zone).replace(tzinfo=None) for d in needs]
    everything = str([total, villages, lines, holders, hours, each])
    assert not [name for name in RESIDENTS if name in everything]


async def test_in_the_chat_the_figures_name_their_page(tmp_path: Path) -> None:
    async with town(f"sqlite:///{tmp_path}/town.db") as one:
        await one.say("zhang", "数据")
        assert one.heard("zhang")[-1].endswith(f"在网页上看：{one.base}/figures")
    async with town(f"sqlite:///{tmp_path}/other.db", public_url="") as one:
        await one.say("zhang", "数据")
        assert "/figures" not in one.heard("zhang")[-1]
        await one.say("zhang", "看板")
        assert one.heard("zhang")[-1] == "这里还没有网页，看不了看板。发“待办”也能看。要网页，请找管理员。"
