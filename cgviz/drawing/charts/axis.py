"""An axis: where a value stands on it, and which values are written beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cgviz.records import record
from cgviz.text.numbers import number

DECADES, MOST_DECADES = 2, 7
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@record
class ChartAxis:
    """Values from low to high, evenly or (`log`) by their order of magnitude; `whole` ones have no ticks between."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def place(self, value: float) -> float:
        """Returns how far along the axis a value stands, from 0 to 1."""
        if self.log:
            low, high, value = map(math.log10, (self.low, self.high, value))
            return (value - low) / (high - low)
        return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)

    def ticks(self, about: int) -> list[float]:
        """Returns round values on the axis, not many more than `about`."""
        found = decades(self.low, self.high, about) if self.log else rounds(self.low, self.high, about)
        return [tick for tick in found if tick % 1 == 0] if self.whole else found

    def labels(self, ticks: list[float]) -> list[str]:
        """Returns the ticks as text, with as many digits as tell them apart."""
        if self.log:
            return [number(tick, 3) for tick in ticks]
        step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
        largest = max((abs(tick) for tick in ticks), default=1.0) or 1.0
        digits = min(15, max(3, math.ceil(math.log10(largest / step)) + 2 if step else 3))
        return [number(tick, digits) for tick in ticks]


def axis(values: Iterable[float], log: bool | None = None) -> ChartAxis:
    """Returns an axis for all finite values; logarithmic where they are positive and span two decades or more."""
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if log is None:
        log = low > 0 and math.log10(high) - math.log10(low) >= DECADES
    if low == high:
        half = abs(low) / 2 or 1.0
        return ChartAxis(low - half, high + half)
    return ChartAxis(low, high, log)


def rounds(low: float, high: float, about: int) -> list[float]:
    """Returns the multiples of a round step between low and high."""
    step = round_step((high / about - low / about) or 1.0)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [tidy(place * step) for place in range(first, last + 1)] if last - first <= 4 * about else [low, high]


def round_step(raw: float) -> float:
    """Returns 1, 2, 2.5, 5 or 10 times a power of ten, the first that is not smaller than `raw`."""
    power = 10.0 ** math.floor(math.log10(raw)) if raw < 1e308 else 1e308
    power = power or 5e-324
    return next((nice * power for nice in NICE if nice * power >= raw * (1 - 1e-9)), 10 * power)


def tidy(value: float) -> float:
    """Returns a multiple of a round step without the dust of its multiplication."""
    return float(f"{value:.12g}") + 0.0


def decades(low: float, high: float, about: int) -> list[float]:
    """Returns powers of ten between low and high; with their doubles and fives where there are few of them."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = int(max(1.0, round_step((last - first + 1) / max(1, min(about, MOST_DECADES)))))
    if last - first >= 2:
        return [power(exponent) for exponent in range(first, last + 1) if exponent % stride == 0]
    every = [part * power(exponent) for exponent in range(first - 1, last + 1) for part in (1.0, 2.0, 5.0)]
    return [tidy(value) for value in every if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]


def power(exponent: int) -> float:
    return float(f"1e{exponent}")
