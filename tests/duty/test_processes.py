"""Several processes on one PostgreSQL: each rung is decided exactly once, and what one of them was told all of them know."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from rules.duty import Duty, open_duty
from rules.ladders import LADDERS
from storage import duties
from storage.ledger import Ledger
from storage.tables import audit, outbox
from storage.vault import Vault, new_key
from tests.conftest import postgres_url
from tests.conversations.stage import TOWN, Stage, without_codes
from tests.databases import scratch

PROCESSES, NEEDS, MINUTES = 4, 60, 125


@pytest.fixture
def url() -> Iterator[str]:
    server = postgres_url()
    if server is None:
        pytest.skip("no PostgreSQL: set CUNSHAO_TEST_POSTGRES_URL, or start one on 127.0.0.1:5432")
    with scratch(server) as own:
        yield own


async def test_each_rung_is_decided_exactly_once(url: str) -> None:
    key = new_key()
    await _needs(url, key)
    command = [sys.executable, "-m", "tests.duty.ticking", url, key, str(MINUTES)]
    running = [await asyncio.create_subprocess_exec(*command) for _ in range(PROCESSES)]
    assert await asyncio.gather(*(process.wait() for process in running)) == [0] * PROCESSES
    engine = create_engine(url)
    with engine.connect() as connection:
        told = Counter(connection.execute(select(audit.c.ref, audit.c.what).where(audit.c.what.like("rung%"))).all())
        new = select(outbox.c.cause, outbox.c.address).where(outbox.c.cause.like("%#%"), outbox.c.edits == "")
        letters = Counter(connection.execute(new).all())
    engine.dispose()
    rungs = {f"rung {int(rung.after.total_seconds()) // 60}" for rung in LADDERS["need"]}
    once = {(str(n), rung): 1 for n in range(1, NEEDS + 1) for rung in rungs}
    assert told == once
    assert set(letters.values()) == {1}


async def test_a_group_that_one_process_has_bound_is_told_by_the_others(url: str) -> None:
    vault, town = Vault([new_key()]), without_codes(TOWN)
    one, other = (Stage(url, town, vault=vault, count=first) for first in (0, 100))  # of what they hear
    await one.open()
    await other.open()
    await one.say("chen@ylgroup", "/bind NOON-2222")
    await other.app.ticker.run_due(other.clock)
    await other.say("li", "家里没米了")
    await other.app.sender.drained()
    sheets = [*one.gateway.sheets, *other.gateway.sheets]  # whichever of them sent it
    assert [address for _, address, call in sheets if "家里没米了" in str(call) and address == "paper:ylgroup"]
    await one.close()
    await other.close()


async def _needs(url: str, key: str) -> None:
    """Needs that nobody will claim, of households of their own so that each is told alone."""
    stage = Stage(url, vault=Vault([key]))
    stage.begin_at("09:30")
    await stage.open()
    now = stage.clock

    def add(tx: Any) -> None:
        ledger = Ledger(tx, "town", stage.vault)
        for _ in range(NEEDS):
            ref = duties.next_number(ledger)
            due = now + timedelta(hours=2)
            duties.add(ledger, open_duty(Duty(ref, "need", now, "yaowa", subject=f"paper:p{ref}", due_at=due)))

    await stage.app.database.transact(add)
    await stage.close()
