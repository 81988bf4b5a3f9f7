"""A set of worksheets: the sheets of all variants, their keys, their figures, and what stands at head and foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cgviz.players.worksheet.blanks import Blanks
from cgviz.players.worksheet.figure import Figure, Look, direction, figure
from cgviz.players.worksheet.sheet import Sheet, sheet
from cgviz.runs.run import Run

SCREEN = (900.0, 900.0)
"""The width and height that a figure may have where there is no paper."""


@dataclass(frozen=True)
class Work:
    """The runs of all variants and what is left blank in them.

    seed      what the inputs were drawn by; None where they were given
    with_key  the answer key follows the sheets
    progress  is called with 1 for every figure
    """

    runs: Sequence[Run]
    blanks: Blanks
    look: Look = field(default_factory=Look)
    title: str = "Backpropagation"
    seed: int | None = None
    with_key: bool = True
    progress: Callable[[int], object] = int
    directions: dict[tuple[float, float], str] = field(default_factory=dict)

    @cached_property
    def sheets(self) -> list[Sheet]:
        return [sheet(run, self.blanks, self.look.digits) for run in self.runs]

    @cached_property
    def keys(self) -> list[Sheet]:
        open_book = Blanks(backward=self.blanks.backward)
        return [sheet(run, open_book, self.look.digits) for run in self.runs]

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
        return self.drawn(number, self.blanks, (width, height))

    def solved(self, number: int, width: float, height: float) -> Figure:
        """Returns the figure of a sheet with all its numbers."""
        return self.drawn(number, Blanks(backward=self.blanks.backward), (width, height))

    def drawn(self, number: int, blanks: Blanks, place: tuple[float, float]) -> Figure:
        """Returns a figure in the direction that suits the first one for such a place: all variants look alike."""
        run = self.runs[number - 1]
        if place not in self.directions:
            self.directions[place] = direction(run, blanks, self.look, *place)
        self.progress(1)
        return figure(run, blanks, self.look, self.directions[place])
