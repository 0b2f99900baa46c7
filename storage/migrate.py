"""Brings a database to today's tables with Alembic; without it an older town could not run a newer program."""

import os
from contextlib import suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

FOLDER = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Upgrade to the newest revision; creates everything in an empty database. Raises sqlalchemy errors when it
    is away. A new SQLite file is its owner's alone, as the key is."""
    backend, file = make_url(url).get_backend_name(), make_url(url).database
    if backend == "sqlite" and file and file != ":memory:":
        with suppress(OSError):  # there already, or no folder for it: the database says that better
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def newest() -> str:
    """The revision that ``migrate`` brings a database to: which columns a row may have."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return str(ScriptDirectory.from_config(config).get_current_head())
