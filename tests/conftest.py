"""What all tests share: the switch that rewrites transcripts, and the databases to run on."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-chats", action="store_true", help="rewrite the bot's lines of the transcripts, for review"
    )


def postgres_url() -> str | None:
    """The server to test on: CUNSHAO_TEST_POSTGRES_URL, else one that answers on 127.0.0.1:5432."""
    if url := os.environ.get("CUNSHAO_TEST_POSTGRES_URL"):
        return url
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if probe.connect_ex(("127.0.0.1", 5432)) != 0:
            return None
    return "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind, dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/town.db"
        return
    url = postgres_url()
    if url is None:
        pytest.skip("no PostgreSQL: set CUNSHAO_TEST_POSTGRES_URL, or start one on 127.0.0.1:5432")
    from tests.databases import scratch

    with scratch(url) as own:
        yield own


@pytest.fixture(autouse=True, scope="session")
def plain_logs() -> None:
    """Logs in short lines: a traceback drawn with all its locals takes seconds."""
    import structlog

    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain], cache_logger_on_first_use=False)
