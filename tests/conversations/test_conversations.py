"""Plays every transcript through the real desk on a real database: a message not written there fails the test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import structlog

from rules.town import Locale
from tests.conversations.script import CLOCK, Script, Step, read, write
from tests.conversations.stage import Stage, of_the_size, with_rungs, without_codes

TOLD = ("an alert reaches nobody",)
"""Errors that a transcript may be about."""
HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("*.chat"))


async def play(script: Script, stage: Stage) -> list[list[tuple[str, str]]]:
    """Play a script; returns what the bot said after each step."""
    stage.begin_at(script.settings.get("begin", "09:30"))
    set_up(stage, script.settings)
    await stage.open()
    heard = []
    try:
        for step in script.steps:
            await _do(step, stage)
            heard.append(await stage.listen())
    finally:
        await stage.close()
    return heard


def set_up(stage: Stage, settings: Mapping[str, str]) -> None:
    """The town and the messenger as the heading wants them: ``#: isolation_days = 1``, ``locale = en``, ``people = 12``,
    ``bound = no``, ``edits = no``, ``rungs = 5m medicine line_leader | …`` (besides those that needs have)."""
    locale: Locale = "en" if settings.get("locale") == "en" else "zh"
    stage.town = replace(stage.town, isolation_days=int(settings.get("isolation_days", "14")), locale=locale)
    stage.town = of_the_size(stage.town, int(settings.get("people", "0")))
    stage.town = with_rungs(stage.town, settings.get("rungs", ""))
    if settings.get("bound") == "no":
        stage.town = without_codes(stage.town)
    stage.gateway.fixed = settings.get("edits") == "no"


async def _do(step: Step, stage: Stage) -> None:
    if step.kind == "said":
        await stage.say(step.who, step.said)
    elif step.kind == "clock":
        month, day, hour, minute = CLOCK.match(step.text).groups()  # type: ignore[union-attr]
        to = stage.clock.replace(hour=int(hour), minute=int(minute))
        if month:
            to = to.replace(month=int(month), day=int(day))
        await stage.move(to if to >= stage.clock else to + timedelta(days=1))
    elif step.kind == "restart":
        await stage.restart()
    elif step.kind.startswith("gone "):
        stage.gateway.gone.add(f"paper:{step.kind.removeprefix('gone ')}")
    elif step.kind.startswith("back "):
        stage.gateway.gone.discard(f"paper:{step.kind.removeprefix('back ')}")
    elif step.kind.startswith("speaks "):
        _, language, name = step.kind.split()
        stage.speaks[f"paper:{name}"] = language
    elif step.kind != "begin":
        raise ValueError(f"cannot do {step.text}")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
async def test_transcript(
    path: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The receipts of tips are random: here they are drawn from a seed, so that a transcript can name them.
    monkeypatch.setattr("bot.reads.secrets.choice", Random(7).choice)
    script = read(path)
    stage = Stage(f"sqlite:///{tmp_path}/town.db")
    with structlog.testing.capture_logs() as logs:
        heard = await play(script, stage)
    failed = [entry for entry in logs if entry["log_level"] == "error" and entry["event"] not in TOLD]
    assert not failed, f"{path.name}: {failed}"
    if request.config.getoption("--update-chats"):
        write(path, script, heard)
        return
    for step, said in zip(script.steps, heard, strict=True):
        expected = [
            (chat, said[n][1] if text == "…" and n < len(said) else text)
            for n, (chat, text) in enumerate(step.expected)
        ]
        assert said == expected, f"{path.name}, after: {step.text}"


def test_transcripts_are_there() -> None:
    assert len(SCRIPTS) >= 90
