"""An empty roster to fill in (值班表样表); without it everybody would have to guess the columns. It names offices and villages,
which are no secret, and nobody; so it needs no signing in, and opens from any messenger."""

import asyncio
from functools import lru_cache
from io import BytesIO

from starlette.requests import Request
from starlette.responses import Response

from bot.texts import texts
from bot.web.doors import doors_of, words_of
from rules.town import Town

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS, WIDTH = 400, 16
CHOICES = {"span": "spans", "post": "posts"}
"""The columns whose cells have a list to choose from, and the vocabulary it is."""


async def empty(request: Request) -> Response:
    """``/roster.xlsx``."""
    content = await asyncio.to_thread(empty_sheet, words_of(request).locale, _places(request, doors_of(request).town()))
    headers = {"content-disposition": 'attachment; filename="cunshao-roster.xlsx"', "x-content-type-options": "nosniff"}
    return Response(content, media_type=XLSX, headers=headers)


@lru_cache(maxsize=4)
def empty_sheet(locale: str, places: tuple[str, ...]) -> bytes:
    """The workbook: a page with heads and lists to choose from, whose choices are on a second page."""
    import xlsxwriter  # here: a start should not wait for what makes a sheet now and then

    words, body = texts(locale), BytesIO()
    heads = {key: said[0] for key, said in words.options("rota.heads").items()}
    lists = {column: [said[0] for said in words.options(f"rota.{block}").values()] for column, block in CHOICES.items()}
    lists["place"] = list(places)
    with xlsxwriter.Workbook(body, {"in_memory": True}) as book:
        page, choices = book.add_worksheet(words.say("rota.title")[:31]), book.add_worksheet("-")
        choices.hide()
        bold, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
        plain = book.add_format({"num_format": "@"})
        page.write_row(0, 0, list(heads.values()), bold)
        page.freeze_panes(1, 0)
        for place, column in enumerate(heads):
            page.set_column(place, place, WIDTH, {"date": day, "phone": plain}.get(column))
            if column in lists:
                choices.write_column(0, place, lists[column])
                source = f"='-'!${chr(65 + place)}$1:${chr(65 + place)}${len(lists[column])}"
                page.data_validation(
                    1, place, ROWS, place, {"validate": "list", "source": source, "error_type": "warning"}
                )
    return body.getvalue()


def _places(request: Request, town: Town) -> tuple[str, ...]:
    words = words_of(request)
    lines = [said[0] for key, said in words.options("rota.lines").items() if town.line(key)]
    post = words.options("rota.posts")["command_post"][0]
    return (post, *lines, *(a.name for a in town.areas), *(v.name for v in town.villages))
