"""Processes of the bench, each on its core; without it the load and the program would steal each other's time."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MEASURED = 0
"""The core for what is measured: the program and, in turn, the floor."""
STOPS_WITHIN = 10.0
"""Seconds a process gets to end before it is killed."""


def other_core() -> int:
    """The core for the server and the load; the same one on a machine that has only one."""
    return max(os.sched_getaffinity(0))


@contextlib.contextmanager
def started(core: int, *arguments: str, folder: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """``python arguments…`` on one core; ended at the end of the block, and only it."""
    command = ["taskset", "-c", str(core), sys.executable, *arguments]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line a process prints. Raises RuntimeError when it ended instead."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"a process of the bench ended with {process.wait(STOPS_WITHIN)}")
    return line


def resident_mib(pid: int) -> float:
    """The memory of a process that is in RAM."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
