"""The two directions of a diagram: `along` the flow from the inputs to the output, and `across` it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cgviz.drawing.diagram.scene import Box, Line, Point, Text, widest
from cgviz.drawing.pictures import DIRECTIONS
from cgviz.errors import UsageError
from cgviz.records import record

if TYPE_CHECKING:
    from cgviz.drawing.diagram.room import Lane

__all__ = ["Axes", "Point"]


@record
class Axes:
    """Turns (along, across) into Graphviz's x and y, which grows upwards, and sizes the other way."""

    direction: str

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise UsageError(f"no direction {self.direction!r}; there are {', '.join(DIRECTIONS)}")

    @cached_property
    def flat(self) -> bool:
        """Whether the flow is from left to right."""
        return self.direction == "LR"

    @cached_property
    def lanes(self) -> dict[tuple[int, bool], Lane]:
        """The lanes of wires that were asked for, by the ids of the wires and whether they are first."""
        return {}

    def point(self, place: Point) -> Point:
        along, across = place
        return (along, -across) if self.flat else (across, -along)

    def downwards(self, path: Sequence[Point]) -> Sequence[Point]:
        """Returns a path as SVG has it: x, and y that grows downwards."""
        return path if self.flat else [(across, along) for along, across in path]

    def place(self, point: Point) -> Point:
        """Returns a point as (along, across): the way back from `point`."""
        x, y = point
        return (x, -y) if self.flat else (-y, x)

    def size(self, width: float, height: float) -> Point:
        """Returns a size as (along, across), or one along and across as (width, height)."""
        return (width, height) if self.flat else (height, width)

    def half(self, box: Box) -> Point:
        """Returns half of what the outline of a box takes."""
        return (box.width / 2, box.height / 2) if self.flat else (box.height / 2, box.width / 2)

    def text(self, text: Text | None) -> Point:
        if not text:
            return 0.0, 0.0
        return (text.width, text.height) if self.flat else (text.height, text.width)

    def lines(self, lines: tuple[Line, ...]) -> Point:
        height = sum(max(text.height for text in line) for line in lines)
        return self.size(widest(lines), height)
