"""Has a picture drawn in a process of its own, which ends when it is drawn; without it drawing would cost the bot 110 MiB for
good, and a crash while drawing would be the bot's."""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

HOUSE = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30.0
"""Real seconds the words wait for their picture; a machine under load takes three."""
KEPT = 40
"""Pictures left in the folder: long enough for what still waits in the outbox."""


async def draw(sketch: Mapping[str, Any], target: Path, patience: float = PATIENCE) -> bool:
    """Draw a sketch (bot.pictures.sketch) as a PNG at ``target``; False when there is no picture, for whatever reason."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        painter = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.pictures", str(target), cwd=HOUSE, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except OSError as fault:
        log.error("no picture", why=type(fault).__name__)
        return False
    return await _painted(painter, json.dumps(sketch).encode(), patience)


async def _painted(painter: asyncio.subprocess.Process, sketch: bytes, patience: float) -> bool:
    try:
        async with asyncio.timeout(patience):
            _, said = await painter.communicate(sketch)
    except TimeoutError:
        log.error("no picture", why="it took too long")
        return False
    finally:
        if painter.returncode is None:
            with suppress(ProcessLookupError):
                painter.kill()
            await painter.wait()
    if painter.returncode:
        log.error("no picture", why=said.decode(errors="replace").strip().splitlines()[-1:])
    return painter.returncode == 0


def tidy(folder: Path, kept: int = KEPT) -> None:
    """Remove all but the latest pictures."""
    with suppress(OSError):
        pictures = sorted(folder.glob("*.png"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in pictures[kept:]:
            old.unlink(missing_ok=True)
