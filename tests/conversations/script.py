"""Reads and writes ``*.chat`` transcripts; without it the tests of conversations would not read as conversations."""

import re
from dataclasses import dataclass, field
from pathlib import Path

CLOCK = re.compile(r"^\((?:(\d+)月(\d+)日 )?(\d\d):(\d\d)\)$")
LINE = re.compile(r"^(\S+)\s*>\s?(.*)$")
BOT = "bot→"


@dataclass
class Step:
    """What is done (the clock, a restart, something said) and what the bot says after it, as written."""

    kind: str
    text: str
    who: str = ""
    said: str = ""
    expected: list[tuple[str, str]] = field(default_factory=list)
    """(chat, text): what the bot says, in order."""
    comments: list[str] = field(default_factory=list)


@dataclass
class Script:
    """A transcript: its heading comments and its steps."""

    heading: list[str]
    steps: list[Step]

    @property
    def settings(self) -> dict[str, str]:
        """``#: key = value`` lines of the heading."""
        pairs = (line[2:].split("=", 1) for line in self.heading if line.startswith("#:"))
        return {key.strip(): value.strip() for key, value in pairs}


def read(path: Path) -> Script:
    """Parse a transcript. Raises ValueError with file and line for one that cannot be read."""
    script = Script([], [Step("begin", "")])
    waiting: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        if line.startswith("#"):
            (script.heading if len(script.steps) == 1 and not script.steps[0].expected else waiting).append(line)
            continue
        if line.startswith("  | "):
            chat, text = script.steps[-1].expected[-1]
            script.steps[-1].expected[-1] = (chat, f"{text}\n{line[4:]}")
            continue
        if line.startswith("("):
            script.steps.append(Step("clock" if CLOCK.match(line) else line.strip("()"), line, comments=waiting))
            waiting = []
            continue
        found = LINE.match(line)
        if found is None:
            raise ValueError(f"{path.name}:{number}: cannot read {line!r}")
        if found[1].startswith(BOT):
            script.steps[-1].expected.append((found[1].removeprefix(BOT), found[2]))
        else:
            script.steps.append(Step("said", line, found[1], found[2], comments=waiting))
            waiting = []
    return script


def write(path: Path, script: Script, heard: list[list[tuple[str, str]]]) -> None:
    """Write the transcript again with what the bot really said."""
    lines = list(script.heading)
    for step, said in zip(script.steps, heard, strict=True):
        lines += step.comments
        if step.kind != "begin":
            lines.append(step.text)
        for chat, text in said:
            first, *more = text.split("\n")
            lines.append(f"{BOT}{chat} > {first}")
            lines += [f"  | {line}" for line in more]
    path.write_text("\n".join(lines) + "\n", "utf-8")
