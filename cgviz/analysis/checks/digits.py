"""Stages that lose digits: what float64 makes of them beside the same program at high precision."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from cgviz.analysis.checks.exact import context, rounded, values
from cgviz.analysis.checks.scalars import Scalars
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.values.arrays import is_array

FULL = 15.95
SMALLEST_NORMAL = sys.float_info.min
WORTH_SAYING = 4.0
MOST_STAGES = 20_000


@record
class Loss:
    """A stage that lost digits of its own: its value, the true one, how many of 16 decimal digits were lost."""

    index: int
    value: float
    truth: float
    digits: float


def losses(run: Run, exact: Sequence[Any] | None = None) -> list[Loss]:
    """Returns the stages that lost digits beyond what their operands had lost before, of arrays the output alone."""
    if run.symbolic or len(run.graph.stages) > MOST_STAGES:
        return []
    if run.graph.has_arrays:
        return output_loss(run)
    exact = values(run.graph, run.values) if exact is None else exact
    wrong = [digits_lost(value, true) for value, true in zip(run.values, exact, strict=True)]
    found = []
    for index in run.graph.stages:
        before = max((wrong[arg] for arg in run.graph.nodes[index].args), default=0.0)
        if run.taken[index] and wrong[index] - before >= WORTH_SAYING:
            true = rounded(exact[index])
            if SMALLEST_NORMAL <= abs(true) < math.inf:
                found.append(Loss(index, run.values[index] or 0.0, true, wrong[index]))
    return found


def output_loss(run: Run) -> list[Loss]:
    """Returns whether the output of a program of arrays lost digits, opened into single numbers."""
    single = None if is_array(run.value) or run.seeded else Scalars(run)
    if single is None or single.why:
        return []
    graph = single.run.graph
    exact = values(graph, single.run.values)[graph.output]
    lost, true = digits_lost(run.value, exact), rounded(exact)
    known = lost >= WORTH_SAYING and SMALLEST_NORMAL <= abs(true) < math.inf
    return [Loss(run.graph.output, run.value or 0.0, true, lost)] if known else []


def digits_lost(value: float | None, true: Any) -> float:
    """Returns how many of a float's decimal digits are wrong; 0 where either is not finite."""
    mp = context()
    if value is None or not math.isfinite(value) or not mp.isfinite(true) or value == true:
        return 0.0
    error = abs(mp.mpf(value) - true) / max(abs(true), abs(mp.mpf(value)))
    return min(FULL, max(0.0, FULL + float(mp.log10(error)))) if error else 0.0
