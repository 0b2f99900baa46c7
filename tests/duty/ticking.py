"""One of several processes that tick on the same database at the same time: ``python -m tests.duty.ticking URL KEY MINUTES``."""

import asyncio
import sys
from datetime import timedelta

from storage.vault import Vault
from tests.conversations.stage import Stage


async def tick(url: str, key: str, minutes: int) -> None:
    """Decide all that is due for so many minutes from half past nine on, minute by minute."""
    stage = Stage(url, vault=Vault([key]))
    stage.begin_at("09:30")
    await stage.open()
    for _ in range(minutes):
        stage.clock += timedelta(minutes=1)
        stage.app.clock.set(stage.clock)
        await stage.app.ticker.run_due(stage.clock)
    await stage.close()


if __name__ == "__main__":
    asyncio.run(tick(sys.argv[1], sys.argv[2], int(sys.argv[3])))
