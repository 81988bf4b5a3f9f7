"""Second derivatives as limits: quotients of differences of the gradient, from both sides and at two steps each.

Where both sides settle on one number that is the second derivative, also on a stage that has none by its rule:
‖x‖² is smooth where ‖x‖ is not. Where a quotient grows as its step shrinks, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from cgviz.analysis.blocks import Block
from cgviz.values.arrays import numpy

STEP = 6.06e-6  # the cube root of the precision of a float64: the best step of a central difference
SHORTER = 4.0
AGREE, SMALL = 1e-4, 1e-7

Moved = Callable[[int, int, float], Any]
"""The gradients, one after the other, where element `place` of a node is moved by so much: (index, place, by)."""


def limits(columns: Sequence[Block], values: Sequence[Any], moved: Moved, each: Any) -> tuple[Any, Any, int]:
    """Returns the second derivatives column by column, a mask of those that settle, and how many passes that took.

    What does not settle from both sides is nan.
    """
    np = numpy()
    count = sum(column.size for column in columns)
    found, at, passes = np.full((count, count), np.nan), 0, 0
    for column, value in zip(columns, values, strict=True):
        flat = np.ravel(np.asarray(value, dtype=float))
        for place in each(range(column.size)):
            for scale in dict.fromkeys((max(1.0, abs(flat[place])), abs(flat[place]) or 1.0)):
                made = limit(partial(moved, column.index, place), STEP * scale)
                passes += 5
                if np.isfinite(made).all():
                    break
            found[:, at + place] = made
        at += column.size
    both = np.isfinite(found) & np.isfinite(found.T)
    found = np.where(both, (found + found.T) / 2, np.nan)
    return found, both, passes


def limit(moved: Callable[[float], Any], step: float) -> Any:
    """Returns how fast the gradients move, from the left and the right alike; nan where there is no such number."""
    np = numpy()
    with np.errstate(all="ignore"):
        here = moved(0.0)
        sides = [quotient(moved, here, side * step) for side in (1.0, -1.0)]
        central = [(moved(by) - moved(-by)) / (2 * by) for by in (step, step / SHORTER)]
        wide, narrow = (np.abs(right - left) for right, left in zip(*sides, strict=True))
        meet = (narrow <= AGREE * np.abs(central[1]) + SMALL) | (narrow <= wide / 2)
        extrapolated = (SHORTER**2 * central[1] - central[0]) / (SHORTER**2 - 1)
        return np.where(meet & is_settled(*central), extrapolated, one_sided(sides))


def quotient(moved: Callable[[float], Any], here: Any, step: float) -> tuple[Any, Any]:
    """Returns the quotients of a long and a short step to one side."""
    return tuple((moved(by) - here) / by for by in (step, step / SHORTER))


def one_sided(sides: Sequence[tuple[Any, Any]]) -> Any:
    """Returns the limit from the one side on which there is anything, at the edge of a domain; else nan."""
    np = numpy()
    made = np.full(sides[0][0].shape, np.nan)
    for (long, short), (_, other) in (sides, sides[::-1]):
        alone = np.isnan(other) & is_settled(long, short)
        made = np.where(alone, (SHORTER * short - long) / (SHORTER - 1), made)
    return made


def is_settled(one: Any, other: Any) -> Any:
    np = numpy()
    size = np.maximum(np.abs(one), np.abs(other))
    return np.isfinite(size) & (np.abs(one - other) <= np.maximum(AGREE * size, SMALL))
