"""All paths of the pages in one place; without it the web chat would be functions that nobody can reach."""

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.gateways import Away
from bot.web import files, office_paths, pages, poster, rota_sheet, say, stream
from bot.web.doors import Doors, Sorry, words_of
from bot.web.static import static
from storage.database import is_away

__all__ = ["Doors", "make_app"]

log = structlog.get_logger()

LARGEST_SAY = 64 * 1024
RETRY_AFTER = {"retry-after": "3"}


def make_app(doors: Doors, extra: Sequence[BaseRoute] = ()) -> Starlette:
    """The pages of one town; ``extra`` are other channels' paths (a webhook). In a demo its paths come first."""
    routes: list[BaseRoute] = [
        *(doors.demo.routes() if doors.demo is not None else ()),
        *extra,
        *(office_paths.routes() if doors.office is not None else ()),
        Route("/", pages.front),
        Route("/c/{key}", pages.village),
        Route("/p/{key}", pages.person),
        Route("/g/{key}", pages.group),
        Route("/poster/{key}", poster.poster),
        Route("/roster.xlsx", rota_sheet.empty),
        Route("/api/say", say.say, methods=["POST"], max_body_size=LARGEST_SAY),
        Route("/api/seen", say.seen, methods=["POST"], max_body_size=LARGEST_SAY),
        Route("/api/file", files.upload, methods=["POST"]),
        Route("/api/file/{ref}", files.download),
        Route("/api/stream", stream.stream),
        Route("/static/{edition}/{name:path}", static),
    ]
    faults = {Sorry: _sorry, SQLAlchemyError: _away, Away: _away, HTTPException: _http}
    app = Starlette(routes=routes, exception_handlers=faults)
    app.state.doors = doors
    return app


async def _sorry(request: Request, sorry: Exception) -> Response:
    assert isinstance(sorry, Sorry)
    return _said(request, sorry.status, sorry.why)


async def _away(request: Request, fault: Exception) -> Response:
    """The database is away: whoever wrote something keeps it and tries again. A mistake of ours in a statement is answered so
    too, but the log says what it is."""
    mistake = None if is_away(fault) else fault
    log.error("a page cannot be served", fault=type(fault).__name__, exc_info=mistake)
    if not request.url.path.startswith("/api/"):
        return pages.page(request, "plain.html", status=503, block="away", town="")
    answer = _said(request, 503, "away")
    answer.headers.update(RETRY_AFTER)
    return answer


async def _http(request: Request, fault: Exception) -> Response:
    """No such path, a wrong method, a body that is too large."""
    assert isinstance(fault, HTTPException)
    if fault.status_code == 404 and not request.url.path.startswith("/api/"):
        return pages.missing(request)
    return _said(request, fault.status_code, {404: "no_page", 413: "large_file"}.get(fault.status_code, "not_text"))


def _said(request: Request, status: int, why: str) -> Response:
    happened, then = words_of(request).options("web.errors")[why]
    return JSONResponse({"error": happened, "next": then, "why": why}, status)
