"""Another town's key and a database of another version are told in a line by whatever would use them, before anything is done."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from bot.commands import run as running
from bot.commands.check import check
from bot.commands.init import init
from bot.commands.keep import backup, restore
from bot.config import load
from storage import slots
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.soundness import keep_check
from storage.tables import towns
from storage.vault import Vault, new_key


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setattr(running, "set_up_logs", lambda: None)  # the tests have logs of their own
    for name in ("CUNSHAO_KEY", "CUNSHAO_TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def town(tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]) -> Path:
    """The config of a town that has run."""
    assert init(tmp_path / "town") == 0
    file = tmp_path / "town" / "config.toml"
    file.write_text(file.read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{unused_tcp_port}"), "utf-8")
    config = load(file)
    migrate(config.database_url)
    change(file, lambda ledger: (slots.begin(ledger, datetime(2020, 2, 10, tzinfo=UTC)), keep_check(ledger)))
    capsys.readouterr()
    return file


def change(file: Path, work: Callable[[Ledger], object]) -> None:
    """One transaction on the town's database."""
    config = load(file)
    engine = create_engine(config.database_url)
    with engine.begin() as tx:
        work(Ledger(tx, config.town.key, Vault.from_config(config.key_file)))
    engine.dispose()


def with_another_key(file: Path) -> None:
    (file.parent / "cunshao.key").write_text(new_key() + "\n")


def test_the_key_of_another_town(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(town) == 0
    with_another_key(town)
    capsys.readouterr()
    assert check(town) == 1
    assert "does not open this database" in capsys.readouterr().out
    assert running.run(town, demo_mode=False) == 1
    said = capsys.readouterr().err
    assert "does not open this database" in said
    assert len(said.splitlines()) == 1


def test_an_old_key_below_a_new_one_still_opens(town: Path) -> None:
    key = town.parent / "cunshao.key"
    key.write_text(new_key() + "\n" + key.read_text())
    assert check(town) == 0


@pytest.mark.parametrize("key", ["", "another"])
def test_nothing_is_restored_without_its_key(
    town: Path, tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert backup(town, tmp_path / "kept") == 0
    (town.parent / "cunshao.db").unlink()
    if key:
        with_another_key(town)
    else:
        (town.parent / "cunshao.key").unlink()
    capsys.readouterr()
    assert restore(town, tmp_path / "kept") == 1
    out, err = capsys.readouterr()
    assert not out
    assert "does not open this database" in err if key else "no key file" in err
    if key:
        engine = create_engine(load(town).database_url)
        with engine.connect() as tx:
            assert tx.execute(select(func.count()).select_from(towns)).scalar() == 0
        engine.dispose()


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("ALTER TABLE people DROP COLUMN seeded", "people.seeded"),
        ("DROP TABLE shifts", "shifts"),
        ("ALTER TABLE slots ADD COLUMN once VARCHAR NOT NULL DEFAULT ''", "slots.once"),
    ],
)
def test_a_database_of_another_checkout(
    town: Path, statement: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(town, lambda ledger: ledger.tx.execute(text(statement)))
    assert check(town) == 1
    assert f"{what} does not fit" in capsys.readouterr().out
    for demo_mode in (False, True):
        assert running.run(town, demo_mode) == 1
        said = capsys.readouterr().err
        assert f"{what} does not fit" in said
        assert "new folder" in said
        assert len(said.splitlines()) == 1


def test_the_database_file_is_its_owners_alone(town: Path) -> None:
    assert (town.parent / "cunshao.db").stat().st_mode & 0o777 == 0o600
