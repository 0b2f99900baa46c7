"""``cunshao demo`` where it cannot be: a line for people and exit code 1; and after a kill in its first second it starts."""

import stat
from pathlib import Path

import pytest

from bot.commands import run as running
from bot.commands.run import demo, free_port
from storage.alone import alone
from storage.vault import Vault


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ports on which a town was started, in place of the towns."""
    ports: list[int] = []
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setattr(running, "run_demo", lambda config, port: ports.append(port) or 0)
    return ports


@pytest.mark.parametrize("port", [-1000, -1, 65536, 99999])
def test_a_port_that_cannot_be(
    port: int, tmp_path: Path, started: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(tmp_path / "town", port) in (0, 1)
    assert all(1 <= one <= 65535 for one in started)
    if not started:
        assert "Name another with --port" in capsys.readouterr().err


def test_the_port_that_is_said_is_the_one_it_listens_on(
    tmp_path: Path, started: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(tmp_path / "town", 0) == 0
    assert f"http://127.0.0.1:{started[0]}/" in capsys.readouterr().out
    assert started[0] > 0
    assert free_port(65536) == 0


@pytest.mark.parametrize("folder", ["a-file", "a-file/below", "/proc/nowhere"])
def test_a_folder_that_cannot_be(
    folder: str, tmp_path: Path, started: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a-file").write_text("mine")
    assert demo(tmp_path / folder, 8080) == 1
    said = capsys.readouterr().err
    assert "cannot be written" in said
    assert "Choose another folder" in said
    assert (tmp_path / "a-file").read_text() == "mine"
    assert started == []


def test_a_demo_that_runs_already_says_where(
    tmp_path: Path, started: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(tmp_path, 8080) == 0
    with alone(f"sqlite:///{tmp_path}/cunshao.db", "http://127.0.0.1:8080"):
        assert demo(tmp_path, 8080) == 1
    assert "runs already: http://127.0.0.1:8080" in capsys.readouterr().err
    assert demo(tmp_path, 8080) == 0
    assert len(started) == 2


def test_half_a_file_of_a_start_that_was_killed_is_made_anew(tmp_path: Path, started: list[int]) -> None:
    (tmp_path / "cunshao.key.part").write_text("half")
    (tmp_path / "town.toml.part").write_text("[tow")
    assert demo(tmp_path, 8080) == 0
    Vault.from_config(tmp_path / "cunshao.key", {})
    key = (tmp_path / "cunshao.key").read_text()
    assert stat.S_IMODE((tmp_path / "cunshao.key").stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cunshao.key", "town.toml"]
    assert demo(tmp_path, 8080) == 0
    assert (tmp_path / "cunshao.key").read_text() == key
    assert len(started) == 2
