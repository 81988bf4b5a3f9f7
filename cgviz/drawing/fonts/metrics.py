"""How wide a text is in the project's font: read from the font files themselves, without a font library."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from struct import unpack_from

from cgviz.drawing.fonts import FACES, FOLDER

FOREIGN = 1.0  # a character of another font: as wide as it is high, to be on the safe side


def text_width(text: str, size: float, bold: bool = False, slanted: bool = False) -> float:
    """Returns the width of `text`, in points, at a font size of `size` points.

    >>> text_width("den = sigx + xpysqr", 14) > text_width("den", 14)
    True
    """
    return size * sum(map(face(bold, slanted).__getitem__, map(ord, text)))


def covers(text: str) -> bool:
    """Returns whether the project's font has every letter of `text` (line ends and tabs need none)."""
    return all(letter in "\n\r\t" or ord(letter) in face() for letter in set(text))


class Face(dict[int, float]):
    """The advance width, in ems, of code points of a face, each read when it is first asked for.

    What the face does not have is not in it, and has a width nevertheless: FOREIGN.
    """

    def __init__(self, data: bytes) -> None:
        tables = {tag: at for tag, _, at, _ in (unpack_from(">4sLLL", data, 12 + 16 * i) for i in range(data[5]))}
        (self.units,) = unpack_from(">H", data, tables[b"head"] + 18)
        (wide,) = unpack_from(">H", data, tables[b"hhea"] + 34)
        self.widths = unpack_from(">" + "Hh" * wide, data, tables[b"hmtx"])[::2]
        self.glyphs = Glyphs(data, tables[b"cmap"])

    def __missing__(self, code: int) -> float:
        glyph = self.glyphs.get(code)
        width = FOREIGN if glyph is None else self.widths[min(glyph, len(self.widths) - 1)] / self.units
        self[code] = width
        return width

    def __contains__(self, code: object) -> bool:
        return isinstance(code, int) and self.glyphs.get(code) is not None


class Glyphs:
    """The glyph of every code point of a font, from the `cmap` table's subtable of format 12.

    https://learn.microsoft.com/typography/opentype/spec/cmap#format-12-segmented-coverage
    """

    def __init__(self, data: bytes, cmap: int) -> None:
        (count,) = unpack_from(">H", data, cmap + 2)
        places = (cmap + unpack_from(">L", data, cmap + 8 + 8 * i)[0] for i in range(count))
        start = next(place for place in places if unpack_from(">H", data, place)[0] == 12)
        (groups,) = unpack_from(">L", data, start + 12)
        numbers = unpack_from(f">{3 * groups}L", data, start + 16)
        self.first, self.last, self.glyph = numbers[::3], numbers[1::3], numbers[2::3]

    def get(self, code: int) -> int | None:
        at = bisect_right(self.first, code) - 1
        return self.glyph[at] + code - self.first[at] if at >= 0 and code <= self.last[at] else None


@cache
def face(bold: bool = False, slanted: bool = False) -> Face:
    """Returns the advance widths of a face."""
    return Face((FOLDER / FACES[bold, slanted]).read_bytes())
