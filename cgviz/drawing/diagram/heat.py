"""A larger array as a heat map: cells of the means of blocks, a bar of colours with its ends, and numbers in words."""

from __future__ import annotations

from math import ceil

from cgviz.drawing.colours import Scale, mean_colour, scale
from cgviz.drawing.diagram.cells import LEFT, Cell, CellTable, Part, beside, stacked
from cgviz.drawing.diagram.entries import Look
from cgviz.drawing.diagram.scene import SIZE, Text
from cgviz.drawing.diagram.summary import DIGITS, average, extent, span
from cgviz.text.numbers import number
from cgviz.values.arrays import Value, numpy, quiet, shape_text

LONG, THIN = 100, 12  # the longer side of a map; the shorter one at least
SIDE, LONG_SIDE, STRIP = 24, 32, 64  # cells at most: of a side, of one more than twice the other, of a single row
BAR, BAR_HEIGHT, SEGMENT = 6, 32, 2
LABEL = SIZE
LINE, GAP = 16, 4
LEAST = 120  # the width of a picture, so that those of a value and of its gradient stand one below the other


def heat_map(value: Value, look: Look, kind: str) -> CellTable:
    """Returns the picture of an array: the map, the bar of its colours beside it, and lines of words beneath."""
    flat = value.reshape((-1, value.shape[-1]))
    blocks = averaged(flat, *counts(*flat.shape))
    found = extent(blocks)
    palette = "value" if kind == "value" else "gradient"
    low, high = (found.low, found.high) if found else (0.0, 0.0)
    scaled = scale(look.theme, palette, low, high, faint=look.colour == look.theme.pale)
    parts = [cells(blocks, scaled)]
    if found and not found.even:
        height = max(parts[0].height, BAR_HEIGHT)
        parts += [bar(scaled, height), ends(scaled, height, look)]
    lines: list[Part] = [beside(parts, GAP), Cell(LEAST, GAP), *notes(value, flat, blocks, look)]
    return stacked(lines)


def counts(rows: int, columns: int) -> tuple[int, int]:
    """Returns how many cells a map of so many rows and columns has, down and across."""
    return count(rows, columns), count(columns, rows)


def count(length: int, other: int) -> int:
    """Returns how many cells stand for a side: blocks of the same length where there are not many fewer of them."""
    most = STRIP if other == 1 else LONG_SIDE if length > 2 * other else SIDE
    if length <= most:
        return length
    return next((n for n in range(most, most // 2, -1) if length % n == 0), most)


def averaged(flat: Value, rows: int, columns: int) -> Value:
    """Returns the means of (rows, columns) blocks of a matrix, each as large as can be."""
    np = numpy()
    if flat.shape == (rows, columns):
        return flat
    starts = [np.arange(n) * length // n for n, length in zip((rows, columns), flat.shape, strict=True)]
    sizes = [np.diff(np.append(at, length)) for at, length in zip(starts, flat.shape, strict=True)]
    with quiet():
        sums = np.add.reduceat(np.add.reduceat(flat, starts[0], axis=0), starts[1], axis=1)
        return sums / np.outer(*sizes)


def cells(blocks: Value, scaled: Scale) -> CellTable:
    rows, columns = blocks.shape
    side = max(2, min(LONG // max(rows, columns), THIN))
    wide, high = max(side, ceil(THIN / columns)), max(side, ceil(THIN / rows))
    return toned(tuple(tuple(Cell(wide, high, fill=scaled.colour(float(x))) for x in row) for row in blocks))


def toned(rows: tuple[tuple[Cell, ...], ...]) -> CellTable:
    """Returns cells over their mean colour."""
    return CellTable(rows, mean_colour([cell.fill for row in rows for cell in row]))


def bar(scaled: Scale, height: int) -> CellTable:
    """Returns the colours from the greatest number down to the least."""
    segments = height // SEGMENT
    heights = [height * (i + 1) // segments - height * i // segments for i in range(segments)]
    numbers = [scaled.high + (scaled.low - scaled.high) * (i / (segments - 1)) for i in range(segments)]
    pairs = zip(heights, numbers, strict=True)
    return toned(tuple((Cell(BAR, high, fill=scaled.colour(each)),) for high, each in pairs))


def ends(scaled: Scale, height: int, look: Look) -> CellTable:
    """Returns the numbers at the ends of the bar; between them the 0 of signed data, where there is room."""
    low, high = (line(number(each, min(look.digits, DIGITS)), look) for each in (scaled.low, scaled.high))
    parts: list[Part] = [high, Cell(high.width, height - 2 * LINE), low]
    zero = zero_at(scaled, height)
    if zero is not None:
        parts[1:2] = [Cell(high.width, zero - LINE), line("0", look), Cell(high.width, height - zero - 2 * LINE)]
    return stacked([part for part in parts if part.height], LEFT)


def zero_at(scaled: Scale, height: int) -> int | None:
    """Returns the top of the label of 0 in a bar; None where the labels of its ends leave no room."""
    if not scaled.low < 0 < scaled.high:
        return None
    top = round(height / (1 - scaled.low / scaled.high)) - LINE // 2
    return top if LINE <= top <= height - 2 * LINE else None


def notes(value: Value, flat: Value, blocks: Value, look: Look) -> list[Cell]:
    """Returns the lines beneath a map: the extent or, where the bar tells it, the mean; what a cell stands for."""
    found, whole = extent(value), blocks.shape == flat.shape
    says = average(found, look.digits) if whole and found and not found.even else span(found, look.digits)
    lines = [line(says, look)]
    if value.ndim > 2:
        lines.append(muted(f"{len(flat) // value.shape[-2]} slices, one below the other", look))
    if not whole and not (found and found.even and not found.odd):
        sizes = tuple(round(a / b) for a, b in zip(flat.shape, blocks.shape, strict=True))
        even = all(a % b == 0 for a, b in zip(flat.shape, blocks.shape, strict=True))
        lines.append(muted(f"a cell: mean of {'' if even else 'about '}{shape_text(sizes)}", look))
    return lines


def muted(says: str, look: Look) -> Cell:
    return line(says, look, look.theme.muted)


def line(says: str, look: Look, colour: str = "") -> Cell:
    text = Text(says, colour or look.colour, LABEL, slanted=look.slanted and not colour, kind="note")
    return Cell(ceil(text.width) + 1, LINE, text, LEFT)
