"""The figures as a page, as JSON and as a sheet, from one counting; without it a report would be typed from a telephone."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.hearing import Hearing
from bot.web import pages
from bot.web.doors import doors_of, words_of
from bot.web.office import in_page, office_of, outside, whose
from bot.web.sheet import FATES, sheet
from handlers.figures import Counted, counted
from rules.duty import Duty
from rules.figures import Row

WINDOWS = (1, 7, 30)
USUAL = 7
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff", "vary": "accept, cookie"}


async def show(request: Request) -> Response:
    """``/figures``: a page, or JSON for a program that asks for it."""
    if "application/json" in request.headers.get("accept", ""):
        return await as_json(request)
    found, refusal = await _counted(request)
    if found is None:
        return refusal
    hours = {row.key: row for row in found.figures.by_hour}
    return in_page(request, "figures.html", counted=found, f=found.figures, days=days_of(request), windows=WINDOWS,
                   fates=FATES, zone=doors_of(request).town().zone, hours=hours)  # fmt: skip


async def as_json(request: Request) -> Response:
    """``/figures.json``: the same numbers; of the worst only where, what kind and since when, no words of anybody."""
    found, refusal = await _counted(request)
    if found is None:
        return refusal
    return JSONResponse(plain(found, days_of(request)), headers=PRIVATE)


async def as_sheet(request: Request) -> Response:
    """``/figures.xlsx``: the same numbers, with a row for each need, for whoever must hand in a table."""
    found, refusal = await _counted(request)
    if found is None:
        return refusal
    content = await asyncio.to_thread(sheet, found, words_of(request), doors_of(request).town().zone)
    name = f"cunshao-{found.until.astimezone(doors_of(request).town().zone):%Y-%m-%d}-{days_of(request)}.xlsx"
    return Response(
        content, media_type=XLSX, headers={**PRIVATE, "content-disposition": f'attachment; filename="{name}"'}
    )


def days_of(request: Request) -> int:
    """The window asked for; another than these three is the usual one."""
    asked = request.query_params.get("days", "")
    return int(asked) if asked in {str(days) for days in WINDOWS} else USUAL


def plain(found: Counted, days: int) -> dict[str, Any]:
    """Figures as JSON values. Times are in UTC."""
    f = found.figures
    return {
        "days": days, "since": found.since.isoformat(), "until": found.until.isoformat(), "total": _row(f.total, {}),
        "median_minutes": f.median, "p90_minutes": f.p90, "villages": [_row(r, found.names) for r in f.by_village],
        "lines": [_row(r, {}) for r in f.by_line], "kinds": [_row(r, {}) for r in f.by_kind],
        "holders": [_row(r, {}) for r in f.by_holder],
        "hours": [_row(r, {}) for r in f.by_hour], "postponed": f.postponed, "handovers": f.handovers,
        "reopened": f.reopened, "merged": f.merged, "climbs": dict(f.climbs), "ratings": dict(f.ratings),
        "worst": [dict(_bare(duty)) for duty in f.worst],
    }  # fmt: skip


def _row(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    name = {"name": names[row.key]} if row.key in names else {}
    return {
        "key": row.key,
        **name,
        "due": row.due,
        "share": row.share,
        **{fate: row.fates.get(fate, 0) for fate in FATES},
    }


def _bare(duty: Duty) -> Iterator[tuple[str, Any]]:
    """A duty without what tells of the person it is for."""
    yield from (("number", duty.ref), ("village", duty.village), ("kind", duty.kind), ("state", duty.state))
    yield "due", duty.due_at.isoformat() if duty.due_at else None
    yield "holder", duty.holder_name


async def _counted(request: Request) -> tuple[Counted | None, Response]:
    """The figures of whoever is signed in; or the answer that says why not."""
    person = await whose(request)
    if not person:
        return None, _refused(request, "how_in")
    days = days_of(request)

    def look(hearing: Hearing) -> Counted:
        return counted(days, hearing.context, hearing.reads, hearing.now)

    found = await office_of(request).see(person, words_of(request).locale, look)
    return (found, Response()) if found is not None else (None, _refused(request, "not_yours"))


def _refused(request: Request, block: str) -> Response:
    wants_page = request.url.path == "/figures" and "application/json" not in request.headers.get("accept", "")
    if wants_page:
        return outside(request, block)
    happened = words_of(request).say(f"board.{block}")
    return JSONResponse({"error": happened, "why": block}, 403, headers={**pages.HEADERS})
