"""Durable check-ins a second beside the floor; without it nobody would notice that the program became slow.

The program is the real one, in its own process on one core, over polling and SQLite; the strict Bot API server and the load
are on the other core. Program and floor take turns in short rounds, and medians count: the machine is never quite still.
"""

import contextlib
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.cores import MEASURED, line_of, other_core, resident_mib, started
from bench.load import Load, rate
from bench.town import TOKEN, write_town

IN_FLIGHT = 32
ROUNDS = 5
EACH = 3000
"""Check-ins in a round."""
WARM = 500
HALF_SECONDS = 5
SERVER = ("-m", "tests.botapi", "--fast", "--check-every", "50", "--token", TOKEN)
PROGRAM = ("-m", "bot", "run", "--config")


@dataclass(frozen=True)
class Measured:
    """What the bench found; the names of bench/out.json."""

    per_s: float
    floor_per_s: float
    ratio: float
    p50_ms: float
    p99_ms: float
    rss_mib: float
    start_s: float


def measure() -> Measured:
    """Run it; about a minute. Raises RuntimeError when a check-in was lost, doubled or sent against the rules."""
    with tempfile.TemporaryDirectory(prefix="cunshao-bench-") as name, started(other_core(), *SERVER) as server:
        api, folder = line_of(server), Path(name)
        load = Load(api)
        config = write_town(folder, api, _free_port())
        with started(MEASURED, "-m", "bench.floor", api, name) as floor:
            begun = time.monotonic()
            with started(MEASURED, *PROGRAM, str(config)) as program:
                load.check_ins(1)
                start_s = time.monotonic() - begun
                found = _rounds(load, floor, program, start_s)
        _nothing_lost(folder, 1 + WARM + ROUNDS * EACH + int(HALF_SECONDS * found.per_s / 2), load)
    return found


def as_json(found: Measured) -> dict[str, float]:
    """For bench/out.json."""
    return {name: round(value, 3) for name, value in asdict(found).items()}


def _rounds(load: Load, floor: subprocess.Popen[str], program: subprocess.Popen[str], start_s: float) -> Measured:
    _floor(load, floor, WARM)
    load.check_ins(WARM, IN_FLIGHT)
    pairs = [(_floor(load, floor, EACH), rate(load.check_ins(EACH, IN_FLIGHT))) for _ in range(ROUNDS)]
    floor_per_s, per_s = (median(side) for side in zip(*pairs, strict=True))
    ratio = median(mine / least for least, mine in pairs)
    half = load.check_ins(int(HALF_SECONDS * per_s / 2), per_second=per_s / 2)
    seconds = half["answer_seconds"]
    return Measured(
        per_s, floor_per_s, ratio, 1000 * seconds["p50"], 1000 * seconds["p99"], resident_mib(program.pid), start_s
    )


def _floor(load: Load, floor: subprocess.Popen[str], count: int) -> float:
    load.reset()
    assert floor.stdin is not None
    floor.stdin.write(f"{count}\n")
    floor.stdin.flush()
    line_of(floor)
    return rate(load.counted(lambda counters: counters["accepted"] >= count))


def _nothing_lost(folder: Path, count: int, load: Load) -> None:
    with contextlib.closing(sqlite3.connect(folder / "town.db")) as database:
        kept = database.execute("SELECT count(*) FROM temperatures").fetchone()[0]
        sent = dict(_states(database))
    if kept != count or sent != {"accepted": count} or load.violations():
        raise RuntimeError(f"{count} sent, {kept} kept, answers {sent}, against the rules {load.violations()[:3]}")


def _states(database: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    yield from database.execute("SELECT state, count(*) FROM outbox GROUP BY state")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
