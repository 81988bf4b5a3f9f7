"""Puts into an SVG picture the pieces of the project's font that it uses, so that it looks the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

from cgviz.drawing.engine.texts import Style, Svg, read
from cgviz.drawing.fonts import FACES, FAMILY, PIECES

Piece = tuple[frozenset[int], str, str]  # its code points, the same as CSS writes them, its data in base64
RULE = (
    '@font-face{{font-family:"{family}";font-weight:{weight};font-style:{slant};unicode-range:{range};'
    'src:url(data:font/woff;base64,{data}) format("woff")}}'
)


def embed_font(svg: bytes) -> bytes:
    """Returns the picture with the pieces of the font (WOFF) in which its texts are set, face by face.

    Raises RenderError where `svg` is no XML.
    """
    picture = read(svg)
    rules = "\n".join(rule for style, letters in used(picture).items() for rule in rules_of(style, letters))
    if not rules:
        return svg
    return svg[: picture.last] + f"<defs><style>\n{rules}\n</style></defs>\n".encode() + svg[picture.last :]


def used(picture: Svg) -> dict[Style, set[int]]:
    """Returns the code points that the picture shows in each face of the project's font."""
    found: dict[Style, set[int]] = {}
    for text in picture.texts:
        if text.is_ours:
            for span in text.spans:
                found.setdefault(text.style_of(span), set()).update(map(ord, span.says))
    return {style: found[style] for style in FACES if style in found}


def rules_of(style: Style, letters: set[int]) -> Iterator[str]:
    """Yields a rule of CSS for each piece of a face that has some of the letters, and that no piece before it has."""
    bold, slanted = style
    left = set(letters)
    for codes, span, data in pieces()[FACES[style]]:
        if not left.isdisjoint(codes):
            left -= codes
            yield RULE.format(
                family=FAMILY,
                weight="bold" if bold else "normal",
                slant="italic" if slanted else "normal",
                range=span,
                data=data,
            )


@cache
def pieces() -> dict[str, list[Piece]]:
    """Returns the pieces of every face."""
    read = json.loads(PIECES.read_text(encoding="utf-8"))
    return {face: [(within(one["range"]), one["range"], one["woff"]) for one in made] for face, made in read.items()}


def within(span: str) -> frozenset[int]:
    """Returns the code points of a range as CSS writes it: `U+30-39,U+2212`."""
    ends = (part.removeprefix("U+").split("-") for part in span.split(","))
    return frozenset(code for end in ends for code in range(int(end[0], 16), int(end[-1], 16) + 1))
