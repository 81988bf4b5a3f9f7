"""A logarithmic scale: where a number stands on an axis, and which powers of ten are written below it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cgviz.records import dataclass

LEAST_ERROR = 1e-16


@dataclass(frozen=True)
class Scale:
    """An axis from the power of ten `low` to `high`, over `size` places."""

    low: float
    high: float
    size: int

    @classmethod
    def of(cls, values: Sequence[float], size: int) -> Scale:
        """Returns the scale that holds these positive numbers."""
        logs = [math.log10(value) for value in values]
        return cls(min(logs), max(logs), size)

    def at(self, value: float) -> float:
        """Returns where a positive number stands, 0 to 1."""
        return (math.log10(value) - self.low) / ((self.high - self.low) or 1.0)

    def place(self, value: float) -> int:
        return min(max(round(self.at(value) * (self.size - 1)), 0), self.size - 1)

    def powers(self, most: int) -> list[int]:
        """Returns the powers of ten on the axis, at most so many, evenly spaced."""
        every = list(range(math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9) + 1))
        stride = next((s for s in (1, 2, 4, 5, 10, 20, 50, 100) if len(every) <= s * max(most, 1)), 1000)
        return [power for power in every if power % stride == 0]


def floor(error: float) -> float:
    """Returns an error for a logarithmic axis, where 0 stands with the smallest and above 1 with 1."""
    return min(max(error, LEAST_ERROR), 1.0)
