"""Numbers that are not finite: which stage made the first one, why, and what helps."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cgviz.graph import CONSTANT
from cgviz.numbers import number
from cgviz.staging import staged

if TYPE_CHECKING:
    from cgviz.runs import Run


@dataclass(frozen=True)
class Trouble:
    """The first stage that made a number that is not finite: which, in which pass, and why."""

    index: int
    where: str
    reason: str


def found(run: Run) -> Trouble | None:
    """Returns the first stage that made a value, or else a gradient, that is not finite; None when all are finite.

    A branch not taken and a stage that the output does not need are flagged, but are no trouble.
    """
    if run.symbolic:
        return None
    return in_values(run) or in_contributions(run) or in_gradients(run)


def in_values(run: Run) -> Trouble | None:
    for index in run.graph.stages:
        if run.taken[index] and not math.isfinite(run.values[index] or 0.0):
            return Trouble(index, "value", forward_reason(run, index))
    return None


def in_contributions(run: Run) -> Trouble | None:
    for index in reversed(run.graph.stages):
        for slot, arg in enumerate(run.graph.nodes[index].args):
            edge = run.contribution(index, slot)
            if run.graph.nodes[arg].op is not CONSTANT and not math.isfinite(edge.value or 0.0):
                return Trouble(index, "gradient", backward_reason(run, index, slot))
    return None


def in_gradients(run: Run) -> Trouble | None:
    for index in reversed(range(len(run.graph))):
        if not math.isfinite(run.gradients[index] or 0.0) and run.graph.nodes[index].op is not CONSTANT:
            return Trouble(index, "gradient", "the sum of its contributions overflows")
    return None


def explained(run: Run) -> str:
    """Returns the line for the user: `stage (7) invden = 1/den: division by zero, den = 0`; "" without trouble."""
    if run.trouble is None:
        return ""
    index = run.trouble.index
    node = run.graph.nodes[index]
    if not node.is_stage:
        return f"gradient of {node.shown}: {run.trouble.reason}"
    stage = f"stage ({run.graph.numbers[index]}) {node.shown} = {run.graph.formula(index).pretty}"
    return f"{stage}: {run.trouble.reason}{remedy(run)}"


def forward_reason(run: Run, index: int) -> str:
    node, value = run.graph.nodes[index], run.values[index] or 0.0
    operands = [run.values[arg] or 0.0 for arg in node.args]
    if all(map(math.isfinite, operands)):
        why = node.op.domain(*operands) or ("overflow" if math.isinf(value) else "not a real number")
    else:
        why = node.op.domain(*operands) or "an operand is not finite"
    return with_arguments(run, index, why)


def backward_reason(run: Run, index: int, slot: int) -> str:
    source = run.graph.nodes[run.graph.nodes[index].args[slot]].shown
    local = run.locals[index][slot] or 0.0
    if math.isfinite(local):
        return with_arguments(run, index, f"the gradient handed to {source} overflows")
    formula = run.local_formula(index, slot).pretty
    what = f"its local derivative {formula} with respect to {source} is {number(local)}"
    return with_arguments(run, index, what)


def with_arguments(run: Run, index: int, why: str) -> str:
    """Returns `division by zero, den = 0`: a reason and the named operands of the stage."""
    nodes = run.graph.nodes
    args = [arg for arg in dict.fromkeys(nodes[index].args) if nodes[arg].op is not CONSTANT]
    return ", ".join([why, *(f"{nodes[arg].shown} = {number(run.values[arg])}" for arg in args[:4])])


def remedy(run: Run) -> str:
    """Returns what helps where single gates overflow and the fused gate does not."""
    if run.bare.detail != "gate":
        return ""
    fused = replace(run, bare=staged(run.bare, "stage"))
    return "; the fused gates of --detail stage do not" if fused.trouble is None else ""
