"""Brings a database to today's tables with Alembic; without it an older town could not run a newer program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Upgrade to the newest revision; creates everything in an empty database. Raises sqlalchemy errors when it
    is away."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def newest() -> str:
    """The revision that ``migrate`` brings a database to: which columns a row may have."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return str(ScriptDirectory.from_config(config).get_current_head())
