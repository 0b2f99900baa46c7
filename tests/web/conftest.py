"""Towns with pages for tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A demo's town on SQLite: anybody may act as anybody."""
    house = await House(f"sqlite:///{tmp_path}/town.db").open()
    yield house
    await house.close()


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[House]:
    """The same on each database."""
    house = await House(database_url).open()
    yield house
    await house.close()


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[House]:
    """A real town: a key opens one person's chat."""
    house = await House(f"sqlite:///{tmp_path}/town.db", demo=False).open()
    yield house
    await house.close()
