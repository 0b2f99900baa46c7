"""The town as it stands now, config and bindings together; without it a group bound at noon would be unknown till the restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.binding import bound
from rules.town import Town
from storage import people
from storage.ledger import Ledger


@dataclass
class TownBook:
    """Holds the current town. The config's town never changes while the program runs; the bindings do."""

    config_town: Town
    town: Town = field(init=False)
    _bindings: Mapping[str, str] = field(default_factory=dict)
    _doubted: bool = False

    def __post_init__(self) -> None:
        self.town = self.config_town

    def refresh(self, ledger: Ledger) -> None:
        """Read the bindings again."""
        self._bindings = people.bound(ledger)
        self.town = bound(self.config_town, self._bindings)

    def doubt(self) -> None:
        """Something failed, and a binding may have been read that is not kept: it is read again before the next message."""
        self._doubted = True

    def be_sure(self, ledger: Ledger) -> None:
        """Read the bindings again where they are in doubt."""
        if self._doubted:
            self._doubted = False
            self.refresh(ledger)

    def follow(self, ledger: Ledger) -> None:
        """What another process has bound meanwhile holds here too: else this one would pass over a group that is there. On SQLite
        there is no other."""
        self.be_sure(ledger)
        if ledger.postgres and people.bound(ledger) != self._bindings:
            self.refresh(ledger)
