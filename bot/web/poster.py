"""The poster of a village: a sheet for the wall whose code opens the chat; without it only who has the link could begin."""

from functools import cache

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bot.web.doors import doors_of
from bot.web.pages import missing, page

BY = "by"
QUIET = 4
"""Modules of white around the code: what its standard asks for."""


async def poster(request: Request) -> Response:
    """``/poster/<village key>``: one sheet of A4, to be printed from the browser. There is nothing secret on it. With
    ``?by=telegram`` its code opens the village's chat there."""
    doors, by = doors_of(request), request.query_params.get(BY, "")
    town = doors.town()
    found = town.village(request.path_params["key"])
    if found is None:
        return missing(request, "no_village")
    links = {"": f"{town.public_url}/c/{found.key}"}
    links |= {channel: link for channel, way in doors.ways.items() if (link := way(found.key))}
    by = by if by in links else ""
    return page(
        request, "poster.html", village=found.name, town=town.name, address=links[by], code=code_of(links[by]),
        by=by, others=[channel for channel in links if channel != by],
    )  # fmt: skip


@cache
def code_of(address: str) -> Markup:
    """The address as a QR code, an SVG without a size of its own. A fold or a raindrop may take a quarter of it."""
    code = segno.make(address, error="q", micro=False, boost_error=False)
    return Markup(code.svg_inline(border=QUIET, omitsize=True, svgclass="code", lineclass=None))
