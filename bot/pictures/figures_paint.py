"""Paints the figures, upright as a phone is held; without it who reads numbers badly would not read them at all."""

from matplotlib.figure import Figure

from bot.pictures.brush import BAD, BETWEEN, GOOD, INK, PAPER, QUIET, RULE, SOFT, TONES, WIDTH, Json, Sheet

EDGE, GAP, PAD = 44.0, 20.0, 30.0
FULL = WIDTH - 2 * EDGE
HALF = (FULL - GAP) / 2
RIGHT = EDGE + HALF + GAP
COLOURS = (GOOD, BETWEEN, QUIET, BAD)
"""Confirmed, said done, no answer, late."""
HEAD, BODY, SMALL = 42.0, 38.0, 34.0
SHARE_ROW, CLIMB_ROW, WORST_ROW = 88.0, 56.0, 52.0
HOURS_HEIGHT, MARK = 226.0, 2 / 3
"""``MARK``: where on an age bar the promise ends."""
LEAST = 96.0
"""Under a card's title, when there is nothing to show."""


def painted(sketch: Json) -> Figure:
    """The figures as a figure, cut to its length. Raises KeyError for a sketch that lacks something."""
    sheet = Sheet()
    y = _heading(sheet, sketch)
    y = _share(sheet, y, sketch["share"], sketch["spans"]) + GAP
    y = _halves(sheet, y, sketch) + GAP
    y = _hours(sheet, y, sketch["hours"]) + GAP
    y = _worst(sheet, y, sketch["worst"])
    sheet.words(WIDTH - EDGE, y + 50, sketch["source"], SMALL, colour=SOFT, align="right")
    sheet.cut(y + 76)
    return sheet.figure


def _heading(sheet: Sheet, sketch: Json) -> float:
    sheet.words(EDGE, 92, sketch["title"], 60, strong=True, room=FULL)
    sheet.words(EDGE, 146, sketch["window"], SMALL, colour=SOFT, room=FULL)
    return 176.0


def _share(sheet: Sheet, y: float, share: Json, spans: list[Json]) -> float:
    sheet.card(EDGE, y, FULL, 420)
    left, wide = EDGE + PAD, FULL - 2 * PAD
    sheet.words(left, y + 56, share["label"], BODY, colour=SOFT)
    value = share["value"]
    width = sheet.words(left, y + 200, value, 160, strong=True, colour=TONES[share["tone"]])
    if value.isdecimal():
        sheet.words(left + width + 10, y + 200, "%", 72, strong=True, colour=TONES[share["tone"]])
    sheet.words(left, y + 254, share["note"], SMALL, colour=SOFT, room=wide * 0.6)
    for n, span in enumerate(spans):
        _span(sheet, left + wide * 0.62, y + 56 + 112 * n, wide * 0.38, span)
    parts = list(zip(share["parts"], COLOURS, strict=True))
    sheet.stack(left, y + 282, (wide, 34), parts, "all")
    _key(sheet, left, y + 364, wide, share)
    return y + 420


def _span(sheet: Sheet, x: float, y: float, room: float, span: Json) -> None:
    sheet.words(x, y, span["label"], SMALL, colour=SOFT, room=room)
    width = sheet.words(x, y + 58, span["value"], 56, strong=True)
    sheet.words(x + width + 12, y + 58, span["unit"], SMALL, colour=SOFT)


def _key(sheet: Sheet, x: float, y: float, wide: float, share: Json) -> None:
    """What the colours mean, each with its count, in one line or, where the words are long, smaller; and what is not due."""
    labels = [f"{label} {count}" for label, count in zip(share["labels"], share["parts"], strict=True)]
    size = SMALL
    while sum(sheet.width(label, size) + 78 for label in labels) > wide and size > 24:
        size -= 1
    for label, colour in zip(labels, COLOURS, strict=True):
        sheet.block(x, y - size * 0.76, 26, 26, colour)
        x += sheet.words(x + 36, y, label, size) + 78
    sheet.words(EDGE + PAD, y + 42, share["aside"], 30, colour=SOFT, room=wide)


def _halves(sheet: Sheet, y: float, sketch: Json) -> float:
    """Shares on the left, the climbs on the right; what other shares there are stand where they make the sheet shorter."""
    first, second, climbs = sketch["first"], sketch["second"], sketch["climbs"]
    left, right = _table_height(first), _climbs_height(climbs)
    more = _table_height(second) + GAP if second else 0
    beneath = max(left + more, right) < max(left, right + more)
    height = max(left + more * beneath, right + more * (not beneath))
    _boxed(sheet, EDGE, y, height - more * beneath, first)
    if second:
        x, top = (EDGE, y + height - more + GAP) if beneath else (RIGHT, y)
        _boxed(sheet, x, top, more - GAP, second)
    down = 0 if beneath else more
    sheet.card(RIGHT, y + down, HALF, height - down)
    _climbs(sheet, RIGHT + PAD, y + down, climbs)
    return y + height


def _boxed(sheet: Sheet, x: float, y: float, height: float, table: Json) -> None:
    sheet.card(x, y, HALF, height)
    _table(sheet, x + PAD, y, table)


def _title(sheet: Sheet, x: float, y: float, title: str, room: float) -> None:
    sheet.words(x, y + 58, title, HEAD, strong=True, room=room)


def _empty(sheet: Sheet, x: float, y: float, text: str, room: float) -> None:
    sheet.words(x, y + 126, text, SMALL, colour=SOFT, room=room)


def _table_height(table: Json) -> float:
    return 92 + (SHARE_ROW * len(table["rows"]) or LEAST) + (44 if table["more"] else 0)


def _table(sheet: Sheet, x: float, y: float, table: Json) -> None:
    room = HALF - 2 * PAD
    _title(sheet, x, y, table["title"], room)
    if table["empty"]:
        _empty(sheet, x, y, table["empty"], room)
    top = y + 84
    for row in table["rows"]:
        note = sheet.words(x + room, top + 40, row["note"], SMALL, colour=SOFT, align="right")
        share = sheet.words(x + room - note - 14, top + 40, row["percent"], BODY, strong=True, align="right")
        sheet.words(x, top + 40, row["name"], BODY, room=room - note - share - 34)
        sheet.stack(
            x, top + 54, (room, 18), list(zip(row["parts"], COLOURS, strict=True)), f"{table['title']}/{row['key']}"
        )
        top += SHARE_ROW
    sheet.words(x, top + 34, table["more"], SMALL, colour=SOFT, room=room)


def _climbs_height(climbs: Json) -> float:
    return 92 + (CLIMB_ROW * len(climbs["rows"]) or LEAST) + 10


def _climbs(sheet: Sheet, x: float, y: float, climbs: Json) -> None:
    room = HALF - 2 * PAD
    _title(sheet, x, y, climbs["title"], room)
    if climbs["empty"]:
        _empty(sheet, x, y, climbs["empty"], room)
        return
    names = max(sheet.width(row["name"], SMALL) for row in climbs["rows"]) + 20
    counts = max(sheet.width(str(row["count"]), SMALL, strong=True) for row in climbs["rows"]) + 16
    longest = max(row["count"] for row in climbs["rows"])
    for n, row in enumerate(climbs["rows"]):
        top = y + 92 + CLIMB_ROW * n
        length = (room - names - counts) * row["count"] / longest
        sheet.words(x, top + 36, row["name"], SMALL, colour=SOFT)
        sheet.block(x + names, top + 10, length, 30, GOOD, f"climbs/{row['name']}")
        sheet.words(x + names + length + 12, top + 36, str(row["count"]), SMALL, strong=True)


def _hours(sheet: Sheet, y: float, chart: Json) -> float:
    left, room = EDGE + PAD, FULL - 2 * PAD
    if chart["empty"]:
        sheet.card(EDGE, y, FULL, 92 + LEAST - 20)
        _title(sheet, left, y, chart["title"], room)
        _empty(sheet, left, y, chart["empty"], room)
        return y + 92 + LEAST - 20
    sheet.card(EDGE, y, FULL, 92 + HOURS_HEIGHT + 70)
    _title(sheet, left, y, chart["title"], room)
    floor, step = y + 92 + HOURS_HEIGHT, room / len(chart["hours"])
    most = max(sum(hour["parts"]) for hour in chart["hours"])
    for n, hour in enumerate(chart["hours"]):
        _hour(sheet, left + step * n, floor, step, hour, most)
        if n % 3 == 0:
            sheet.words(left + step * (n + 0.5), floor + 44, hour["at"], SMALL, colour=SOFT, align="center")
    sheet.block(left, floor, room, 2, RULE)
    return floor + 70


def _hour(sheet: Sheet, x: float, floor: float, step: float, hour: Json, most: int) -> None:
    y, total = floor, sum(hour["parts"])
    for n, (count, colour) in enumerate(zip(hour["parts"], COLOURS, strict=True)):
        height = (HOURS_HEIGHT - 44) * count / most
        if height:
            sheet.block(x + step * 0.13, y - height, step * 0.74, height, colour, f"hour/{hour['at']}/{n}")
        y -= height
    if total:
        sheet.words(x + step / 2, y - 10, str(total), SMALL, align="center")


def _worst(sheet: Sheet, y: float, worst: Json) -> float:
    left, room = EDGE + PAD, FULL - 2 * PAD
    height = 92 + (WORST_ROW * len(worst["rows"]) + 16 if worst["rows"] else LEAST - 20)
    sheet.card(EDGE, y, FULL, height)
    _title(sheet, left, y, worst["title"], room * 0.5)
    if worst["empty"]:
        _empty(sheet, left, y, worst["empty"], room)
        return y + height
    bar, length = left + room * 0.31, room * 0.28
    due = bar + length * MARK
    sheet.words(due, y + 62, worst["mark"], 30, colour=SOFT, align="center")
    for n, row in enumerate(worst["rows"]):
        _aged(sheet, y + 84 + WORST_ROW * n, row, (left, bar, length, room))
    sheet.block(due - 1.5, y + 76, 3, WORST_ROW * len(worst["rows"]) + 12, INK)
    return y + height


def _aged(sheet: Sheet, y: float, row: Json, at: tuple[float, float, float, float]) -> None:
    """A duty's age as a length, with the promise at the mark; what is past it is late, and says so."""
    left, bar, length, room = at
    sheet.words(left, y + 36, row["name"], SMALL, room=bar - left - 16)
    sheet.block(bar, y + 12, length, 28, PAPER)
    whole = length * MARK
    sheet.block(bar, y + 12, whole * min(row["age"], 1.0), 28, GOOD, f"age/{row['name']}")
    if row["late"]:
        sheet.block(bar + whole, y + 12, whole * max(row["age"] - 1.0, 0.02), 28, BAD, f"late/{row['name']}")
    x = bar + length + 20
    colour = TONES["bad"] if row["late"] else INK
    x += sheet.words(x, y + 36, row["left"], SMALL, strong=row["late"], colour=colour) + 18
    sheet.words(x, y + 36, row["holder"], SMALL, colour=SOFT, room=left + room - x)
