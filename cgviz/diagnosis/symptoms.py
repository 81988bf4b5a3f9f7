"""Stages whose numbers are finite or not, but poor: overflow, underflow, saturation, lost digits."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

from cgviz.checks.digits import losses
from cgviz.checks.exact import context, in_mpmath
from cgviz.numbers import number
from cgviz.runs import Run

MOST_STAGES = 20_000
SMALLEST_NORMAL = sys.float_info.min


@dataclass(frozen=True)
class Symptom:
    """What ails one stage: "overflow", "underflow", "saturated", "dead" or "digits", and in words."""

    index: int
    kind: str
    text: str


def symptoms(run: Run) -> tuple[Symptom, ...]:
    """Returns the symptoms of all stages that the output needs, in order."""
    found = [symptom for index in run.graph.stages if run.taken[index] for symptom in of_stage(run, index)]
    for loss in losses(run):
        text = f"{loss.digits:.0f} of 16 digits are lost: {number(loss.value)} instead of {number(loss.truth)}"
        found.append(Symptom(loss.index, "digits", text))
    return tuple(sorted(found, key=lambda symptom: symptom.index))


def of_stage(run: Run, index: int) -> list[Symptom]:
    found = []
    ranged = out_of_range(run, index) if len(run.graph.stages) <= MOST_STAGES else None
    if ranged:
        found.append(ranged)
    op = run.graph.nodes[index].op
    for flag in run.flags[index]:
        if flag in ("saturated", "dead"):
            slopes = [local for local in run.locals[index] if local is not None]
            steepest = max(map(abs, slopes), default=0.0)
            why = op.rule if flag == "saturated" and op.rule else "nothing flows back"
            found.append(Symptom(index, flag, f"slope {number(steepest)}: {why}"))
    return found


def out_of_range(run: Run, index: int) -> Symptom | None:
    """Returns overflow or underflow of one stage: its value beside the true one at the same operands."""
    node, value = run.graph.nodes[index], run.values[index] or 0.0
    args = [run.values[arg] or 0.0 for arg in node.args]
    if not all(map(math.isfinite, args)) or (math.isfinite(value) and abs(value) >= SMALLEST_NORMAL):
        return None
    true = in_mpmath(node.op)(*map(context().mpf, args))
    if not context().isfinite(true) or not true:
        return None
    shown = context().nstr(true, 4).replace("e+", "e").replace("-", "−")
    if math.isinf(value):
        return Symptom(index, "overflow", f"{shown} is beyond the largest float64, 1.8e308")
    lost = "0" if value == 0 else "fewer digits"
    return Symptom(index, "underflow", f"{shown} is below the smallest normal float64, 2.2e−308: {lost} instead")
