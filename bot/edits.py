"""A ladder edited in the config reaches the duties that are open; without it they would climb the old one to its end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256

from bot.climber import Climber
from rules.kinds import kinds_on
from rules.town import Ladder, Town
from storage import duties, ladders
from storage.database import Database
from storage.ledger import Ledger

AT_ONCE = 200
"""So many duties are set anew in one transaction."""


@dataclass(frozen=True)
class Edits:
    """Compares the town's ladders with those that were kept, once when the program starts."""

    database: Database
    ledger: Callable[[object], Ledger]
    climber: Climber

    async def apply(self, town: Town, now: datetime) -> None:
        """Set every open duty of a kind whose ladder is another now; stopped half-way it begins again at the next start."""
        kept = await self.database.transact(lambda tx: ladders.digests(self.ledger(tx)))
        for name, ladder in town.ladders.items():
            if kept.get(name) == digest_of(ladder):
                continue
            for refs in await self._open(name):
                await self.database.transact(partial(self._set, town, refs, now))
            await self.database.transact(partial(self._keep, name, ladder))

    async def _open(self, name: str) -> Iterator[list[str]]:
        refs = await self.database.transact(lambda tx: ladders.climbing(self.ledger(tx), kinds_on(name)))
        return (refs[n : n + AT_ONCE] for n in range(0, len(refs), AT_ONCE))

    def _set(self, town: Town, refs: list[str], now: datetime, tx: object) -> None:
        ledger = self.ledger(tx)
        for ref in refs:
            duty = duties.of_message(ledger, ref)
            if duty is not None and not duty.over:
                self.climber.reschedule(ledger, town, duty, now)

    def _keep(self, name: str, ladder: Ladder, tx: object) -> None:
        ladders.keep(self.ledger(tx), name, digest_of(ladder))


def digest_of(ladder: Ladder) -> str:
    """All that a ladder says, in a few characters."""
    return sha256(repr(ladder).encode()).hexdigest()[:16]
