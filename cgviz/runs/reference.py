"""The idea in two functions: how a graph is computed forward, and how its gradient comes back.

They do what `passes` does, without its care for speed: the place to read first, and a witness for the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cgviz.graph.nodes import INPUT, Graph
from cgviz.ops.op import Op
from cgviz.values.arrays import Value, handed_back, is_array, one, zero


def forward(graph: Graph, inputs: Mapping[str, Value]) -> list[Value]:
    """Returns the value of every node, in order. `inputs` gives every input by name."""
    values: list[Value] = []
    for node in graph.nodes:  # topological order: what a stage needs stands before it
        if node.is_stage:
            operands = [values[arg] for arg in node.args]
            values.append(node.op(*operands))
        else:
            values.append(inputs[node.name] if node.op is INPUT else node.value)
    return values


def backward(graph: Graph, values: Sequence[Value], seed: Value | None = None) -> list[Value]:
    """Returns ∂output/∂node for every node. `seed` is that of the output itself: 1 where none is given."""
    gradients: list[Value | None] = [None] * len(values)  # None: no gradient has come to this node
    gradients[graph.output] = one(graph.nodes[graph.output].shape or ()) if seed is None else seed
    for index in reversed(range(len(values))):  # last to first: whoever uses a node has had its turn before it
        node, upstream = graph.nodes[index], gradients[index]
        if upstream is None:
            continue
        operands = [values[arg] for arg in node.args]
        for arg, part in zip(node.args, contributions(node.op, upstream, values[index], operands), strict=True):
            if part is not None:  # fan-out: what comes from several users is summed
                gradients[arg] = part if gradients[arg] is None else gradients[arg] + part
    return [zero(node.shape or ()) if g is None else g for node, g in zip(graph.nodes, gradients, strict=True)]


def contributions(op: Op, upstream: Value, out: Value, operands: Sequence[Value]) -> Iterable[Value | None]:
    """Returns what each operand gets: upstream times the local derivative, of ops for arrays their vjp."""
    if op.vjp is None and not any(map(is_array, (out, *operands))):
        return op.handed(upstream, out, operands)
    return (part for part, _ in handed_back(op, upstream, None, out, operands))
