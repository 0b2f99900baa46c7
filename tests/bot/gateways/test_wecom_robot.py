"""The WeCom robot over real HTTP against a server as strict as the real one; without it a split alert might never arrive."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot.gateways import Accepted, Call, Gateway, Refused, TryLater, Unknown
from bot.gateways import posting as posting_module
from bot.gateways.posting import clean
from bot.gateways.wecom_robot import WecomRobotGateway, lines_of, split
from bot.pace import Pace
from bot.post import Post
from bot.texts import texts
from chat.letter import Button, Letter
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.vault import Vault, new_key
from tests.servers.weather import CUT_AFTER, CUT_BEFORE, PROXY_PAGE, SLOW, answer, on_loopback
from tests.servers.wecom import PER_MINUTE, TEXT, Said, WecomServer, answer_of

KEY = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"
HERE = f"wecom-robot:{KEY}"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 1000
CLAIM = Button("我来办", "d:claim:12")
DONE = Button("办结", "d:done:12")
CALL = Button("打电话", url="tel:00000001001")
MAP = Button("地图", url="https://map.test/x")


@pytest.fixture
def server() -> WecomServer:
    return WecomServer(KEY)


@pytest.fixture
async def gateway(server: WecomServer) -> AsyncIterator[WecomRobotGateway]:
    async with on_loopback(server.handle) as url:
        gateway = WecomRobotGateway(url + "/", "zh")
        yield gateway
        server.weather.open.set()
        await gateway.close()


async def sent(gateway: WecomRobotGateway, letter: Letter, to: str = HERE) -> list[object]:
    """What became of each call of a letter, as the outbox makes them: through JSON."""
    return [await gateway.deliver(json.loads(json.dumps(call))) for call in gateway.render(to, letter)]


async def test_an_alert_arrives_with_its_link_phones_and_mentions(
    server: WecomServer, gateway: WecomRobotGateway
) -> None:
    letter = Letter(
        "【需求 12】家里没米了", ((CLAIM, DONE), (CALL,), (MAP,)), link="http://village.test/o/K7",
        mention=("00000003101", "00000003102", "00000003101"),
    )  # fmt: skip
    assert await sent(gateway, letter) == [Accepted()]
    [said] = server.said
    assert said.text.splitlines() == [
        "【需求 12】家里没米了",
        "打电话：00000001001",
        "地图：https://map.test/x",
        "我来办、办结，点这里：http://village.test/o/K7",
    ]
    assert said.mention == ("00000003101", "00000003102")
    assert server.violations == []


@pytest.mark.parametrize(
    ("letter", "lines"),
    [
        (Letter("知道了"), ["知道了"]),
        (Letter("【需求 1】", ((CLAIM,),)), ["【需求 1】", "这个群只能看。要我来办，请到村哨里发“待办”。"]),
        (Letter("日报", link="http://v.test/b"), ["日报", "点开看：http://v.test/b"]),
        (Letter("", ((CALL,),)), ["打电话：00000001001"]),
        (Letter("看", attachments=(("photo", "f"),)), ["看", "还有照片或录音，这个群里放不了。"]),
        (Letter("a\0b\ud800"), ["ab�"]),
    ],
)
async def test_what_cannot_be_there_is_written(
    server: WecomServer, gateway: WecomRobotGateway, letter: Letter, lines: list[str]
) -> None:
    assert await sent(gateway, letter) == [Accepted()]
    assert [said.text.splitlines() for said in server.said] == [lines]
    assert server.violations == []


async def test_each_message_about_a_duty_has_a_link_of_its_own(
    tmp_path: Path, server: WecomServer, gateway: WecomRobotGateway
) -> None:
    url = f"sqlite:///{tmp_path}/town.db"
    migrate(url)
    database, vault, now = Database(url), Vault([new_key()]), datetime(2020, 2, 10, tzinfo=UTC)
    post = Post({"wecom-robot": gateway}, "http://village.test")
    letters = [Letter("【需求 12】", ((CLAIM,),), link="http://village.test/d/12", about=("12",))] * 2 + [
        Letter("日报")
    ]

    def render(tx: Connection) -> list[Call]:
        ledger = Ledger(tx, "town", vault)
        return [call for letter in letters for call in post.calls(ledger, gateway, HERE, letter, now)]

    for call in database.transact_now(render):
        assert await gateway.deliver(json.loads(json.dumps(call))) == Accepted()
    database.close()
    first, second, report = (said.text for said in server.said)
    assert report == "日报"
    own = re.compile(r"【需求 12】\n我来办，点这里：http://village\.test/k/([\w-]{22})")
    links = {found[1] for said in (first, second) if (found := own.fullmatch(said))}
    assert len(links) == 2
    assert server.violations == []


async def test_a_long_text_is_split_and_numbered(server: WecomServer, gateway: WecomRobotGateway) -> None:
    lines = [f"{n:03}" + "村" * 30 for n in range(60)]
    assert await sent(gateway, Letter("\n".join(lines), mention=("00000003101",))) == [Accepted()] * 3
    heads = [said.text.splitlines()[0] for said in server.said]
    assert heads == ["（1/3）", "（2/3）", "（3/3）"]
    assert [line for said in server.said for line in said.text.splitlines()[1:]] == lines
    assert [said.mention for said in server.said] == [("00000003101",), (), ()]
    assert server.violations == []


@pytest.mark.parametrize(("tail", "parts"), [("xx", 1), ("xxx", 2), ("村", 2)])
async def test_2048_bytes_are_one_message(
    server: WecomServer, gateway: WecomRobotGateway, tail: str, parts: int
) -> None:
    assert await sent(gateway, Letter("村" * 682 + tail)) == [Accepted()] * parts
    assert server.violations == []


async def test_a_picture_follows_its_words(server: WecomServer, gateway: WecomRobotGateway, tmp_path: Path) -> None:
    path = tmp_path / "report.png"
    path.write_bytes(PNG)
    assert await sent(gateway, Letter("日报", picture=str(path))) == [Accepted(), Accepted()]
    assert server.said == [Said(KEY, "日报"), Said(KEY, picture=PNG)]
    path.write_bytes(PNG + b"x" * 2 * 1024 * 1024)
    assert await sent(gateway, Letter("", picture=str(path))) == [Refused("the picture is longer than 2 MB")]
    path.unlink()
    assert await sent(gateway, Letter("", picture=str(path))) == [Refused("the picture is gone")]
    assert server.violations == []


@pytest.mark.parametrize(
    ("weather", "result", "arrived"),
    [
        (answer(200, answer_of(45009)), TryLater(60, "45009 api freq out of limit"), 0),
        (answer(200, answer_of(45033)), TryLater(5, "45033 api concurrent out of limit"), 0),
        (answer(200, answer_of(-1)), TryLater(5, "-1 system busy"), 0),
        (answer(200, answer_of(93000)), Refused("93000 invalid webhook url", gone=True), 0),
        (answer(200, answer_of(93004)), Refused("93004 robot is disabled", gone=True), 0),
        (answer(200, answer_of(93008)), Refused("93008 robot not in chat", gone=True), 0),
        (answer(200, answer_of(40008)), Refused("40008 invalid message type"), 0),
        (answer(200, b'{"errcode":93000,"errmsg":"Invalid input : content exceed max length."}'),
         Refused("93000 Invalid input : content exceed max length."), 0),
        (answer(200, b'{"errcode":99999}'), Refused("99999"), 0),
        (answer(500, b"{}"), TryLater(5, "500"), 0),
        (answer(502, PROXY_PAGE), TryLater(5, "502"), 0),
        (answer(429, b""), TryLater(60, "429"), 0),
        (answer(403, PROXY_PAGE), TryLater(60, "403"), 0),
        (answer(302, b"", location="http://login.test/"), TryLater(60, "302"), 0),
        (answer(200, PROXY_PAGE), Unknown("an answer that is not JSON"), 0),
        (answer(200, b"[" * 70_000), Unknown("an answer that is not JSON"), 0),
        (CUT_BEFORE, Unknown("ServerDisconnectedError"), 0),
        (CUT_AFTER, Unknown("ServerDisconnectedError"), 1),
    ],
)  # fmt: skip
async def test_a_bad_day_and_then_a_good_one(
    server: WecomServer, gateway: WecomRobotGateway, weather: object, result: object, arrived: int
) -> None:
    server.weather.coming.append(weather)  # type: ignore[arg-type]
    assert await sent(gateway, Letter("hello")) == [result]
    assert len(server.said) == arrived
    assert await sent(gateway, Letter("hello")) == [Accepted()]
    assert server.violations == []


async def test_a_key_that_is_no_robots_is_gone_and_named_nowhere(gateway: WecomRobotGateway) -> None:
    assert await sent(gateway, Letter("hi"), "wecom-robot:secretkey") == [
        Refused("93000 invalid webhook url", gone=True)
    ]


async def test_nobody_there_keeps_the_letter_and_the_key_to_itself() -> None:
    nowhere = WecomRobotGateway("http://127.0.0.1:9")
    [result] = await sent(nowhere, Letter("hi"))
    assert result == TryLater(5, "ClientConnectorError")
    assert KEY not in repr(result)
    await nowhere.close()
    assert await sent(nowhere, Letter("hi")) == [TryLater(5, "the gateway is closed")]


async def test_a_slow_answer_is_waited_for(server: WecomServer, gateway: WecomRobotGateway) -> None:
    server.weather.coming.append(SLOW)
    sending = asyncio.create_task(sent(gateway, Letter("hello")))
    await server.weather.arrived.wait()
    assert not sending.done()
    server.weather.open.set()
    assert await sending == [Accepted()]


async def test_silence_is_not_waited_for(
    server: WecomServer, gateway: WecomRobotGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting_module, "TIMES", aiohttp.ClientTimeout(sock_read=0.05))
    server.weather.coming.append(SLOW)
    assert await sent(gateway, Letter("hello")) == [Unknown("SocketTimeoutError")]
    assert len(server.said) == 1


async def test_the_pace_never_meets_the_limit(server: WecomServer, gateway: WecomRobotGateway) -> None:
    pace = Pace(clock=lambda: server.clock)
    for _ in range(3 * PER_MINUTE):
        while HERE in pace.held():
            server.clock += pace.soonest()
        pace.count(HERE, gateway.pace(HERE))
        assert await sent(gateway, Letter("hello")) == [Accepted()]
    assert server.violations == []
    assert [await sent(gateway, Letter("hello")) for _ in range(PER_MINUTE)][-1] == [
        TryLater(60, "45009 api freq out of limit")
    ]


async def test_it_hears_nothing_and_edits_nothing(gateway: WecomRobotGateway) -> None:
    checked: Gateway = gateway
    assert (checked.parse({"anything": 1}), checked.edit(HERE, "1", Letter("x"))) == ((), None)


PIECES = st.lists(
    st.text(st.characters(exclude_categories=()), max_size=40)
    | st.sampled_from(
        ["\n", " ", " " * 300, "\n" * 300, "村", "👍🏽", "👨‍👩‍👧", "e\u0301", "\u0301" * 900, "x" * 700, "米" * 800]
    ),
    max_size=60,
).map("".join)
BUTTONS = st.lists(st.tuples(st.sampled_from([CLAIM, DONE, CALL, MAP])), max_size=5).map(tuple)


@given(PIECES, BUTTONS, st.sampled_from(["", "http://village.test/o/" + "k" * 40]), st.sampled_from(["zh", "en"]))
def test_any_letter_fits_and_nothing_of_it_is_lost(text: str, rows: object, link: str, locale: str) -> None:
    gateway = WecomRobotGateway("http://127.0.0.1:9", locale)
    letter = Letter(text, rows, link=link)  # type: ignore[arg-type]
    calls = gateway.render(HERE, letter)
    contents = [call["body"]["text"]["content"] for call in calls]
    assert all(0 < len(content.encode()) <= TEXT for content in contents)
    number = texts(locale)
    if len(contents) > 1:
        heads = [number.say("channels.part", n=n, of=len(contents)) + "\n" for n in range(1, len(contents) + 1)]
        assert all(content.startswith(head) for content, head in zip(contents, heads, strict=True))
        contents = [content.removeprefix(head) for content, head in zip(contents, heads, strict=True)]
    whole = clean("\n".join(lines_of(letter, number)))
    assert "".join(contents) == (whole if whole.strip() else "")
    assert clean(text) in whole or not text.strip()
    assert link in whole
    assert all(button.url.removeprefix("tel:") in whole for [button] in letter.buttons)


@given(st.text(st.sampled_from("\n x村👍e\u0301"), max_size=600), st.integers(4, 64))
def test_the_parts_are_the_text(text: str, limit: int) -> None:
    parts = list(split(text, limit))
    assert "".join(parts) == text
    assert all(len(part.encode()) <= limit for part in parts)


@pytest.mark.parametrize("whole", ["👍🏽", "👨‍👩‍👧", "e\u0301", "☺\ufe0f", "村"])
@pytest.mark.parametrize("before", range(1975, 2048, 3))
def test_no_cut_goes_through_a_character(whole: str, before: int) -> None:
    parts = list(split("x" * before + whole * 30, TEXT))
    assert "".join(parts) == "x" * before + whole * 30
    assert all(part.lstrip("x").replace(whole, "") == "" for part in parts)


def test_what_has_no_end_is_cut_all_the_same() -> None:
    parts = list(split("\u0301" * 5000, TEXT))
    assert ("".join(parts), len(parts)) == ("\u0301" * 5000, 5)
