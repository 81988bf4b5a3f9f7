"""The matrix as a heat map of half blocks, two rows to a line, for a terminal that has no room for its numbers."""

from __future__ import annotations

from typing import Any

from cgviz.analysis.blocks import Block, Jacobian
from cgviz.documents.document import PAINT
from cgviz.documents.writing import Writing
from cgviz.drawing.colours import entry_colour
from cgviz.drawing.theme import Theme
from cgviz.text.fold import Line, Span, fold, split, width_of
from cgviz.views.jacobian.pixels import Pixels, pixels

MOST_LINES, NARROW, STEPS = 30, 10, 9
UPPER, LOWER, FULL = "▀", "▄", "█"
ASCII = {UPPER: "'", LOWER: ".", FULL: "#"}
"""Begins a role that is a colour of its own: `paint:#112233` or `paint:#112233:#445566`, the second one behind."""


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
