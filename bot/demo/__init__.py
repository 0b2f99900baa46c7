"""The town in a box: its page, its clock, and what happens behind. Without it nobody could try a day in the town in ten minutes.

Only ``run --demo`` and ``cunshao demo`` make these doors; without them every path below is 404.
"""

from bot.demo.doors import DemoDoors, demo_doors
from bot.texts import FOLDER

__all__ = ["SAMPLE_TOWN", "DemoDoors", "demo_doors"]

SAMPLE_TOWN = FOLDER / "sample-town.toml"
"""A config like any other, of the size of the town this program was made for."""
