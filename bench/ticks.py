"""What the clocks cost with a million open duties, and how late rungs are when ten thousand fall due in a minute."""

import asyncio
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import String, delete, func, insert, literal, select, text

from bot.app import App
from bot.clockwork import EVERY
from rules.duty import Duty, open_duty
from storage import duties as kept
from storage import outbox as letters
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.tables import duties, outbox
from storage.vault import Vault, new_key
from tests.conftest import postgres_url
from tests.conversations.stage import TOWN, PaperGateway
from tests.databases import scratch

FEW, MANY = 1_000, 1_000_000
LOOKS = 200
DUE, SECONDS = 10_000, 60
LETTERS, CHATS = 100_000, 300
FAR = timedelta(days=30)


@dataclass(frozen=True)
class Ticked:
    """Median cost of a tick that finds nothing (ms) with few and with many open duties; lateness of a rung, 99 of 100 (s)."""

    few_ms: float
    many_ms: float
    late_p99_s: float
    decided: int


def measure(many: int = MANY) -> dict[str, Ticked]:
    """Both databases, PostgreSQL only where one answers."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite"] = asyncio.run(_measure(f"sqlite:///{Path(folder)}/town.db", many))
    server = postgres_url()
    if server:
        with scratch(server) as url:
            found["postgresql"] = asyncio.run(_measure(url, many))
    return found


def as_json(found: dict[str, Ticked]) -> dict[str, Any]:
    """As bench/out.json keeps it."""
    return {name: asdict(ticked) for name, ticked in found.items()}


def table(found: dict[str, Ticked]) -> str:
    """A line for each database."""
    head = f"{'clocks':<12}{'tick, 1,000 open':>18}{'tick, 1,000,000':>18}{'rung late, p99':>18}   bars: < 5 ms, < 1 s"
    lines = [f"{n:<12}{t.few_ms:>15.2f} ms{t.many_ms:>15.2f} ms{t.late_p99_s:>16.2f} s" for n, t in found.items()]
    return "\n".join((head, *lines))


def missed(found: dict[str, Ticked]) -> list[str]:
    """The bars that were not reached."""
    slow = [f"{name} tick" for name, t in found.items() if t.many_ms >= 5]
    late = [f"{name} lateness" for name, t in found.items() if t.late_p99_s >= 1 or t.decided < DUE]
    return slow + late


async def _measure(url: str, many: int) -> Ticked:
    migrate(url)
    vault = Vault([new_key()])
    app = App(TOWN, Database(url), vault, {"paper": PaperGateway()}, lambda: datetime.now(UTC))
    await app.prepare()
    await app.database.transact(lambda tx: _fill(Ledger(tx, "town", vault), 0, FEW))
    few = await _looks(app)
    await app.database.transact(lambda tx: _fill(Ledger(tx, "town", vault), FEW, many))
    await app.database.transact(lambda tx: _write(Ledger(tx, "town", vault)))
    _settle(app)
    late = await _rush(app, vault)
    many_ms = await _looks(app)
    await app.close()
    return Ticked(few, many_ms, *late)


def _fill(ledger: Ledger, start: int, until: int) -> None:
    """Open duties whose next rung is far away, copied in the database from one that is there."""
    now = datetime.now(UTC)
    if not start:
        first = open_duty(Duty("x0", "need", now, "yaowa", subject="paper:x", due_at=now + FAR))
        kept.add(ledger, Duty(**{**vars(first), "rung_at": now + FAR, "told": (0,)}))
    columns = [c for c in duties.c if c.name != "ref"]
    numbers = _numbers(ledger, start + 1, until)
    ref = (literal("x") + numbers.c.n.cast(duties.c.ref.type)).label("ref")
    query = select(*columns, ref).select_from(duties.join(numbers, literal(True))).where(duties.c.ref == "x0")
    ledger.tx.execute(insert(duties).from_select([*(c.name for c in columns), "ref"], query))


def _write(ledger: Ledger) -> None:
    """Letters that were sent on the days before: a town with so many duties has an outbox with a past."""
    long_ago = datetime.now(UTC) - FAR
    mark = {"duty": "x0", "cause": "x0#0", "flood": "need/paper:x/0", "told_at": long_ago}
    [first] = letters.add(ledger, "paper", "paper:x", "alert", [{"text": "x" * 200}], long_ago, mark)
    numbers = _numbers(ledger, 1, LETTERS)
    n = literal("") + numbers.c.n.cast(String)
    own = {"id": literal("x") + n, "state": literal("accepted"), "platform_id": "p" + n, "duty": "x" + n, "cause": "x" + n + "#0",
           "flood": "need/x" + n + "/0", "address": "paper:x" + (numbers.c.n % CHATS).cast(String)}  # fmt: skip
    columns = [c for c in outbox.c if c.name not in own]
    query = select(*columns, *(value.label(name) for name, value in own.items()))
    query = query.select_from(outbox.join(numbers, literal(True))).where(outbox.c.id == first.id)
    ledger.tx.execute(insert(outbox).from_select([*(c.name for c in columns), *own], query))
    ledger.tx.execute(delete(outbox).where(outbox.c.id == first.id))


def _numbers(ledger: Ledger, start: int, until: int) -> Any:
    if ledger.postgres:
        return select(func.generate_series(start, until - 1).label("n")).subquery()
    first = select(literal(start).label("n")).cte("numbers", recursive=True)
    return first.union_all(select(first.c.n + 1).where(first.c.n < until - 1))


def _settle(app: App) -> None:
    """Let PostgreSQL do its own upkeep after a million rows at once: what is measured is a day, not the moving in. SQLite does
    none by itself, so it gets none here."""
    if app.database.sqlite:
        return
    with app.database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        for word in ("VACUUM ANALYZE", "CHECKPOINT"):
            alone.execute(text(word))


async def _looks(app: App) -> float:
    spent = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        await app.ticker.run_due(app.clock.now())
        spent.append((time.perf_counter() - begun) * 1000)
    return median(spent)


async def _rush(app: App, vault: Vault) -> tuple[float, int]:
    """Ten thousand rungs due in a minute, of villages' needs that nobody has claimed, while the clock ticks as it does."""
    begins = datetime.now(UTC) + timedelta(seconds=8)
    apart = timedelta(seconds=SECONDS) / DUE
    await app.database.transact(lambda tx: _add_due(Ledger(tx, "town", vault), begins, apart))
    while datetime.now(UTC) < begins + timedelta(seconds=SECONDS + 2):
        await app.ticker.run_due(app.clock.now())
        await asyncio.sleep(EVERY - time.time() % EVERY)  # as the program rings
    await app.ticker.run_due(app.clock.now())
    waits = await app.database.transact(lambda tx: _waits(Ledger(tx, "town", vault), begins, apart))
    return quantiles(waits, n=100)[98], len(waits)


def _add_due(ledger: Ledger, begins: datetime, apart: timedelta) -> None:
    for number in range(DUE):
        opened = begins + apart * number - timedelta(minutes=20)
        person = f"paper:p{number}"
        need = open_duty(Duty(f"{number}", "need", opened, "yaowa", subject=person, due_at=opened + timedelta(hours=2)))
        kept.add(ledger, Duty(**{**vars(need), "told": (0,), "rung_at": opened + timedelta(minutes=20)}))


def _waits(ledger: Ledger, begins: datetime, apart: timedelta) -> list[float]:
    """Seconds from when each rung was due until its first letter was queued."""
    query = (
        select(outbox.c.duty, func.min(outbox.c.made_at)).where(outbox.c.cause.like("%#1200")).group_by(outbox.c.duty)
    )
    return [(made - begins - apart * int(duty)).total_seconds() for duty, made in ledger.tx.execute(query)]
