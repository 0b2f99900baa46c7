"""What the config says on the first run: people in isolation are watched from then on; chat changes it afterwards."""

from datetime import datetime, timedelta

from sqlalchemy import select

from rules.facts import WatchStarted
from rules.town import Town
from storage import duties, watches
from storage.ledger import Ledger
from storage.tables import watches as table


def seed(ledger: Ledger, town: Town, now: datetime) -> None:
    """Watch everybody with the role ``isolated`` who never was watched; their days count from this first run."""
    known = set(ledger.tx.execute(select(table.c.person).where(table.c.town == ledger.town)).scalars())
    for person in town.people:
        if "isolated" in person.roles and person.id not in known and not person.id.startswith("bind:"):
            until = now + timedelta(days=town.isolation_days)
            watches.start(ledger, WatchStarted(person.id, person.village, "", now, until))
            duties.record(ledger, "watch", person.id, "seeded", "", "", now)
