"""Makes the project's font from Inter: a subset, with the few signs that mathematics needs and Inter lacks.

    python -m cgviz.drawing.fonts.make FOLDER MATH    Inter's static WOFF2 files, DejaVuMathTeXGyre.ttf (see README.md)

Needs fonttools and brotli.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from fontTools.misc.transform import Transform
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from cgviz.drawing.fonts import FAMILY, FOLDER
from cgviz.text.letters import letter_in

FACES = {  # style: (file of Inter, the next heavier one for small capitals, weight, made file)
    "Regular": ("Inter-Regular.woff2", "Inter-SemiBold.woff2", 400, "CgvizSans-Regular.ttf"),
    "Bold": ("Inter-SemiBold.woff2", "Inter-Black.woff2", 700, "CgvizSans-Bold.ttf"),
    "Italic": ("Inter-Italic.woff2", "Inter-SemiBoldItalic.woff2", 400, "CgvizSans-Italic.ttf"),
    "Bold Italic": ("Inter-SemiBoldItalic.woff2", "Inter-BlackItalic.woff2", 700, "CgvizSans-BoldItalic.ttf"),
}
RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x192, 0x192), (0x1F0, 0x1F0), (0x218, 0x21B), (0x237, 0x237), (0x2B0, 0x2FF),
    (0x300, 0x36F), (0x370, 0x45F), (0x490, 0x491), (0x1D00, 0x1DBF), (0x1E00, 0x1EFF), (0x2000, 0x20CF),
    (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x25A0, 0x25FF), (0x2713, 0x2717),
)  # fmt: skip
UNMISTAKABLE = {"l": "l.ss02", "I": "I.1"}  # names of stages must not read l, I and 1 alike
SAME = {"⋅": "·", "∥": "‖", "∘": "◦", "∙": "•", "ϵ": "ε"}
COPYRIGHT = "Copyright 2016 The Inter Project Authors. A modified subset of Inter, made for cgviz."
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FANCY = {"calligraphic": CAPITALS + CAPITALS.lower(), "blackboard": f"{CAPITALS}1", "fraktur": CAPITALS}
BOLD = {"calligraphic": 0x1D4D0, "fraktur": 0x1D56C}  # where the 52 bold letters of a face begin


def main(folder: str, math: str) -> None:
    """Writes all faces of the project."""
    for style in FACES:
        make(Path(folder), style, TTFont(math))


def make(folder: Path, style: str, math: Any) -> None:
    source, heavier, weight, made = FACES[style]
    font = TTFont(folder / source)
    add_signs(font, TTFont(folder / heavier))
    subset(font)
    add_letters(font, math, "Bold" in style)
    rename(font, style, weight)
    font["head"].modified = font["head"].created  # the same bytes every time
    font.recalcTimestamp = False
    font.flavor = None
    font.save(FOLDER / made)


def add_signs(font: Any, heavy: Any) -> None:
    """Adds ∇ (∆ upside down), ᵀ (a small T of the heavier face), ⊙ (a circle and a dot), and signs drawn alike."""
    cap = font["OS/2"].sCapHeight
    names = font.getBestCmap()
    add(font, "∇", [(font, names[ord("∆")], Transform(1, 0, 0, -1, 0, cap))], names[ord("∆")])
    add(font, "ᵀ", [(heavy, "T", Transform(0.6, 0, 0, 0.6, 0, cap * 0.45))], None, 0.6 * heavy["hmtx"]["T"][0])
    circle, dot = names[ord("○")], names[ord("·")]
    aside = (font["hmtx"][circle][0] - font["hmtx"][dot][0]) / 2
    add(font, "⊙", [(font, circle, Transform()), (font, dot, Transform(1, 0, 0, 1, aside, 0))], circle)
    encode(font, {ord(sign): names[ord(like)] for sign, like in SAME.items() if ord(sign) not in names})
    encode(font, {ord(sign): name for sign, name in UNMISTAKABLE.items()})


def add_letters(font: Any, math: Any, bold: bool) -> None:
    """Adds calligraphic, double-struck and Fraktur letters, as high as the font's own capitals."""
    size = font["OS/2"].sCapHeight / math["OS/2"].sCapHeight
    names = math.getBestCmap()
    for face, letters in FANCY.items():
        for place, char in enumerate(letters):
            sign = letter_in(char, face)
            source = BOLD[face] + place if bold and face in BOLD else ord(sign)
            if sign != char:
                width = size * math["hmtx"][names[source]][0]
                add(font, sign, [(math, names[source], Transform(size, 0, 0, size, 0, 0))], None, width)


def add(font: Any, sign: str, parts: list[tuple[Any, str, Transform]], like: str | None, width: float = 0) -> None:
    """Adds a glyph for `sign`, put together of `parts`, as wide as the glyph `like`."""
    pen = TTGlyphPen(None)
    for source, glyph, transform in parts:
        flat = DecomposingRecordingPen(source.getGlyphSet())
        source.getGlyphSet()[glyph].draw(flat)
        flat.replay(TransformPen(pen, transform))
    name = f"uni{ord(sign):04X}"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = pen.glyph()
    font["hmtx"][name] = (font["hmtx"][like][0] if like else round(width), 0)
    font["glyf"][name].recalcBounds(font["glyf"])
    font["hmtx"][name] = (font["hmtx"][name][0], font["glyf"][name].xMin)
    encode(font, {ord(sign): name})


def encode(font: Any, names: dict[int, str]) -> None:
    tables = font["cmap"].tables
    if max(names, default=0) > 0xFFFF and all(table.format != 12 for table in tables):
        tables.append(full(font))
    for table in tables:
        if table.isUnicode():
            table.cmap.update({code: name for code, name in names.items() if code <= 0xFFFF or table.format == 12})


def full(font: Any) -> Any:
    """Returns a table of characters that may lie beyond the first 65 536."""
    made = CmapSubtable.newSubtable(12)
    made.platformID, made.platEncID, made.language, made.cmap = 3, 10, 0, dict(font.getBestCmap())
    return made


def subset(font: Any) -> None:
    """Keeps the glyphs of RANGES, without kerning and ligatures: a text is as wide as the sum of its letters."""
    options = Options()
    options.layout_features = []
    options.drop_tables += ["DSIG", "STAT", "GPOS", "GSUB", "GDEF", "gasp"]
    options.notdef_outline = True
    options.hinting = False
    options.glyph_names = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)


def rename(font: Any, style: str, weight: int) -> None:
    """Names the font as this project's, so that it is never taken for Inter itself."""
    names = {
        0: COPYRIGHT, 1: FAMILY, 2: style, 3: f"{FAMILY} {style} 1", 4: f"{FAMILY} {style}".removesuffix(" Regular"),
        5: "Version 1.000; Inter 4.001", 6: f"CgvizSans-{style.replace(' ', '')}",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.", 14: "https://openfontlicense.org",
    }  # fmt: skip
    font["name"].names = []
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    bold, italic = "Bold" in style, "Italic" in style
    font["OS/2"].fsSelection = bold * 0x20 + italic * 0x01 or 0x40
    font["head"].macStyle = bold * 1 + italic * 2


if __name__ == "__main__":
    main(*sys.argv[1:3])
