"""Lengths that know whose they are, so that a mean divides by `diff.size`, not by the 2 of this run."""

from __future__ import annotations

from typing import Any

from cgviz.values.arrays import Shape
from cgviz.values.axes import Axis, settled_length


class Length:
    """The number of elements of variable `index` along some of its `rank` axes, counted from the last, −1; a product
    of such is one, too."""

    index: int
    axes: tuple[int, ...]
    rank: int

    def __rmul__(self, other: Any) -> Any:
        return self * other if isinstance(other, int) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Length) and other.index == self.index:
            axes = tuple(sorted(self.axes + other.axes))
            return length(settled_length(number(self) * number(other)), self.index, axes, self.rank)
        if not isinstance(other, int):
            return NotImplemented
        return self if other == 1 else settled_length(number(self) * number(other))


class KnownLength(Length, int):
    """A number that knows whose length it is."""


class OpenLength(Length, Axis):
    """A length with a name that knows whose it is."""


def number(length: Any) -> int:
    return int(length)


def length(value: int, index: int, axes: tuple[int, ...], rank: int) -> Any:
    made = OpenLength(int(value)) if isinstance(value, Axis) else KnownLength(value)
    made.index, made.axes, made.rank = index, axes, rank
    return made


def lengths(shape: Shape | None, index: int) -> Shape | None:
    """Returns the shape of a variable, every length its own."""
    return shape and tuple(length(n, index, (axis - len(shape),), len(shape)) for axis, n in enumerate(shape))
