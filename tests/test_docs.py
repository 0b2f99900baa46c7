"""What the README says is there is there; without it a newcomer would be the one to find out."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import _parser

HOUSE = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh.md")
PAGES = (*READMES, *(f"docs/{page.name}" for page in sorted((HOUSE / "docs").glob("*.md"))))
TEXTS = {name: (HOUSE / name).read_text("utf-8") for name in PAGES}
TARGETS = set(re.findall(r"^([a-z]+):", (HOUSE / "Makefile").read_text("utf-8"), re.MULTILINE))
FOLDERS = ("bench/", "bot/", "chat/", "docs/", "handlers/", "rules/", "storage/", "templates/", "tests/")
MADE = ("config.toml", "cunshao.key")
"""Files of a town, which the program makes."""
TRANSCRIPT = HOUSE / "tests" / "conversations" / "need-nobody.chat"
ELSEWHERE = re.compile(r"/(?:home|root|work|opt|usr/local)/|localhost:\d+/simple|pypi|npmjs", re.IGNORECASE)


def code(text: str) -> list[str]:
    """Everything between backticks, and the lines of shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [*(line for block in blocks for line in block.splitlines()), *spans]


def table(text: str) -> list[str]:
    """The commands of the command line's table."""
    return re.findall(r"^\| `(cunshao [^`]+)` \|", text, re.MULTILINE)


def test_make_install_is_quiet_when_nothing_changed(tmp_path: Path) -> None:
    made = [tmp_path / name for name in ("requirements.lock", "pyproject.toml", ".venv/bin/python", ".venv/.installed")]
    for number, file in enumerate(made):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (number, number))
    makefile = str(HOUSE / "Makefile")
    done = subprocess.run(["make", "-f", makefile, "install"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("name", PAGES)
def test_only_make_targets_that_exist(name: str) -> None:
    named = {word for span in code(TEXTS[name]) for word in re.findall(r"^make ([a-z]+)", span)}
    assert named <= TARGETS
    assert named or name not in READMES


@pytest.mark.parametrize("name", PAGES)
def test_only_files_that_exist(name: str) -> None:
    here = (HOUSE / name).parent
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXTS[name]) if "://" not in link]
    assert [link for link in links if not (here / link).exists()] == []
    spans = [
        span for span in code(TEXTS[name]) if span.startswith(FOLDERS) or re.fullmatch(r"[\w.-]+\.(toml|py)", span)
    ]
    missing = [s for s in spans if s not in MADE and not list(HOUSE.glob(s.rstrip("/") or "."))]
    assert missing == []


@pytest.mark.parametrize("name", PAGES)
def test_no_place_of_one_machine(name: str) -> None:
    assert ELSEWHERE.findall(TEXTS[name]) == []


def test_both_say_the_same_in_the_same_order() -> None:
    english, chinese = (TEXTS[name] for name in READMES)
    levels = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (english, chinese)]
    assert levels[0] == levels[1]
    assert table(english) == table(chinese)
    assert code(english) == code(chinese)
    blocks = [re.findall(r"```\w*\n.*?```", text, re.DOTALL) for text in (english, chinese)]
    assert blocks[0] == blocks[1]
    links = [
        [x for x in re.findall(r"\]\(([^)]+)\)", text) if not x.startswith("README")] for text in (english, chinese)
    ]
    assert links[0] == links[1]


def test_the_transcript_is_a_real_one() -> None:
    (shown,) = re.findall(r"```\n(.*?)```", TEXTS["README.md"], re.DOTALL)
    played = TRANSCRIPT.read_text("utf-8").splitlines()
    places = [played.index(line) for line in shown.splitlines()]
    assert places == sorted(places)


def test_the_table_has_every_command_and_no_other() -> None:
    parser = _parser()
    helped = parser.format_help()
    named = [command.split()[1] for command in table(TEXTS["README.md"])]
    (known,) = [set(action.choices) for action in parser._actions if action.dest == "command" and action.choices]
    assert set(named) == known
    assert [command for command in named if not re.search(rf"^ +{command} ", helped, re.MULTILINE)] == []


@pytest.mark.parametrize("command", table(TEXTS["README.md"]))
def test_every_command_can_be_written_as_the_table_says(command: str) -> None:
    words = command.replace("[", "").replace("]", "").split()[1:]
    assert _parser().parse_args(words).command == words[0]
