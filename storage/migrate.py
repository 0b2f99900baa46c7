"""Brings a database to today's tables with Alembic; without it an older town could not run a newer program.

Alembic is loaded when there is something to bring: a town that starts again with the same tables waits for nothing.
"""

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url, text

FOLDER = Path(__file__).parent / "migrations"


class NewerDatabase(Exception):
    """The database was written by a newer program; its text says which of its revisions is not known here."""


def migrate(url: str) -> None:
    """Upgrade to the newest revision; creates everything in an empty database. Raises sqlalchemy errors when it
    is away, and NewerDatabase. A new SQLite file is its owner's alone, as the key is."""
    backend, file = make_url(url).get_backend_name(), make_url(url).database
    if backend == "sqlite" and file and file != ":memory:":
        with suppress(OSError):  # there already, or no folder for it: the database says that better
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if _revision(url) != newest():
        _upgrade(url)


def newest() -> str:
    """The revision that ``migrate`` brings a database to: which columns a row may have. Files are named by it."""
    return max(revisions())


def revisions() -> frozenset[str]:
    """Every revision this program knows."""
    return frozenset(file.name.partition("_")[0] for file in (FOLDER / "versions").glob("[0-9]*.py"))


def _revision(url: str) -> str:
    """Where a database stands; empty for a new one."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    finally:
        engine.dispose()


def _upgrade(url: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise NewerDatabase(str(error)) from error
