"""How fast a bot may speak; without it a bot that Telegram would silence looks quick in our tests."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass
class Pace:
    """Messages a second in all, a second in a private chat, a minute in a group; the bursts are what Telegram lets
    pass for a short time. A limit of 0 is not checked."""

    per_second: int = 30
    overall_burst: int = 10
    private_per_second: float = 1.0
    private_burst: int = 10
    group_per_minute: int = 20
    _all: deque[float] = field(default_factory=deque, repr=False)
    _groups: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque), repr=False)
    _private: dict[int, tuple[float, float]] = field(default_factory=dict, repr=False)

    def wait(self, chat: int, now: float, messages: int = 1) -> int:
        """Whole seconds to wait before this may be said; 0 says it is let through, and counts it."""
        waits = [self._overall(now), self._group(chat, now) if chat < 0 else self._one(chat, now, messages)]
        if max(waits) > 0:
            return math.ceil(max(waits))
        for _ in range(messages):
            self._all.append(now)
            if chat < 0:
                self._groups[chat].append(now)
        if chat >= 0 and self.private_per_second:
            level, _ = self._level(chat, now)
            self._private[chat] = (level - messages, now)
        return 0

    def _overall(self, now: float) -> float:
        return _window(self._all, now, 1.0, self.per_second + self.overall_burst) if self.per_second else 0.0

    def _group(self, chat: int, now: float) -> float:
        return _window(self._groups[chat], now, 60.0, self.group_per_minute) if self.group_per_minute else 0.0

    def _level(self, chat: int, now: float) -> tuple[float, float]:
        level, since = self._private.get(chat, (float(self.private_burst), now))
        return min(float(self.private_burst), level + (now - since) * self.private_per_second), now

    def _one(self, chat: int, now: float, messages: int) -> float:
        if not self.private_per_second:
            return 0.0
        missing = min(messages, self.private_burst) - self._level(chat, now)[0]
        return missing / self.private_per_second if missing > 1e-9 else 0.0


def unlimited() -> Pace:
    """A pace that lets everything through."""
    return Pace(per_second=0, private_per_second=0.0, group_per_minute=0)


def _window(seen: deque[float], now: float, length: float, limit: int) -> float:
    while seen and seen[0] <= now - length:
        seen.popleft()
    return seen[len(seen) - limit] + length - now if len(seen) >= limit else 0.0
