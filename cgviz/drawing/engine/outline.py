"""Turns the texts of an SVG picture to outlines, for programs that have no say over fonts."""

from __future__ import annotations

from functools import cache
from html import escape
from io import BytesIO
from typing import Any

from cgviz.drawing.engine.texts import Style, SvgText, TextSpan, read
from cgviz.drawing.fonts import FACES, FOLDER
from cgviz.drawing.fonts.metrics import face, text_width

OF_TEXT = frozenset("x y text-anchor font-family font-size font-weight font-style xml:space aria-label role d".split())
ANCHORS = {"middle": 0.5, "end": 1.0}


def outline_text(svg: bytes) -> bytes:
    """Returns the picture with every text drawn as a path, which says the text by its `aria-label`.

    Colour, class and id stay. A text with letters that the project's font lacks stays text.
    Raises RenderError where `svg` is no XML.
    """
    return read(svg).replaced(lambda text: outlined(text) or svg[text.start : text.end])


def outlined(text: SvgText) -> bytes:
    """Returns the path that draws a text; empty where the font cannot."""
    missing = any(ord(letter) not in face(*text.style_of(span)) for span in text.spans for letter in span.says)
    if not text.is_ours or missing:
        return b""
    kept = {name: value for name, value in text.attributes.items() if name not in OF_TEXT}
    attributes = {**kept, "role": "img", "aria-label": text.says, "d": path(text)}
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<path {written}/>".encode()


def path(text: SvgText) -> str:
    """Returns the outline of a text in the coordinates of the picture."""
    wide = sum(text_width(span.says, size_of(text, span), *text.style_of(span)) for span in text.spans)
    x = float(text.attributes.get("x", 0)) - wide * ANCHORS.get(text.attributes.get("text-anchor", ""), 0.0)
    y = float(text.attributes.get("y", 0))
    pieces = []
    for span in text.spans:
        size, style = size_of(text, span), text.style_of(span)
        y += float(span.attributes.get("dy", 0))
        for letter in span.says:
            pieces.append(shape(letter, style, size, x, y))
            x += text_width(letter, size, *style)
    return "".join(pieces)


def size_of(text: SvgText, span: TextSpan) -> float:
    return float(span.attributes.get("font-size", text.size))


def shape(letter: str, style: Style, size: float, x: float, y: float) -> str:
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen

    glyphs, names, units = font(style)
    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.2f}".rstrip("0").rstrip("."))
    scale = size / units
    glyphs[names[ord(letter)]].draw(TransformPen(pen, (scale, 0, 0, -scale, x, y)))
    return str(pen.getCommands())


@cache
def font(style: Style) -> tuple[Any, dict[int, str], int]:
    """Returns the glyphs of a face, their names by code point, and how many units its em has."""
    from fontTools.ttLib import TTFont

    read = TTFont(BytesIO((FOLDER / FACES[style]).read_bytes()))  # whose glyphs are read later: no file stays open
    return read.getGlyphSet(), read.getBestCmap(), read["head"].unitsPerEm
