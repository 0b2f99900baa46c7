"""The floor: the least that a durable, answered check-in can cost in Python; without it a number a second says nothing.

With 32 in flight, each commits one row with the sqlite3 module at synchronous=FULL and posts the same answer with aiohttp.
Reads a count a line from its input, does so many, and prints "done".
"""

import asyncio
import itertools
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import uvloop

from bench.town import FIRST, PEOPLE, TOKEN

IN_FLIGHT = 32
TEXT = "记下了：36.5 度，正常。\n多喝水，勤开窗。缺什么跟我说。"
ROW = "INSERT INTO checkins (person, tenths, at) VALUES (?, ?, ?)"


def opened(path: Path) -> sqlite3.Connection:
    """A database that loses nothing it has committed."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE checkins (id INTEGER PRIMARY KEY, person TEXT, tenths INTEGER, at TEXT)")
    return database


async def one_after_another(
    session: aiohttp.ClientSession, database: sqlite3.Connection, url: str, places: Iterator[int]
) -> None:
    """One of those in flight: takes places until there are none."""
    for place in places:
        chat = FIRST + place % PEOPLE
        database.execute(ROW, (f"telegram:{chat}", 365, "2020-02-10T08:00:00"))
        body = {"chat_id": chat, "text": TEXT, "link_preview_options": {"is_disabled": True}}
        async with session.post(url, data=json.dumps(body), headers={"Content-Type": "application/json"}) as answer:
            await answer.read()


async def serve(api: str, folder: Path) -> None:
    """Do as many as each line of the input says."""
    database, url = opened(folder / "floor.db"), f"{api}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as session:
        while line := await asyncio.to_thread(sys.stdin.readline):
            places = iter(range(int(line)))
            loops = itertools.repeat(places, IN_FLIGHT)
            await asyncio.gather(*(one_after_another(session, database, url, each) for each in loops))
            sys.stdout.write("done\n")
            sys.stdout.flush()
    database.close()


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2])))
