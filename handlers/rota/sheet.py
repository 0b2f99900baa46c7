"""A duty roster sent as a sheet (值班表): read back, asked about, kept, and told to whoever is on it; without it a month of
shifts would be typed one by one, or hang on a wall where no ladder reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from chat.form import Form, Question, Setting
from chat.incoming import Page, Sheet
from chat.kinds import OneOf
from chat.letter import Outcome, Say, Tell
from chat.reading.columns import Heads, heads_of
from handlers.rota.rows import NEEDED, Fault, Line, Planned, line_of, read_line, says_nothing
from rules.context import Context
from rules.facts import RosterChanged
from rules.roster import Shift
from rules.rota import Change, Post, change, planner_of
from rules.town import Address, Town

MOST_OFFICES, MOST_FAULTS, MOST_TOLD = 20, 12, 8
"""Lines of each sort in one letter."""
MOST_SHIFTS = 2000


class Reads(Protocol):
    """What a roster asks."""

    def shifts_between(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """The shifts that are kept there."""

    def cannot_reach(self, address: Address) -> bool:
        """Whether nothing reaches this address now."""

    def name_of(self, address: Address) -> str:
        """What somebody is called."""


@dataclass(frozen=True)
class RotaReport:
    """The shifts of a sheet as JSON, and whether to keep them."""

    shifts: list[dict[str, Any]] | None
    sure: str


rota = Form(
    name="rota",
    makes=RotaReport,
    questions=(Question("shifts", OneOf(), hidden=True), Question("sure", OneOf())),
    summary=False,
    idle_after=timedelta(hours=2),
)


def on_sheet(sheet: Sheet, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome:
    """A sheet of shifts: what was understood and what was not; nothing is kept before somebody says so."""
    planner = planner_of(context)
    if not planner.anything:
        return Outcome(says=(Say("rota.not_yours"),))
    if sheet.trouble:
        return Outcome(says=(Say("rota.trouble", {"why": sheet.trouble}),))
    found = _headed(sheet.pages, setting)
    if found is None:
        return Outcome(says=(Say("rota.no_heads"),))
    planned, faults = _rows(*found, line_of(planner, context.town, reads, now, setting))
    ahead = [p for p in planned if p.shift.until > now]
    if len(ahead) > MOST_SHIFTS:
        return Outcome(says=(Say("rota.trouble", {"why": "too_many"}),))
    return _understood(ahead, len(planned) - len(ahead), faults, context.town, reads)


def on_finished(report: RotaReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """确认导入: the shifts are kept, what they overlap goes, and each person hears of it once."""
    shifts = [_shift(raw, context.town) for raw in report.shifts or ()]
    if report.sure != "import" or not shifts:
        return Outcome(says=(Say("rota.dropped"),))
    planner = planner_of(context)
    if not all(planner.may(Post(s.target, s.scope)) for s in shifts):
        return Outcome(says=(Say("rota.not_yours"),))
    new = _changed(shifts, reads)
    tells = tuple(_tells(new, context))
    fact = RosterChanged(new.drop, new.add + new.rest, context.sender, context.chat)
    return Outcome((fact,), (Say("rota.taken", {"count": len(shifts), "told": len(tells)}),), tells)


def on_sample(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """值班表样表: where an empty sheet is, and how it is filled in."""
    if not planner_of(context).anything:
        return Outcome(says=(Say("rota.not_yours"),))
    pages, village = context.town.public_url, context.town.village(context.village)
    shown = {"link": f"{pages}/roster.xlsx" if pages else "", "village": village.name if village else ""}
    return Outcome(says=(Say("rota.sample", shown),))


def _headed(pages: Sequence[Page], setting: Setting) -> tuple[Page, Heads] | None:
    """The first page with a roster's columns."""
    found = ((page, heads_of(page, setting.choices["columns"], NEEDED)) for page in pages)
    return next(((page, heads) for page, heads in found if heads is not None), None)


def _rows(page: Page, heads: Heads, line: Line) -> tuple[list[Planned], list[Fault]]:
    planned: list[Planned] = []
    faults: list[Fault] = []
    above = ""
    for number, row in enumerate(page[heads.row + 1 :], heads.row + 2):
        if says_nothing(row, heads, line):
            continue
        above = heads.cell(row, "date") or above
        for read in read_line(number, row, heads, above, line):
            (planned if isinstance(read, Planned) else faults).append(read)  # type: ignore[arg-type]  # each to its own
    return planned, faults


def _understood(
    planned: Sequence[Planned], over: int, faults: Sequence[Fault], town: Town, reads: Reads
) -> Outcome:  # fmt: skip
    shifts = list(dict.fromkeys(p.shift for p in planned))
    new = _changed(shifts, reads) if shifts else Change()
    changes = bool(new.add or new.drop)
    says = [_summary(planned, shifts, new, town) if changes else Say("rota.same" if shifts else "rota.nothing")]
    if over:
        says.append(Say("rota.over", {"count": over}))
    if faults:
        shown = {"count": len(faults), "faults": faults[:MOST_FAULTS], "more": max(0, len(faults) - MOST_FAULTS)}
        says.append(Say("rota.faults", shown))
    return Outcome(says=tuple(says), then=("rota", {"shifts": [_json(s) for s in shifts]}) if changes else None)


def _summary(planned: Sequence[Planned], shifts: Sequence[Shift], new: Change, town: Town) -> Say:
    offices: dict[Post, dict[str, int]] = {}
    for p in planned:
        names = offices.setdefault(p.post, {})
        names[p.name] = names.get(p.name, 0) + 1
    lines = [{**office_of(post, town), "people": list(who.items())}
             for post, who in offices.items()]  # fmt: skip
    since, until = min(s.since for s in shifts), max(s.until for s in shifts)
    return Say("rota.understood", {
        "count": len(shifts), "since": since.astimezone(town.zone), "until": until.astimezone(town.zone),
        "offices": lines[:MOST_OFFICES], "more": max(0, len(lines) - MOST_OFFICES), "replaced": len(new.drop),
    })  # fmt: skip


def _changed(shifts: Sequence[Shift], reads: Reads) -> Change:
    return change(reads.shifts_between(min(s.since for s in shifts), max(s.until for s in shifts)), shifts)


def _tells(new: Change, context: Context) -> Iterator[Tell]:
    """One message for each person whose shifts change, but for whoever reads all of it here anyway."""
    here = context.sender if context.chat == context.sender else ""
    for person in dict.fromkeys(s.person for s in (*new.add, *new.drop)):
        given = [s for s in new.add if s.person == person]
        taken = [s for s in new.drop if s.person == person and not any(_meets(s, other) for other in given)]
        if person != here and (given or taken):
            yield Tell(person, "rota.told", {
                "given": [_shown(s, context.town) for s in given[:MOST_TOLD]], "more": max(0, len(given) - MOST_TOLD),
                "taken": [_shown(s, context.town) for s in taken[:MOST_TOLD]],
            }, lane="reply")  # fmt: skip


def _meets(one: Shift, other: Shift) -> bool:
    return (
        (one.target, one.scope) == (other.target, other.scope) and one.since < other.until and other.since < one.until
    )


def office_of(post: Post, town: Town) -> Mapping[str, Any]:
    """An office as the words show it, with the name of its place."""
    places = {**{v.key: v.name for v in town.villages}, **{a.key: a.name for a in town.areas}}
    name = {a.key: a.name for a in town.areas}.get(post.scope, "") if post.target == "area_head" else ""
    return {**asdict(post), "place": name or places.get(post.scope, "")}


def _shown(shift: Shift, town: Town) -> Mapping[str, Any]:
    times = {"since": shift.since.astimezone(town.zone), "until": shift.until.astimezone(town.zone)}
    return {**office_of(Post(shift.target, shift.scope, shift.post), town), **times}


def _json(shift: Shift) -> dict[str, Any]:
    return {**vars(shift), "since": shift.since.isoformat(), "until": shift.until.isoformat()}


def _shift(raw: Mapping[str, Any], town: Town) -> Shift:
    times = {name: datetime.fromisoformat(raw[name]).astimezone(town.zone) for name in ("since", "until")}
    return Shift(**{**raw, **times})
