"""Bringing a database to today's tables: all of it or nothing, and nothing where there is nothing to bring."""

import sys

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from storage.migrate import FOLDER, NewerDatabase, migrate, newest
from storage.tables import metadata


def tables(url: str, *first: str) -> set[str]:
    """The tables there are, after carrying out some statements."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in first:
            connection.execute(text(statement))
        found = set(inspect(connection).get_table_names())
    engine.dispose()
    return found


def test_all_tables_are_made_and_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(database_url)
    assert tables(database_url) == {*metadata.tables, "alembic_version"}
    monkeypatch.setitem(sys.modules, "alembic", None)  # not even loaded when there is nothing to do
    migrate(database_url)


def test_a_migration_that_fails_leaves_nothing(database_url: str) -> None:
    assert tables(database_url, "CREATE TABLE web_shown (x INTEGER)") == {"web_shown"}
    with pytest.raises(SQLAlchemyError):
        migrate(database_url)
    assert tables(database_url) == {"web_shown"}
    assert tables(database_url, "DROP TABLE web_shown") == set()
    migrate(database_url)


def test_a_newer_database_is_refused(database_url: str) -> None:
    migrate(database_url)
    tables(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="9999"):
        migrate(database_url)


def test_the_newest_revision_is_read_from_the_files_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert newest() == ScriptDirectory.from_config(config).get_current_head()
