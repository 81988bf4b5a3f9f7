"""Tables of words with roles in a terminal: columns side by side, folded where there is little room, else stacked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from cgviz.text.fold import Line, Span, fold, joined, line_width, split, width_of

GAP = 2
NARROWEST = 20
Words = list[Line]
"""A cell: words, between which it may be folded; where its column is not, each is a line."""


class TableColumn(NamedTuple):
    """A column: its heading, whether it stands at the right, and how it is folded.

    least  the width down to which it may be folded; 0: never
    most   the width to which it is folded even where there is room; 0: none
    """

    heading: str
    right: bool = False
    least: int = 0
    most: int = 0


def grid(columns: Sequence[TableColumn], rows: Sequence[Sequence[Span]], rule: str, width: int | None) -> list[Line]:
    """Returns heading, rule and rows in at most `width` columns (None: as wide as it needs)."""
    cells = [[[[cell]] for cell in row] for row in rows]
    widths, gap = placed(columns, cells, width, GAP)
    if not widths:
        return stacked(columns, rows, max(width or 0, 1))
    return list(side_by_side(columns, cells, widths, gap, rule))


def placed(
    columns: Sequence[TableColumn], rows: Sequence[Sequence[Words]], width: int | None, gap: int
) -> tuple[list[int], int]:
    """Returns a width for each column and the gap between them: as they like with `gap`, where there is room.

    Else, with the least gap, the widest give way first; no widths where not even what all need fits.
    """
    every = [(column, [row[i] for row in rows]) for i, column in enumerate(columns)]
    widths, least = ([measure(*each) for each in every] for measure in (natural_width, least_width))
    roomy = [max(wide, width_of(column.heading)) for column, wide in zip(columns, widths, strict=True)]
    if width is None or sum(roomy) + gap * (len(columns) - 1) <= width:
        return roomy, gap
    while sum(widths) + GAP * (len(columns) - 1) > width:
        spare = [(wide, i) for i, (wide, need) in enumerate(zip(widths, least, strict=True)) if wide > need]
        if not spare:
            return [], GAP
        widths[max(spare)[1]] -= 1
    return widths, GAP


def natural_width(column: TableColumn, cells: Sequence[Words]) -> int:
    """Returns the width in which no cell is folded, or what the folded cells need at the column's most."""
    lines = [line for words in cells for line in (words if not column.least else [joined(words)])]
    widest = max(map(line_width, lines), default=0)
    if column.most and widest > column.most:
        widest = max(line_width(line) for words in cells for line in fold(words, column.most))
    return max(widest, width_of(short(column.heading)))


def least_width(column: TableColumn, cells: Sequence[Words]) -> int:
    """Returns the width down to which the column may be folded: its widest word, or `least` where one is wider."""
    if not column.least:
        return natural_width(column, cells)
    widest = max((line_width(word) for words in cells for word in words), default=0)
    return min(max(widest, width_of(short(column.heading))), column.least)


def short(heading: str) -> str:
    """Returns a heading without what it says in brackets."""
    return heading.partition(" (")[0]


def side_by_side(
    columns: Sequence[TableColumn],
    rows: Sequence[Sequence[Words]],
    widths: Sequence[int],
    gap: int,
    rule: str,
    below: Sequence[Sequence[Line]] = (),
) -> Iterator[Line]:
    """Yields heading, rule and rows; `below` are lines that go under each row."""
    yield from abreast(columns, list(map(heading, columns, widths)), widths, gap)
    yield [(rule * (sum(widths) + gap * (len(widths) - 1)), "muted")]
    tall = False
    for row, under in zip_longest(rows, below, fillvalue=()):
        cells = list(map(folded, columns, row, widths))
        above, tall = tall, is_tall(columns, cells)
        if above and tall:
            yield []
        yield from abreast(columns, cells, widths, gap)
        yield from under


def heading(column: TableColumn, width: int) -> Words:
    """Returns a heading, without what it says in brackets where that is too wide, folded where even the rest is."""
    text = column.heading if width_of(column.heading) <= width else short(column.heading)
    return [[(text, "name")]] if width_of(text) <= width else fold(split([(text, "name")]), width)


def folded(column: TableColumn, cell: Words, width: int) -> Words:
    return fold(cell, width) if column.least else cell


def abreast(columns: Sequence[TableColumn], cells: Sequence[Words], widths: Sequence[int], gap: int) -> Iterator[Line]:
    """Yields the lines of a row, of which some cells may have fewer than others."""
    for parts in zip_longest(*cells, fillvalue=[]):
        yield aligned(columns, widths, parts, gap)


def is_tall(columns: Sequence[TableColumn], cells: Sequence[Words]) -> bool:
    """Tells whether a row has an array of several lines; two such rows have a blank line between them."""
    return any(len(lines) > 1 for lines, column in zip(cells, columns, strict=True) if not column.least)


def aligned(columns: Sequence[TableColumn], widths: Sequence[int], cells: Sequence[Line], gap: int) -> Line:
    """Returns one line of cells, without blanks at its end."""
    line: Line = []
    owed = 0
    for column, wide, cell in zip(columns, widths, cells, strict=True):
        spare = wide - line_width(cell)
        if any(text for text, _ in cell):
            line += [(" " * (owed + (spare if column.right else 0)), ""), *cell]
            owed = (0 if column.right else spare) + gap
        else:
            owed += wide + gap
    return [span for span in line if span[0]]


def stacked(columns: Sequence[TableColumn], rows: Sequence[Sequence[Span]], width: int) -> list[Line]:
    """Returns each row as a short paragraph, for a terminal too narrow for columns."""
    lines: list[Line] = []
    indent = "  " if width >= NARROWEST else ""
    for row in rows:
        lines += fold([word for cell in row[:2] for word in split([cell])], width)
        for column, cell in zip(columns[2:], row[2:], strict=True):
            if cell[0]:
                named = [[(column.heading, "muted")], *split([cell])]
                lines += [[(indent, ""), *line] for line in fold(named, width - len(indent))]
    return lines


def prose(pieces: Sequence[Span], width: int, indent: str = "") -> list[Line]:
    """Returns a paragraph folded into lines; all but the first are set in by as much as `indent` is wide."""
    lines = fold(split(pieces), max(width, NARROWEST if indent else 1) - width_of(indent))
    return [[(indent if i == 0 else " " * width_of(indent), "muted"), *line] for i, line in enumerate(lines)]
