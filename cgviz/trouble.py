"""Numbers that are not finite: which stage made the first one, why, and what helps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cgviz.arrays import Value, every_finite, is_array, numpy
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
        if run.taken[index] and not every_finite(run.values[index]):
            return Trouble(index, "value", forward_reason(run, index))
    return None


def in_contributions(run: Run) -> Trouble | None:
    for index in reversed(run.graph.stages):
        for slot, arg in enumerate(run.graph.nodes[index].args):
            edge = run.contribution(index, slot)
            if run.graph.nodes[arg].op is not CONSTANT and not every_finite(edge.value):
                return Trouble(index, "gradient", backward_reason(run, index, slot))
    return None


def in_gradients(run: Run) -> Trouble | None:
    for index in reversed(range(len(run.graph))):
        if not every_finite(run.gradients[index]) and run.graph.nodes[index].op is not CONSTANT:
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
    """Returns why a stage's value is not finite: of an array, why its first element is not that is not."""
    node = run.graph.nodes[index]
    value, operands = at_fault(run, index)
    if all(map(every_finite, operands)):
        infinite = not is_array(value) and value == value
        why = node.op.domain(*operands) or ("overflow" if infinite else "not a real number")
    else:
        why = "" if any(map(is_array, operands)) else node.op.domain(*operands)
        why = why or "an operand is not finite"
    return with_arguments(run, index, why, operands)


def at_fault(run: Run, index: int) -> tuple[Value, list[Value]]:
    """Returns a value and the operands that made it; of an elementwise op on arrays, those of its first bad element."""
    node, value = run.graph.nodes[index], run.values[index]
    operands = [run.values[arg] for arg in node.args]
    if not is_array(value) or node.op.vjp is not None:
        return value, operands
    np = numpy()
    place = np.argwhere(~np.isfinite(value))[0]
    picked = [float(each[tuple(place)]) for each in np.broadcast_arrays(value, *operands)]
    return picked[0], picked[1:]


def backward_reason(run: Run, index: int, slot: int) -> str:
    source = run.graph.nodes[run.graph.nodes[index].args[slot]].shown
    local = run.locals[index][slot]
    operands = [run.values[arg] for arg in run.graph.nodes[index].args]
    if local is None or every_finite(local):
        return with_arguments(run, index, f"the gradient handed to {source} overflows", operands)
    if is_array(local):
        np = numpy()
        place = tuple(np.argwhere(~np.isfinite(local))[0])
        picked = np.broadcast_arrays(local, *operands)
        local, operands = float(local[place]), [float(each[place]) for each in picked[1:]]
    formula = run.local_formula(index, slot).pretty
    what = f"its local derivative {formula} with respect to {source} is {number(local)}"
    return with_arguments(run, index, what, operands)


def with_arguments(run: Run, index: int, why: str, operands: list[Value]) -> str:
    """Returns `division by zero, den = 0`: a reason and the named operands of the stage."""
    nodes = run.graph.nodes
    args = dict(zip(nodes[index].args, operands, strict=True))
    named = [(nodes[arg].shown, value) for arg, value in args.items() if nodes[arg].op is not CONSTANT]
    return ", ".join([why, *(f"{name} = {number(value)}" for name, value in named[:4])])


def remedy(run: Run) -> str:
    """Returns what helps where single gates overflow and the fused gate, or the stage for arrays, does not."""
    if run.bare.closed is not None and replace(run, bare=run.bare.closed).trouble is None:
        return "; the closed stages, without --expand, are finite"
    if run.bare.detail != "gate":
        return ""
    fused = replace(run, bare=staged(run.bare, "stage"))
    return "; the fused gates of --detail stage do not" if fused.trouble is None else ""
