"""The town's list: whose phones can be opened, found by name, role or village."""

from pathlib import Path

import pytest

from bot.demo.cast import FIRST, first_phones, handsets
from bot.texts import texts
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
