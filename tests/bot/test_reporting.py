"""The night report, its picture, and the slots around it: made once, to whom it belongs, whatever breaks in between."""

import asyncio
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

import bot.report_pages
import bot.reporting
from bot.pictures import HOUSE, draw, tidy
from bot.pictures.sketch import sketch
from bot.reporting import Reporting, picture_folder
from bot.texts import FOLDER, texts
from chat.letter import Outcome, Say
from handlers.town_report import on_report
from rules.context import Context
from rules.duty import Duty
from rules.facts import PersonTold, ReportAsked
from rules.situation import Counted, Scope, situation, window_of
from rules.town import Person, Town
from storage import people, registers
from storage.ledger import Ledger
from tests.conversations.stage import BEGIN, TOWN, ZONE, Stage

NIGHT = BEGIN.replace(hour=21)
BARE = replace(TOWN, people=(), notice_times=(), checkin_times=())
"""The town without anybody to call, so that only the report speaks."""


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """Every sketch that was to be drawn; nothing is painted, the picture counts as there."""
    sketches: list[Mapping[str, Any]] = []

    async def pretend(sketched: Mapping[str, Any], target: Path) -> bool:
        sketches.append(sketched)
        return True

    monkeypatch.setattr(bot.reporting, "draw", pretend)
    return sketches


async def stage_of(tmp_path: Path, town: Town = BARE, begin: str = "20:00") -> Stage:
    hour, minute = map(int, begin.split(":"))
    stage = Stage(f"sqlite:///{tmp_path}/town.db", town, clock=BEGIN.replace(hour=hour, minute=minute))
    await stage.open()
    return stage


def of(heard: list[tuple[str, str]], chat: str) -> list[str]:
    return [text for to, text in heard if to == chat]


async def ordered(stage: Stage, fact: ReportAsked) -> None:
    """An order in the database, as the desk's commit leaves it."""
    await stage.app.database.transact(lambda tx: registers.order_report(stage.app.ledger(tx), fact))


async def do(stage: Stage, work: Any, *given: Any) -> Any:
    return await stage.app.database.transact(lambda tx: work(stage.app.ledger(tx), *given))


async def test_the_night_report_reaches_the_command_post_once(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await stage_of(tmp_path)
    await stage.move(NIGHT + timedelta(hours=1))
    heard = of(await stage.listen(), "command")
    await stage.restart()
    again = of(await stage.listen(), "command")
    await stage.close()
    assert [text.splitlines()[:2] for text in heard] == [["【日报】许家湖", "2月9日 21:00 — 2月10日 21:00"]]
    assert heard[0].endswith("(picture)")
    assert (again, len(drawn)) == ([], 1)


async def test_an_order_left_by_a_killed_process_is_made(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await stage_of(tmp_path)
    stage.reporting.cancel()
    await ordered(stage, ReportAsked("", NIGHT))
    await stage.restart()
    heard = of(await stage.listen(), "command")
    await stage.close()
    assert len(heard) == 1


async def test_killed_after_the_picture_it_is_made_again_and_sent_once(
    tmp_path: Path, drawn: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await stage_of(tmp_path)
    stage.reporting.cancel()
    await ordered(stage, ReportAsked("", NIGHT))
    real = registers.settle_order

    def killed(ledger: Ledger, order: str, state: str) -> bool:
        real(ledger, order, state)
        raise RuntimeError("killed before the commit")

    monkeypatch.setattr(registers, "settle_order", killed)
    with pytest.raises(RuntimeError):
        await stage.app.reporting.idle()
    monkeypatch.setattr(registers, "settle_order", real)
    heard = of(await stage.listen(), "command")
    await stage.close()
    assert (len(heard), len(drawn)) == (1, 2)


async def test_of_two_processes_one_sends_it(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await stage_of(tmp_path)
    stage.reporting.cancel()
    await ordered(stage, ReportAsked("", NIGHT))
    two = [Reporting(stage.app.desk, tmp_path) for _ in range(2)]
    await asyncio.gather(*(reporting.idle() for reporting in two))
    heard = of(await stage.listen(), "command")
    await stage.close()
    assert len(heard) == 1


async def test_without_a_picture_the_words_go_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(sketched: Mapping[str, Any], target: Path) -> bool:
        return False

    monkeypatch.setattr(bot.reporting, "draw", never)
    stage = await stage_of(tmp_path)
    await ordered(stage, ReportAsked("", NIGHT))
    heard = of(await stage.listen(), "command")
    await stage.close()
    assert heard[0].endswith(texts("zh").say("desk.no_picture"))


async def test_a_report_that_cannot_be_written_is_given_up_with_an_apology(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("no words")

    monkeypatch.setattr(bot.report_pages, "sketch", broken)
    stage = await stage_of(tmp_path)
    await ordered(stage, ReportAsked("paper:head", NIGHT, ("yaowa",)))
    heard = await stage.listen()
    left = await do(stage, registers.next_order)
    await stage.close()
    assert (heard, left) == ([("head", texts("zh").say("report.failed"))], None)


ADMINS = (Person("paper:admin", "甲", roles=("admin",)), Person("bind:AAAA", "乙", roles=("admin",)))


@pytest.mark.parametrize(
    ("post", "admins", "reached"),
    [
        ("paper:command", ADMINS, ["command"]),
        ("bind:BBBB", ADMINS, ["admin"]),
        ("", (), ["leader-monitoring"]),
        ("telegram:-1", (), ["leader-monitoring"]),
    ],
)
async def test_who_reads_it_when_the_command_post_is_not_there(
    tmp_path: Path, drawn: list[Any], post: str, admins: tuple[Person, ...], reached: list[str]
) -> None:
    stage = await stage_of(tmp_path, replace(BARE, command_post=post, people=admins))
    await ordered(stage, ReportAsked("", NIGHT))
    heard = await stage.listen()
    await stage.close()
    assert [to for to, _ in heard] == reached
    assert heard[0][1].startswith(texts("zh").say("report.no_post")) is (post != "paper:command")


async def test_a_command_post_that_left_is_not_waited_for(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await stage_of(tmp_path)
    await do(stage, people.reachable, "paper:command", False)
    await ordered(stage, ReportAsked("", NIGHT))
    heard = await stage.listen()
    await stage.close()
    assert [to for to, _ in heard] == ["leader-monitoring"]


@pytest.mark.parametrize(
    ("who", "title", "villages"),
    [
        ("zhang@cadres/姚洼", "【日报】姚洼", 1),
        ("head", "【日报】姚洼", 1),
        ("leader-monitoring", "【日报】许家湖", 2),
        ("anybody@command", "【日报】许家湖", 2),
    ],
)
async def test_everybody_reads_what_is_theirs(
    tmp_path: Path, drawn: list[Any], who: str, title: str, villages: int
) -> None:
    stage = await stage_of(tmp_path, replace(TOWN, notice_times=(), checkin_times=()), "10:00")
    await stage.say("li", "家里没米了")
    await stage.listen()
    await stage.say(who, "/report")
    heard = await stage.listen()
    await stage.close()
    assert [text.splitlines()[0] for _, text in heard] == [title]
    assert heard[0][1].splitlines()[1] == "2月9日 21:00 — 2月10日 10:00"
    assert sum(voice["count"] for voice in drawn[0]["voices"]) == villages
    assert "李" not in heard[0][1] + str(drawn)


async def test_it_is_not_shown_where_villagers_read_along(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await stage_of(tmp_path, replace(TOWN, notice_times=(), checkin_times=()), "10:00")
    await stage.say("head@group/姚洼", "/report")
    heard = await stage.listen()
    await stage.close()
    assert ([to for to, _ in heard], drawn) == (["group/姚洼"], [])
    assert "21:00" not in heard[0][1]
    context = Context(TOWN, "paper:head", "paper:group-yaowa", "group", village="yaowa", roles=frozenset(("admin",)))
    assert on_report("", context, object(), NIGHT) == Outcome(says=(Say("desk.only_private"),))


async def test_it_is_read_in_the_chats_language(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await stage_of(tmp_path)
    await do(stage, people.tell, PersonTold("paper:command", locale="en"))
    await ordered(stage, ReportAsked("", NIGHT))
    heard = of(await stage.listen(), "command")
    await stage.close()
    assert heard[0].startswith("[Daily report] 许家湖\n9 Feb 21:00 — 10 Feb 21:00")


async def test_silent_villages_are_asked_and_a_zero_is_a_zero(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await stage_of(tmp_path)
    await stage.move(NIGHT - timedelta(minutes=30))
    asked = await stage.listen()
    await stage.say("head", "[零报告]")
    kept = await stage.listen()
    await stage.move(NIGHT)
    report = of(await stage.listen(), "command")[0]
    await stage.close()
    assert [to for to, _ in asked] == ["head", "head2"]
    assert kept[0][1].startswith("姚洼今天零报告")
    assert "零报告 1 个村" in report
    assert "未报 1 个村：石门" in report


async def test_somebody_who_heads_two_villages_has_a_button_for_each(tmp_path: Path, drawn: list[Any]) -> None:
    town = replace(BARE, villages=tuple(replace(v, head="paper:head") for v in BARE.villages))
    stage = await stage_of(tmp_path, town)
    await stage.move(NIGHT - timedelta(minutes=30))
    asked = await stage.listen()
    await stage.say("head", "[零报告 石门]")
    kept = await stage.listen()
    await stage.close()
    assert len(asked) == 1
    assert kept[0][1].startswith("石门今天零报告")


async def test_the_publicity_line_hears_once_a_day_which_villages_got_no_notice(tmp_path: Path) -> None:
    unbound = (replace(TOWN.villages[0], group="bind:CCCC"), TOWN.villages[1])
    town = replace(TOWN, people=(), checkin_times=(), villages=unbound)
    stage = await stage_of(tmp_path, town, "07:00")
    heard = []
    for hour in (8, 13, 19):
        await stage.move(BEGIN.replace(hour=hour))
        heard += await stage.listen()
    today = [to for to, _ in heard]
    await stage.move(BEGIN.replace(hour=8) + timedelta(days=1))
    tomorrow = of(await stage.listen(), "leader-publicity")
    await stage.close()
    assert (today.count("group/石门"), today.count("leader-publicity"), len(tomorrow)) == (3, 1, 1)
    assert len({text for to, text in heard if to == "group/石门"}) == 3
    assert "姚洼" in tomorrow[0]
    assert "石门" not in tomorrow[0]


async def test_a_call_is_written_in_each_ones_language(tmp_path: Path) -> None:
    stage = await stage_of(tmp_path, replace(TOWN, notice_times=()), "07:00")
    await do(stage, people.tell, PersonTold("paper:anna", locale="en"))
    await stage.move(BEGIN.replace(hour=8))
    heard = dict(await stage.listen())
    await stage.close()
    assert heard["anna"].startswith(texts("en").say("temperature.call"))
    assert heard["li"].startswith(texts("zh").say("temperature.call"))


def some_sketch(locale: str, scope: Scope = Scope(), counted: Counted = Counted()) -> dict[str, Any]:  # noqa: B008 - frozen
    window = window_of(NIGHT, TOWN.report_time, ZONE)
    return sketch(situation(TOWN, scope, window, counted), texts(locale))


def full() -> Counted:
    due = NIGHT - timedelta(hours=3)
    needs = tuple(Duty(str(n), "need", due - timedelta(hours=2), "yaowa", "monitoring", due_at=due) for n in range(7))
    return Counted(
        {"yaowa": 2}, {"yaowa": 3}, {"yaowa": 1}, {"shimen": 2}, {"shimen": 1}, frozenset(("yaowa",)), cases=needs
    )


def size_of(picture: Path) -> tuple[int, int]:
    head = picture.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    return width, height


@pytest.mark.parametrize(
    ("locale", "scope", "counted"),
    [("zh", Scope(), full()), ("en", Scope(("yaowa",)), full()), ("zh", Scope(), Counted())],
    ids=["town", "village", "nothing"],
)
async def test_the_picture_is_three_to_two_and_warns_of_nothing(
    tmp_path: Path, locale: str, scope: Scope, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A warning (a glyph that no font has, an empty axis) ends the painter, and with it this test.
    monkeypatch.setenv("PYTHONWARNINGS", "error::UserWarning")
    target = tmp_path / "new" / "picture.png"
    assert await draw(some_sketch(locale, scope, counted), target)
    assert size_of(target) == (1440, 960)
    assert "matplotlib" not in sys.modules


@pytest.mark.parametrize(("broken", "patience"), [({}, 30.0), (None, 0.0)])
async def test_no_picture_is_no_fault(tmp_path: Path, broken: dict[str, Any] | None, patience: float) -> None:
    target = tmp_path / "picture.png"
    assert not await draw(some_sketch("zh") if broken is None else broken, target, patience)
    assert not target.exists()


def test_the_program_itself_never_loads_the_painter() -> None:
    code = "import sys, bot.app, bot.commands.run; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=HOUSE, check=False).returncode == 0


@pytest.mark.parametrize("font", sorted((FOLDER / "fonts").glob("*.otf")), ids=lambda path: path.stem)
def test_the_fonts_can_draw_every_word_and_village(font: Path) -> None:
    known = TTFont(font).getBestCmap()
    words = [*FOLDER.glob("zh/*.j2"), *FOLDER.glob("en/*.j2"), *HOUSE.glob("bot/**/*.toml")]
    used = {letter for path in words for letter in path.read_text("utf-8") if letter.isprintable()}
    assert not {letter for letter in used | set("犇垚堃") if ord(letter) not in known}
    hanzi = [n for n in known if 0x4E00 <= n <= 0x9FFF]
    assert len(hanzi) >= 6763
    assert (FOLDER / "fonts" / "LICENSE").exists()
    assert "Noto" not in str(TTFont(font)["name"].getBestFamilyName())


def test_old_pictures_are_removed(tmp_path: Path) -> None:
    for n in range(5):
        (tmp_path / f"{n}.png").touch()
    (tmp_path / "notes.txt").touch()
    tidy(tmp_path, kept=2)
    assert len(list(tmp_path.glob("*.png"))) == 2
    assert (tmp_path / "notes.txt").exists()


def test_pictures_lie_beside_a_database_that_is_a_file(tmp_path: Path) -> None:
    assert picture_folder(f"sqlite:///{tmp_path}/town.db").parent == tmp_path
    assert picture_folder("postgresql+psycopg://postgres@127.0.0.1/town").name == "cunshao-pictures"


def test_times_are_the_towns() -> None:
    assert window_of(datetime(2020, 2, 10, 13, tzinfo=ZONE), TOWN.report_time, ZONE).until.tzinfo is ZONE
