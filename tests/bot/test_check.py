"""``cunshao check`` tells everything that must be mended and ``cunshao init`` writes what check finds good."""

import asyncio
import re
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import create_engine

from bot.commands.check import _dead_ends, check, timelines
from bot.commands.init import CODE, EXAMPLE, init
from bot.commands.probes import ask_telegram, telegram_chats
from bot.config import load
from bot.config.ladders import URGENCIES
from bot.config.values import CODE_BITS, bits
from bot.texts import texts
from rules.ladders import LADDERS
from rules.town import ROUTING, TARGETS, Line, Person, Rung, Town, Village
from storage.migrate import migrate
from storage.tables import bindings
from storage.vault import Vault

EN = texts("en")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    for name in ("CUNSHAO_KEY", "CUNSHAO_TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def town_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "town"
    assert init(folder) == 0
    capsys.readouterr()
    return folder


def change(file: Path, old: str, new: str) -> None:
    """One change in a config."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_init_writes_a_config_and_a_key_only_the_owner_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / "new" / "town") == 0
    config, key = tmp_path / "new" / "town" / "config.toml", tmp_path / "new" / "town" / "cunshao.key"
    assert [stat.S_IMODE(file.stat().st_mode) for file in (config, key)] == [0o600, 0o600]
    Vault.from_config(key, {})
    said = capsys.readouterr().out
    assert f"cunshao check --config {config}" in said
    assert f"cunshao run --config {config}" in said


def test_the_codes_of_two_towns_and_of_the_example_differ(tmp_path: Path) -> None:
    found = [set(CODE.findall(EXAMPLE.read_text("utf-8")))]
    for name in ("one", "two"):
        assert init(tmp_path / name) == 0
        text = (tmp_path / name / "config.toml").read_text("utf-8")
        found.append(
            {line.split('"')[1].removeprefix("bind:") for line in text.splitlines() if '"bind:' in line and "=" in line}
        )
    assert [len(codes & found[0]) for codes in found[1:]] == [0, 0]
    assert not found[1] & found[2]
    assert len(found[1]) == len(found[0])
    assert all(bits(code) >= CODE_BITS for code in found[1])


@pytest.mark.parametrize("there", ["config.toml", "cunshao.key"])
def test_init_overwrites_nothing(tmp_path: Path, there: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / there).write_text("mine")
    assert init(tmp_path) == 1
    assert [file.name for file in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"
    assert "exists already" in capsys.readouterr().err


def test_init_where_nothing_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert init(tmp_path / "file" / "town") == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("room", [0, 1])
def test_init_on_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, room: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > room:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert init(tmp_path / "town") == 1
    assert "No space left on device. Choose another folder" in capsys.readouterr().err
    assert list((tmp_path / "town").iterdir()) == []
    monkeypatch.undo()
    assert init(tmp_path / "town") == 0


def test_a_folder_in_which_nothing_can_be_written(
    town_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert check(town_folder / "config.toml") == 1
    assert f"nothing can be written in {town_folder}. Give the program the right to" in capsys.readouterr().out


def test_a_new_town_is_good(town_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(town_folder / "config.toml") == 0
    said = capsys.readouterr().out
    assert "WRONG" not in said
    assert "made on the first run" in said
    assert not (town_folder / "cunshao.db").exists()
    assert "send /bind " in said
    assert said.rstrip().endswith("All is well.")


def test_mistakes_are_all_told(town_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = town_folder / "config.toml"
    change(file, "fever = 37.3", "fever = 73.3")
    change(file, 'time = "21:00"', 'time = "9 pm"')
    assert check(file) == 1
    said = capsys.readouterr().out
    lines = file.read_text("utf-8").splitlines()
    at = [next(n for n, line in enumerate(lines, 1) if line.startswith(key)) for key in ("fever", "time = ")]
    assert f"{file}:{at[0]} checkins.fever: 73.3 is" in said
    assert f"{file}:{at[1]} report.time: " in said
    assert "2 mistakes" in said


def test_the_ladders_are_timelines() -> None:
    said = timelines(Town("x", ladders=LADDERS), EN).splitlines()
    assert said[1] == (
        "  need: at once cadres → 20 min unless claimed cadres, village_head → 1 h unless claimed line_leader → "
        "1 h 30 min unless reported holder, line_leader → 2 h unless reported command_post (again every 10 min)"
    )
    assert [line.split(":")[0].strip() for line in said[1:]] == list(LADDERS)


def test_a_timeline_says_what_counts_from_the_due_time_what_is_narrowed_and_what_repeats() -> None:
    def minutes(many: int) -> timedelta:
        return timedelta(minutes=many)

    rungs = (
        Rung(minutes(0), ("cadres",)),
        Rung(minutes(5), ("area_head",), urgency=("now", "baby"), villages=("yaowa",)),
        Rung(minutes(-30), ("holder",), "reported", from_due=True),
        Rung(minutes(0), ("asker",), from_due=True),
        Rung(minutes(90), ("command_post",), repeat=minutes(15), from_due=True),
    )
    town = Town("x", ladders={"order": rungs}, villages=(Village("yaowa", "Yaowa"),))
    assert timelines(town, EN).splitlines()[1] == (
        "  order: at once cadres → 5 min area_head (only Yaowa, now, baby) → 30 min before due unless reported holder → "
        "when due asker → 1 h 30 min after due command_post (again every 15 min)"
    )
    assert "-" not in timelines(Town("x", ladders=LADDERS), EN)


def test_the_ladders_in_chinese_are_words_with_the_configs_key_beside_them() -> None:
    zh = texts("zh")
    said = timelines(Town("x", ladders=LADDERS), zh).splitlines()
    assert said[1] == (
        "  需求（need）：马上 村干部群 → 20 分钟还没人接 村干部群、村负责人 → 1 小时还没人接 战线负责人 → "
        "1 小时 30 分还没说办好 经办人、战线负责人 → 2 小时还没说办好 指挥部（每 10 分钟再说一遍）"
    )
    rungs = (
        Rung(timedelta(), ("cadres",)),
        Rung(timedelta(minutes=5), ("area_head",), "closed", urgency=("now", "baby"), villages=("yaowa",)),
        Rung(timedelta(minutes=-30), ("holder",), from_due=True),
        Rung(timedelta(), ("asker",), from_due=True),
        Rung(timedelta(minutes=90), ("inspectors",), repeat=timedelta(minutes=15), from_due=True),
    )
    town = Town("x", ladders={"order": rungs}, villages=(Village("yaowa", "姚洼"),))
    assert timelines(town, zh).splitlines()[1] == (
        "  交办（order）：马上 村干部群 → 5 分钟还没办结 管理区负责人（只管姚洼、马上要的、孩子用的） → 到期前 30 分钟 经办人 → "
        "到期时 交办的人 → 到期后 1 小时 30 分 督查组（每 15 分钟再说一遍）"
    )
    for kind in LADDERS:
        for urgency in URGENCIES:
            rung = Rung(timedelta(), (*TARGETS, ROUTING), urgency=(urgency,))
            line = timelines(Town("x", ladders={kind: (rung,)}), zh).splitlines()[1]
            assert re.findall("[a-z_]+", line) == [kind]


MONITORING = Line("monitoring", "web:leader")


@pytest.mark.parametrize(
    ("changed", "bad"),
    [
        ({"command_post": "web:post"}, []),
        ({"lines": (MONITORING,), "ladders": {"fever": LADDERS["fever"]}}, []),
        ({"lines": (MONITORING,), "ladders": {"need": LADDERS["need"]}}, ["need"]),
        ({"lines": (MONITORING,), "ladders": {"tip": LADDERS["tip"]}}, ["tip"]),
        ({"ladders": {"missed": LADDERS["missed"]}}, ["missed"]),
        ({"people": (Person("web:i", "I", "", ("inspector",)),), "ladders": {"tip": LADDERS["tip"]}}, []),
        ({"command_post": "web:post", "villages": ()}, ["no village"]),
    ],
)
def test_a_ladder_that_can_end_with_nobody_told_is_refused(changed: dict[str, Any], bad: list[str]) -> None:
    town = replace(Town("x", villages=(Village("yaowa", "Yaowa"),), ladders=LADDERS), **changed)
    found = list(_dead_ends(town, EN))
    assert [finding.how for finding in found] == ["bad"] * len(bad)
    assert all(word in finding.text for word, finding in zip(bad, found, strict=True))


@pytest.mark.parametrize(
    ("change_it", "told"),
    [
        (lambda folder: (folder / "cunshao.key").unlink(), "no key file"),
        (lambda folder: (folder / "cunshao.key").write_text("x"), "Key number 1"),
        (lambda folder: (folder / "cunshao.db").write_text("no database at all, but text" * 50), "does not answer"),
        (lambda folder: change(folder / "config.toml", "///cunshao.db", "///no/town.db"), "there is no folder"),
        (
            lambda folder: change(
                folder / "config.toml", "sqlite:///cunshao.db", "postgresql+psycopg://u:hush@127.0.0.1:1/x"
            ),
            "does not answer",
        ),
    ],
)
def test_what_the_config_leads_to_is_tried(
    town_folder: Path, change_it: Callable[[Path], object], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change_it(town_folder)
    assert check(town_folder / "config.toml") == 1
    said = capsys.readouterr().out
    assert "WRONG" in said
    assert told in said
    assert "hush" not in said
    assert "1 thing needs mending" in said


def test_what_is_bound_is_not_asked_for_again(town_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = load(town_folder / "config.toml")
    migrate(config.database_url)
    engine = create_engine(config.database_url)
    post = config.town.command_post
    with engine.begin() as tx:
        tx.execute(
            bindings.insert(),
            {"town": config.town.key, "code": post, "address": "web:post", "at": datetime(2020, 2, 10, tzinfo=UTC)},
        )
    engine.dispose()
    assert check(config.path) == 0
    said = capsys.readouterr().out
    assert "the database answers (sqlite)" in said
    assert post.removeprefix("bind:") not in said
    assert "the cadre who looks after 李大山 (姚洼), 张建国 (姚洼)" in said


def test_the_differences_are_shown(town_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(town_folder / "config.toml", lambda: ["villages.yaowa.group: web:a → web:b"]) == 0
    assert "Changed by chat" in (said := capsys.readouterr().out)
    assert "  villages.yaowa.group: web:a → web:b" in said
    assert check(town_folder / "config.toml", list) == 0
    assert "Changed by chat" not in capsys.readouterr().out


class FakeTelegram:
    """A Bot API that knows one token and some chats."""

    token = "12:right"
    chats = frozenset({"-1001", "-1002", "3001"})

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fault = 0

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.asked.append(method)
        if self.fault:
            return web.Response(status=self.fault, text="away")
        if request.match_info["token"] != self.token:
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        body: dict[str, Any] = await request.json()
        if method == "getChat" and body["chat_id"] not in self.chats:
            answer = {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}
            return web.json_response(answer, status=400)
        me = {"id": 12, "is_bot": True, "username": "sentry_bot", "can_read_all_group_messages": False}
        return web.json_response({"ok": True, "result": me if method == "getMe" else {"id": body["chat_id"]}})


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[FakeTelegram, str]]:
    fake = FakeTelegram()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", fake.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield fake, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_telegram_is_asked_for_each_group(
    telegram: tuple[FakeTelegram, str], town_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, url = telegram
    file = town_folder / "config.toml"
    change(file, 'token = ""', 'token = "12:right"')
    change(file, "https://api.telegram.org", url)
    text = file.read_text("utf-8")
    for key, chat in (("group", "-1001"), ("cadres", "-1002"), ("chat", "-1009"), ("leader", "2001"), ("head", "3001")):
        line = next(x for x in text.splitlines() if x.startswith(f"{key} = "))
        text = text.replace(line.split('"')[1], f"telegram:{chat}")
    file.write_text(text, "utf-8")
    assert await asyncio.to_thread(check, file) == 1
    said = capsys.readouterr().out
    assert "Telegram answers: @sentry_bot" in said
    assert "commands, replies and mentions only" in said
    assert "Telegram groups: 2 found" in said
    assert "WRONG Telegram group telegram:-1009 (command_post): Bad Request: chat not found" in said
    assert "note  Telegram telegram:2001 (lines.screening.leader)" in said
    assert "1 thing needs mending" in said
    assert fake.asked.count("getChat") == len(list(telegram_chats(load(file).town))) == 5


@pytest.mark.parametrize(
    ("token", "fault", "told"),
    [("12:wrong", 0, "refuses the token"), ("12:right", 502, "no answer from"), ("", 0, "Telegram is off")],
)
async def test_telegram_that_does_not_take_us(
    telegram: tuple[FakeTelegram, str], town_folder: Path, token: str, fault: int, told: str
) -> None:
    fake, url = telegram
    fake.fault = fault
    config = load(town_folder / "config.toml")
    found = await ask_telegram(replace(config.telegram, token=token, api_base_url=url), config.town, EN)
    assert told in found[0].text
    assert len(found) == 1
    assert not token or token not in found[0].text


async def test_nobody_at_telegrams_address(town_folder: Path, unused_tcp_port: int) -> None:
    config = load(town_folder / "config.toml")
    settings = replace(config.telegram, token="12:right", api_base_url=f"http://127.0.0.1:{unused_tcp_port}")
    found = await ask_telegram(settings, config.town, EN)
    assert [f.how for f in found] == ["bad"]
    assert "12:right" not in found[0].text


async def test_addresses_on_telegram_without_a_token_are_told() -> None:
    town = Town("x", command_post="telegram:-1")
    config = load(EXAMPLE)
    found = await ask_telegram(config.telegram, town, EN)
    assert [(f.how, "command_post = telegram:-1" in f.text) for f in found] == [("bad", True)]


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        (None, "没有钥匙文件", "There is no key file"),
        (b"", "是空的", "is empty"),
        (b"\xff\xfe", "读不了", "cannot be read"),
        (b"key", "第 1 把钥匙不对", "Key number 1 is not a key"),
    ],
)
def test_a_key_that_is_none_is_told_in_the_terminals_language(
    town_folder: Path, written: bytes | None, zh: str, en: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    key = town_folder / "cunshao.key"
    key.unlink() if written is None else key.write_bytes(written)
    for locale, said in (("zh_CN.UTF-8", zh), ("en_GB.UTF-8", en)):
        monkeypatch.setenv("LC_ALL", locale)
        assert check(town_folder / "config.toml") == 1
        lines = [line for line in capsys.readouterr().out.splitlines() if said in line]
        assert len(lines) == 1, lines
        assert ("cunshao init" in lines[0]) == (written != b"\xff\xfe")


def test_both_languages_have_the_same_blocks() -> None:
    for name in ("setup", "config"):
        blocks = [
            set(texts(locale)._template(name).blocks)  # the blocks are no part of what Texts offers
            for locale in ("zh", "en")
        ]
        assert blocks[0] == blocks[1]
