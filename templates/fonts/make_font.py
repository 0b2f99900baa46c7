"""Makes the two fonts beside it, which carry every character of GB2312; without them a fresh machine draws boxes.

Run by hand when the words need a character that is missing (a test says so):

    npm pack @embedpdf/fonts-sc && tar xzf embedpdf-fonts-sc-*.tgz
    python templates/fonts/make_font.py package/fonts

The source is Noto Sans Hans (SIL Open Font License 1.1, LICENSE beside this file). What is cut out of it is a modified
version, which must not bear the reserved name, hence the family names here.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
CUTS = (
    ("Regular", "Cunshao Hans", "CunshaoHans.otf"),
    ("Bold", "Cunshao Hans Strong", "CunshaoHansStrong.otf"),
)
PUNCTUATION = "、。，：；！？（）《》〈〉【】「」“”‘’…—–·％℃°±×÷≤≥→←↑↓★●○■□▲△▼￥　²³½✓✗"
RARE = "犇骉鱻羴垚喆堃昇珺翀镕瑀旻玥祎婳彧忞祺赟淼晗垵埗埕塱墘墩峧岽崬崾崄嵝嶝峁塬垴圐圙圪屾岙岚畈畲疃硚碶磡礐窑塆塝塅垸垟坨坜坂圳圩"
"""Names of people and villages that GB2312 forgot."""


def gb2312() -> Iterable[str]:
    """The characters of GB2312, row by row: 682 signs and 6,763 hanzi."""
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield bytes((row, cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue


def wanted() -> str:
    """Everything that may have to be drawn: ASCII, punctuation, GB2312 and whatever the words and the sample town use."""
    words = [path.read_text("utf-8") for path in sorted((HERE.parent).rglob("*.j2"))]
    towns = [path.read_text("utf-8") for path in sorted((HERE.parent.parent / "bot").rglob("*.toml"))]
    used = {letter for text in (*words, *towns) for letter in text if letter.isprintable()}
    return "".join(sorted({chr(n) for n in range(0x20, 0x7F)} | set(PUNCTUATION) | set(RARE) | set(gb2312()) | used))


def cut(source: Path, family: str, target: Path) -> int:
    """Cut one font down to what is wanted, under another name; returns its size in bytes."""
    font = TTFont(source)
    options = Options(
        layout_features=["kern"], hinting=False, desubroutinize=False, notdef_outline=True, name_IDs=["*"]
    )
    subsetter = Subsetter(options)
    subsetter.populate(text=wanted())
    subsetter.subset(font)
    rename(font, family)
    font.save(target)
    return target.stat().st_size


def rename(font: TTFont, family: str) -> None:
    """Give every name that may be shown to a person as the font's name the new one."""
    plain = family.replace(" ", "")
    names = {1: family, 2: "Regular", 3: f"{plain};1", 4: family, 6: plain, 16: None, 17: None, 18: None, 20: None}
    for record in list(font["name"].names):
        if record.nameID in names:
            font["name"].removeNames(nameID=record.nameID)
    for number, value in names.items():
        if value:
            font["name"].setName(value, number, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [plain]
    top.topDictIndex[0].FullName = family
    top.topDictIndex[0].FamilyName = family


if __name__ == "__main__":
    for weight, family, name in CUTS:
        size = cut(Path(sys.argv[1]) / f"NotoSansHans-{weight}.otf", family, HERE / name)
        sys.stdout.write(f"{name} {size / 1_000_000:.2f} MB\n")
