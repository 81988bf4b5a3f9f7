"""An array in a few words, however large it is: its shape, its least, mean and greatest element."""

from __future__ import annotations

import math

from cgviz.records import record
from cgviz.text.numbers import MOST_IN_A_LINE, number
from cgviz.values.arrays import Value, is_array, numpy, quiet, shape_text

DIGITS = 3
ROUNDED = 1e-14  # a mean so much less than its greatest element is rounding


@record
class Extent:
    """The least, the mean and the greatest of the finite elements of an array, and how many are not finite."""

    low: float
    mean: float
    high: float
    odd: int = 0

    @property
    def even(self) -> bool:
        """Whether all elements are the same."""
        return self.low == self.high


def extent(value: Value) -> Extent | None:
    """Returns the extent of an array; None where no element is finite."""
    np = numpy()
    finite = np.isfinite(value)
    kept = value if finite.all() else value[finite]
    if not kept.size:
        return None
    with quiet():
        mean = float(kept.mean())
        if not math.isfinite(mean):  # the sum is too large
            mean = float((kept / kept.size).sum())
    low, high = float(kept.min()), float(kept.max())
    if abs(mean) < ROUNDED * max(-low, high):
        mean = 0.0
    return Extent(low, mean, high, value.size - kept.size)


def span(found: Extent | None, digits: int, size: int = 1) -> str:
    """Returns an extent: `−3.9 … 3.8, mean 0.01`, `all 1`, `2 of 9 not finite`."""
    digits = min(digits, DIGITS)
    if found is None:
        return "none finite" if size else "no elements"
    told = f"all {number(found.low, digits)}"
    if not found.even:
        low, high, mean = (number(each, digits) for each in (found.low, found.high, found.mean))
        told = f"{low} … {high}, mean {mean}"
    return told + not_finite(found)


def average(found: Extent, digits: int) -> str:
    """Returns the mean alone: `mean 0.01`."""
    return f"mean {number(found.mean, min(digits, DIGITS))}{not_finite(found)}"


def not_finite(found: Extent) -> str:
    return f"; {found.odd} not finite" if found.odd else ""


def in_words(value: Value, digits: int) -> str:
    """Returns a number, a short array element by element, a longer one as `10×1000 array, −3.9 … 3.8, mean 0.01`."""
    if not is_array(value) or 0 < value.size <= MOST_IN_A_LINE:
        return number(value, digits)
    return f"{shape_text(value.shape)} array, {span(extent(value), digits, value.size)}"
