"""Whether a database can be used by this program with this key; without it another town's key would show at the first page, and a
database of an earlier checkout as an error each second."""

from sqlalchemy import Connection, column, inspect, select, table, update

from storage.ledger import Ledger
from storage.migrate import newest, revisions
from storage.tables import metadata, towns
from storage.vault import CannotOpen, Vault

CHECK = "cunshao"
VERSION = table("alembic_version", column("version_num"))


def keep_check(ledger: Ledger) -> None:
    """Seal the check value with this town's key, the first time its clock runs."""
    query = update(towns).where(towns.c.town == ledger.town, towns.c.key_check.is_(None))
    ledger.tx.execute(query.values(key_check=ledger.vault.seal(CHECK)))


def key_opens(tx: Connection, town: str, vault: Vault) -> bool:
    """Whether this key opens what the town has sealed; True for a database that has sealed nothing yet."""
    if not inspect(tx).has_table(towns.name):
        return True
    sealed = tx.execute(select(towns.c.key_check).where(towns.c.town == town)).scalar()
    try:
        return sealed is None or vault.open(sealed) == CHECK
    except CannotOpen:
        return False


def newer(tx: Connection) -> str:
    """The revision a newer program has brought this database to; empty for one this program knows."""
    if VERSION.name not in inspect(tx).get_table_names():
        return ""
    stands = str(tx.execute(select(VERSION)).scalar() or "")
    return stands if stands and stands not in revisions() else ""


def misfit(tx: Connection) -> str:
    """The first table or column that is not as it ought to be; empty when all are, and for a database without tables.

    A database of an older revision is left alone: it is brought up to date first.
    """
    there = inspect(tx)
    names = set(there.get_table_names())
    if VERSION.name not in names or tx.execute(select(VERSION)).scalar() != newest():
        return ""
    for known in metadata.sorted_tables:
        if known.name not in names:
            return known.name
        columns = {there_is["name"]: there_is["nullable"] for there_is in there.get_columns(known.name)}
        missing = [wants.name for wants in known.columns if wants.name not in columns]
        wanted = [name for name, nullable in columns.items() if name not in known.columns and not nullable]
        if found := missing + wanted:
            return f"{known.name}.{found[0]}"
    return ""
