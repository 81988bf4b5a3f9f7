"""What a picture of a matrix is made of: rectangles and texts, y downwards, and how large it is with them."""

from __future__ import annotations

from dataclasses import field

from cgviz.drawing.fonts.metrics import text_width
from cgviz.records import dataclass

MARGIN = 18.0
START, MIDDLE, END = 0.0, 0.5, 1.0


@dataclass(frozen=True)
class Cell:
    """A rectangle without an outline."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    title: str = ""


@dataclass(frozen=True)
class Said:
    """A text on a baseline; `align` is which part of it stands at x: 0 its start, 1 its end."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    align: float = START
    bold: bool = False

    @property
    def left(self) -> float:
        return self.x - self.align * text_width(self.text, self.size, self.bold)


@dataclass
class Sheet:
    """Everything in a picture, y downwards; `background` is a colour or "transparent"."""

    title: str
    description: str
    background: str
    width: float = 0.0
    height: float = 0.0
    cells: list[Cell] = field(default_factory=list)
    texts: list[Said] = field(default_factory=list)

    def cell(self, cell: Cell) -> None:
        self.cells.append(cell)
        self.reach(cell.x + cell.width, cell.y + cell.height)

    def say(self, said: Said) -> None:
        self.texts.append(said)
        self.reach(said.left + text_width(said.text, said.size, said.bold), said.y + said.size / 3)

    def reach(self, right: float, bottom: float) -> None:
        self.width, self.height = max(self.width, right + MARGIN), max(self.height, bottom + MARGIN)
