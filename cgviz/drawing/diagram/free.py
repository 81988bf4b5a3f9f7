"""Finds free room in a picture: a raster of what is taken, and its sums over rectangles, so that a look costs nothing.

Source: F. Crow, Summed-area tables for texture mapping (1984).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from math import ceil, floor

from cgviz.drawing.diagram.axes import Point

Room = tuple[float, float, float, float]
CELL, MOST = 8.0, 40_000  # points; cells of a raster, beyond which they are larger


class Free:
    """The free places within the room `whole` (left, bottom, right, top), where others are taken."""

    def __init__(self, whole: Room, rooms: Iterable[Room]) -> None:
        self.whole = left, bottom, right, top = whole
        self.cell = max(CELL, ((right - left) * (top - bottom) / MOST) ** 0.5)
        self.columns, self.rows = (max(int(length / self.cell), 1) for length in (right - left, top - bottom))
        taken = [[0] * self.columns for _ in range(self.rows)]
        for a, b, c, d in rooms:
            first, last = (max(floor((a - left) / self.cell), 0), min(ceil((c - left) / self.cell), self.columns))
            for row in range(max(floor((b - bottom) / self.cell), 0), min(ceil((d - bottom) / self.cell), self.rows)):
                taken[row][first:last] = [1] * max(last - first, 0)
        self.sums = [[0] * (self.columns + 1)]
        for line in taken:
            own = accumulate(line, initial=0)
            self.sums.append([above + so_far for above, so_far in zip(self.sums[-1], own, strict=True)])

    def place(self, width: float, height: float) -> Point | None:
        """Returns the middle of a free place of that size, as near to a corner as can be; None if there is none."""
        wide, high = ceil(width / self.cell), ceil(height / self.cell)
        for row in outside_in(self.rows - high + 1):
            for column in outside_in(self.columns - wide + 1):
                if not self.count(column, row, wide, high):
                    left, bottom = self.whole[0] + column * self.cell, self.whole[1] + row * self.cell
                    return left + wide * self.cell / 2, bottom + high * self.cell / 2
        return None

    def count(self, column: int, row: int, wide: int, high: int) -> int:
        """Returns how many cells of a rectangle are taken."""
        below, above = self.sums[row], self.sums[row + high]
        return above[column + wide] - above[column] - below[column + wide] + below[column]


def outside_in(count: int) -> Iterator[int]:
    """Yields 0, the last, 1, the last but one, ..."""
    for n in range(max(count, 0)):
        yield count - 1 - n // 2 if n % 2 else n // 2
