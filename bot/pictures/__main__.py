"""``python -m bot.pictures FILE``: draws the sketch on its standard input; without it there would be nothing to run apart."""

import json
import os
import sys
from pathlib import Path

from bot.pictures.paint import paint


def main() -> None:
    """Draw into a file beside the target and move it there, so that nobody ever sees half a picture."""
    target = Path(sys.argv[1])
    half = target.with_suffix(".part")
    paint(json.load(sys.stdin), half)
    os.replace(half, target)


if __name__ == "__main__":
    main()
