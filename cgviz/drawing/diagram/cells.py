"""Pictures made of cells: rectangles of whole points with a fill, a text or lines at some sides, in tables in tables.

Every writer draws them from here: SVG and TikZ by the places of the cells, DOT as HTML-like tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import ClassVar

from cgviz.drawing.diagram.scene import Text, Words, classes, step_class
from cgviz.records import record

LEFT, MIDDLE, RIGHT = 0.0, 0.5, 1.0


@record
class Cell:
    """A rectangle of `width` and `height` points.

    text, align  a text at its left, in its middle or at its right, there `tail` points from the edge
    sides        the sides (of "LTRB") at which a line is drawn in `colour`
    """

    width: int
    height: int
    text: Text | None = None
    align: float = MIDDLE
    tail: float = 0.0
    fill: str = ""
    sides: str = ""
    colour: str = ""


@record
class CellTable:
    """Rows of cells or tables: as many in each, all of a row as high, all of a column as wide.

    fill  a colour behind the cells, which shines through where Graphviz's cells meet between two pixels
    """

    rows: tuple[tuple[Part, ...], ...]
    fill: str = ""

    @cached_property
    def width(self) -> int:
        return sum(part.width for part in self.rows[0])

    @cached_property
    def height(self) -> int:
        return sum(row[0].height for row in self.rows)

    def placed(self) -> Iterator[tuple[Cell, int, int]]:
        """Yields the cells that show something, each with its left and its top; y grows downwards."""
        todo: list[tuple[Part, int, int]] = [(self, 0, 0)]
        while todo:
            part, x, y = todo.pop()
            if isinstance(part, CellTable):
                todo += reversed(list(part.parts(x, y)))
            elif part.text or part.fill or part.sides:
                yield part, x, y

    def parts(self, x: int, y: int) -> Iterator[tuple[Part, int, int]]:
        for row in self.rows:
            left = x
            for part in row:
                yield part, left, y
                left += part.width
            y += row[0].height


Part = Cell | CellTable


@record
class Grid(Text):
    """An array as a picture, in the place of a text: `text` says in short what it shows, where it cannot be drawn.

    align     where a line of text above it stands
    headline  that line
    """

    is_picture: ClassVar[bool] = True
    table: CellTable = CellTable(((Cell(0, 0),),))
    words: Words = field(default_factory=lambda: Words(""))
    align: float = MIDDLE
    headline: Cell | None = None

    @property
    def head(self) -> float:
        return self.headline.height if self.headline else 0.0

    @property
    def width(self) -> float:
        return self.table.width

    @property
    def height(self) -> float:
        return self.table.height

    @property
    def is_seen(self) -> bool:
        """Whether it is not hidden, as in the frames before its step."""
        return self.colour != "transparent"

    @property
    def classes(self) -> str:
        return classes("grid", self.kind, step_class(self.step))

    @property
    def texts(self) -> list[Text]:
        """The texts in the cells, in order."""
        return [cell.text for cell, _, _ in self.table.placed() if cell.text]


def beside(parts: Sequence[Part], gap: int = 0) -> CellTable:
    """Returns parts in a row, the lower ones in the middle of its height."""
    tallest = max(part.height for part in parts)
    row: list[Part] = []
    for part in parts:
        row += [Cell(gap, tallest)] * bool(gap and row) + [heightened(part, tallest)]
    return CellTable((tuple(row),))


def stacked(parts: Sequence[Part], align: float = LEFT) -> CellTable:
    """Returns parts in a column, the narrower ones at its left, in its middle or at its right."""
    widest = max(part.width for part in parts)
    return CellTable(tuple((widened(part, widest, align),) for part in parts))


def heightened(part: Part, height: int) -> Part:
    above = (height - part.height) // 2
    below = height - part.height - above
    spaces = [Cell(part.width, above)] * bool(above), [Cell(part.width, below)] * bool(below)
    return stacked([*spaces[0], part, *spaces[1]]) if above or below else part


def widened(part: Part, width: int, align: float) -> Part:
    more = width - part.width
    if not more:
        return part
    if isinstance(part, Cell) and part.text and not part.fill and not part.sides and part.align == align:
        return replace(part, width=width)
    before = round(more * align)
    spaces = [Cell(before, part.height)] * bool(before), [Cell(more - before, part.height)] * (before < more)
    return CellTable(((*spaces[0], part, *spaces[1]),))
