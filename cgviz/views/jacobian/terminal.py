"""The matrix in a terminal: a grid of numbers, or a heat map of half blocks where there is no room for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from cgviz.analysis.blocks import Block, Jacobian
from cgviz.documents.document import PAINT
from cgviz.documents.writing import Writing
from cgviz.drawing.colours import entry_colour
from cgviz.drawing.theme import Theme
from cgviz.text.fold import Line, Span, fold, split, width_of
from cgviz.values.arrays import numpy
from cgviz.views.jacobian.facts import NO_PATH

MOST_ROWS, MOST_COLUMNS = 40, 40
APART, BETWEEN = "  ", "   "
MOST_LINES, NARROW, STEPS = 30, 10, 9
UPPER, LOWER, FULL = "▀", "▄", "█"
ASCII = {UPPER: "'", LOWER: ".", FULL: "#"}
"""Begins a role that is a colour of its own: `paint:#112233` or `paint:#112233:#445566`, the second one behind."""
MOST_PIXELS = 160  # on each side of a picture


def grid(matrix: Jacobian, spelling: Writing, width: int | None) -> list[Line] | None:
    """Returns the lines of the grid, or None where it is too large for a person.

    What is wider than `width` columns is broken into panels, one below the other.
    """
    high, wide = matrix.shape
    if high > MOST_ROWS or wide > MOST_COLUMNS or not high or not wide:
        return None
    left = [spelling.name(label) for block in matrix.rows for label in block.labels]
    heads = [spelling.name(label) for block in matrix.columns for label in block.labels]
    cells = [[cell(matrix, i, j, spelling) for j in range(wide)] for i in range(high)]
    widths = [max(width_of(heads[j]), *(width_of(row[j][0]) for row in cells)) for j in range(wide)]
    margin = max(map(width_of, left))
    starts, breaks = ends_of(matrix.columns), ends_of(matrix.rows)
    panels = broken(widths, starts, None if width is None else width - margin)
    if len(panels) > 1 and len(panels) * (high + 2) > MOST_ROWS:
        return None
    lines: list[Line] = []
    for panel in panels:
        lines += [[]] * bool(lines)
        lines.append([(" " * margin, ""), *spaced([(head, "muted") for head in heads], widths, starts, panel)])
        for i, (label, row) in enumerate(zip(left, cells, strict=True)):
            lines += [[]] * (i in breaks)
            lines.append([(label + " " * (margin - width_of(label)), "muted"), *spaced(row, widths, starts, panel)])
    return lines


def broken(widths: list[int], starts: set[int], width: int | None) -> list[range]:
    """Returns the columns of each panel, as many as fit, and one at least."""
    panels, first, used = [], 0, 0
    for j, wide in enumerate(widths):
        used += wide + width_of(gap(j, starts, first))
        if width is not None and used > width and j > first:
            panels.append(range(first, j))
            first, used = j, wide + len(APART)
    return [*panels, range(first, len(widths))]


def ends_of(blocks: tuple[Block, ...]) -> set[int]:
    """Returns where each block but the first begins."""
    found: set[int] = set()
    at = 0
    for block in blocks[:-1] if any(block.shape for block in blocks) else ():
        at += block.size
        found.add(at)
    return found


def gap(j: int, starts: set[int], first: int) -> str:
    return APART + BETWEEN if j in starts and j > first else APART


def spaced(row: list[tuple[str, str]], widths: list[int], starts: set[int], panel: range) -> Iterator[tuple[str, str]]:
    for j in panel:
        text, role = row[j]
        yield gap(j, starts, panel[0]) + " " * (widths[j] - width_of(text)), ""
        yield text, role


def cell(matrix: Jacobian, i: int, j: int, spelling: Writing) -> tuple[str, str]:
    """Returns an entry and its role; what is 0 for want of a path is a dot."""
    if matrix.blank[i, j]:
        return "." if spelling.plain else spelling.clean(NO_PATH), "muted"
    value = float(matrix.entries[i, j])
    return spelling.number(value), "flag" if value - value != 0 else "muted" if value == 0 else "name"


def blocks(matrix: Jacobian, spelling: Writing, width: int, theme: Theme | None) -> list[Line]:
    """Returns the lines of the map; without a theme, what is 0 is blank and everything else is solid."""
    left = ends(matrix.rows, spelling)
    margin = max(map(width_of, left)) + 1
    found = pixels(matrix, 2 * MOST_LINES, max(NARROW, width - margin - 2))
    high, wide = found.values.shape
    lines = [heads(matrix, spelling, margin + 1, wide)]
    for line in range((high + 1) // 2):
        label = left[0] if line == 0 else left[1] if line == (high + 1) // 2 - 1 else ""
        spans = [painted(found, 2 * line, j, theme, spelling) for j in range(wide)]
        edge = spelling.sign("│")
        lines.append([(label.ljust(margin), "muted"), (edge, "muted"), *merged(spans), (edge, "muted")])
    return [*lines, *legend(found, spelling, theme, margin + 1, width)]


def ends(blocks: tuple[Block, ...], spelling: Writing) -> tuple[str, str]:
    """Returns the labels of the first and of the last element."""
    some = [block for block in blocks if block.size]
    return spelling.name(some[0].label(0)), spelling.name(some[-1].label(some[-1].size - 1))


def heads(matrix: Jacobian, spelling: Writing, margin: int, wide: int) -> Line:
    first, last = ends(matrix.columns, spelling)
    space = wide - width_of(first) - width_of(last)
    text = first + " " * space + last if space > 1 else f"{first} {spelling.ellipsis} {last}"
    return [(" " * margin + text, "muted")]


def painted(found: Pixels, row: int, j: int, theme: Theme | None, spelling: Writing) -> Span:
    """Returns the sign for two pixels, one over the other."""
    top = found.values[row, j]
    low = found.values[row + 1, j] if row + 1 < len(found.values) else 0.0
    if theme is None:
        sign = glyph(top, low)
        return (ASCII.get(sign, sign) if spelling.plain else sign), ""
    above, below = entry_colour(float(top), theme), entry_colour(float(low), theme)
    if above and below:
        return (FULL, PAINT + above) if above == below else (UPPER, f"{PAINT}{above}:{below}")
    return (UPPER, PAINT + above) if above else (LOWER, PAINT + below) if below else (" ", "")


def glyph(top: Any, low: Any) -> str:
    return (FULL if low != 0 else UPPER) if top != 0 else LOWER if low != 0 else " "


def merged(spans: list[Span]) -> list[Span]:
    """Returns neighbours of one role as one span."""
    made: list[Span] = []
    for text, role in spans:
        if made and made[-1][1] == role:
            made[-1] = (made[-1][0] + text, role)
        else:
            made.append((text, role))
    return made


def legend(found: Pixels, spelling: Writing, theme: Theme | None, margin: int, width: int) -> list[Line]:
    """Returns the scale of colours, and what blank and solid are, and how many entries a pixel stands for."""
    tall, wide = found.each
    cross = spelling.sign("×")
    pooled = f"; each half block is the largest of up to {tall}{cross}{wide} entries" if found.each != (1, 1) else ""
    solid = ASCII[FULL] if spelling.plain else FULL
    told = f"blank is 0{pooled}" if theme else f"{solid} is not 0, blank is 0{pooled}"
    lines = [[(" " * margin, ""), *line] for line in fold(split([(told, "muted")]), max(width - margin, NARROW))]
    if theme is None:
        return lines
    most, least = (spelling.number(sign * found.largest, padded=False) for sign in (1, -1))
    count = min(STEPS, max(1, (width - margin - width_of(most + least) - 3) // 2))
    steps = [(FULL, PAINT + (entry_colour(i / count, theme) or theme.background)) for i in range(-count, count + 1)]
    return [[(" " * margin + least + " ", "muted"), *steps, (f" {most}", "muted")], *lines]


class Pixels(NamedTuple):
    """Values from −1 to 1 (0: nothing there, nan: not finite) and what 1 stands for."""

    values: Any
    largest: float
    each: tuple[int, int]


def pixels(matrix: Jacobian, most_high: int, most_wide: int) -> Pixels:
    """Returns the matrix in at most so many pixels; `each` is how many rows and columns one stands for at most."""
    np = numpy()
    entries = np.asarray(matrix.entries, dtype=float)
    finite = np.abs(entries[np.isfinite(entries)])
    largest = float(finite.max()) if finite.size else 0.0
    with np.errstate(all="ignore"):
        scaled = np.where(np.isfinite(entries), entries / (largest or 1.0), np.nan)
    rows, tall = pooled(scaled, most_high)
    both, wide = pooled(rows.T, most_wide)
    return Pixels(both.T, largest, (tall, wide))


def pooled(values: Any, most: int) -> tuple[Any, int]:
    """Returns rows taken together, by the entry that is largest in size; one that is not finite wins."""
    np = numpy()
    count = len(values)
    if count <= most:
        return values, 1
    edges = np.linspace(0, count, most + 1).astype(int)
    made = []
    for start, end in pairwise(edges):
        part = values[start:end]
        place = np.argmax(np.where(np.isnan(part), np.inf, np.abs(part)), axis=0)
        made.append(np.take_along_axis(part, place[None], axis=0)[0])
    return np.array(made), int(np.diff(edges).max())
