"""The roster ahead as it is kept, on each database: what a sheet drops is gone, what it adds runs when its time comes."""

from datetime import datetime, timedelta

import pytest

from rules.facts import RosterChanged
from rules.roster import Shift
from rules.rota import change
from rules.town import SHANGHAI
from storage import duties, roster, rota
from storage.database import Database
from storage.keep import keep
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.vault import Vault, new_key

AT = datetime(2020, 2, 10, 18, tzinfo=SHANGHAI)
NIGHT = timedelta(hours=14)
LEADER = Shift("command_post", "", "web:a", AT, AT + NIGHT, "duty_leader")
OFFICER = Shift("command_post", "", "web:b", AT, AT + NIGHT, "duty_officer")
CADRE = Shift("cadres", "yaowa", "web:c", AT, AT + NIGHT)


@pytest.fixture
def database(database_url: str) -> Database:
    migrate(database_url)
    return Database(database_url)


def test_a_sheet_is_kept_and_the_next_takes_its_place(database: Database) -> None:
    vault = Vault([new_key()])

    def work(ledger: Ledger) -> None:
        keep(ledger, (RosterChanged((), (LEADER, OFFICER, CADRE), "web:a", "web:post"),), AT)
        kept = rota.between(ledger, AT, AT + NIGHT)
        assert set(kept) == {LEADER, OFFICER, CADRE}
        assert rota.between(ledger, AT - NIGHT, AT) == ()
        assert change(kept, (LEADER, OFFICER, CADRE)) == change((), ()), "the same again"
        other = Shift("cadres", "yaowa", "web:d", AT + timedelta(hours=6), AT + NIGHT)
        new = change(kept, (other,))
        keep(ledger, (RosterChanged(new.drop, new.add + new.rest, "web:a", "web:post"),), AT)
        early, late = (roster.running(ledger, AT + timedelta(hours=h)) for h in (5, 7))
        assert {s.person for s in early} == {"web:a", "web:b", "web:c"}
        assert {(s.person, s.post) for s in late} == {
            ("web:a", "duty_leader"),
            ("web:b", "duty_officer"),
            ("web:d", ""),
        }
        assert [what for _, what, _, _ in duties.history(ledger, "role", "cadres/yaowa")] == ["roster", "roster"]

    def other_town(ledger: Ledger) -> None:
        assert rota.between(ledger, AT, AT + NIGHT) == ()

    database.transact_now(lambda tx: work(Ledger(tx, "town", vault)))
    database.transact_now(lambda tx: other_town(Ledger(tx, "other", vault)))
    database.close()
