"""What the figures are counted from; without it they would be counted from whoever tells them best."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select

from rules.duty import ENDED, Duty
from storage.duties import read_all
from storage.ledger import Ledger
from storage.tables import audit, duties

AT_ONCE = 500


def needs_between(ledger: Ledger, since: datetime, until: datetime) -> tuple[Duty, ...]:
    """Needs that fall due in the window, with those they were merged into; and those that should have been done before it
    and are not over yet."""
    judged_or_open = or_(duties.c.due_at >= since, duties.c.state.not_in(ENDED))
    query = select(duties).where(duties.c.town == ledger.town, duties.c.kind == "need", judged_or_open)
    return read_all(ledger, query.where(duties.c.due_at <= until).order_by(duties.c.opened_at, duties.c.ref))


def promised_between(ledger: Ledger, since: datetime, until: datetime) -> tuple[Duty, ...]:
    """What else than needs falls due in the window: orders."""
    query = select(duties).where(duties.c.town == ledger.town, duties.c.kind != "need", duties.c.due_at >= since)
    return read_all(ledger, query.where(duties.c.due_at <= until).order_by(duties.c.opened_at, duties.c.ref))


def climbs_of(ledger: Ledger, refs: Sequence[str]) -> Mapping[str, int]:
    """Minutes of a rung → how often it was told for these duties, by the history."""
    counted: Counter[str] = Counter()
    for start in range(0, len(refs), AT_ONCE):
        some = refs[start : start + AT_ONCE]
        query = select(audit.c.what).where(audit.c.town == ledger.town, audit.c.noun == "duty", audit.c.ref.in_(some))
        for what in ledger.tx.execute(query.where(audit.c.what.like("rung %"))).scalars():
            counted[what.removeprefix("rung ")] += 1
    return dict(sorted(counted.items(), key=lambda pair: int(pair[0])))
