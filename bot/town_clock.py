"""The town's clock: the machine's own, unless a demo has moved it; without it a day in the town would take a day to try."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

SLACK = timedelta(seconds=2)
"""The clock is kept every second; after a stop, at most this much of the time since the last keeping has passed in the town."""


@dataclass
class TownClock:
    """Maps real time to town time: ``town = anchor_town + (real - anchor_real) * rate``. Times are aware. While it is
    ``held`` it stands still: what is being caught up with happens at its own moment, however long that takes."""

    real_now: Callable[[], datetime]
    anchor_real: datetime
    anchor_town: datetime
    rate: float = 1.0
    moved: bool = False
    held: bool = False

    @classmethod
    def started(cls, real_now: Callable[[], datetime], kept: tuple[datetime | None, datetime | None, float, bool],
                first: datetime | None = None) -> "TownClock":  # fmt: skip
        """The clock as it was kept, never earlier than it was; a clock nobody moved is simply the machine's."""
        real = real_now()
        town, then, rate, moved = kept
        if moved and town is not None and then is not None:
            passed = min(max(real - then, timedelta()), SLACK)
            return cls(real_now, real, town + passed * rate, rate, True)
        if first is not None:
            return cls(real_now, real, first, 1.0, True)
        return cls(real_now, real, real)

    def now(self) -> datetime:
        """The town's time."""
        if not self.moved:
            return self.real_now()
        if self.held:
            return self.anchor_town
        return self.anchor_town + (self.real_now() - self.anchor_real) * self.rate

    def set(self, town: datetime) -> None:
        """Move the clock to a town time."""
        self.anchor_real, self.anchor_town, self.moved = self.real_now(), town, True

    @contextmanager
    def standing_still(self, town: datetime) -> Iterator[None]:
        """Hold the clock at this time; what moves it meanwhile is ``set`` alone."""
        self.set(town)
        self.held = True
        try:
            yield
        finally:
            self.held = False
            self.set(self.anchor_town)

    def set_rate(self, rate: float) -> None:
        """From now on so many town seconds to a real one."""
        now = self.now()
        self.anchor_real, self.anchor_town, self.rate, self.moved = self.real_now(), now, rate, True
