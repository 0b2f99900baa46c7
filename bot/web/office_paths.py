"""The paths of those who work, in one place; without it the board would be functions that nobody can reach."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.web import board, card_link, figures, sign_in
from bot.web.lookout import Lookout
from bot.web.office import office_of, outside, whose
from bot.web.stream import AGAIN
from bot.web.stream import HEADERS as STREAM_HEADERS

LARGEST_FORM = 8 * 1024


def routes() -> list[BaseRoute]:
    """Signing in, the board, a card by its link, the figures."""
    return [
        Route("/in/{token}", sign_in.ask),
        Route("/in/{token}", sign_in.enter, methods=["POST"], max_body_size=LARGEST_FORM),
        Route("/out", sign_in.leave, methods=["POST"], max_body_size=LARGEST_FORM),
        Route("/board", board.show),
        Route("/board/move", board.move, methods=["POST"], max_body_size=LARGEST_FORM),
        Route("/board/stream", stream),
        Route("/d/{ref}", board.one),
        Route("/k/{token}", card_link.show),
        Route("/k/{token}/who", card_link.name, methods=["POST"], max_body_size=LARGEST_FORM),
        Route("/k/{token}/close", card_link.take_back, methods=["POST"], max_body_size=LARGEST_FORM),
        Route("/k/{token}/move", card_link.move, methods=["POST"], max_body_size=LARGEST_FORM),
        Route("/figures", figures.show),
        Route("/figures.json", figures.as_json),
        Route("/figures.xlsx", figures.as_sheet),
    ]


async def stream(request: Request) -> Response:
    """Says that something moved, never what: the page then asks for its columns and is given what it may see."""
    if not await whose(request):
        return outside(request)
    return StreamingResponse(
        _events(office_of(request).lookout), headers=STREAM_HEADERS, media_type="text/event-stream"
    )


async def _events(lookout: Lookout) -> AsyncIterator[str]:
    yield f"retry: {AGAIN}\nevent: here\ndata: 1\n\n"
    async for moved in lookout.moves():
        yield "event: moved\ndata: 1\n\n" if moved else ": beat\n\n"
