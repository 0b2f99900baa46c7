"""POST /demo/clock moves the town's time as if it had passed; what cannot be read moves nothing."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.vault import Vault, new_key
from tests.demo.table import FIRST, Table, table

MALFORMED: list[Any] = [
    b"", b"90m", b"[]", b"{}", b'{"forward": "90m"', b"\xff\xfe", b"[" * 900, b'{"x": "' + b"y" * 2000 + b'"}',
    {"forward": 90}, {"forward": "-90m"}, {"forward": "90"}, {"forward": "soon"}, {"forward": ""}, {"forward": None},
    {"forward": "2161h"}, {"forward": "10m", "rate": 60}, {"backward": "10m"},
    {"to": "2020-02-10T07:00:00+08:00"}, {"to": "2020-02-10T09:00:00"}, {"to": "09:00"}, {"to": 9},
    {"to": "9999-12-31T00:00:00+08:00"}, {"to": "2020-02-30T00:00:00+08:00"},
    {"rate": 0}, {"rate": -1}, {"rate": "60"}, {"rate": True}, {"rate": 3601}, b'{"rate": NaN}', b'{"rate": Infinity}',
    b'{"rate": ' + b"9" * 400 + b"}", {"rate": None}, {"to": "0001-01-01T00:00:00+14:00"}, {"to": "9999-12-31T23:59:59-23:59"},
    b"null", b"0", b'"90m"',
]  # fmt: skip


async def _now(t: Table) -> datetime:
    return datetime.fromisoformat((await t.http.get("/demo/clock")).json()["now"])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/town.db"


async def test_what_cannot_be_read_moves_nothing(url: str) -> None:
    async with table(url) as t:
        for body in MALFORMED:
            answer = await t.post(body)
            assert answer.status_code == 400, body
            assert answer.json()["error"], body
            read = (await t.http.get("/demo/clock")).json()
            assert read["rate"] == 1.0, body
            assert timedelta() <= datetime.fromisoformat(read["now"]) - FIRST < timedelta(minutes=1), body
        assert not t.paper.sheets


async def test_forward_decides_everything_in_between_in_order(url: str) -> None:
    async with table(url) as t:
        await t.say("li", "家里没米了")
        answer = await t.post({"forward": "130m"})
        assert answer.status_code == 200
        assert datetime.fromisoformat(answer.json()["now"]) - FIRST >= timedelta(minutes=130)
        rungs = [(address, call["text"]) for _, address, call in t.paper.sheets if "需求" in call["text"]]
        # By order of sending: cadres at once, the head after 20 minutes, the leader after 60, the command post after 120.
        first = [next(n for n, (who, _) in enumerate(rungs) if who == f"web:{chat}")
                 for chat in ("cadres-yaowa", "head-yaowa", "leader-monitoring", "command")]  # fmt: skip
        assert first == sorted(first)
        # Each thing at its own time: what every card says of the time gone is the rung's, not the time of the move.
        assert "20 分钟没人接" in t.to("head-yaowa")[0]
        assert "1 小时没人接" in t.to("leader-monitoring")[0]
        assert "2 小时没人接" in t.to("command")[0]
        assert sum(address.startswith("web:group-") for _, address, _ in t.paper.sheets) == 76
        assert len([x for x in t.to("li") if "体温" in x]) >= 2


async def test_many_hands_on_the_clock_at_once_add_up(url: str) -> None:
    async with table(url) as t:
        await t.say("li", "家里没米了")
        orders: list[Any] = [{"forward": "10m"}] * 6 + [b"junk", {"rate": 60}, {"to": "2020-02-10T00:00:00+08:00"}]
        answers = await asyncio.gather(*map(t.post, orders))
        assert [a.status_code for a in answers] == [200] * 6 + [400, 200, 400]
        assert timedelta(hours=1) <= await _now(t) - FIRST < timedelta(hours=2)
        assert len(t.to("head-yaowa")) == len(t.to("leader-monitoring")) == 1


async def test_to_a_time(url: str) -> None:
    async with table(url) as t:
        answer = await t.post({"to": "2020-02-10T07:30:00+08:00"})
        assert answer.status_code == 200
        assert (await _now(t)) - datetime.fromisoformat("2020-02-10T07:30:00+08:00") < timedelta(minutes=1)
        assert len(t.to("group-yaowa")) == 1


async def test_reading_says_what_comes_next(url: str) -> None:
    async with table(url) as t:
        read = (await t.http.get("/demo/clock")).json()
        assert set(read) >= {"now", "rate", "next"}
        assert read["next"]["at"] == "2020-02-10T07:30:00+08:00"
        assert "76" in read["next"]["what"]
        assert read["tomorrow"] == "2020-02-11T07:30:00+08:00"
        english = (await t.http.get("/demo/clock?lang=en")).json()
        assert "villages" in english["next"]["what"]


async def test_every_next_thing_can_be_gone_to(url: str) -> None:
    async with table(url) as t:
        await t.say("li", "家里没米了")
        said = []
        for _ in range(9):
            coming = (await t.http.get("/demo/clock")).json()["next"]
            said.append(coming["what"])
            assert (await t.post({"to": coming["at"]})).status_code == 200
        assert any("村支书" in x for x in said), said
        assert any("战线负责人" in x for x in said), said
        assert t.to("command"), said
        assert all(said)


async def test_the_rate_is_kept(url: str) -> None:
    vault = Vault([new_key()])
    async with table(url, vault) as t:
        assert (await t.post({"rate": 60})).status_code == 200
        assert (await t.http.get("/demo/clock")).json()["rate"] == 60
        await t.post({"forward": "3h"})
    async with table(url, vault) as t:
        read = (await t.http.get("/demo/clock")).json()
        assert read["rate"] == 60
        assert datetime.fromisoformat(read["now"]) >= FIRST + timedelta(hours=3)
