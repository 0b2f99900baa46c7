"""Delivered or climbed: an alert that reached nobody two real minutes after it was told makes its duty climb.

Without it an alert in a muted page, a blocked chat or a queue that stands still would count as told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.climber import Climber
from rules.town import Address, Town
from storage import deliveries, duties
from storage.ledger import Ledger

PageHas = Callable[[Ledger, Address, str], bool]
"""Whether an open page has acknowledged a letter of this chat."""


def always_seen(_ledger: Ledger, _address: Address, _letter: str) -> bool:
    """Where no page must be open (the demo's phones, tests): what the page was given is seen."""
    return True


@dataclass(frozen=True)
class Delivery:
    """Looks at what became of alerts. ``page_has``: the web chat's word for what is accepted there."""

    climber: Climber
    page_has: PageHas = always_seen

    def look(self, ledger: Ledger, town: Town, cause: str, now: datetime) -> None:
        """Look at one rung's letters (``cause``); if none of them reached anybody its duty's next rung is due now."""
        letters = deliveries.of_cause(ledger, cause)
        deliveries.checked(ledger, cause)
        if any(self._reached(ledger, *letter[:4]) for letter in letters):
            return
        self.undelivered(ledger, town, letters[0][4] if letters else "", cause, now)

    def undelivered(self, ledger: Ledger, town: Town, ref: str, cause: str, now: datetime) -> None:
        """Nobody was reached by this rung."""
        duty = duties.of_message(ledger, ref) if ref else None
        if duty is not None and not duty.over:
            self.climber.hurry(ledger, town, duty, cause, now)

    def _reached(self, ledger: Ledger, state: str, channel: str, address: Address, letter: str) -> bool:
        return state == "accepted" and (channel != "web" or self.page_has(ledger, address, letter))
