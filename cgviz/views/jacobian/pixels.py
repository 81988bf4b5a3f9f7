"""A matrix made smaller: pixels that stand for the largest entry of a piece of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from cgviz.analysis.blocks import Jacobian
from cgviz.values.arrays import numpy

MOST_PIXELS = 160  # on each side of a picture


class Pixels(NamedTuple):
    """Values from −1 to 1 (0: nothing there, nan: not finite) and what 1 stands for."""

    values: Any
    largest: float
    each: tuple[int, int]


def pixels(matrix: Jacobian, most_high: int, most_wide: int) -> Pixels:
    """Returns the matrix in at most so many pixels; `each` is how many rows and columns one stands for at most."""
    np = numpy()
    entries = np.asarray(matrix.entries, dtype=float)
    finite = np.abs(entries[np.isfinite(entries)])
    largest = float(finite.max()) if finite.size else 0.0
    with np.errstate(all="ignore"):
        scaled = np.where(np.isfinite(entries), entries / (largest or 1.0), np.nan)
    rows, tall = pooled(scaled, most_high)
    both, wide = pooled(rows.T, most_wide)
    return Pixels(both.T, largest, (tall, wide))


def pooled(values: Any, most: int) -> tuple[Any, int]:
    """Returns rows taken together, by the entry that is largest in size; one that is not finite wins."""
    np = numpy()
    count = len(values)
    if count <= most:
        return values, 1
    edges = np.linspace(0, count, most + 1).astype(int)
    made = []
    for start, end in pairwise(edges):
        part = values[start:end]
        place = np.argmax(np.where(np.isnan(part), np.inf, np.abs(part)), axis=0)
        made.append(np.take_along_axis(part, place[None], axis=0)[0])
    return np.array(made), int(np.diff(edges).max())
