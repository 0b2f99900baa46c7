"""``python -m bot.sheets``: tells what is in the sheet on its standard input; without it there would be nothing to run apart."""

import json
import sys
from contextlib import suppress

from bot.sheets.reading import read

MEMORY = 512 * 1024 * 1024
"""Bytes that reading may take: a table whose only cell stands in the last row of a dozen columns still fits."""
SECONDS = 15


def bounded() -> None:
    """Take no more than that, where the system can hold us to it: what asks for more ends this process alone."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read, and tell it as JSON."""
    bounded()
    pages, trouble = read(sys.stdin.buffer.read())
    json.dump({"pages": pages, "trouble": trouble}, sys.stdout)


if __name__ == "__main__":
    main()
