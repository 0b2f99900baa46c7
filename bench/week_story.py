"""What the week's history says: who held each need when, what was told, how much; without it the picture would be a guess.

Everything but the letters' hours is read from the program's own tables, through its own figures.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from bench.week_folk import Folk
from bench.week_town import Sheet, Week
from rules.duty import Duty
from rules.figures import Figures, figures
from storage.figures import climbs_of, needs_between
from storage.ledger import Ledger
from storage.tables import audit, duties, outbox

A_MINUTE = timedelta(minutes=1)
LIST = "/list:"
STARTS = {"claimed": "", "taken_over": "", "reported": "asked", "reopened": ""}
ENDS = ("confirmed", "cancelled", "merged", "alarm unconfirmed")


@dataclass(frozen=True)
class Span:
    """Minutes from the asking, and who had it: nobody, cadre, head, line, post; or asked (done, it is said)."""

    who: str
    since: float
    until: float


@dataclass(frozen=True)
class Need:
    """One need as the picture draws it; minutes count from when its clock started."""

    ref: str
    spans: tuple[Span, ...]
    rungs: tuple[int, ...]
    end: str
    """confirmed, unconfirmed, cancelled or running."""
    taken: float | None
    by: str
    """The storey of whoever took it first."""
    kept: bool


@dataclass(frozen=True)
class Story:
    """Everything the table and the picture show."""

    figures: Figures
    needs: tuple[Need, ...]
    opened: Mapping[str, int]
    """Kind of duty → how many in the week."""
    reminders: int
    lists: int
    """Messages that showed several alike together (floods)."""
    edits: int
    letters: int
    per_hour: Mapping[str, tuple[float, int]]
    """Sort of chat → (letters for a chat and hour of the day time, the most in one clock hour)."""
    dropped: tuple[str, ...] = field(default=())
    """Duties that were nobody's: open, with no rung to come and nobody at the top told."""


async def read_story(week: Week, folk: Folk, sheets: Sequence[Sheet]) -> Story:
    """Read it at the week's end."""
    return await week.read(lambda ledger: _story(ledger, week, folk, sheets))  # type: ignore[no-any-return]


def _story(ledger: Ledger, week: Week, folk: Folk, sheets: Sequence[Sheet]) -> Story:
    now = week.now
    needs = needs_between(ledger, week.begins, now + folk.town.need_within)
    hours = {duty.ref: duty.opened_at.astimezone(folk.town.zone).hour for duty in needs}
    history = _history(ledger)
    return Story(
        figures=figures(needs, now, climbs_of(ledger, tuple(d.ref for d in needs)), hours),
        needs=tuple(_need(duty, history[duty.ref], folk, now) for duty in needs if not duty.merged_into),
        opened=_opened(ledger),
        reminders=_count(ledger, outbox.c.flood == "remind"),
        lists=_count(ledger, outbox.c.flood.contains(LIST), outbox.c.edits == ""),
        edits=_count(ledger, outbox.c.edits != ""),
        letters=_count(ledger, outbox.c.edits == ""),
        per_hour=_per_hour(sheets, folk),
        dropped=_dropped(ledger, history),
    )


def _opened(ledger: Ledger) -> Mapping[str, int]:
    query = (
        select(duties.c.kind, func.count().label("opened")).where(duties.c.town == ledger.town).group_by(duties.c.kind)
    )
    return {row.kind: row.opened for row in ledger.tx.execute(query)}


def _count(ledger: Ledger, *where: Any) -> int:
    query = select(func.count()).select_from(outbox).where(outbox.c.town == ledger.town, *where)
    return int(ledger.tx.execute(query).scalar_one())


def _history(ledger: Ledger) -> dict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    query = select(audit.c.ref, audit.c.what, audit.c.who, audit.c.at).where(audit.c.town == ledger.town)
    for row in ledger.tx.execute(query.where(audit.c.noun == "duty").order_by(audit.c.id)):
        found[row.ref].append(row)
    return found


def _need(duty: Duty, moves: Sequence[Any], folk: Folk, now: datetime) -> Need:
    spans: list[Span] = []
    who, since, holder, end = "nobody", 0.0, "", "running"
    taken: float | None = None
    for move in moves:
        at = max(0.0, (move.at - duty.base) / A_MINUTE)
        if move.what in STARTS or move.what in ENDS:
            spans.append(Span(who, since, at))
            since = at
        if move.what in STARTS:
            holder = folk.office(move.who) if move.what != "reopened" else holder
            taken, who = taken if taken is not None else at, STARTS[move.what] or holder
        elif move.what in ENDS:
            end = "unconfirmed" if move.what.startswith("alarm") else move.what
    if not duty.over:
        spans.append(Span(who, since, (now - duty.base) / A_MINUTE))
    first = next((folk.office(m.who) for m in moves if m.what in ("claimed", "reported")), "")
    rungs = tuple(int(m.what.removeprefix("rung ")) for m in moves if m.what.startswith("rung "))
    kept = bool(duty.confirmed and duty.closed_at and duty.due_at and duty.closed_at <= duty.due_at)
    seen = tuple(span for span in spans if span.until > span.since)
    return Need(duty.ref, seen, rungs, end if duty.over else "running", taken, first, kept)


def _per_hour(sheets: Sequence[Sheet], folk: Folk) -> Mapping[str, tuple[float, int]]:
    """What rings a phone: letters, not edits; averages over the 15 hours between 07:00 and 22:00."""
    sorts = _sorts(folk)
    counted: Counter[tuple[str, str, str]] = Counter()
    for sheet in sheets:
        sort = sorts.get(sheet.address)
        if sort and not sheet.edits:
            counted[(sort, sheet.address, sheet.at.astimezone(folk.town.zone).strftime("%d %H"))] += 1
    days = {hour[:2] for _, _, hour in counted}
    found = {}
    for sort in dict.fromkeys(sorts.values()):
        mine = {key: number for key, number in counted.items() if key[0] == sort}
        chats = sum(1 for s in sorts.values() if s == sort)
        awake = sum(n for (_, _, hour), n in mine.items() if 7 <= int(hour[3:]) < 22)
        found[sort] = (awake / max(1, chats * 15 * len(days)), max(mine.values(), default=0))
    return found


def _sorts(folk: Folk) -> Mapping[str, str]:
    town = folk.town
    named = {p.id: "isolated" for p in folk.isolated}
    named |= {p.id: "cadre" for p in town.people if "cadre" in p.roles}
    named |= {v.head: "head" for v in town.villages} | {v.cadres: "cadres' group" for v in town.villages}
    monitoring = town.line("monitoring")
    if monitoring is not None:
        named |= {monitoring.leader: "line leader", monitoring.deputy: "deputy"}
    return named | {town.command_post: "command post"} | {v.group: "village group" for v in town.villages}


def _dropped(ledger: Ledger, history: Mapping[str, Sequence[Any]]) -> tuple[str, ...]:
    """Open duties with nothing to come whose history names nobody above the village."""
    query = select(duties.c.ref, duties.c.kind).where(
        duties.c.town == ledger.town, duties.c.state.not_in(("closed", "cancelled")), duties.c.rung_at.is_(None),
        duties.c.alarm_at.is_(None), duties.c.repeat_at.is_(None),
    )  # fmt: skip
    return tuple(f"{kind} {ref}" for ref, kind in ledger.tx.execute(query) if not _told_the_top(history[ref]))


def _told_the_top(moves: Sequence[Any]) -> bool:
    return max((int(m.what.removeprefix("rung ")) for m in moves if m.what.startswith("rung ")), default=-1) >= 60
