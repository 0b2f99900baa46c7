"""``make bench``: measures, prints a table and writes bench/out.json; exit code 1 when a bar was missed."""

import json
import sys
from pathlib import Path

from bench.checkins import as_json, measure
from bench.table import missed, table

OUT = Path(__file__).with_name("out.json")


def main() -> int:
    """Run every benchmark."""
    found = measure()
    OUT.write_text(json.dumps({"checkins": as_json(found)}, indent=2) + "\n")
    print(table(found))
    if wrong := missed(found):
        print(f"below the bar: {', '.join(wrong)}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
