"""What a chart or a heat map is made of: rectangles, paths, discs and texts in points, y downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cgviz.drawing.fonts.metrics import text_width
from cgviz.records import record

MARGIN = 18.0
START, MIDDLE, END = 0.0, 0.5, 1.0
Point = tuple[float, float]


@record
class SheetCell:
    """A rectangle without an outline; neighbours of one colour may be written as one."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@record
class Path:
    """Lines through points, one or several: an outline where it is `filled`, or has a colour (`stroke`), or both.

    opacity  of the filling; dash: "3 4", lengths of strokes and gaps; kind: what it is, a class in SVG
    """

    lines: Sequence[Sequence[Point]]
    stroke: str = ""
    thick: float = 1.0
    fill: str = ""
    opacity: float = 1.0
    dash: str = ""
    kind: str = ""


@record
class Disc:
    """A circle; its outline has the thickness `thick` where there is a colour for it."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: str = ""
    thick: float = 1.0
    kind: str = ""


@record
class Said:
    """A text on a baseline.

    align   which part of it stands at x: 0 its start, 1 its end
    turned  it runs upwards; halo: the colour behind its letters, which sets them off
    """

    x: float
    y: float
    text: str
    size: float
    colour: str
    align: float = START
    bold: bool = False
    kind: str = ""
    turned: bool = False
    halo: str = ""

    @property
    def left(self) -> float:
        return self.x - self.align * text_width(self.text, self.size, self.bold)


@record
class Window:
    """Parts that are cut off at the sides of a rectangle."""

    x: float
    y: float
    width: float
    height: float
    parts: Sequence[Part]


Part = Path | Disc | Said | Window


@dataclass
class Sheet:
    """Everything in a picture: cells, over them the other parts in order; `background` is a colour or "transparent".

    What is put down makes it larger where it does not fit.
    """

    title: str
    description: str
    background: str
    width: float = 0.0
    height: float = 0.0
    cells: list[SheetCell] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def cell(self, cell: SheetCell) -> None:
        self.cells.append(cell)
        self.reach(cell.x + cell.width, cell.y + cell.height)

    def say(self, said: Said) -> None:
        self.parts.append(said)
        self.reach(said.left + text_width(said.text, said.size, said.bold), said.y + said.size / 3)

    def reach(self, right: float, bottom: float) -> None:
        self.width, self.height = max(self.width, right + MARGIN), max(self.height, bottom + MARGIN)

    def merged(self) -> list[SheetCell]:
        """Returns the cells, those of one colour that are neighbours in a row as one."""
        made: list[SheetCell] = []
        for cell in self.cells:
            last = made[-1] if made else None
            if last and touches(last, cell):
                made[-1] = SheetCell(last.x, last.y, last.width + cell.width, last.height, last.fill)
            else:
                made.append(cell)
        return made


def stacked(sheets: Sequence[Sheet]) -> Sheet:
    """Returns sheets as one, the second below the first."""
    first, *others = sheets
    titles, told = (". ".join(getattr(each, name) for each in sheets) for name in ("title", "description"))
    made = replace(first, title=titles, description=told, parts=list(first.parts))
    for each in others:
        made.parts += [moved(part, made.height) for part in each.parts]
        made.width, made.height = max(made.width, each.width), made.height + each.height
    return made


def moved(part: Part, down: float) -> Part:
    if isinstance(part, Path):
        return replace(part, lines=[[(x, y + down) for x, y in line] for line in part.lines])
    if isinstance(part, Window):
        return replace(part, y=part.y + down, parts=[moved(each, down) for each in part.parts])
    return replace(part, y=part.y + down)


def touches(one: SheetCell, other: SheetCell) -> bool:
    same = (one.fill, one.y, one.height) == (other.fill, other.y, other.height)
    return same and abs(one.x + one.width - other.x) < 1e-6


def square(x: float, y: float, size: float) -> tuple[Point, ...]:
    """Returns the corners of a square round a point, by half its side."""
    return ((x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size))


def diamond(x: float, y: float, size: float) -> tuple[Point, ...]:
    """Returns the corners of a diamond round a point, by half its width."""
    return ((x, y - size), (x + size, y), (x, y + size), (x - size, y))
