"""The picture of an array as elements of SVG: a path for each colour, one for the brackets, and the texts."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.drawing.diagram.cells import RIGHT, Cell, Grid
from cgviz.drawing.diagram.scene import Text
from cgviz.drawing.diagram.svg_texts import BASELINE, flat, written


def elements(grid: Grid, left: float, top: float) -> Iterator[str]:
    """Yields the elements of a picture whose upper left corner is there (y downwards)."""
    fills: dict[str, list[str]] = {}
    lines: dict[str, list[str]] = {}
    says = []
    for cell, x, y in grid.table.placed():
        if cell.fill:
            fills.setdefault(cell.fill, []).append(f"M{x},{y}h{cell.width}v{cell.height}h-{cell.width}z")
        if cell.sides:
            lines.setdefault(cell.colour, []).append(bracket(cell, x, y))
        if cell.text:
            says.append(entry(cell, cell.text, left + x, top + y))
    at = f'transform="translate({flat(left)} {flat(top)})"'
    for fill, cells in fills.items():
        yield f'<path {at} shape-rendering="crispEdges" fill="{fill}" d="{"".join(cells)}"/>\n'
    for colour, sides in lines.items():
        yield f'<path {at} fill="none" stroke="{colour}" d="{"".join(sides)}"/>\n'
    yield from says


def bracket(cell: Cell, x: int, y: int) -> str:
    """Returns the lines at the sides of a cell, half their width within it."""
    left, top, right, bottom = x + 0.5, y + 0.5, x + cell.width - 0.5, y + cell.height - 0.5
    ends = {"L": (left, top, left, bottom), "T": (left, top, right, top),
            "R": (right, top, right, bottom), "B": (left, bottom, right, bottom)}  # fmt: skip
    return "".join("M{:g},{:g}L{:g},{:g}".format(*ends[side]) for side in cell.sides)


def entry(cell: Cell, text: Text, x: float, y: float) -> str:
    """Returns the text of a cell whose upper left corner is at (x, y)."""
    across = x + cell.width * cell.align - (cell.tail if cell.align == RIGHT else 0.0)
    return written(text, across, y + cell.height / 2 + BASELINE * text.size, cell.align)
