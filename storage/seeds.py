"""What the config says on the first run: people in isolation are watched from then on; chat changes it afterwards."""

from datetime import datetime, timedelta

from sqlalchemy import select

from rules.town import Town
from storage import duties
from storage.fixed import NewRow
from storage.ledger import Ledger
from storage.tables import watches as table

ADD = NewRow(table)


def seed(ledger: Ledger, town: Town, now: datetime) -> None:
    """Watch everybody with the role ``isolated`` who never was watched; their days count from this first run."""
    known = set(ledger.tx.execute(select(table.c.person).where(table.c.town == ledger.town)).scalars())
    until = now + timedelta(days=town.isolation_days)
    new = {
        p.id: {"town": ledger.town, "person": p.id, "village": p.village, "origin": "", "since": now, "until": until}
        for p in town.people
        if "isolated" in p.roles and p.id not in known and not p.id.startswith("bind:")
    }
    for person, row in new.items():
        if ADD.run(ledger.tx, row):  # another process may be seeding, too
            duties.record(ledger, "watch", person, "seeded", "", "", now)
