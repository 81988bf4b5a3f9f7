"""Arrays element by element: each element of a node is a number that moves, and the output, weighed, is one number."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from cgviz.analysis.checks.differences import difference
from cgviz.analysis.checks.downstream import Downstream
from cgviz.graph.nodes import INPUT, Graph, Node
from cgviz.ops.matrices import SYMMETRIC, symmetric_part
from cgviz.ops.op import Op
from cgviz.runs.run import Run
from cgviz.values.arrays import Shape, Value, is_array, numpy, on_elements, quiet

NEAR, NEARER = 2.0**-20, 2.0**-25
STEEPER = 4.0


def downstream_of(run: Run) -> Downstream:
    """Returns the output of a run as a function of any one node, in floats and arrays."""
    return Downstream(run.graph, run.values, applied)


def applied(op: Op) -> Callable[..., Any]:
    """Returns an op as a function of floats and arrays; a matrix that counts as symmetric moves as one."""

    def function(*args: Any) -> Any:
        if op.rule is SYMMETRIC:
            args = tuple(map(symmetric_part, args))
        return on_elements(op, args) if op.vjp is not None or any(map(is_array, args)) else op.forward(*args)

    return function


def one_stage(node: Node, args: Sequence[Value], out: Value) -> Downstream:
    """Returns the value of one stage as a function of any one of its arguments."""
    count = len(args)
    graph = Graph((*(Node(INPUT),) * count, node._replace(args=tuple(range(count)))), count, tuple(range(count)))
    return Downstream(graph, [*args, out], applied)


class Element:
    """One element of a node as the number that moves (place () of a single number); it stands in for a `Downstream`.

    weights  the upstream gradient: what every element of the output counts in the one number that is looked at
    """

    def __init__(self, downstream: Downstream, index: int, place: Shape, weights: Value) -> None:
        self.downstream, self.index, self.place, self.weights = downstream, index, place, weights
        self.value = downstream.base[index]
        self.x = float(self.value[place]) if place else float(self.value)
        self.base = {index: self.x}

    @property
    def switching(self) -> list[int]:
        return self.downstream.switching

    def pieces(self) -> tuple[Any, ...]:
        return self.downstream.pieces()

    def output(self, index: int, value: float) -> float:
        moved: Value = value
        if self.place:
            moved = self.value.copy()
            moved[self.place] = value
        with quiet():
            return float(numpy().sum(self.downstream.output(index, moved) * self.weights))

    def slope(self) -> Any:
        """Returns the slope by central differences, with an estimate of its error."""
        return difference(self, self.index)  # type: ignore[arg-type]

    def sides(self) -> tuple[float, float] | None:
        """Returns the slopes to the left and to the right; None where one is infinite, or the function jumps."""
        near, nearer = (self.quotients(step * max(abs(self.x), 1.0)) for step in (NEAR, NEARER))
        for one, two in zip(near, nearer, strict=True):
            if not math.isfinite(two) or abs(two) > STEEPER * max(abs(one), 1.0):
                return None
        return near

    def quotients(self, step: float) -> tuple[float, float]:
        here = self.output(self.index, self.x)
        left, right = (self.output(self.index, self.x + side * step) for side in (-1, 1))
        return (here - left) / step, (right - here) / step
