"""Paper, ink and fonts of every picture, and a sheet to draw on in points from its upper left corner; without it each picture
would have colours of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, Rectangle

mpl.use("Agg")

Json = dict[str, Any]

FONTS = Path(__file__).resolve().parent.parent.parent / "templates" / "fonts"
DPI = 200
PLAIN, STRONG = "Cunshao Hans", "Cunshao Hans Strong"
PAPER, CARD, INK, SOFT, RULE = "#f3f1eb", "#ffffff", "#1d2420", "#5c655f", "#d9d6cc"
TONES = {"plain": INK, "good": "#14664a", "bad": "#c2410c", "quiet": "#8a8f8b"}
GOOD, BETWEEN, QUIET, BAD = TONES["good"], "#8fb8a5", "#cfcbc0", "#e2661a"
"""Told apart by anybody: dark against light, and what is late is hatched too."""
HATCH = "////"
WIDTH = 1440
ELLIPSIS = "…"


def set_up() -> None:
    """Our own fonts, and signs as they are written. Must come before anything is drawn."""
    for path in sorted(FONTS.glob("*.otf")):
        font_manager.fontManager.addfont(path)
    mpl.rcParams.update({
        "font.family": [PLAIN], "hatch.linewidth": 0.9, "axes.unicode_minus": False, "text.parse_math": False,
    })  # fmt: skip


@dataclass
class Sheet:
    """A sheet 1440 points wide and as long as it is cut at last; y grows downwards, a text stands on its y."""

    figure: Figure = field(default_factory=lambda: Figure(dpi=DPI, facecolor=PAPER))

    @cached_property
    def axes(self) -> Axes:
        """Where everything is drawn."""
        axes = self.figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        return axes

    @cached_property
    def _renderer(self) -> Any:
        """What measures texts; the library says nothing of its types."""
        renderer: Any = RendererAgg
        return renderer(WIDTH, WIDTH, DPI)

    def cut(self, height: float) -> None:
        """The sheet ends here."""
        self.figure.set_size_inches(WIDTH / DPI, height / DPI)
        self.axes.set_ylim(height, 0)

    def words(self, x: float, y: float, text: str, size: float, *, strong: bool = False, colour: str = INK,
              align: str = "left", room: float = 0) -> float:  # fmt: skip
        """Write; with ``room`` what is too long for it ends in an ellipsis. Gives the width written."""
        text = self.fitted(text, size, room, strong) if room else text
        family = STRONG if strong else PLAIN
        self.axes.text(x, y, text, fontsize=_size(size), family=family, color=colour, ha=align, va="baseline")
        return self.width(text, size, strong)

    def width(self, text: str, size: float, strong: bool = False) -> float:
        """How wide a text will be."""
        font = FontProperties(family=STRONG if strong else PLAIN, size=_size(size))
        wide, _, _ = self._renderer.get_text_width_height_descent(text, font, False)
        return float(wide)

    def fitted(self, text: str, size: float, room: float, strong: bool = False) -> str:
        """The text, or as much of its beginning as fits before an ellipsis."""
        if self.width(text, size, strong) <= room:
            return text
        while text and self.width(text + ELLIPSIS, size, strong) > room:
            text = text[:-1]
        return text.rstrip() + ELLIPSIS

    def card(self, x: float, y: float, width: float, height: float) -> None:
        """A white card with round corners."""
        style = "round,pad=0,rounding_size=14"
        self.axes.add_patch(
            FancyBboxPatch(
                (x, y), width, height, boxstyle=style, facecolor=CARD, edgecolor=RULE, linewidth=0.6, zorder=0
            )
        )

    def block(self, x: float, y: float, width: float, height: float, colour: str, name: str = "") -> None:
        """A rectangle; what is late is hatched. ``name`` is kept with it, so that a test can read back how long it is."""
        hatch = HATCH if colour == BAD else ""
        self.axes.add_patch(
            Rectangle(
                (x, y), width, height, facecolor=colour, edgecolor=CARD, hatch=hatch, linewidth=0, gid=name, zorder=2
            )
        )

    def stack(self, x: float, y: float, size: tuple[float, float], parts: Sequence[tuple[int, str]], name: str) -> None:
        """Counts with their colours as one bar, each as long as its share of the whole; an empty bar is a pale one."""
        whole = sum(count for count, _ in parts)
        self.block(x, y, size[0], size[1], PAPER)
        for n, (count, colour) in enumerate(parts):
            width = size[0] * count / whole if whole else 0
            if width:
                self.block(x, y, width, size[1], colour, f"{name}/{n}")
            x += width


def _size(points: float) -> float:
    """Points of this sheet as the points of a font."""
    return points * 72 / DPI
