"""Makes the project's font from Inter: a subset, with the few signs that mathematics needs and Inter lacks.

    python -m cgviz.drawing.fonts.make FOLDER    where FOLDER holds Inter's static WOFF2 files (see README.md)
    python -m cgviz.drawing.fonts.make           only cuts the faces that there are into pieces

A picture carries the pieces that it uses: what is cut here need not be cut for every picture. Needs fonttools, brotli.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from io import BytesIO
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from fontTools.misc.transform import Transform
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from cgviz.drawing.fonts import FAMILY, FOLDER, PIECES

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


MARKS = "".join(map(chr, (*range(0x300, 0x310), 0x20D7)))  # a letter and its mark must stand in one piece
TOGETHER = (  # what is often used together; everything else is cut by blocks of code points
    "0123456789 .,()[]+-*/=<>:−×·√²…",
    "abcdefghijklmnopqrstuvwxyzıȷ′" + MARKS,
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + MARKS,
    "".join(map(chr, range(0x3B1, 0x3CA))) + "ϑϕϖϱϵ" + MARKS,
    "".join(map(chr, range(0x391, 0x3AA))) + MARKS,
)
BLOCK = 128


def main(*folders: str) -> None:
    """Writes all faces, from a folder with those of Inter, and the pieces of them."""
    for folder in folders:
        for style in FACES:
            make(Path(folder), style)
    every = {made: [piece(FOLDER / made, codes) for codes in cut(FOLDER / made)] for *_, made in FACES.values()}
    PIECES.write_text(json.dumps(every, indent=0) + "\n", encoding="utf-8")


def cut(face: Path) -> list[list[int]]:
    """Returns the code points of each piece of a face."""
    with TTFont(face) as font:
        left = set(font.getBestCmap())
    pieces = [sorted(left & set(map(ord, letters))) for letters in TOGETHER]
    left -= set(chain(*pieces))
    blocks = {code // BLOCK for code in left}
    return pieces + [sorted(code for code in left if code // BLOCK == block) for block in sorted(blocks)]


def piece(face: Path, codes: list[int]) -> dict[str, str]:
    """Returns a part of a face: the range of its code points, and the font as WOFF in base64."""
    options = Options(name_IDs=[1, 2], glyph_names=False, notdef_outline=False, bidi_closure=False)
    with TTFont(face, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        font.flavor = "woff"
        file = BytesIO()
        font.save(file)
    return {"range": ranged(codes), "woff": b64encode(file.getvalue()).decode()}


def ranged(codes: list[int]) -> str:
    """Returns code points as CSS writes them: `U+30-39,U+2212`."""
    runs = (list(run) for _, run in groupby(enumerate(codes), lambda one: one[1] - one[0]))
    return ",".join(f"U+{run[0][1]:X}" + (f"-{run[-1][1]:X}" if len(run) > 1 else "") for run in runs)


def make(folder: Path, style: str) -> None:
    source, heavier, weight, made = FACES[style]
    font = TTFont(folder / source)
    add_signs(font, TTFont(folder / heavier))
    subset(font)
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
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap.update(names)


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
    main(*sys.argv[1:])
