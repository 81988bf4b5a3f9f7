"""Puts into an SVG picture the part of the project's font that it uses, so that it looks the same everywhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from cgviz.drawing.engine.texts import Style, Svg, read
from cgviz.drawing.fonts import FACES, FAMILY, FOLDER
from cgviz.drawing.fonts.subset import subset

RULE = (
    '@font-face{{font-family:"{family}";font-weight:{weight};font-style:{slant};unicode-range:{range};'
    'src:url(data:font/woff;base64,{data}) format("woff")}}'
)


def embed_font(svg: bytes) -> bytes:
    """Returns the picture with a subset of the font (WOFF) for each face that its texts are set in.

    Raises RenderError where `svg` is no XML.
    """
    return with_letters(svg, used(read(svg)))


def with_letters(svg: bytes, letters: Mapping[Style, set[int]]) -> bytes:
    """Returns the picture with these code points of each face of the font."""
    rules = "\n".join(rule(style, sorted(letters[style])) for style in FACES if letters.get(style))
    end = svg.rindex(b"</svg>")
    return svg[:end] + f"<defs><style>\n{rules}\n</style></defs>\n".encode() + svg[end:] if rules else svg


def used(picture: Svg) -> dict[Style, set[int]]:
    """Returns the code points that the picture shows in each face of the project's font."""
    found: dict[Style, set[int]] = {}
    for text in picture.texts:
        if text.is_ours:
            for span in text.spans:
                found.setdefault(text.style_of(span), set()).update(map(ord, span.says))
    return found


def rule(style: Style, letters: list[int]) -> str:
    bold, slanted = style
    return RULE.format(
        family=FAMILY,
        weight="bold" if bold else "normal",
        slant="italic" if slanted else "normal",
        range=",".join(f"U+{letter:X}" for letter in letters),
        data=b64encode(subset(FOLDER / FACES[style], letters)).decode(),
    )
