"""Which database the config means; without it a town's rows could land in whatever folder it was started from."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.config.mistakes import Wrong, shown
from bot.config.values import text

SQLITE, POSTGRES = "sqlite", "postgresql+psycopg"


@dataclass(frozen=True)
class DatabaseUrl:
    """A checked URL; its password, if it has one, is shown nowhere."""

    url: URL

    def beside(self, folder: Path) -> str:
        """The URL as text; a relative SQLite file lies in ``folder``."""
        url = self.url
        if url.drivername == SQLITE:
            url = url.set(database=str(folder / str(url.database)))
        return url.render_as_string(hide_password=False)


def database_url(value: object) -> DatabaseUrl:
    """A URL of an SQLite file, or of a PostgreSQL database over psycopg 3."""
    said = text(value)
    try:
        url = make_url(said)
        port = url.port
    except (ArgumentError, ValueError):
        raise Wrong("not_database") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2"):
        raise Wrong("other_driver", driver=shown(url.drivername))
    if url.drivername not in (SQLITE, POSTGRES):
        raise Wrong("not_database")
    if url.drivername == SQLITE and (
        not url.database or url.database.startswith((":memory:", "file:")) or url.host or url.query
    ):
        raise Wrong("not_sqlite_file")
    if url.drivername == POSTGRES and (not url.database or (port is not None and not 1 <= port <= 65535)):
        raise Wrong("not_postgres")
    return DatabaseUrl(url)
