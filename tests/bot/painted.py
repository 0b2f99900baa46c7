"""``python -m tests.bot.painted``: paints the sketch on its standard input and tells what is on it: texts and bars."""

import json
import sys

from bot.pictures.brush import set_up
from bot.pictures.figures_paint import painted


def main() -> None:
    """Boxes are left, top, right, bottom, in points of the sheet."""
    set_up()
    figure = painted(json.load(sys.stdin))
    axes = figure.axes[0]
    height = figure.bbox.height
    boxes = [(text.get_text(), text.get_window_extent()) for text in axes.texts if text.get_text()]
    texts = [(text, (box.x0, height - box.y1, box.x1, height - box.y0)) for text, box in boxes]
    bars = {p.get_gid(): (p.get_width(), p.get_height()) for p in axes.patches if p.get_gid()}  # type: ignore[attr-defined]
    json.dump({"size": (figure.bbox.width, height), "texts": texts, "bars": bars}, sys.stdout)


if __name__ == "__main__":
    main()
