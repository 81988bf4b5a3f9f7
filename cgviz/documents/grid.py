"""A small table of words with roles, as wide as a terminal: columns side by side, else each row stacked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from cgviz.text.fold import Line, Span, fold, line_width, split, width_of

GAP = 2
NARROWEST = 20


class Column(NamedTuple):
    """A column: its heading, whether it stands at the right, whether it may be folded (heading too) and how narrow."""

    heading: str
    right: bool = False
    least: int = 0


def grid(columns: Sequence[Column], rows: Sequence[Sequence[Span]], rule: str, width: int | None) -> list[Line]:
    """Returns heading, rule and rows in at most `width` columns (None: as wide as it needs)."""
    natural = [
        max(width_of(column.heading), *(width_of(row[i][0]) for row in rows), 0) for i, column in enumerate(columns)
    ]
    widths = fitted(columns, natural, None if width is None else width - GAP * (len(columns) - 1))
    if not widths:
        return stacked(columns, rows, max(width or 0, 1))
    lines = folded(columns, widths, [(column.heading, "name") for column in columns])
    lines.append([(rule * (sum(widths) + GAP * (len(widths) - 1)), "muted")])
    return lines + [line for row in rows for line in folded(columns, widths, row)]


def folded(columns: Sequence[Column], widths: Sequence[int], row: Sequence[Span]) -> list[Line]:
    """Returns a row as lines, each cell folded in its column."""
    cells = [fold(split([cell]), wide) or [[]] for cell, wide in zip(row, widths, strict=True)]
    return [
        aligned(columns, widths, [cell[depth] if depth < len(cell) else [] for cell in cells])
        for depth in range(max(map(len, cells)))
    ]


def fitted(columns: Sequence[Column], natural: Sequence[int], room: int | None) -> list[int]:
    """Returns a width for each column: what may be folded gives way, the widest first; none where it cannot be."""
    widths = list(natural)
    while room is not None and sum(widths) > room:
        spare = [(widths[i], i) for i, column in enumerate(columns) if column.least and widths[i] > column.least]
        if not spare:
            return []
        widths[max(spare)[1]] -= 1
    return widths


class Placed(Protocol):
    """A column that stands at the right, or at the left."""

    @property
    def right(self) -> bool: ...


def aligned(columns: Sequence[Placed], widths: Sequence[int], cells: Sequence[Line], gap: int = GAP) -> Line:
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


def stacked(columns: Sequence[Column], rows: Sequence[Sequence[Span]], width: int) -> list[Line]:
    """Returns each row as a short paragraph, for a terminal too narrow for columns."""
    lines: list[Line] = []
    indent = "  " if width >= NARROWEST else ""
    for row in rows:
        words = [word for cell in row[:2] for word in split([cell])]
        lines += fold(words, width)
        for column, cell in zip(columns[2:], row[2:], strict=True):
            if cell[0]:
                named = [[(column.heading, "muted")], *split([cell])]
                lines += [[(indent, ""), *line] for line in fold(named, width - len(indent))]
    return lines


def prose(pieces: Sequence[Span], width: int, indent: str = "") -> list[Line]:
    """Returns a paragraph folded into lines; all but the first are set in by as much as `indent` is wide."""
    lines = fold(split(pieces), max(width, NARROWEST if indent else 1) - width_of(indent))
    return [[(indent if i == 0 else " " * width_of(indent), "muted"), *line] for i, line in enumerate(lines)]
