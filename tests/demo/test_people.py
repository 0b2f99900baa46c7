"""The town's list: whose phones can be opened, found by name, role or village."""

from pathlib import Path

import httpx
import pytest

from bot.demo.cast import FIRST, first_phones, handsets
from bot.gateways.web import WebGateway
from bot.texts import texts
from bot.web.app import Doors, make_app
from tests.demo.table import TOWN, table


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_everybody_has_a_name_and_a_role(locale: str) -> None:
    every = list(handsets(TOWN, texts(locale)))
    assert len(every) == 1 + 2 * 76 + len(TOWN.people)
    assert len({handset.chat for handset in every}) == len(every)
    assert all(handset.title and handset.role for handset in every)
    assert [phone["chat"] for phone in first_phones(TOWN, texts(locale))] == list(FIRST)


async def test_searching(tmp_path: Path) -> None:
    async with table(f"sqlite:///{tmp_path}/town.db") as t:
        found = (await t.http.get("/demo/people", params={"q": "石门"})).json()
        assert {"group-shimen", "cadres-shimen", "head-shimen"} <= {p["chat"] for p in found["phones"]}
        assert found["count"] == len(found["phones"])
        leaders = (await t.http.get("/demo/people", params={"q": "战线负责人 监护"})).json()
        assert [p["chat"] for p in leaders["phones"]] == ["leader-monitoring"]
        every = (await t.http.get("/demo/people")).json()
        assert every["count"] > len(every["phones"])
        assert (await t.http.get("/demo/people", params={"q": "nobody at all"})).json() == {"phones": [], "count": 0}


async def test_without_demo_there_are_no_such_paths(tmp_path: Path) -> None:
    async with table(f"sqlite:///{tmp_path}/town.db") as t:
        doors = Doors(lambda: t.app.book.town, t.mailbox, t.app.desk.receive, WebGateway(t.mailbox))
        transport = httpx.ASGITransport(app=make_app(doors))
        async with httpx.AsyncClient(transport=transport, base_url="http://town") as http:
            for path in ("/demo/clock", "/demo/behind", "/demo/people"):
                assert (await http.get(path)).status_code == 404
            assert (await http.post("/demo/clock", json={"forward": "90m"})).status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_page(tmp_path: Path, lang: str) -> None:
    async with table(f"sqlite:///{tmp_path}/town.db") as t:
        answer = await t.http.get("/", params={"lang": lang})
        assert answer.status_code == 200
        assert texts(lang).say("demo.lead") in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert all(chat in answer.text for chat in FIRST)


async def test_two_pages_in_two_languages_do_not_pull_the_town_to_and_fro(tmp_path: Path) -> None:
    """Each page asks once a second what happens behind, in its own language; only opening and the switch change the town's."""
    async with table(f"sqlite:///{tmp_path}/town.db") as t:
        await t.http.get("/", headers={"accept-language": "en"})
        assert t.app.book.town.locale == "en"
        await t.http.get("/")
        await t.behind("zh")
        assert t.app.book.town.locale == "en"
        await t.http.get("/", params={"lang": "zh"})
        assert t.app.book.town.locale == "zh"
