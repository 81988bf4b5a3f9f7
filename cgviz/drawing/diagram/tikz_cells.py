"""The picture of an array in TikZ: a path for each colour, the brackets, and the texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.cells import LEFT, RIGHT, Cell, Grid
from cgviz.drawing.diagram.scene import Text
from cgviz.text.typeset import words

SIZE = 10.0  # of the letters before they are scaled: every TeX has it, in text and in mathematics
BASE = 0.33  # from the middle of a line to its baseline, in sizes


def picture(grid: Grid, middle: Point, names: Mapping[str, str]) -> Iterator[str]:
    """Yields the cells of a picture, a path for each colour; its brackets; its texts."""
    left, top = middle[0] - grid.width / 2, middle[1] + grid.height / 2
    fills: dict[str, list[str]] = {}
    texts = []
    for cell, x, y in grid.table.placed():
        corner = left + x, top - y
        if cell.fill:
            fills.setdefault(cell.fill, []).append(f"{spot(corner)} rectangle +({cell.width},-{cell.height})")
        if cell.sides:
            texts.append(rf"\draw[cg{names[cell.colour]}, line width=0.8bp] {sides(cell, corner)};")
        if cell.text:
            texts.append(entry(cell, cell.text, corner, names))
    for fill, cells in fills.items():
        red, green, blue = bytes.fromhex(fill[1:7])
        yield rf"\fill[fill={{rgb,255:red,{red};green,{green};blue,{blue}}}] {' '.join(cells)};"
    yield from texts


def sides(cell: Cell, corner: Point) -> str:
    left, top = corner[0] + 0.5, corner[1] - 0.5
    right, bottom = left + cell.width - 1, top - cell.height + 1
    outer, inner = (left, right) if "L" in cell.sides else (right, left)
    return " -- ".join(map(spot, ((inner, top), (outer, top), (outer, bottom), (inner, bottom))))


def entry(cell: Cell, text: Text, corner: Point, names: Mapping[str, str]) -> str:
    """Returns the text of a cell."""
    x = corner[0] + cell.width * cell.align - (cell.tail if cell.align == RIGHT else 0.0)
    base = corner[1] - cell.height / 2 - BASE * text.size
    anchor = {LEFT: "base west", RIGHT: "base east"}.get(cell.align, "base")
    said = rf"\textit{{{words(text.text)}}}" if text.slanted else words(text.text)
    inner = rf"\cgtext{{{text.size / SIZE:g}}}{{{names[text.colour]}}}{{{said}}}"
    return rf"\node[anchor={anchor}] at {spot((x, base))} {{\cgfit{{{text.width + 1:.2f}bp}}{{{inner}}}}};"


def spot(point: Point) -> str:
    return f"({point[0]:.2f},{point[1]:.2f})"
