"""How wide a text is in the project's font: read from the font files themselves, without a font library."""

from __future__ import annotations

from functools import cache
from struct import unpack_from

from cgviz.drawing.fonts import FACES, FOLDER

FOREIGN = 1.0  # a character of another font: as wide as it is high, to be on the safe side


def text_width(text: str, size: float, bold: bool = False, slanted: bool = False) -> float:
    """Returns the width of `text`, in points, at a font size of `size` points.

    >>> text_width("den = sigx + xpysqr", 14) > text_width("den", 14)
    True
    """
    advances = face(bold, slanted)
    return size * sum(advances.get(ord(letter), FOREIGN) for letter in text)


def covers(text: str) -> bool:
    """Returns whether the project's font has every letter of `text` (line ends and tabs need none)."""
    return all(letter in "\n\r\t" or ord(letter) in face() for letter in set(text))


@cache
def face(bold: bool = False, slanted: bool = False) -> dict[int, float]:
    """Returns the advance width, in ems, of every code point of a face."""
    data = (FOLDER / FACES[bold, slanted]).read_bytes()
    tables = {tag: offset for tag, _, offset, _ in (unpack_from(">4sLLL", data, 12 + 16 * i) for i in range(data[5]))}
    (units,) = unpack_from(">H", data, tables[b"head"] + 18)
    (wide,) = unpack_from(">H", data, tables[b"hhea"] + 34)
    widths = unpack_from(">" + "Hh" * wide, data, tables[b"hmtx"])[::2]
    return {code: widths[min(glyph, wide - 1)] / units for code, glyph in glyphs(data, tables[b"cmap"]).items()}


def glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Returns the glyph of every code point, from the `cmap` table's subtable of format 12.

    https://learn.microsoft.com/typography/opentype/spec/cmap#format-12-segmented-coverage
    """
    (count,) = unpack_from(">H", data, cmap + 2)
    places = (cmap + unpack_from(">L", data, cmap + 8 + 8 * i)[0] for i in range(count))
    start = next(place for place in places if unpack_from(">H", data, place)[0] == 12)
    (groups,) = unpack_from(">L", data, start + 12)
    found: dict[int, int] = {}
    for i in range(groups):
        first, last, glyph = unpack_from(">3L", data, start + 16 + 12 * i)
        found.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return found
