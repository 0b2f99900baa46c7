"""An open transaction on one town's rows; without it each query would carry three arguments and one could be
forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.vault import Vault

T = TypeVar("T")
AS_WRITTEN = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""What is not JSON is a mistake of ours: the library would turn times and our own classes into something, and not back."""


@dataclass(frozen=True)
class Ledger:
    """A transaction, the town whose rows it may touch, and the vault that seals what must not be read on the disk."""

    tx: Connection
    town: str
    vault: Vault
    memo: dict[tuple[object, ...], Any] = field(default_factory=dict, compare=False, repr=False)
    """What was read already and does not change while this transaction is open, but by its own hand."""

    def once(self, key: tuple[object, ...], read: Callable[[], T]) -> T:
        """Read something once in this transaction; whoever changes it calls ``forget``."""
        if key not in self.memo:
            self.memo[key] = read()
        found: T = self.memo[key]
        return found

    def forget(self, sort: str = "") -> None:
        """What was read before, or what of it is of this sort (a key's first part), may have changed."""
        for key in [key for key in self.memo if not sort or key[0] == sort]:
            del self.memo[key]

    def seal(self, value: Any) -> str:
        """A JSON value, sealed."""
        return self.vault.seal(orjson.dumps(value, option=AS_WRITTEN).decode())

    def unseal(self, sealed: str) -> Any:
        """What ``seal`` was given; an empty column is None."""
        return orjson.loads(self.vault.open(sealed)) if sealed else None

    @property
    def postgres(self) -> bool:
        """Whether rows are locked one by one here."""
        return self.tx.dialect.name == "postgresql"

    def insert(self, table: Table) -> Any:
        """An INSERT that knows ON CONFLICT on both databases."""
        return insert_for(self.tx.dialect, table)


def insert_for(dialect: Dialect, table: Table) -> Insert:
    """The dialect's own INSERT, which has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
