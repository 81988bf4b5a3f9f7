"""Central differences with a step that is chosen by their own error estimate, as Ridders does.

Source: Ridders, Accurate computation of F'(x) and F'(x)F''(x), Advances in Engineering Software 4 (1982);
Press et al., Numerical Recipes, section 5.7.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from cgviz.analysis.checks.downstream import Downstream

EPSILON, SMALLEST = 2.0**-52, 5e-324
LEVELS = 4
FIRST_STEPS = (2.0**-4, 2.0**-11, 2.0**-18, 2.0**-25)
GOOD = 1e-10
MOSTLY_NOISE = 2.0
CONVERGED, MOSTLY_ROUNDING = 0.1, 20.0


@dataclass
class Difference:
    """A slope by differences: its value, an estimate of its error, the step it was found with.

    crossed  the stages whose kink lies within a step that was tried, each with the least such step
    """

    value: float = math.nan
    error: float = math.inf
    step: float = math.nan
    crossed: dict[int, float] = field(default_factory=dict)


def difference(downstream: Downstream, index: int) -> Difference:
    """Returns ∂output/∂node by central differences; nan where every step leaves the domain or crosses a kink."""
    x = float(downstream.base[index])
    best = Difference()
    if not math.isfinite(x):
        return best
    downstream.output(index, x)
    here = downstream.pieces()
    for scale in scales(x):
        for share in FIRST_STEPS:
            noise = extrapolate(downstream, index, x, scale * share, here, best)
            if best.error <= max(GOOD * abs(best.value), MOSTLY_NOISE * noise):
                break
        if best.error <= GOOD * abs(best.value):
            break
    return best


def scales(x: float) -> Iterator[float]:
    """Yields what steps are in proportion to: 1 where x is small or 0, then x itself."""
    if abs(x) < FIRST_STEPS[0]:
        yield 1.0
    if x != 0:
        yield abs(x)


def extrapolate(downstream: Downstream, index: int, x: float, step: float, here: object, best: Difference) -> float:
    """Fills one tableau of Richardson's extrapolation, the step halved each time, and keeps the best of it.

    Returns how much of its last slope may be rounding: a smaller step has more.
    """
    row: list[float] = []
    noise = 0.0
    for _ in range(LEVELS):
        slope, noise = central(downstream, index, x, step, here, best)
        if math.isfinite(slope):
            previous, row = row, [slope]
            for order, before in enumerate(previous, 1):
                row.append(row[-1] + (row[-1] - before) / (4**order - 1))
                error = max(abs(row[-1] - row[-2]), abs(row[-1] - before)) + noise
                if error < best.error and error <= max(CONVERGED * abs(row[-1]), MOSTLY_ROUNDING * noise):
                    best.value, best.error, best.step = row[-1], error, step
        else:
            row, noise = [], 0.0
        step /= 2
    return noise


def central(
    downstream: Downstream, index: int, x: float, step: float, here: object, best: Difference
) -> tuple[float, float]:
    """Returns one central difference and how much of it may be rounding; nan where a kink lies within the step."""
    above, below = x + step, x - step
    if above == below:
        return math.nan, math.inf
    up = downstream.output(index, above)
    crossed = crossings(downstream, here)
    down = downstream.output(index, below)
    crossed += crossings(downstream, here)
    for stage in crossed:
        best.crossed[stage] = step
    if crossed:
        return math.nan, math.inf
    return (up - down) / (above - below), (EPSILON * (abs(up) + abs(down)) + SMALLEST) / (above - below)


def crossings(downstream: Downstream, here: object) -> list[int]:
    """Returns the stages that stand on another piece of their definition than where nothing is moved."""
    now = downstream.pieces()
    if now == here:
        return []
    return [stage for stage, one, two in zip(downstream.switching, now, here, strict=True) if one != two]  # type: ignore[call-overload]
