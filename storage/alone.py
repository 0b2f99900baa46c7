"""One program for one SQLite file; without it a second one, on another port, would tick, send and ask Telegram beside the first."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

SUFFIX = "-lock"


class AlreadyRuns(Exception):
    """Another program has this file open; ``where`` its pages are, as it wrote down itself."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(where)


@contextmanager
def alone(url: str, where: str) -> Iterator[None]:
    """Hold the SQLite file behind ``url`` for as long as the block lasts; ends with the process, however that ends. Raises
    AlreadyRuns. PostgreSQL serves many, and where nothing can be locked or written nothing is held: others say that better."""
    parsed = make_url(url)
    descriptor = _opened(f"{parsed.database}{SUFFIX}") if parsed.get_backend_name() == "sqlite" else None
    if descriptor is None:
        yield
        return
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        if not _locked(descriptor):
            raise AlreadyRuns(file.read().strip())
        file.truncate()
        file.write(where)
        file.flush()
        yield


def _opened(file: str) -> int | None:
    with contextlib.suppress(OSError):
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    return None


def _locked(descriptor: int) -> bool:
    """False while another has it; True also where the system or the disk knows no such locks."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock

        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True
    return True


def runs_at(url: str) -> str | None:
    """Where the program that has this SQLite file open serves its pages; None when nobody has."""
    with contextlib.suppress(OSError), open(f"{make_url(url).database}{SUFFIX}", encoding="utf-8") as file:
        if not _locked(file.fileno()):
            return file.read().strip()
    return None
