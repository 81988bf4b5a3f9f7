"""Arithmetic that carries on: IEEE 754 results where Python's floats would raise."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

inf, nan = math.inf, math.nan
SMALLEST_NORMAL = sys.float_info.min


def divide(a: float, b: float) -> float:
    """Returns a/b; a/0 is ±inf by the signs of both, 0/0 is nan."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0 or a != a:
            return nan
        return math.copysign(inf, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    """Returns a**b as C's pow: ±inf on overflow and at a pole, nan where the result is not real."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return -inf if a < 0 and b % 2 == 1 else inf
    except ValueError:
        if a == 0 and b < 0:
            return math.copysign(inf, a) if b % 2 == 1 else inf
        return nan


def is_normal(x: float) -> bool:
    """Tells whether x is finite and large enough to have all its digits: not 0, not subnormal, not nan."""
    return SMALLEST_NORMAL <= abs(x) < inf


def total(function: Callable[..., float], overflow: float = inf, domain: float = nan) -> Callable[..., float]:
    """Returns `function` of `math`, answering `overflow` or `domain` where it raises."""

    def carried(*args: float) -> float:
        try:
            return function(*args)
        except OverflowError:
            return overflow
        except ValueError:
            return domain

    carried.__name__ = getattr(function, "__name__", "carried")
    return carried


class Ieee(float):
    """A float whose `/` and `**` never raise; a derivative rule that met a pole is run again on these."""

    __slots__ = ()

    def __add__(self, other: float) -> Ieee:
        return Ieee(float(self) + float(other))

    def __sub__(self, other: float) -> Ieee:
        return Ieee(float(self) - float(other))

    def __rsub__(self, other: float) -> Ieee:
        return Ieee(float(other) - float(self))

    def __mul__(self, other: float) -> Ieee:
        return Ieee(float(self) * float(other))

    def __truediv__(self, other: float) -> Ieee:
        return Ieee(divide(float(self), float(other)))

    def __rtruediv__(self, other: float) -> Ieee:
        return Ieee(divide(float(other), float(self)))

    def __pow__(self, other: float) -> Ieee:  # type: ignore[override]
        return Ieee(power(float(self), float(other)))

    def __rpow__(self, other: float) -> Ieee:  # type: ignore[override]
        return Ieee(power(float(other), float(self)))

    def __neg__(self) -> Ieee:
        return Ieee(-float(self))

    __radd__, __rmul__ = __add__, __mul__
