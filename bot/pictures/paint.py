"""Paints a sketch with matplotlib; without it the night report would be words only. Imported by the painter's process alone."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from bot.pictures.brush import BAD, BETWEEN, CARD, DPI, GOOD, HATCH, INK, PAPER, RULE, SOFT, STRONG, TONES, Json, set_up
from bot.pictures.figures_paint import painted

SIZE = (7.2, 4.8)
"""1440 x 960: three to two, twice as many points as a phone shows."""
VOICE = {"good": "#14664a", "plain": "#8fb8a5", "quiet": "#bdbab0"}


def paint(sketch: Json, target: Path) -> None:
    """Paint to a PNG file. Raises KeyError for a sketch that lacks something."""
    set_up()
    figure = painted(sketch) if sketch.get("sort") == "figures" else _situation(sketch)
    figure.savefig(target, format="png", dpi=DPI, facecolor=PAPER)


def _situation(sketch: Json) -> Figure:
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor=PAPER)
    _heading(figure, sketch)
    _tiles(figure, sketch["tiles"])
    _hours(figure, sketch["hours"])
    _bars(figure, sketch["bars"])
    _voices(figure, sketch)
    return figure


def _words(figure: Figure, x: float, y: float, text: str, size: float, **style: Any) -> None:
    if style.pop("strong", False):
        style["family"] = STRONG
    figure.text(x, y, text, fontsize=size, **{"color": INK, **style})


def _heading(figure: Figure, sketch: Json) -> None:
    _words(figure, 0.035, 0.918, sketch["title"], 16, strong=True)
    _words(figure, 0.965, 0.922, sketch["window"], 9.5, color=SOFT, ha="right")


def _card(figure: Figure, x: float, y: float, width: float, height: float) -> None:
    box = FancyBboxPatch(
        (x * 3, y * 2), width * 3, height * 2, boxstyle="round,pad=0,rounding_size=0.035", zorder=-1,
        facecolor=CARD, edgecolor=RULE, linewidth=0.6,
    )  # fmt: skip
    scale = mpl.transforms.Affine2D().scale(1 / 3, 1 / 2)
    box.set_transform(scale + figure.transFigure)
    figure.patches.append(box)


def _tiles(figure: Figure, tiles: list[Json]) -> None:
    gap, left, width = 0.012, 0.035, 0.93
    shares = [1.0] * (len(tiles) - 1) + [1.55]
    unit = (width - gap * (len(tiles) - 1)) / sum(shares)
    x = left
    for tile, share in zip(tiles, shares, strict=True):
        _card(figure, x, 0.725, unit * share, 0.155)
        _tile(figure, x + 0.014, tile)
        x += unit * share + gap


def _tile(figure: Figure, x: float, tile: Json) -> None:
    _words(figure, x, 0.842, tile["label"], 8.5, color=SOFT)
    _words(figure, x, 0.772, tile["value"], 21, strong=True, color=TONES[tile["tone"]])
    advance = 0.0265 * len(tile["value"])
    _words(figure, x + advance, 0.772, tile["unit"], 8.5, color=SOFT)
    _words(figure, x, 0.741, tile["note"], 6.8, color=TONES["bad"] if tile["tone"] == "bad" else SOFT)


def _axes(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    axes = figure.add_axes(box, facecolor="none")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.tick_params(length=0, labelsize=7.5, colors=SOFT)
    return axes


def _key(figure: Figure, x: float, y: float, labels: list[str]) -> None:
    """What the colours mean, as squares with their words."""
    colours = (GOOD, BAD) if len(labels) == 2 else (GOOD, BETWEEN, BAD)
    for label, colour in zip(labels, colours, strict=True):
        hatch = HATCH if colour == BAD else ""
        figure.patches.append(
            Rectangle((x, y), 0.014, 0.021, transform=figure.transFigure, facecolor=colour, edgecolor=CARD, hatch=hatch,
                      linewidth=0)
        )  # fmt: skip
        _words(figure, x + 0.02, y + 0.001, label, 7.5, color=SOFT)
        x += 0.034 + _width(label) * 0.0078


def _width(text: str) -> float:
    """About how wide a text is, in halves of a hanzi."""
    return sum(1.95 if ord(letter) > 0x2E80 else 1.12 for letter in text)


def _hours(figure: Figure, chart: Json) -> None:
    _card(figure, 0.035, 0.135, 0.455, 0.565)
    _words(figure, 0.052, 0.655, chart["title"], 10.5, strong=True)
    if chart["empty"]:
        _words(figure, 0.2625, 0.40, chart["empty"], 9, color=SOFT, ha="center")
        return
    _key(figure, 0.052, 0.608, chart["key"])
    axes = _axes(figure, (0.06, 0.222, 0.41, 0.355))
    places = range(len(chart["hours"]))
    below = [0] * len(places)
    for part, colour in enumerate((GOOD, BETWEEN, BAD)):
        heights = [hour["counts"][part] for hour in chart["hours"]]
        hatch = HATCH if colour == BAD else ""
        axes.bar(places, heights, 0.74, bottom=below, color=colour, hatch=hatch, edgecolor=CARD, linewidth=0)
        below = [a + b for a, b in zip(below, heights, strict=True)]
    top = max(below)
    for place, total in enumerate(below):
        if total:
            axes.text(place, total + top * 0.03, str(total), ha="center", fontsize=7.5, color=INK)
    axes.set_ylim(0, top * 1.16)
    axes.set_yticks([])
    step = max(1, -(-len(chart["hours"]) // 8))
    axes.set_xticks(list(places)[::step], [hour["at"] for hour in chart["hours"]][::step])
    axes.set_xlim(-0.7, len(chart["hours"]) - 0.3)
    _words(figure, 0.2625, 0.155, chart["axis"], 7.5, color=SOFT, ha="center")


def _bars(figure: Figure, chart: Json) -> None:
    _card(figure, 0.51, 0.135, 0.455, 0.565)
    _words(figure, 0.527, 0.655, chart["title"], 10.5, strong=True)
    rows = chart["rows"]
    if not rows:
        _words(figure, 0.7375, 0.40, chart["empty"], 9, color=SOFT, ha="center")
        return
    _key(figure, 0.527, 0.608, chart["key"])
    _words(figure, 0.948, 0.608, chart["more"], 7.5, color=SOFT, ha="right")
    name = min(0.19, max(0.07, 0.012 + max(_width(row["name"]) for row in rows) * 0.0088))
    axes = _axes(figure, (0.527 + name, 0.16, 0.43 - name, 0.43))
    axes.spines["bottom"].set_visible(False)
    longest = max(1, *(row["open"] + row["late"] for row in rows))
    for place, row in enumerate(rows):
        _bar(axes, place, row, longest)
    axes.set_xlim(0, longest * 2.1)
    axes.set_ylim(max(len(rows), 6) - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks(range(len(rows)), [_short(row["name"]) for row in rows], fontsize=8.5, color=INK)


def _bar(axes: Axes, place: int, row: Json, longest: int) -> None:
    axes.barh(place, row["late"], 0.62, color=BAD, hatch=HATCH, edgecolor=CARD, linewidth=0)
    axes.barh(place, row["open"], 0.62, left=row["late"], color=GOOD)
    total = row["late"] + row["open"]
    count = str(total) if total else ""
    axes.text(total + longest * 0.04, place, count, va="center_baseline", fontsize=8, color=INK)
    axes.text(total + longest * (0.2 if count else 0.04), place, row["note"], va="center_baseline", fontsize=7.2,
              color=TONES["bad"])  # fmt: skip


def _short(name: str, most: int = 18) -> str:
    return name if _width(name) <= most else name[: most // 2 if ord(name[0]) > 0x2E80 else most - 2] + "…"


def _voices(figure: Figure, sketch: Json) -> None:
    """Who spoke at all: one strip as long as all villages, its parts named beneath."""
    voices = [voice for voice in sketch["voices"] if voice["count"]]
    total = sum(voice["count"] for voice in voices) or 1
    x = 0.035
    for voice in voices:
        width = 0.93 * voice["count"] / total
        figure.patches.append(
            Rectangle((x, 0.086), max(width - 0.003, 0.002), 0.02, transform=figure.transFigure,
                      facecolor=VOICE[voice["tone"]], linewidth=0)
        )  # fmt: skip
        x += width
    x = 0.035
    for voice in voices:
        figure.patches.append(
            Rectangle(
                (x, 0.043), 0.014, 0.021, transform=figure.transFigure, facecolor=VOICE[voice["tone"]], linewidth=0
            )
        )
        _words(figure, x + 0.02, 0.044, voice["label"], 8.5)
        x += 0.045 + _width(voice["label"]) * 0.0085
    _words(figure, 0.965, 0.044, sketch["source"], 7.5, color=SOFT, ha="right")
