"""What the drawer shows is what the tables say: the way of a message, whom a duty has told and whom it will tell when."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.demo.table import Table, table


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Table]:
    async with table(f"sqlite:///{tmp_path}/town.db") as laid:
        yield laid


def texts(way: dict[str, Any], state: str | None = None) -> list[str]:
    """The steps of a way, their times in front; what was measured in seconds reads as N."""
    steps = [step for step in way["steps"] if state in (None, step["state"])]
    return [re.sub(r"\d+\.\d+ (秒|s)", r"N \1", f"{step['at']} {step['text']}".strip()) for step in steps]


async def test_nothing_yet(t: Table) -> None:
    seen = await t.behind()
    assert seen["message"]["title"] == seen["duty"]["title"] == ""
    assert seen["clock"]["next"]["what"]


async def test_a_need_nobody_claims(t: Table) -> None:
    await t.say("li", "家里没米了")
    seen = await t.behind()
    assert seen["message"]["title"] == "李大山：家里没米了"
    read = texts(seen["message"])
    assert read[0] == "看懂了：这是一件需求，记作第 1 号"
    assert "急不急" in read[1] or "还要问" in read[1]
    assert read[2:] == ["和回话一起存进数据库，用了 N 秒；存好了才算收到", "N 秒后，回话到了手机上"]
    assert seen["message"]["facts"]["asks"] == "need_more.urgency"
    duty = seen["duty"]
    assert duty["title"] == "需求 1 · 没人接，09:25 前办好"
    assert duty["facts"] == {"ref": "1", "kind": "need", "state": "open", "told": ["cadres-yaowa", "zhang"]}
    assert texts(duty, "done") == [
        "07:25 李大山报上来，09:25 前要办好",
        "07:25 告诉张建国、姚洼村干部群，N 秒送到",
    ]
    assert texts(duty, "coming") == [
        "07:45 没人接，就告诉张建国、姚洼村干部群、村支书（姚德顺）",
        "08:25 没人接，就告诉战线负责人（沈学文）",
        "08:55 没办好，就告诉经办人、战线负责人（沈学文）",
        "09:25 还没办好，就跟本人实话说一声",
        "09:25 没办好，就告诉指挥部",
    ]


async def test_what_was_coming_comes_under_the_same_name(t: Table) -> None:
    await t.say("li", "家里没米了")
    before = {step["id"]: step for step in (await t.behind())["duty"]["steps"]}
    await t.post({"to": "2020-02-10T07:50:00+08:00"})
    after = {step["id"]: step for step in (await t.behind())["duty"]["steps"]}
    assert set(before) <= set(after)
    (come,) = (name for name in before if before[name]["state"] != after[name]["state"])
    assert after[come]["at"] == "07:45"
    assert after[come]["text"].startswith("过了 20 分钟，告诉")
    assert "姚德顺" in after[come]["text"]


async def test_a_claim_stops_what_would_have_come(t: Table) -> None:
    await t.say("li", "家里没米了")
    await t.say("zhang", button="d:claim:1", chat="cadres-yaowa")
    seen = await t.behind()
    assert seen["duty"]["facts"]["state"] == "claimed"
    assert texts(seen["duty"], "done")[-1] == "07:25 张建国：接下"
    assert not any("没人接，就" in text for text in texts(seen["duty"], "coming"))
    assert any("张建国" in text and "07:55" in text for text in texts(seen["duty"], "coming"))
    assert "看懂了：第 1 号，接下" in texts(seen["message"])


async def test_a_fever(t: Table) -> None:
    await t.say("li", "38.2")
    seen = await t.behind()
    assert texts(seen["message"])[:2] == ["看懂了：体温 38.2 度，发烧", "看懂了：这是一件发热，记作第 1 号"]
    assert {"leader-monitoring", "cadres-yaowa"} <= set(seen["duty"]["facts"]["told"])


async def test_a_temperature_is_no_duty(t: Table) -> None:
    await t.say("li", "36.5")
    seen = await t.behind()
    assert texts(seen["message"])[0] == "看懂了：体温 36.5 度，正常"
    assert not seen["duty"]["title"]


async def test_english(t: Table) -> None:
    await t.say("li", "家里没米了")
    seen = await t.behind("en")
    assert seen["message"]["title"].startswith("Li Dashan: ")
    assert seen["duty"]["title"] == "Need 1 · nobody has taken it, due by 09:25"
    assert t.app.book.town.locale == "en", "the town's groups speak the language of the page"
    found = re.findall(r"[\u4e00-\u9fff]+", "".join(texts(seen["duty"]) + texts(seen["message"])))
    assert not found


async def test_a_tips_author_is_not_shown(t: Table) -> None:
    await t.say("zhao", "举报")
    seen = await t.behind()
    assert seen["message"]["facts"]["asks"] == "tip.what"
    assert not seen["duty"]["title"]


async def test_only_the_switch_changes_the_language_of_the_groups(t: Table) -> None:
    """The first page says it; after that another browser may look in, and nothing changes before somebody asks for it."""
    english = {"accept-language": "en"}
    await t.http.get("/")
    await t.http.get("/demo/behind", headers=english)
    await t.http.get("/", headers=english)
    assert t.app.book.town.locale == "zh"
    await t.http.get("/", params={"lang": "en"})
    await t.http.get("/demo/behind")
    assert t.app.book.town.locale == "en"
