"""What the command line gives back to a script: 0 for good, 1 when it was told why not, 2 for wrong usage, 130 for Ctrl-C."""

import gc
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from bot import __main__ as command_line
from bot.__main__ import main
from bot.commands import run as running


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tests have logs and a collector of their own, which a command would set up anew for the whole process."""
    monkeypatch.setattr(running, "set_up_logs", lambda: None)
    yield
    gc.enable()


@pytest.mark.parametrize(
    "words", [[], ["fly"], ["run", "--fast"], ["backup"], ["restore"], ["init"], ["demo", "--port", "x"]]
)
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage: cunshao" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["check"], ["run"], ["run", "--demo"], ["codes"], ["backup", "x"], ["restore", "x"]])
def test_no_config_is_told(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--config", str(tmp_path / "none.toml")]) == 1
    said = capsys.readouterr()
    assert "none.toml" in said.out + said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("words", "code"),
    [(["run"], 0), (["demo"], 0), (["check"], 130), (["backup", "x"], 130), (["restore", "x"], 130), (["codes"], 130)],
)
def test_ctrl_c(words: list[str], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_short(_asked: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "_run", cut_short)
    assert main(words) == code


def test_more_pages_than_a_shell_allows_may_be_open() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    try:
        running.let_many_in()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
