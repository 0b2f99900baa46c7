"""The figures as a spreadsheet; without it somebody would type them into one, and a typed figure can be beautified.

No name and no word of a resident is in it: a sheet is sent on, and nobody knows where to.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import get_args
from zoneinfo import ZoneInfo

from bot.texts import Texts
from handlers.figures import Counted
from rules.figures import Fate, Row, fate_of

Cell = str | int | float | datetime | None
FATES = get_args(Fate)
OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "remove_timezone": True, "default_date_format": "yyyy-mm-dd hh:mm",
}  # fmt: skip
"""What begins with = in a holder's name stays a text."""
WIDTH = 14


def sheet(found: Counted, words: Texts, zone: ZoneInfo) -> bytes:
    """A workbook: total, villages, lines, kinds, holders, hours, needs. Times are the town's."""
    names = {key: said[0] for key, said in words.options("board.sheets").items()}
    heads = {key: said[0] for key, said in words.options("board.heads").items()}
    import xlsxwriter  # here: a start should not wait for what makes a sheet now and then

    body = BytesIO()
    book = xlsxwriter.Workbook(body, OPTIONS)
    bold, share = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "0%"})

    def write(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        page = book.add_worksheet(names[name])
        page.write_row(0, 0, [heads[column] for column in columns], bold)
        page.freeze_panes(1, 1)
        page.set_column(0, len(columns) - 1, WIDTH)
        if "share" in columns:
            page.set_column(columns.index("share"), columns.index("share"), WIDTH, share)
        for number, row in enumerate(rows, 1):
            page.write_row(number, 0, row)

    f = found.figures
    counts = ("due", "share", *FATES)
    write("total", ("measure", "value"), ((heads[name], value) for name, value in _totals(found, zone)))
    lines = {key: said[0] for key, said in words.options("report.lines").items()}
    kinds = {key: said[0] for key, said in words.options("duty.names").items()}
    called = {**found.names, **lines, **kinds, "": words.say("board.nobody")}
    for name, rows in (
        ("villages", f.by_village),
        ("lines", f.by_line),
        ("kinds", f.by_kind),
        ("holders", f.by_holder),
        ("hours", f.by_hour),
    ):
        write(name, (name, *counts), (_counts(row, called.get(row.key, row.key)) for row in rows))
    write("needs", ("number", "village", "kind", "opened", "due_at", "closed", "fate", "holder"),
          _needs(found, words, heads, zone))  # fmt: skip
    book.close()
    return body.getvalue()


def _totals(found: Counted, zone: ZoneInfo) -> Iterable[tuple[str, Cell]]:
    f = found.figures
    for name, at in (("since", found.since), ("until", found.until)):
        yield name, f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
    yield from (("due", f.total.due), ("share", f.total.share), *((fate, f.total.fates.get(fate, 0)) for fate in FATES))
    yield from (("median", f.median), ("p90", f.p90), ("postponed", f.postponed), ("handovers", f.handovers))
    yield from (("reopened", f.reopened), ("merged", f.merged))


def _counts(row: Row, name: str) -> Sequence[Cell]:
    return (name, row.due, row.share, *(row.fates.get(fate, 0) for fate in FATES))


def _needs(found: Counted, words: Texts, heads: dict[str, str], zone: ZoneInfo) -> Iterable[Sequence[Cell]]:
    kinds, others = words.options("duty.names"), {duty.ref: duty for duty in found.needs}
    for duty in found.needs:
        times = (t.astimezone(zone) if t else None for t in (duty.opened_at, duty.due_at, duty.closed_at))
        village = found.names.get(duty.village, duty.village)
        kind = kinds[duty.kind][0] if duty.kind in kinds else duty.kind
        yield duty.ref, village, kind, *times, heads[fate_of(duty, found.until, others)], duty.holder_name
