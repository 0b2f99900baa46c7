"""Many villagers who send their temperature, and what became of it; without it the program would have nothing to do."""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.town import FIRST, PEOPLE

TEXTS = ("36.5", "36度4", "36.8", "36度7")
LOOKS = 0.02
"""Seconds between two looks at how far it is."""
PATIENCE = 60.0
"""Seconds after which the bench gives up on a round."""


@dataclass(frozen=True)
class Load:
    """Speaks to the Bot API server of the bench."""

    api: str

    def check_ins(self, count: int, in_flight: int = 0, per_second: float = 0.0) -> Mapping[str, Any]:
        """So many temperatures; returns what the server counted once all are answered. Raises TimeoutError."""
        self._ask("reset")
        batch = {"count": count, "chats": PEOPLE, "first_chat": FIRST, "texts": TEXTS}
        self._ask("enqueue", **batch, in_flight=in_flight, per_second=per_second)
        return self.counted(lambda counters: counters["answered"] >= count)

    def reset(self) -> None:
        """Forget what was counted."""
        self._ask("reset")

    def counted(self, enough: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """The server's counters once it is enough. Raises TimeoutError."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            counters: Mapping[str, Any] = self._ask("counters")
            if enough(counters):
                return counters
            time.sleep(LOOKS)
        raise TimeoutError(f"not answered within {PATIENCE:g} s: {counters}")

    def violations(self) -> list[str]:
        """What the program did against the Bot API's limits."""
        found: list[str] = self._ask("violations")
        return found

    def _ask(self, verb: str, **given: Any) -> Any:
        asked = urllib.request.Request(f"{self.api}/control/{verb}", json.dumps(given).encode())
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)["result"]


def rate(counters: Mapping[str, Any]) -> float:
    """Answers a second, from the first to the last."""
    return float((counters["accepted"] - 1) / counters["first_to_last_seconds"])
