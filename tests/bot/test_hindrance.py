"""What keeps a town from starting is said in one line, by ``cunshao run`` itself, with exit code 1 and no traceback."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from bot.commands import hindrance as hindrances
from bot.commands import run as running
from bot.commands.check import check
from bot.commands.hindrance import hindrance, listens, migrated, on_this_machine
from bot.commands.keep import backup
from bot.commands.look import codes
from bot.config import load
from bot.texts import texts
from storage.alone import alone, runs_at
from storage.migrate import migrate
from storage.vault import new_key

EN = texts("en")
CONFIG = """
[town]
name = "x"
[database]
url = "sqlite:///town.db"
[web]
listen = "127.0.0.1:PORT"
[telegram]
token = "1:t"
api_base_url = "http://127.0.0.1:1"
mode = "webhook"
webhook_url = "https://localhost:1/t"
webhook_secret = "s"
webhook_listen = "127.0.0.1:OTHER"
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setattr(running, "set_up_logs", lambda: None)  # the tests have logs of their own
    for name in ("CUNSHAO_KEY", "CUNSHAO_TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def town(tmp_path: Path, unused_tcp_port_factory: "type[int]") -> Path:
    file = tmp_path / "config.toml"
    text = CONFIG.replace("PORT", str(unused_tcp_port_factory())).replace("OTHER", str(unused_tcp_port_factory()))
    file.write_text(text, "utf-8")
    (tmp_path / "cunshao.key").write_text(new_key())
    return file


def change(file: Path, old: str, new: str) -> None:
    """One change in the config."""
    written = file.read_text("utf-8")
    assert old in written
    file.write_text(written.replace(old, new), "utf-8")


def test_a_good_town_has_none(town: Path) -> None:
    config = load(town)
    assert hindrance(config, EN, demo=True) == ""
    assert migrated(config, EN) == ""
    assert len(list(listens(config))) == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[web]", "[wbe]", "wbe: There is no key"),
        ("[town]", "[town", "not TOML"),
        ('name = "x"', "", "name is missing"),
        ("sqlite:///town.db", "sqlite:///no/folder/town.db", "there is no folder"),
        ("sqlite:///town.db", "postgresql+psycopg://u:hush@127.0.0.1:1/x", "the database does not answer"),
        ("[secrets]", "[secrets]", "no key file"),
        ('\nlisten = "127.0.0.1:', '\nlisten = "203.0.113.7:', "cannot be listened on"),
    ],
)
def test_run_says_it_in_one_line(town: Path, old: str, new: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    if old == "[secrets]":
        (town.parent / "cunshao.key").unlink()
    else:
        change(town, old, new)
    assert running.run(town, demo_mode=False) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert "hush" not in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("which", ["listen", "webhook_listen"])
def test_a_taken_port(town: Path, taken: int, which: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = next(x for x in town.read_text("utf-8").splitlines() if x.startswith(f"{which} = "))
    change(town, line, f'{which} = "127.0.0.1:{taken}"')
    assert running.run(town, demo_mode=False) == 1
    assert f"127.0.0.1:{taken} cannot be listened on: Address already in use" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('\nlisten = "127.0.0.1:', '\nlisten = "0.0.0.0:', "[web] listen = 0.0.0.0"),
        ("http://127.0.0.1:1", "https://api.telegram.org", "[telegram] api_base_url = api.telegram.org"),
        ('webhook_listen = "127.0.0.1:', 'webhook_listen = "0.0.0.0:', "[telegram] webhook_listen = 0.0.0.0"),
        ("https://localhost:1/t", "https://town.example/t", "[telegram] webhook_url = town.example"),
    ],
)
def test_the_demo_refuses_what_others_can_reach(
    town: Path, old: str, new: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(town, old, new)
    assert running.run(town, demo_mode=True) == 1
    said = capsys.readouterr().err
    assert told in said
    assert "on this machine" in said
    assert len(said.splitlines()) == 1
    assert not (town.parent / "town.db").exists()


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("localhost", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False),
     ("::", False), ("10.0.0.1", False), ("example.org", False), ("localhost.example.org", False), ("", False)],
)  # fmt: skip
def test_what_is_on_this_machine(host: str, here: bool) -> None:
    assert on_this_machine(host) is here


def test_a_second_program_on_the_same_file_is_told_where_the_first_is(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = load(town)
    with alone(config.database_url, "http://127.0.0.1:1"):
        for _ in range(2):
            assert running.run(town, demo_mode=False) == 1
            assert "runs already: http://127.0.0.1:1. Use that one" in (said := capsys.readouterr().err)
            assert len(said.splitlines()) == 1
        assert runs_at(config.database_url) == "http://127.0.0.1:1"
    assert runs_at(config.database_url) is None
    with alone(config.database_url, ""):
        pass


def test_a_database_file_that_another_program_keeps_for_itself(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hindrances, "PATIENCE", 0.1)
    config = load(town)
    migrate(config.database_url)
    with closing(sqlite3.connect(town.parent / "town.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert running.run(town, demo_mode=False) == 1
    said = capsys.readouterr().err
    assert "cannot be written: database is locked. Look whether another program has it open" in said
    assert len(said.splitlines()) == 1
    assert hindrance(config, EN, demo=False) == ""


def test_a_database_that_goes_away_while_the_town_begins(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("server closed the connection"))

    monkeypatch.setattr(running, "_run", gone)
    assert running.run(town, demo_mode=False) == 1
    assert "does not answer: server closed the connection. Check [database] url" in capsys.readouterr().err


def test_a_database_of_a_newer_program(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = load(town)
    migrate(config.database_url)
    engine = create_engine(config.database_url)
    with engine.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert running.run(town, demo_mode=False) == 1
    assert "made by a newer program (9999, and" in capsys.readouterr().err
    assert "数据库是更新的程序建的（9999" in hindrance(config, texts("zh"), demo=False)
    for work in (lambda: check(town), lambda: codes(town), lambda: backup(town, town.with_name("b.gz"))):
        assert work() == 1
        assert "made by a newer program" in "".join(capsys.readouterr())
    assert not town.with_name("b.gz").exists()
