"""The figures as a picture: what is drawn is what the rules count, each word legible; asked for, and with the night report."""

import json
import random
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import bot.reporting
from bot.gateways.telegram.render import render
from bot.pictures import HOUSE, draw
from bot.pictures.figures_sketch import JUDGED, sketch
from bot.texts import texts
from chat.letter import Letter
from handlers.figures import Counted, counted_of
from rules.duty import Duty
from rules.facts import PersonTold
from rules.figures import Figures, figures
from rules.town import Town, Village
from storage import figures as kept
from storage import people
from storage.ledger import Ledger
from tests.conversations.stage import BEGIN, TOWN, ZONE, Stage

NOW = BEGIN.replace(hour=16)
WEEK = timedelta(days=7)
PROMISE = timedelta(hours=2)
ZH_VILLAGES = (
    "姚洼",
    "石门",
    "许家湖镇东北角上岭子前后两个村",
    "柳条沟",
    "大官庄",
    "王家坪",
    "小河",
    "孙家崖",
    "西坡",
    "东坡",
)
EN_VILLAGES = (
    "Yaowa",
    "Shimen",
    "Shanglingzi behind the Old Lime Kiln and its Two Hamlets",
    "Liutiaogou",
    "Daguanzhuang",
    "Xiaohe",
)
HOLDERS = ("张建国", "陈秀英", "欧阳淑芬", "Alexandra Konstantinopolskaya-Wittgenstein")
NIGHT = BEGIN.replace(hour=21)


class Rungs:
    """How often each rung was told."""

    def __init__(self, climbs: Mapping[str, int]) -> None:
        self.climbs = climbs

    def climbs_of(self, refs: tuple[str, ...]) -> Mapping[str, int]:
        return self.climbs


def need(n: int, village: str, opened_minutes_ago: int, **more: Any) -> Duty:
    opened = NOW - timedelta(minutes=opened_minutes_ago)
    return Duty(str(n), "need", opened, village, "monitoring", due_at=opened + PROMISE, **more)


def some(dice: random.Random, n: int, village: str) -> Duty:
    """A need of the last week, of any fate."""
    duty = need(
        n, village, dice.randint(130, 9000), holder_name=dice.choice(HOLDERS), card={"text": "降压药", "who": "李*"}
    )
    said = duty.opened_at + timedelta(minutes=dice.randint(10, 110))
    closed = replace(duty, state="closed", reported_at=said, closed_at=said, confirmed=True)
    silent = replace(closed, confirmed=False, closed_at=said + PROMISE)
    fates = (closed, closed, closed, silent, replace(duty, state="reported", reported_at=said),
             replace(duty, state="cancelled", closed_at=said), duty)  # fmt: skip
    return dice.choice(fates)


def busy(villages: tuple[str, ...]) -> tuple[Town, Counted]:
    dice = random.Random(7)
    town = replace(TOWN, villages=tuple(Village(f"v{n}", name) for n, name in enumerate(villages)))
    needs = [some(dice, n, f"v{dice.randrange(len(villages))}") for n in range(1, 160)]
    needs += [need(n, "v2", 3 * (n - 199), holder_name=dice.choice(("", *HOLDERS))) for n in range(200, 212)]
    rungs = Rungs({"-1": 1, "0": 158, "20": 40, "60": 22, "90": 15, "120": 9})
    return town, counted_of(tuple(needs), NOW - WEEK, NOW, town, rungs)


def empty() -> tuple[Town, Counted]:
    return TOWN, counted_of((), NOW - WEEK, NOW, TOWN, Rungs({}))


def one_village() -> tuple[Town, Counted]:
    needs = (need(1, "yaowa", 300, holder_name="张建国"), need(2, "yaowa", 30))
    return TOWN, counted_of(needs, NOW - WEEK, NOW, TOWN, Rungs({"0": 2}))


CASES = {
    "zh-busy": ("zh", *busy(ZH_VILLAGES)), "en-busy": ("en", *busy(EN_VILLAGES)), "zh-empty": ("zh", *empty()),
    "en-empty": ("en", *empty()), "zh-one-village": ("zh", *one_village()),
}  # fmt: skip
EVERY = pytest.mark.parametrize(("locale", "town", "found"), CASES.values(), ids=CASES)


def on_paper(sketched: Mapping[str, Any]) -> Any:
    """What the painter puts on the sheet; in a process of its own, as always."""
    command = [sys.executable, "-W", "error::UserWarning", "-m", "tests.bot.painted"]
    run = subprocess.run(command, input=json.dumps(sketched), text=True, cwd=HOUSE, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout)


def fates(row: Any) -> list[int]:
    return [row.fates.get(fate, 0) for fate in JUDGED]


@EVERY
def test_the_sketch_has_the_figures_own_counts(locale: str, town: Town, found: Counted) -> None:
    f, drawn = found.figures, sketch(found, town.name, texts(locale), ZONE)
    assert drawn["share"]["parts"] == fates(f.total)
    assert sum(drawn["share"]["parts"]) == f.total.due
    assert drawn["share"]["value"] == ("–" if f.total.percent is None else str(f.total.percent))
    assert [span["value"] for span in drawn["spans"]] == [
        "–" if x is None else str(round(x)) for x in (f.median, f.p90)
    ]
    tables = {"villages": f.by_village, "lines": f.by_line, "holders": f.by_holder}
    titles = {
        said[0]: tables[key] for key, said in texts(locale).options("figures.picture_words").items() if key in tables
    }
    for table in (drawn["first"], drawn["second"]):
        rows = [row for row in titles[table["title"]] if row.due] if table else []
        shown = table["rows"] if table else []
        assert [(row["key"], row["parts"], row["percent"]) for row in shown] == [
            (row.key, fates(row), f"{row.percent}%") for row in rows[: len(shown)]
        ]
        assert not table or bool(table["more"]) == (len(rows) > len(shown))
    assert [hour["parts"] for hour in drawn["hours"]["hours"]] == [
        next((fates(row) for row in f.by_hour if int(row.key) == n), [0] * 4) for n in range(24)
    ]
    assert [row["count"] for row in drawn["climbs"]["rows"]] == list(f.climbs.values())
    assert [row["late"] for row in drawn["worst"]["rows"]] == [(d.due_at or NOW) < NOW for d in f.worst]
    for row, duty in zip(drawn["worst"]["rows"], f.worst, strict=True):
        assert duty.ref in row["name"]
    assert "降压药" not in str(drawn)
    assert "李*" not in str(drawn)


@EVERY
def test_what_is_painted_is_the_sketch(locale: str, town: Town, found: Counted) -> None:
    drawn = sketch(found, town.name, texts(locale), ZONE)
    paper = on_paper(drawn)
    written, bars = [text for text, _ in paper["texts"]], paper["bars"]
    for text in (drawn["title"], drawn["window"], drawn["share"]["value"], drawn["share"]["note"]):
        assert text in written
    for label, count in zip(drawn["share"]["labels"], drawn["share"]["parts"], strict=True):
        assert f"{label} {count}" in written
    assert written.count("%") == (found.figures.total.due > 0)
    whole = found.figures.total.due
    for n, count in enumerate(drawn["share"]["parts"]):
        assert bars.get(f"all/{n}", (0, 0))[0] == pytest.approx(1292 * count / max(whole, 1))
    for table in filter(None, (drawn["first"], drawn["second"])):
        for row in table["rows"]:
            lengths = [bars.get(f"{table['title']}/{row['key']}/{n}", (0, 0))[0] for n in range(4)]
            assert [length / sum(lengths) for length in lengths] == pytest.approx(
                [count / sum(row["parts"]) for count in row["parts"]]
            )
            assert row["percent"] in written
    heights = [bars.get(f"hour/{hour['at']}/{n}", (0, 0))[1] for hour in drawn["hours"]["hours"] for n in range(4)]
    counts = [count for hour in drawn["hours"]["hours"] for count in hour["parts"]]
    assert [h * sum(counts) for h in heights] == pytest.approx([n * sum(heights) for n in counts])
    longest = max((row["count"] for row in drawn["climbs"]["rows"]), default=0)
    for row in drawn["climbs"]["rows"]:
        widest = max(bars[f"climbs/{other['name']}"][0] for other in drawn["climbs"]["rows"])
        assert bars[f"climbs/{row['name']}"][0] == pytest.approx(widest * row["count"] / longest)
        assert str(row["count"]) in written
    for row in drawn["worst"]["rows"]:
        assert row["left"] in written
        assert (f"late/{row['name']}" in bars) is row["late"]


@EVERY
def test_every_word_has_a_place_of_its_own(locale: str, town: Town, found: Counted) -> None:
    paper = on_paper(sketch(found, town.name, texts(locale), ZONE))
    wide, high = paper["size"]
    assert wide == 1440
    assert high <= 2.1 * wide
    for text, (left, top, right, bottom) in paper["texts"]:
        assert 0 <= left < right <= wide, text
        assert 0 <= top < bottom <= high, text
    for (one, a), (other, b) in combinations(paper["texts"], 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 4 or b[3] <= a[1] + 4
        assert apart, f"{one} / {other}"


@EVERY
async def test_it_is_a_png_and_nothing_is_warned_of(
    tmp_path: Path, locale: str, town: Town, found: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error::UserWarning")
    target = tmp_path / "picture.png"
    assert await draw(sketch(found, town.name, texts(locale), ZONE), target)
    head = target.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", head[16:20]) == (1440,)
    assert target.stat().st_size < 1 << 20


def test_only_all_is_a_hundred_per_cent() -> None:
    at = NOW - timedelta(minutes=100)
    kept_ones = [need(n, "yaowa", 200, state="closed", confirmed=True, closed_at=at) for n in range(1, 200)]
    found = counted_of((*kept_ones, need(500, "yaowa", 200)), NOW - WEEK, NOW, TOWN, Rungs({}))
    drawn = sketch(found, "", texts("zh"), ZONE)
    assert (drawn["share"]["value"], drawn["share"]["tone"]) == ("99", "bad")
    assert "99%（199/200）" in texts("zh").say("figures.caption", f=found.figures, window="")


# --- asked for in a chat, and at night


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every sketch that was to be drawn; nothing is painted."""
    sketches: list[Any] = []

    async def pretend(sketched: Any, target: Path) -> bool:
        sketches.append(sketched)
        return True

    monkeypatch.setattr(bot.reporting, "draw", pretend)
    return sketches


async def a_morning(tmp_path: Path) -> Stage:
    """One confirmed, one late; the clock stands at 11:45."""
    town = replace(TOWN, notice_times=(), checkin_times=())
    stage = Stage(f"sqlite:///{tmp_path}/town.db", town, clock=BEGIN.replace(hour=9))
    await stage.open()
    for who, text in (("li", "家里没米了"), ("sun", "降压药没了")):
        await stage.say(who, text)
        await stage.say(who, "跳过")
    await stage.say("zhang", "我来办 1")
    await stage.say("zhang", "办结 1")
    await stage.listen()
    await stage.say("li", "办好了")
    await stage.move(BEGIN.replace(hour=11, minute=45))
    await stage.listen()
    return stage


async def pure(stage: Stage) -> Figures:
    def work(tx: Any) -> Figures:
        ledger: Ledger = stage.app.ledger(tx)
        needs = kept.needs_between(ledger, BEGIN - WEEK, stage.clock + PROMISE)
        refs = [duty.ref for duty in needs]
        hours = {duty.ref: duty.opened_at.astimezone(ZONE).hour for duty in needs}
        return figures(needs, stage.clock, kept.climbs_of(ledger, refs), hours)

    found: Figures = await stage.app.database.transact(work)
    return found


async def test_the_picture_asked_for_is_the_text_and_what_the_rules_count(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await a_morning(tmp_path)
    await stage.say("boss@command", "数据")
    [(_, words)] = await stage.listen()
    stage.reporting.cancel()  # so that the second asking comes while the first waits
    await stage.say("boss@command", "数据 图")
    await stage.say("boss@command", "[看图]")
    [(_, caption)] = await stage.listen()
    f = await pure(stage)
    await stage.close()
    assert len(drawn) == 1
    assert drawn[0]["share"]["parts"] == fates(f.total) == [1, 0, 0, 1]
    assert [row["count"] for row in drawn[0]["climbs"]["rows"]] == list(f.climbs.values())
    for counts in ("到期 2 件，两小时里本人点头的 50%（1/2）", "超时 1"):
        assert counts in words
        assert counts in caption
    assert caption.endswith("(picture)")


@pytest.mark.parametrize(
    ("who", "title", "due"),
    [("zhang@cadres/姚洼", "姚洼 · 两小时办结", 2), ("head", "姚洼 · 两小时办结", 2), ("head2", "石门 · 两小时办结", 0),
     ("leader-monitoring", "许家湖 · 两小时办结", 2), ("leader-areas", "许家湖 · 两小时办结", 0)],
)  # fmt: skip
async def test_everybody_sees_what_is_theirs(tmp_path: Path, drawn: list[Any], who: str, title: str, due: int) -> None:
    stage = await a_morning(tmp_path)
    await stage.say(who, "数据图")
    await stage.listen()
    await stage.close()
    assert (drawn[0]["title"], sum(drawn[0]["share"]["parts"])) == (title, due)
    assert "李" not in str(drawn)


async def test_the_night_report_brings_the_same_figures_in_each_language(tmp_path: Path, drawn: list[Any]) -> None:
    stage = await a_morning(tmp_path)
    told = PersonTold("paper:command", locale="en")
    await stage.app.database.transact(lambda tx: people.tell(stage.app.ledger(tx), told))
    await stage.move(NIGHT)
    report, figures_letter = [text for to, text in await stage.listen() if to == "command" and "(picture)" in text]
    situation, promise = drawn
    await stage.close()
    assert "Needs due: 2; confirmed in time: 1 (50%)" in report
    assert figures_letter.startswith("Within two hours, 9 Feb 21:00 — 10 Feb 21:00\nDue: 2; confirmed")
    share = next(tile for tile in situation["tiles"] if tile["unit"] == "%")
    assert (share["value"], promise["share"]["value"], promise["share"]["parts"]) == ("50", "50", [1, 0, 0, 1])


async def test_a_need_asked_for_before_the_report_and_due_after_it_is_in_neither_share(
    tmp_path: Path, drawn: list[Any]
) -> None:
    stage = await a_morning(tmp_path)
    await stage.move(NIGHT - timedelta(minutes=30))
    await stage.say("anna", "no rice left")
    await stage.say("anna", "skip")
    await stage.move(NIGHT)
    await stage.listen()
    await stage.close()
    situation, promise = drawn
    assert sum(promise["share"]["parts"]) == sum(n for hour in situation["hours"]["hours"] for n in hour["counts"]) == 2
    assert [row["name"] for row in promise["worst"]["rows"]] == ["2 号 · 姚洼", "3 号 · 姚洼"]


async def test_a_night_without_a_need_has_one_letter(tmp_path: Path, drawn: list[Any]) -> None:
    town = replace(TOWN, people=(), notice_times=(), checkin_times=())
    stage = Stage(f"sqlite:///{tmp_path}/town.db", town, clock=BEGIN.replace(hour=20))
    await stage.open()
    await stage.move(NIGHT)
    heard = [text for to, text in await stage.listen() if to == "command"]
    await stage.close()
    assert len(heard) == len(drawn) == 1


@pytest.mark.parametrize(
    "words", ["数据 图", "数据图", "数据 30 图片", "figures picture", "figures 7 chart", "/figures picture"]
)
async def test_how_it_is_asked_for(tmp_path: Path, drawn: list[Any], words: str) -> None:
    stage = await a_morning(tmp_path)
    for locale in ("zh", "en"):
        told = PersonTold("paper:head", locale=locale)
        await stage.app.database.transact(lambda tx, told=told: people.tell(stage.app.ledger(tx), told))
        await stage.say("head", words)
        await stage.listen()
    await stage.close()
    assert len(drawn) == 2


def test_what_follows_makes_no_sound_of_its_own() -> None:
    loud, quiet = (render("telegram:1", Letter("x", picture="/p.png", quiet=still)) for still in (False, True))
    assert ("disable_notification" in loud[0]["params"], quiet[0]["params"]["disable_notification"]) == (False, True)
