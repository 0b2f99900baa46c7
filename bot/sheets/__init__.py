"""Has a spreadsheet read in a process of its own, with little memory and little time; without it 5 KB from outside, a table
with one cell in its last corner, would cost the bot 10 GB."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

import structlog

from chat.incoming import Sheet

log = structlog.get_logger()

HOUSE = Path(__file__).resolve().parent.parent.parent
PATIENCE = 20.0
"""Real seconds a sheet may take; a month's roster takes a fifth of one."""
LARGEST = 2 * 1024 * 1024
"""Bytes of a sheet: a year of shifts is a tenth of it."""


async def read_sheet(content: bytes, name: str, patience: float = PATIENCE) -> Sheet:
    """The pages of a sheet as texts; with ``trouble`` when it is none, is broken, or is more than a roster can be."""
    if len(content) > LARGEST:
        return Sheet(name, trouble="too_large")
    try:
        reader = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.sheets", cwd=HOUSE, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as fault:
        log.error("no sheet can be read", why=type(fault).__name__)
        return Sheet(name, trouble="broken")
    return _sheet(name, await _told(reader, content, patience))


async def _told(reader: asyncio.subprocess.Process, content: bytes, patience: float) -> bytes:
    """What the reader says; nothing when it ended badly or took too long."""
    try:
        async with asyncio.timeout(patience):
            said, _ = await reader.communicate(content)
    except TimeoutError:
        return b""
    finally:
        if reader.returncode is None:
            with suppress(ProcessLookupError):
                reader.kill()
            await reader.wait()
    return said if reader.returncode == 0 else b""


def _sheet(name: str, told: bytes) -> Sheet:
    if not told:
        return Sheet(name, trouble="broken")
    found = json.loads(told)
    pages = tuple(tuple(tuple(row) for row in page) for page in found["pages"])
    return Sheet(name, pages, found["trouble"])
