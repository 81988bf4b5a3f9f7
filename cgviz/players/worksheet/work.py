"""A set of worksheets: the sheets of all variants, their keys, their figures, and what stands at head and foot."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cgviz.documents.writing import Writing
from cgviz.drawing.diagram import diagram
from cgviz.drawing.diagram.paper import PAPERS, Paper, paper
from cgviz.drawing.diagram.scene import SIZE, Words
from cgviz.drawing.engine import embed_font
from cgviz.drawing.theme import Theme
from cgviz.errors import UsageError
from cgviz.players.worksheet.blanks import Blanks
from cgviz.players.worksheet.precision import digits_for
from cgviz.players.worksheet.sheet import MOST_COLUMNS, MOST_ROWS, WorkSheet, sheet, too_large
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS

SCREEN = (640.0, 640.0)
"""The width and height that a figure may have where there is no paper."""


@dataclass(frozen=True)
class FigureLook:
    """How figures are drawn; without a direction each takes the one in which it is larger.

    fit       the room of the figure, such as "12x8cm", instead of what the paper has
    min_text  the smallest text in it, such as "8pt"
    """

    style: str = "card"
    theme: str | Theme = "print"
    direction: str | None = None
    digits: int = DIGITS
    fit: str | None = None
    min_text: str | None = None


@dataclass(frozen=True)
class SheetFigure:
    """A picture as SVG, its size in points, and how much it is scaled to fit its place."""

    svg: bytes
    width: float
    height: float
    fit: float

    @property
    def smallest(self) -> float:
        """The size of its smallest text in its place, in points."""
        return self.fit * SIZE

    def scale(self, width: float, height: float) -> float:
        """Returns how much it is scaled in a place, at most as much as it was made for."""
        return min(self.fit, width / self.width, height / self.height)

    @property
    def alone(self) -> bytes:
        """The SVG with its font in it, for a reader that has not got it."""
        return embed_font(self.svg)


@dataclass
class Work:
    """The runs of all variants and what is left blank in them.

    seed      what the inputs were drawn by; None where they were given
    progress  is called with 1 for every figure

    Raises UsageError where an array is to be filled in that has too many elements.
    """

    runs: Sequence[Run]
    blanks: Blanks
    look: FigureLook = field(default_factory=FigureLook)
    title: str = "Backpropagation"
    seed: int | None = None
    progress: Callable[[int], object] = int
    digits: list[int] = field(init=False)
    worst: tuple[float, Paper] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        large = too_large(self.runs[0].graph, self.blanks)
        if large:
            why = f"nobody fills in so many numbers; take a smaller one, up to {MOST_ROWS}×{MOST_COLUMNS}"
            raise UsageError(f"{large}: {why}, or name what is blank: --blank NODES")
        self.digits = [digits_for(run, self.look.digits) for run in self.runs]

    def sheets(self, spelling: Callable[[int], Writing], solved: bool = False) -> list[WorkSheet]:
        """Returns all sheets, or their keys, written as a medium writes mathematics with so many digits."""
        left_out = self.blanks.solved if solved else self.blanks
        return [sheet(run, left_out, spelling(digits)) for run, digits in zip(self.runs, self.digits, strict=True)]

    @property
    def single(self) -> bool:
        return len(self.runs) == 1

    def heading(self, number: int) -> str:
        """Returns the title of one sheet: `Backpropagation, variant 3`."""
        return self.title if self.single else f"{self.title}, variant {number}"

    def foot(self, number: int | None = None) -> str:
        """Returns what tells a sheet from the others when they are mixed up."""
        parts = [] if self.single or number is None else [f"variant {number} of {len(self.runs)}"]
        parts += [] if self.seed is None else [f"seed {self.seed}"]
        return " · ".join(["cgviz worksheet", *parts])

    def figure(self, number: int, width: float, height: float) -> SheetFigure:
        """Returns the figure of a sheet, with its blanks, for a place of that size."""
        return self.drawn(number, self.blanks, place(width, height))

    def solved(self, number: int, width: float, height: float) -> SheetFigure:
        """Returns the figure of a sheet with all its numbers."""
        return self.drawn(number, self.blanks.solved, place(width, height))

    def drawn(self, number: int, blanks: Blanks, room: Paper) -> SheetFigure:
        fit, least = self.look.fit, self.look.min_text
        if fit:
            room = paper(fit, least)
        elif least:
            room = replace(room, least=paper("page", least).least)
        self.progress(1)
        made = figure(self.runs[number - 1], blanks, self.look, self.look.direction, room, self.digits[number - 1])
        if room.misses(made.smallest) and (not self.worst or made.smallest < self.worst[0]):
            self.worst = made.smallest, room
        return made

    @property
    def trouble(self) -> str:
        """Says that texts of a figure that was drawn are too small, and what helps; "" where none are."""
        if not self.worst:
            return ""
        size, room = self.worst
        return (
            f"the smallest text of a figure is {room.size(size)}, less than {room.size(room.least)}: "
            "try --fit with a larger size, --style circuit, or a smaller program"
        )


def figure(run: Run, blanks: Blanks, look: FigureLook, direction: str | None, paper: Paper, digits: int) -> SheetFigure:
    """Returns the figure for a page, without titles and descriptions of its parts: they would give the answers away."""
    made = diagram(
        run,
        style=look.style,
        theme=look.theme,
        direction=direction,
        digits=digits,
        background="filled",
        blanks=blanks.in_figure(run.graph),
        fit=paper,
        aside=False,  # it would give answers away
    )
    output = run.graph.nodes[run.graph.output].shown
    svg = replace(made, words=Words(f"Computational graph of {output}"), quiet=True).draw("svg")
    left, top, right, bottom = map(float, ET.fromstring(svg).get("viewBox", "0 0 1 1").split())
    return SheetFigure(svg, right - left, bottom - top, made.layout.fit)


def place(width: float, height: float) -> Paper:
    """Returns the room for a figure on paper, in points."""
    return replace(PAPERS["page"], name="", width=width, height=height)
