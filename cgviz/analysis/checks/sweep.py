"""How wrong a difference is at every step: truncation on the right, rounding on the left, the best step between."""

from __future__ import annotations

import math
from collections.abc import Callable

from cgviz.analysis.checks.bands import relative_error
from cgviz.analysis.checks.differences import Downstream
from cgviz.analysis.checks.witnesses import Witnesses
from cgviz.records import record
from cgviz.runs.run import Run

DECADES = 16
PER_DECADE = 4
LEAST_ERROR = 1e-16


@record
class SlopeSeries:
    """The relative errors of one way to take a slope, by step; nan where there is none."""

    name: str
    errors: tuple[float, ...]


@record
class Sweep:
    """The errors of forward differences, central differences and the complex step against the gradient of a node.

    steps  from large to small, absolute
    """

    run: Run
    index: int
    gradient: float
    steps: tuple[float, ...]
    series: tuple[SlopeSeries, ...]

    @property
    def name(self) -> str:
        return self.run.graph.nodes[self.index].shown

    def best(self, series: SlopeSeries) -> tuple[float, float] | None:
        """Returns the step with the smallest error, and that error."""
        known = [(error, step) for error, step in zip(series.errors, self.steps, strict=True) if error == error]
        if not known:
            return None
        error, step = min(known)
        return step, error


def sweep(run: Run, index: int) -> Sweep:
    """Returns the errors by step for one node of a run with numbers."""
    every = Witnesses(run)
    x, true = run.values[index] or 0.0, run.gradients[index] or 0.0
    scale = abs(x) or 1.0
    steps = tuple(scale * 10 ** (-k / PER_DECADE) for k in range(DECADES * PER_DECADE + 1))
    made = [
        SlopeSeries(name, tuple(relative_error(true, slope(every.floats, index, x, step)) for step in steps))
        for name, slope in SLOPES.items()
    ]
    if not run.graph.has_arrays and every.complex_step.obstacle(index) < 0:
        made.append(SlopeSeries("complex step", tuple(complex_error(every, index, x, true, step) for step in steps)))
    return Sweep(run, index, true, steps, tuple(map(finite, made)))


def forward_slope(of: Downstream, index: int, x: float, step: float) -> float:
    above = x + step
    return float(of.output(index, above) - of.output(index, x)) / (above - x) if above != x else 0.0


def central_slope(of: Downstream, index: int, x: float, step: float) -> float:
    above, below = x + step, x - step
    return float(of.output(index, above) - of.output(index, below)) / (above - below) if above != below else 0.0


SLOPES: dict[str, Callable[[Downstream, int, float, float], float]] = {
    "forward difference": forward_slope,
    "central difference": central_slope,
}


def complex_error(every: Witnesses, index: int, x: float, true: float, step: float) -> float:
    return relative_error(true, every.complex_step.downstream.output(index, complex(x, step)).imag / step)


def finite(series: SlopeSeries) -> SlopeSeries:
    return SlopeSeries(series.name, tuple(error if math.isfinite(error) else math.nan for error in series.errors))


def drawable(error: float) -> float:
    """Returns an error for a logarithmic axis, where 0 stands with the smallest and above 1 with 1."""
    return min(max(error, LEAST_ERROR), 1.0)
