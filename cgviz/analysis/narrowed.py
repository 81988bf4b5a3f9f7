"""A structural op that hands back only what somebody wants: of W @ x to x alone, without the outer product for W."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cgviz.graph.nodes import INPUT, Builder, Graph, Node
from cgviz.ops.op import Op
from cgviz.runs.gradients import Traced, UntraceableError
from cgviz.runs.passes import forward
from cgviz.values.arrays import Shape


def narrowed(op: Op, out: Shape, shapes: Sequence[Shape], wanted: Sequence[bool]) -> Op:
    """Returns the op with a vjp that computes its part for the `wanted` arguments only, with the same numbers.

    The rule is written as a graph once; what the wanted parts are not computed from is left out of it.
    """
    if op.vjp is None or op.stable is not None or all(wanted):
        return op
    builder = Builder()
    given = [Traced(builder, entered(builder, f"x{i}", shape), shape) for i, shape in enumerate((out, out, *shapes))]
    try:
        parts = op.vjp(*given)
    except (UntraceableError, TypeError, AttributeError):
        return op
    ends = [part.index if want and isinstance(part, Traced) else None for part, want in zip(parts, wanted, strict=True)]
    graph = without_others(builder, [end for end in ends if end is not None], len(given))

    def vjp(*values: Any) -> tuple[Any, ...]:
        found = forward(graph, {f"x{i}": value for i, value in enumerate(values)})
        return tuple(None if end is None else found[end] for end in ends)

    return replace(op, vjp=vjp)


def entered(builder: Builder, name: str, shape: Shape) -> int:
    builder.inputs.append(len(builder.nodes))
    return builder.push(Node(INPUT, name=name, shape=shape))


def without_others(builder: Builder, ends: Sequence[int], inputs: int) -> Graph:
    """Returns the graph, every node that no end is computed from an input, so that it costs nothing."""
    needed = [index < inputs for index in range(len(builder.nodes))]
    for end in ends:
        needed[end] = True
    for index in range(len(needed) - 1, -1, -1):
        if needed[index]:
            for arg in builder.nodes[index].args:
                needed[arg] = True
    nodes = [node if keep else Node(INPUT) for node, keep in zip(builder.nodes, needed, strict=True)]
    return Graph(tuple(nodes), len(nodes) - 1, tuple(range(inputs)))
