"""Delivered or climbed: an alert that reached nobody two real minutes after it was told makes its duty climb.

Without it an alert in a muted page, a blocked chat or a queue that stands still would count as told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.climber import Climber
from rules.duty import Duty
from rules.routing import ABOVE, addresses
from rules.town import Address, Town
from storage import deliveries, duties
from storage.deliveries import Letter
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

    def look(self, ledger: Ledger, town: Town, cause: str, now: datetime, real_now: datetime) -> None:
        """Look at one rung's letters (``cause``); each duty on them of which none of them told whom it should climbs now."""
        letters = deliveries.of_cause(ledger, cause)
        deliveries.checked(ledger, cause)
        missed = [letter for letter in letters if not self._reached(ledger, letter)]
        refs = dict.fromkeys(ref for letter in missed for ref in letter.refs or (letter.duty,) if ref)
        for duty in (duties.of_message(ledger, ref) for ref in refs):
            if duty is not None and not duty.over:
                self._look_at(ledger, town, duty, cause, now)
                if any(letter.state == "unknown" for letter in missed):
                    self.climber.boards.refresh(ledger, town, duty, now, real_now)

    def _look_at(self, ledger: Ledger, town: Town, duty: Duty, cause: str, now: datetime) -> None:
        letters = deliveries.of_rung(ledger, duty.ref, cause)
        reached = {letter.address for letter in letters if self._reached(ledger, letter)}
        if not reached or self._none_above(town, duty, cause, letters, reached):
            self.climber.hurry(ledger, town, duty, cause, now, reached)

    def _none_above(self, town: Town, duty: Duty, cause: str, letters: list[Letter], reached: set[Address]) -> bool:
        """Whether the rung told somebody above the village and reached only others; an asker is somebody above."""
        rung = self.climber.rung_of(town, duty, cause)
        if rung is None:
            return False
        behind = {target: set(addresses(town, duty, target)) for target in rung.tell}
        above = {a for target in rung.tell if target in ABOVE for a in behind[target]}
        told_above = above & {letter.address for letter in letters}
        return bool(told_above) and not reached & (above | behind.get("asker", set()))

    def _reached(self, ledger: Ledger, letter: Letter) -> bool:
        seen = letter.channel != "web" or self.page_has(ledger, letter.address, letter.platform_id)
        return letter.state == "accepted" and seen
