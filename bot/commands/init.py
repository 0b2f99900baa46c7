"""``cunshao init``: a commented config and a key in a folder; without it every town would start from an empty file."""

import base64
import os
import re
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from bot.config.mistakes import words_for
from storage.vault import new_key

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "config.example.toml"
"""One source for the example and what init writes: it lies beside ``templates/``, and is found the same way."""
CODE = re.compile(r"bind:([A-Z2-7]{10})\b")
CODE_BYTES = 10
SPARE_CODES = 5


def init(directory: Path) -> int:
    """Write ``config.toml``, with codes nobody knows, and ``cunshao.key``, mode 0600; exit code 1 if one is there."""
    words = words_for()
    config, key = directory / "config.toml", directory / "cunshao.key"
    try:
        for file in (config, key):
            if file.exists():
                print(words.say("setup.exists", file=file), file=sys.stderr)
                return 1
        directory.mkdir(parents=True, exist_ok=True)
        lay_down(config, with_fresh_codes(EXAMPLE.read_text("utf-8")))
        lay_down(key, new_key() + "\n")
    except OSError as error:
        with suppress(OSError):
            config.unlink(missing_ok=True)  # without its key it would only be in the way of the next try
        print(words.say("setup.no_folder", folder=directory, why=error.strerror), file=sys.stderr)
        return 1
    print(words.say("setup.made", config=config, key=key, codes=[new_code() for _ in range(SPARE_CODES)]))
    return 0


def new_code() -> str:
    """A code to bind a chat with: 80 random bits in letters and digits that are not mistaken for each other."""
    return base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()


def with_fresh_codes(example: str) -> str:
    """The example with each of its codes, which everybody can read in the repository, replaced by a random one."""
    fresh: dict[str, str] = {}
    return CODE.sub(lambda found: "bind:" + fresh.setdefault(found[1], new_code()), example)


def lay_down(file: Path, text: str) -> None:
    """A file that only its owner may read (a config may come to hold a token), whole or not at all: half a key after a
    ``kill -9`` or on a full disk would end the town. Leaves alone what is there."""
    if file.exists():
        return
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
