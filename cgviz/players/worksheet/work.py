"""A set of worksheets: the sheets of all variants, their keys, their figures, and what stands at head and foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cgviz.documents.writing import Writing
from cgviz.drawing.diagram.paper import Paper, paper
from cgviz.errors import UsageError
from cgviz.players.worksheet.blanks import Blanks
from cgviz.players.worksheet.figure import Figure, Look, figure, place
from cgviz.players.worksheet.precision import digits_for
from cgviz.players.worksheet.sheet import MOST_COLUMNS, MOST_ROWS, Sheet, sheet, too_large
from cgviz.runs.run import Run

SCREEN = (640.0, 640.0)
"""The width and height that a figure may have where there is no paper."""


@dataclass
class Work:
    """The runs of all variants and what is left blank in them.

    seed      what the inputs were drawn by; None where they were given
    progress  is called with 1 for every figure

    Raises UsageError where an array is to be filled in that has too many elements.
    """

    runs: Sequence[Run]
    blanks: Blanks
    look: Look = field(default_factory=Look)
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

    def sheets(self, spelling: Callable[[int], Writing], solved: bool = False) -> list[Sheet]:
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

    def figure(self, number: int, width: float, height: float) -> Figure:
        """Returns the figure of a sheet, with its blanks, for a place of that size."""
        return self.drawn(number, self.blanks, place(width, height))

    def solved(self, number: int, width: float, height: float) -> Figure:
        """Returns the figure of a sheet with all its numbers."""
        return self.drawn(number, self.blanks.solved, place(width, height))

    def drawn(self, number: int, blanks: Blanks, room: Paper) -> Figure:
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
