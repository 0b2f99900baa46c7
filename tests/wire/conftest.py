"""A village with an empty database of each kind, whose program is not running yet."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.botapi import BotApiServer, unlimited
from tests.wire.village import TOKEN, Village


@pytest.fixture
async def village(database_url: str, tmp_path: Path) -> AsyncIterator[Village]:
    async with BotApiServer(TOKEN, pace=unlimited()) as server:
        one = Village(server, database_url, tmp_path)
        yield one
        await one.kill()
        assert server.violations == []
