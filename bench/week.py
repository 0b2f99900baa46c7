"""``make week``: seven days of the sample town with people who are slow, absent or wrong; without it nobody would have seen
the ladder at work before a town needs it.

Prints a table from the program's own figures and draws docs/pictures/week.png. Exit code 1 when a duty was nobody's, when
the program logged an error, or when the promise was kept less often than ``BAR``.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from random import Random

import structlog

from bench.week_acts import Acts
from bench.week_folk import FIVE_AT_ONCE, Folk, needs, settle
from bench.week_story import Story, read_story
from bench.week_table import sketch, table
from bench.week_town import BEGINS, Week, open_week

HOUSE = Path(__file__).resolve().parent.parent
PICTURE = HOUSE / "docs" / "pictures" / "week.png"
SEED, DAYS = 20200210, 7
DAY = timedelta(days=1)
BAR = 0.65
"""The share of needs confirmed in two hours that this town, as careless as it is, must reach."""
MEMORY = Path("/dev/shm")
"""A week is about behaviour, not about disks: where there is memory for files it is kept there."""


def main() -> int:
    """Play the week; see the module."""
    begun, errors = time.monotonic(), Errors()
    structlog.configure(processors=[structlog.processors.add_log_level, errors])
    with tempfile.TemporaryDirectory(prefix="week-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        story = asyncio.run(_play(Path(folder)))
    _draw(story)
    print(table(story))
    print(f"\nplayed in {time.monotonic() - begun:.0f} s; the picture is {PICTURE.relative_to(HOUSE)}")
    share = story.figures.total.share or 0.0
    wrong = [*(f"nobody's: {duty}" for duty in story.dropped), *errors.heard]
    wrong += [f"kept only {share:.0%}"] if share < BAR else []
    for line in wrong:
        print(line)
    return int(bool(wrong))


class Errors:
    """Keeps what the program logs as an error."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, _logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        if event["level"] == "error":
            self.heard.append(f"error: {event}")
        raise structlog.DropEvent


async def _play(folder: Path) -> Story:
    async with open_week(folder, BEGINS) as week:
        dice = Random(SEED)
        folk = settle(week.app.town, dice)
        acts = Acts(week, folk, dice)
        _set(week, folk, acts, dice)
        for day in range(1, DAYS + 1):
            await week.live(BEGINS + DAY * day, acts.hears)
            if sys.stderr.isatty():
                print(f"day {day} of {DAYS}", end="\r", file=sys.stderr, flush=True)
        return await read_story(week, folk, acts.sheets)


def _set(week: Week, folk: Folk, acts: Acts, dice: Random) -> None:
    """What the week brings, whatever people do: needs, fevers, phones that are off, a group that throws us out for a day."""
    for minute, person, what in needs(folk, week.begins, DAYS, dice):
        acts.asks(person, minute, what)
    asker, *ill = dice.sample(folk.isolated, 5)
    for number, what in enumerate(FIVE_AT_ONCE):
        acts.asks(asker, 2 * 1440 + 190 + 2 * number, what)
    acts.fevers |= {person.id: dice.randrange(2, 11) for person in ill}
    village = folk.town.village(dice.choice(folk.isolated).village)
    cadres = [p for p in folk.town.people if "cadre" in p.roles]
    off = [p.id for p in dice.sample(cadres, 3)]
    week.at(week.begins + DAY, lambda: _gone(week, *off))
    if village is not None:
        week.at(week.begins + 3 * DAY, lambda: _gone(week, village.cadres))
        week.at(week.begins + 4 * DAY, lambda: week.joined(village.cadres))


async def _gone(week: Week, *chats: str) -> None:
    week.post.gone |= set(chats)


def _draw(story: Story) -> None:
    """In a process of its own, as the program does: matplotlib alone takes 110 MiB."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    told = json.dumps(sketch(story), ensure_ascii=False)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "0"}
    subprocess.run([sys.executable, "-m", "bench.week_picture", str(PICTURE)], input=told, text=True, cwd=HOUSE, check=True,
                   env=environment)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
