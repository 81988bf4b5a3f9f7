"""The matrix as a grid of numbers with labelled rows and columns, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.analysis.blocks import Block, Jacobian
from cgviz.documents.writing import Writing
from cgviz.text.fold import Line, width_of
from cgviz.views.jacobian.words import NO_PATH

MOST_ROWS, MOST_COLUMNS = 40, 40
APART, BETWEEN = "  ", "   "


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
