"""How many operations a staged computation takes, forward and backward, counted as sympy counts a formula's."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.graph.nodes import CONSTANT
from cgviz.ops.op import Op
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.text.formula import Formula


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
        sum(backward(run, index, kept) for index in range(len(graph)) if kept[index]),
    )


def backward(run: Run, index: int, kept: Sequence[bool]) -> int:
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
