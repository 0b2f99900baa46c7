"""How fast may be sent: so many calls a second in all, and so far apart in one chat; without it the platform would stop us."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Pace:
    """A bucket of tokens for the whole bot and a next moment for each chat; seconds of the machine's monotonic clock."""

    clock: Callable[[], float] = time.monotonic
    rate: float = 0.0
    burst: int = 0
    _tokens: float = 0.0
    _filled_at: float = 0.0
    _next: dict[str, float] = field(default_factory=dict)

    @property
    def holding(self) -> bool:
        """Whether some chat has to wait."""
        return bool(self._next)

    def count(self, address: str, limits: tuple[float, int, float]) -> None:
        """A call is being made: (calls a second in all, burst, seconds between calls in this chat); 0 means no limit."""
        rate, burst, apart = limits
        now = self.clock()
        if rate > 0:
            if self.rate <= 0:
                self._tokens, self._filled_at = float(burst), now
            self.rate, self.burst = rate, burst
            self._fill(now)
            self._tokens -= 1
        if apart > 0:
            self._next[address] = now + apart

    def room(self) -> int:
        """How many calls may be made now."""
        if self.rate <= 0:
            return 1_000_000
        self._fill(self.clock())
        return int(self._tokens)

    def held(self) -> frozenset[str]:
        """The chats that must still wait."""
        now = self.clock()
        self._next = {address: at for address, at in self._next.items() if at > now}
        return frozenset(self._next)

    def soonest(self) -> float:
        """Seconds until something may go that may not go now."""
        now = self.clock()
        waits = [at - now for at in self._next.values()]
        if self.rate > 0 and self._tokens < 1:
            waits.append((1 - self._tokens) / self.rate)
        return max(min(waits, default=0.0), 0.0)

    def _fill(self, now: float) -> None:
        self._tokens = min(float(self.burst), self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
