"""Bringing a database to today's tables: all of it or nothing, and nothing where there is nothing to bring."""

import sys

import pytest
from alembic import command
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


def test_the_migrations_make_the_indexes_that_the_tables_name(database_url: str) -> None:
    migrate(database_url)
    engine = create_engine(database_url)
    made = {
        name: {(i["name"], *i["column_names"]) for i in inspect(engine).get_indexes(name)} for name in metadata.tables
    }
    engine.dispose()
    assert made == {
        name: {(str(i.name), *(c.name for c in i.columns)) for i in table.indexes}
        for name, table in metadata.tables.items()
    }


def test_an_older_town_keeps_its_people(database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = database_url
    command.upgrade(config, "0001")
    met = (
        "INSERT INTO people (town, id, name_sealed, roles, place_sealed, phone_sealed, phone_hash, cadre, locale, reachable, seeded)"
        " VALUES ('town', 'web:li', 'sealed', '[]', '', 'sealed too', 'hash', '', 'zh', true, false)"
    )
    tables(database_url, met)
    migrate(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT id, name_sealed, phone_sealed, reachable FROM people")).one()
        assert kept == ("web:li", "sealed", "sealed too", True)
        assert "phone_hash" not in {column["name"] for column in inspect(connection).get_columns("people")}
    engine.dispose()


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
