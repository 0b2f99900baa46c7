"""``cunshao codes`` says what is left to bind, and ``cunshao check`` what chat has changed since the config was written."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.commands.look import check_town, codes
from bot.config import load
from rules.binding import bound
from rules.facts import PersonTold
from storage import people
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.vault import Vault, new_key

AT = datetime(2020, 2, 10, tzinfo=UTC)
POST, GROUP, LI, CADRE = "POST234567", "GRUP234567", "LIDA234567", "CADR234567"
CONFIG = f"""
[town]
name = "镇"
[database]
url = "DATABASE"
[command_post]
chat = "bind:{POST}"
[[lines]]
key = "monitoring"
leader = "web:leader"
[[villages]]
key = "yaowa"
name = "姚洼"
group = "bind:{GROUP}"
cadres = "web:cadres"
head = "bind:{CADRE}"
[[villages]]
key = "dongli"
name = "东里"
[[people]]
id = "bind:{LI}"
name = "李大山"
village = "yaowa"
roles = ["isolated"]
cadre = "bind:{CADRE}"
[[people]]
id = "web:zhang"
name = "张建国"
village = "yaowa"
roles = ["cadre"]
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    for name in ("CUNSHAO_KEY", "CUNSHAO_TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Path:
    """A town's config; its database is empty."""
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.replace("DATABASE", database_url), "utf-8")
    (tmp_path / "cunshao.key").write_text(new_key())
    return file


@pytest.fixture
def chatted(town: Path) -> Path:
    """The same after people have chatted: codes used, a group moved, somebody moved house."""
    config = load(town)
    migrate(config.database_url)
    engine = create_engine(config.database_url)
    with engine.begin() as tx:
        ledger = Ledger(tx, config.town.key, Vault.from_config(config.key_file))
        people.bind(ledger, f"bind:{POST}", "web:post", AT)
        people.bind(ledger, f"bind:{LI}", "telegram:1001", AT)
        people.rebind(ledger, "web:cadres", "web:cadres-new", AT)
        people.seed(ledger, config.town)
        people.tell(ledger, PersonTold("telegram:1001", name="李大山", village="dongli", phone="00000001001"))
        people.tell(ledger, PersonTold("web:zhang", name="张国"))
    engine.dispose()
    return town


def test_every_code_is_listed_once_with_all_it_stands_for(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(town) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"/bind {POST}   for the command post",
        f"/bind {GROUP}   for the villagers' group of 姚洼",
        f"/bind {CADRE}   for the head of 姚洼, the cadre who looks after 李大山 (姚洼)",
        f"/bind {LI}   for 李大山 (姚洼)",
    ]


def test_a_code_that_was_used_is_printed_nowhere(chatted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(chatted) == 0
    assert check_town(chatted) == 0
    said = capsys.readouterr().out
    assert f"/bind {GROUP}" in said
    assert POST not in said
    assert LI not in said


def test_whoever_reads_only_the_first_codes_sees_no_traceback(town: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "bot", "codes", "--config", str(town)]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


def test_the_words_are_the_terminals(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert codes(town) == 0
    assert f"/bind {CADRE}   给：姚洼负责人、李大山（姚洼）的包保干部" in capsys.readouterr().out


def test_nothing_left_to_bind(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for code, address in ((POST, "web:p"), (GROUP, "web:g"), (CADRE, "web:c"), (LI, "web:l")):
        town.write_text(town.read_text("utf-8").replace(f"bind:{code}", address), "utf-8")
    assert codes(town) == 0
    assert capsys.readouterr().out == "Everything is bound.\n"


def test_check_shows_what_chat_changed(chatted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_town(chatted) == 0
    said = capsys.readouterr().out
    assert [line.strip() for line in said.split("the chat wins):")[1].splitlines()[1:-1]] == [
        "the command post: bound to web:post",
        "the cadres' group of 姚洼: moved from web:cadres to web:cadres-new",
        "李大山 (姚洼): bound to telegram:1001",
        "李大山: the village was 姚洼 and is 东里 now",
        "李大山: the roles were isolated and are - now",
        f"李大山: the cadre was bind:{CADRE} and is - now",
        "张建国: the name is 张国 now",
    ]
    assert "00000001001" not in said


def test_before_the_first_run_there_are_no_differences(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_town(town) == 0
    assert "Changed by chat" not in capsys.readouterr().out


def test_a_wrong_key_is_one_line(chatted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (chatted.parent / "cunshao.key").write_text(new_key())
    assert check_town(chatted) == 0
    assert "the database cannot be compared: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('key = "monitoring"', 'key = "monitorin"', "monitoring"),
        ("DATABASE", "postgresql+psycopg://u:hush@127.0.0.1:1/x", "does not answer"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    tmp_path: Path, old: str, new: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.replace(old, new).replace("DATABASE", "sqlite:///town.db"), "utf-8")
    assert codes(file) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert "hush" not in err
    assert len(err.splitlines()) == 1


def test_a_cadre_who_binds_later_looks_after_the_people_seeded_before(town: Path) -> None:
    config = load(town)
    migrate(config.database_url)
    engine = create_engine(config.database_url)
    with engine.begin() as tx:
        ledger = Ledger(tx, config.town.key, Vault.from_config(config.key_file))
        people.bind(ledger, f"bind:{LI}", "telegram:1001", AT)
        people.seed(ledger, bound(config.town, people.bound(ledger)))
        people.bind(ledger, f"bind:{CADRE}", "telegram:3101", AT)
        known = people.find(ledger, "telegram:1001")
    engine.dispose()
    assert known is not None
    assert (known.cadre, known.roles) == ("telegram:3101", ("isolated",))
