"""The derivative in closed form, as sympy finds it, and how many operations it takes beside the staged one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.op import Op
from cgviz.ops.precise import context, failures
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.text.formula import Formula

MOST_OPERATIONS = 3000
DIGITS = 50


__all__ = ["ClosedForms", "Effort", "closed_forms", "effort", "evaluated"]


@record
class Effort:
    """Operations of both passes: every +, −, ·, /, power and function is one; a fused gate is as many as its atoms."""

    forward: int
    backward: int

    @property
    def total(self) -> int:
        return self.forward + self.backward


def effort(run: Run, kept: Sequence[bool]) -> Effort:
    """Returns the operations of a run whose backward pass goes to the nodes that are `kept`."""
    graph = run.graph
    needed = [index for index in graph.stages if graph.reached[index]]
    return Effort(
        sum(of_op(graph.nodes[index].op, len(graph.nodes[index].args)) for index in needed),
        sum(backward(run, index) for index in range(len(graph)) if kept[index]),
    )


def backward(run: Run, index: int) -> int:
    """Returns what the gradient of one node takes: its local derivatives, products by upstream, and sums."""
    if run.graph.nodes[index].op is CONSTANT:
        return 0
    edges = [(target, slot) for target, slot in run.graph.edges_out[index] if run.taken[target]]
    flowing = [edge for edge in edges if run.flows(*edge)]
    return sum(edge(run, target, slot) for target, slot in flowing) + max(len(flowing) - 1, 0)


def edge(run: Run, target: int, slot: int) -> int:
    """Returns what one contribution takes: a factor of 1 is no product."""
    local = run.local_formula(target, slot)
    if local.op is None and local.leaf in (1, -1):
        return int(local.leaf == -1)
    return operations(local) + (target != run.graph.output)


def operations(formula: Formula) -> int:
    """Returns how many operations a formula takes."""
    count, todo = 0, [formula]
    while todo:
        part = todo.pop()
        if part.op is not None:
            count += of_op(part.op, len(part.args))
            todo.extend(part.args)
    return count


def of_op(op: Op, operands: int) -> int:
    """Returns how many operations an op takes: n − 1 for n operands, and as many as its atoms for a fused gate."""
    if op.gates is not None:
        return operations(op.gates(*(Formula("x") for _ in range(operands))))
    return max(operands - 1, 1)


@record
class ClosedForms:
    """What sympy finds for a graph.

    slopes  ∂output/∂input as a formula, by the input's index
    counts  how many operations each takes, and `value` the output itself, by sympy's `count_ops`
    reason  why there is none, or why it is left out
    """

    slopes: Mapping[int, Formula]
    counts: Mapping[int, int]
    value: int = 0
    reason: str = ""


def closed_forms(graph: Graph, wanted: Sequence[int]) -> ClosedForms:
    """Returns the derivatives with respect to the inputs that are `wanted`, or the reason why there are none."""
    import sympy

    from cgviz.analysis.closed.expression import NoClosedFormError, TooLargeError, expression
    from cgviz.analysis.closed.written import written

    names = {graph.nodes[i].name: graph.nodes[i].shown for i in graph.inputs}
    slopes, counts = {}, {}
    try:
        whole = expression(graph)
        for index in wanted:
            slope = sympy.diff(whole, sympy.Symbol(graph.nodes[index].name, real=True))
            counts[index] = int(slope.count_ops())
            if counts[index] > MOST_OPERATIONS:
                raise TooLargeError(f"written out it takes {counts[index]} operations")
            slopes[index] = written(slope, names)
        return ClosedForms(slopes, counts, int(whole.count_ops()))
    except NoClosedFormError as error:
        return ClosedForms({}, {}, reason=f"{error.said}: {error}.")
    except (RecursionError, ArithmeticError, ValueError, TypeError) as error:
        return ClosedForms({}, {}, reason=f"The closed form is left out: sympy stops with {type(error).__name__}.")


def evaluated(formula: Formula, values: Mapping[str, float]) -> Any:
    """Returns a formula's value with 50 digits, as an mpmath number; None where mpmath finds no real number."""
    mp = context(DIGITS)
    try:
        found = mp.mpmathify(value(formula, mp, values))
    except TypeError:
        return None
    except failures():
        return None
    return found if isinstance(found, mp.mpf) and mp.isfinite(found) else None


def value(formula: Formula, mp: Any, values: Mapping[str, float]) -> Any:
    """Returns the value of a formula whose nesting is bounded."""
    if formula.op is not None:
        return formula.op.in_mpmath(mp, *(value(arg, mp, values) for arg in formula.args))
    if not isinstance(formula.leaf, str):
        return mp.mpf(formula.leaf)
    constants = {"pi": mp.pi, "e": mp.e}
    return mp.mpf(values[formula.leaf]) if formula.leaf in values else +constants[formula.leaf]
