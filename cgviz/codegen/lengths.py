"""Lengths that know whose they are, so that a mean divides by `diff.size`, not by the 2 of this run."""

from __future__ import annotations

from cgviz.values.arrays import Shape


class Length(int):
    """The number of elements of variable `index` along some of its `rank` axes; a product of such is one, too."""

    index: int
    axes: tuple[int, ...]
    rank: int

    def __rmul__(self, other: int) -> int:
        return self * other

    def __mul__(self, other: int) -> int:
        if isinstance(other, Length) and other.index == self.index:
            return length(int(self) * int(other), self.index, tuple(sorted(self.axes + other.axes)), self.rank)
        return self if other == 1 else int(self) * int(other)


def length(value: int, index: int, axes: tuple[int, ...], rank: int) -> Length:
    made = Length(value)
    made.index, made.axes, made.rank = index, axes, rank
    return made


def lengths(shape: Shape | None, index: int) -> Shape | None:
    """Returns the shape of a variable, every length its own."""
    return shape and tuple(length(n, index, (axis,), len(shape)) for axis, n in enumerate(shape))
