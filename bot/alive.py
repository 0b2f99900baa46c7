"""Whether a process that held something in the database is certainly dead; without it a restart would wait for its own ghost."""

import os
import re
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

BOOT, SPACE = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
OWNER = re.compile(r"([0-9a-f]{10})-(\d{1,7})-[0-9a-f]{12}")


def new_owner() -> str:
    """A name for this process that no other has, and that tells those beside it which one it is."""
    return f"{_machine() or '0' * 10}-{os.getpid()}-{secrets.token_hex(6)}"


def certainly_dead(owner: str) -> bool:
    """Whether that process ran on this machine, since its last start and among the processes we can see, and is gone.

    False for whatever cannot be told: another machine or container, a process number that somebody has again."""
    found, here = OWNER.fullmatch(owner), _machine()
    if found is None or not here or found[1] != here:
        return False
    try:
        os.kill(int(found[2]), 0)  # sends nothing: it only asks
    except ProcessLookupError:
        return True
    except OSError:  # it lives and is somebody else's
        pass
    return False


def _machine() -> str:
    """This start of this machine, and the namespace its process numbers are from (two containers both have a 7); empty where
    the system does not say."""
    with suppress(OSError):
        return sha256(f"{BOOT.read_text('ascii').strip()} {os.readlink(SPACE)}".encode()).hexdigest()[:10]
    return ""
