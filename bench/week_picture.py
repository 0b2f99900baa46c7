"""``python -m bench.week_picture FILE``: the ladder at work, painted from the sketch on standard input; in a process of its
own, since the one that draws should not be the one that is measured."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

mpl.use("Agg")
Json = dict[str, Any]

FONTS = Path(__file__).resolve().parent.parent / "templates" / "fonts"
DPI, SIZE = 200, (7.2, 4.8)
"""1440 x 960: three to two, twice as many points as it is wide on a page."""
PAPER, CARD, INK, SOFT, RULE, LATE = "#f3f1eb", "#fffefb", "#1d2420", "#5c655f", "#d9d6cc", "#c2410c"
WHO = {
    "nobody": ("#ee8a2c", "没人接", "nobody's"),
    "cadre": ("#a3cdb9", "村干部", "cadre"),
    "head": ("#2c8a66", "村支书", "village head"),
    "line": ("#2f62ad", "战线负责人", "line leader"),
    "post": ("#3d1f63", "指挥部", "command post"),
    "asked": ("#d5d0c1", "说办好了，等本人点头", "said done, asker asked"),
}
"""Light against dark in the order of the ladder, so that they are told apart without colour too."""
RUNGS = (
    (20, "村支书", "head"),
    (60, "战线负责人", "line leader"),
    (90, "催办", "once more"),
    (120, "指挥部", "command post"),
)
LAST = 180
"""Minutes that are shown; what lasts longer has an arrow."""
QUIET, LOUD, GAP = 1.0, 2.6, 9.0
"""How high a need's line is: those that had to climb are what the picture is about."""


def main() -> None:
    """Paint what the sketch says."""
    paint(json.load(sys.stdin), Path(sys.argv[1]))


def paint(sketch: Json, target: Path) -> None:
    """Paint to a PNG file."""
    for path in sorted(FONTS.glob("*.otf")):
        font_manager.fontManager.addfont(path)
    mpl.rcParams.update({"font.family": ["Cunshao Hans"], "axes.unicode_minus": False, "text.parse_math": False})
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor=PAPER)
    _words(figure, 0.035, 0.925, "一周的需求：掉下来的，一级一级接住", 15, strong=True)
    _words(figure, 0.035, 0.886, "A week of needs: what people drop, the next rung catches", 9.5, color=SOFT)
    needs, places = sketch["needs"], _places(sketch["needs"])
    axes = _axes(figure, places[-1][0] + LOUD)
    _lines(axes, needs, places)
    _rungs(axes)
    _groups(axes, needs, places)
    _tiles(figure, sketch)
    _taken(figure, sketch)
    _key(figure)
    figure.savefig(target, format="png", dpi=DPI, facecolor=PAPER, metadata={"Software": None},
                   pil_kwargs={"optimize": True})  # fmt: skip


def _words(figure: Figure, x: float, y: float, text: str, size: float, strong: bool = False, **style: Any) -> None:
    family = {"family": "Cunshao Hans Strong", "weight": 700} if strong else {}
    figure.text(x, y, text, fontsize=size, **{"color": INK, **family, **style})


def _axes(figure: Figure, height: float) -> Axes:
    axes = figure.add_axes((0.062, 0.155, 0.618, 0.645), facecolor=CARD)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.set(xlim=(0, LAST + 3), ylim=(height, 0), yticks=[])
    axes.set_xticks([0, 20, 60, 90, 120, 150, 180])
    axes.tick_params(length=0, labelsize=7.5, colors=SOFT)
    axes.set_xlabel("从开口算起，分钟 · minutes since the asking", fontsize=8, color=SOFT, labelpad=2)
    return axes


def _places(needs: list[Json]) -> list[tuple[float, float]]:
    """(middle, height) of each need's line, from the top; the needs that climbed stand apart, below."""
    found, y, before = [], 1.0, False
    for need in needs:
        loud = _climbed(need)
        height = LOUD if loud else QUIET
        y += GAP if loud and not before else 0
        found.append((y + height / 2, height))
        y, before = y + height, loud
    return found


def _climbed(need: Json) -> bool:
    return max(need["rungs"], default=0) > 0


def _lines(axes: Axes, needs: list[Json], places: list[tuple[float, float]]) -> None:
    unit = 0.645 * SIZE[1] * 72 / axes.get_ylim()[0]
    shown, colours, widths = [], [], []
    for need, (y, height) in zip(needs, places, strict=True):
        for who, since, until in need["spans"]:
            if since < LAST:
                shown.append([(since, y), (min(until, LAST), y)])
                colours.append(WHO[who][0])
                widths.append(height * unit * 0.84)
    axes.add_collection(LineCollection(shown, colors=colours, linewidths=widths, capstyle="butt", zorder=2))
    told = [(minute, y) for need, (y, _) in zip(needs, places, strict=True) for minute in need["rungs"] if minute > 0]
    axes.scatter([x for x, _ in told], [y for _, y in told], s=4.5, color=INK, linewidths=0, zorder=4)
    _late(axes, needs, places)


def _late(axes: Axes, needs: list[Json], places: list[tuple[float, float]]) -> None:
    """What the asker did not confirm in time: where it ended, or that it went on."""
    ended = [(need["spans"][-1][2], y) for need, (y, _) in zip(needs, places, strict=True)
             if need["spans"] and not need["kept"] and need["end"] != "running"]  # fmt: skip
    longer = [y for end, y in ended if end > LAST]
    axes.scatter([LAST + 1.2] * len(longer), longer, s=5, marker=">", color=LATE, linewidths=0, zorder=4)
    late = [(end, y) for end, y in ended if end <= LAST]
    axes.scatter([x for x, _ in late], [y for _, y in late], s=8, marker="x", color=LATE, linewidths=0.7, zorder=4)


def _groups(axes: Axes, needs: list[Json], places: list[tuple[float, float]]) -> None:
    """What the two parts of the picture are, beside them."""
    for loud, chinese, english in (
        (False, "没惊动上面", "nobody above was told"),
        (True, "往上报了", "had to climb"),
    ):
        mine = [y for need, (y, _) in zip(needs, places, strict=True) if _climbed(need) == loud]
        if mine:
            axes.annotate(f"{chinese}：{len(mine)} 件\n{english}: {len(mine)}", (0, (mine[0] + mine[-1]) / 2), xytext=(-11, 0),
                          textcoords="offset points", rotation=90, ha="center", va="center", fontsize=6.8,
                          color=SOFT)  # fmt: skip


def _rungs(axes: Axes) -> None:
    for minute, chinese, english in RUNGS:
        last = minute == 120
        axes.axvline(
            minute, color=LATE if last else INK, linewidth=1.4 if last else 0.6, alpha=1 if last else 0.55, zorder=3
        )
        axes.annotate(f"{chinese}\n{english}", (minute, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
                      textcoords="offset points", ha="center", fontsize=6.8, color=LATE if last else SOFT,
                      linespacing=1.15)  # fmt: skip


def _tiles(figure: Figure, sketch: Json) -> None:
    tiles = (
        (
            f"{sketch['share']:.0%}",
            f"两小时内本人确认（共 {sketch['due']} 件）",
            f"confirmed in 2 h, of {sketch['due']}",
        ),
        (f"{sketch['median']:.0f} / {sketch['p90']:.0f}", "分钟，中位 / 九成以内", "minutes, median / p90"),
    )
    for row, (value, chinese, english) in enumerate(tiles):
        y = 0.775 - row * 0.155
        _words(figure, 0.715, y, value, 21, strong=True, color="#14664a" if not row else INK)
        _words(figure, 0.715, y - 0.035, chinese, 8)
        _words(figure, 0.715, y - 0.065, english, 7.5, color=SOFT)


def _taken(figure: Figure, sketch: Json) -> None:
    """Who took it first, and how much of that was kept: the ladder's catch."""
    _words(figure, 0.715, 0.472, "谁先接下：按时办好 / 接下", 8.5, strong=True)
    _words(figure, 0.715, 0.444, "first taken by: kept / taken", 7.5, color=SOFT)
    most = max(1, *sketch["taken"].values())
    axes = figure.add_axes((0.715, 0.155, 0.25, 0.275), facecolor="none")
    axes.set_axis_off()
    axes.set(xlim=(0, most * 1.02), ylim=(4, -0.2))
    for row, (who, number) in enumerate(sketch["taken"].items()):
        colour, chinese, english = WHO[who]
        kept = sketch["kept"][who]
        axes.barh(row + 0.55, number, 0.28, color=colour, alpha=0.35, linewidth=0)
        axes.barh(row + 0.55, kept, 0.28, color=colour, linewidth=0)
        axes.text(0, row + 0.24, f"{chinese} {english}", fontsize=7.2, color=INK, va="center")
        axes.text(most, row + 0.24, f"{kept} / {number}", fontsize=7.2, color=INK, va="center", ha="right")


def _key(figure: Figure) -> None:
    marks = [Line2D([], [], color=colour, linewidth=5) for colour, _, _ in WHO.values()]
    marks += [Line2D([], [], color=INK, marker="o", markersize=2.2, linewidth=0),
              Line2D([], [], color=LATE, marker="x", markersize=3.6, markeredgewidth=0.9, linewidth=0)]  # fmt: skip
    names = [f"{chinese} {english}" for _, chinese, english in WHO.values()]
    names += ["提醒了上一级 a rung was told", "没按时 not kept (> 还更久 longer)"]
    figure.legend(marks, names, loc="lower left", bbox_to_anchor=(0.03, 0.006), ncols=4, frameon=False, fontsize=6.6,
                  labelcolor=INK, handlelength=1.2, handletextpad=0.5, columnspacing=1.4, labelspacing=0.45)  # fmt: skip


if __name__ == "__main__":
    main()
