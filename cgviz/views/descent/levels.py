"""At which losses contours are drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cgviz.drawing.charts.axis import DECADES, rounds, tidy

ABOUT, MOST = 12, 16
SERIES = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))


def levels(losses: Iterable[float]) -> list[float]:
    """Returns round losses for contours, smallest first: by decades where the losses span them, else evenly.

    The least losses of a surface decide little, for a grid may touch the minimum itself: decades count from the
    loss that one place in a hundred lies below.
    """
    finite = sorted(loss for loss in losses if math.isfinite(loss))
    if not finite or finite[0] == finite[-1]:
        return []
    low, high = finite[len(finite) // 100], finite[-1]
    if low > 0 and math.log10(high) - math.log10(low) >= DECADES:
        return by_decades(low, high)
    even = rounds(finite[0], high, ABOUT)
    if len(even) < 2:
        return even
    near = [tidy(even[0] + (even[1] - even[0]) * part) for part in (-0.5, 0.5)]
    return sorted({*even, *(level for level in near if finite[0] < level < high)})


def by_decades(low: float, high: float) -> list[float]:
    """Returns 1, 2, 5 of every decade, or fewer of each where there are many decades."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for parts in SERIES:
        found = [
            tidy(part * float(f"1e{exponent}"))
            for exponent in range(first, min(last, 308) + 1)
            for part in parts
            if low <= part * float(f"1e{exponent}") < high
        ]
        if len(found) <= MOST:
            return found
    return found[:: math.ceil(len(found) / MOST)]
