"""``make bench``: measures, prints tables and writes bench/out.json; exit code 1 when a bar was missed.

``python -m bench checkins`` or ``python -m bench ticks`` measures one of the two alone.
"""

import json
import sys
from pathlib import Path

from bench import checkins, table, ticks

OUT = Path(__file__).with_name("out.json")


def main(wanted: list[str]) -> int:
    """Run the benchmarks that are asked for, all when none is named."""
    kept = json.loads(OUT.read_text()) if OUT.exists() else {}
    wrong = []
    if not wanted or "checkins" in wanted:
        messages = checkins.measure()
        kept["checkins"] = checkins.as_json(messages)
        print(table.table(messages), flush=True)
        wrong += table.missed(messages)
    if not wanted or "ticks" in wanted:
        clocks = ticks.measure()
        kept["ticks"] = ticks.as_json(clocks)
        print(ticks.table(clocks), flush=True)
        wrong += ticks.missed(clocks)
    OUT.write_text(json.dumps(kept, indent=2) + "\n")
    if wrong:
        print(f"below the bar: {', '.join(wrong)}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
