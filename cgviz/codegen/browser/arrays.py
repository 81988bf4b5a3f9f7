"""Stages that have to do with arrays as JavaScript: their gates once each, and which elements go into which.

An op that acts element by element is one gate, run on every element. A structural op is opened into its scalar gates,
as the microscope opens it, and these are told as a list: `[gate, operand, operand ...]`. So no rule is written twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cgviz.codegen.browser.gates import Gates
from cgviz.codegen.browser.notation import UnwrittenError
from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.ops.op import Op
from cgviz.ops.opening import filled
from cgviz.ops.rearranging import size
from cgviz.runs.expanding.elements import Scalar, opened
from cgviz.values.arrays import Shape, as_array, is_array

MOST = 20_000  # scalar gates of all stages together: a page stays smooth

Part = dict[str, Any]


class Bounded(Builder):
    """Writes the gates of an op, and stops where they are too many."""

    def push(self, node: Node) -> int:
        if len(self.nodes) >= MOST:
            raise UnwrittenError(f"more than {MOST} scalar operations are too many to be recomputed in a page")
        return super().push(node)


def parts(graph: Graph, gates: Gates) -> dict[int, Part]:
    """Returns for each stage that has to do with arrays what computes it; `gates` collects the gates it names.

    Raises UnwrittenError where a stage has no such form.
    """
    found = {index: part(graph, index, gates) for index in graph.stages if has_arrays(graph, index)}
    if sum(len(each.get("nodes", ())) for each in found.values()) > MOST:
        raise UnwrittenError(f"more than {MOST} scalar operations are too many to be recomputed in a page")
    return found


def has_arrays(graph: Graph, index: int) -> bool:
    node = graph.nodes[index]
    return node.op.vjp is not None or any(graph.nodes[i].shape != () for i in (index, *node.args))


def part(graph: Graph, index: int, gates: Gates) -> Part:
    node = graph.nodes[index]
    shapes = [graph.nodes[arg].shape for arg in node.args]
    if node.shape is None or None in shapes:
        raise UnwrittenError("the shapes of its arrays are not known")
    if not all(map(size, [node.shape, *filter(None, shapes)])):
        raise UnwrittenError("an array without elements has nothing to be recomputed")
    if node.op.vjp is None:
        return {"gate": gates.place(node.op, [None] * len(node.args))}
    return gate_by_gate(node.op, [shape or () for shape in shapes], gates)


def gate_by_gate(op: Op, shapes: Sequence[Shape], gates: Gates) -> Part:
    """Returns an op opened into scalar gates: its nodes, of which the first are the elements of its operands in order.

    `outs` are the nodes that are the elements of its output, `constants` the values of nodes that are numbers.
    """
    builder = Bounded()
    try:
        made = opened(op, [filled(shape, lambda _: element(builder)) for shape in shapes])
    except ValueError as reason:
        raise UnwrittenError(f"{op.name} has no form in JavaScript ({reason})") from None
    outs = [each.index for each in made.flat]
    first = sum(map(size, shapes))
    nodes = [written(builder, node, gates) for node in builder.nodes[first:]]
    return {"nodes": nodes, "outs": outs}


def element(builder: Builder) -> Scalar:
    return Scalar(builder, builder.push(Node(INPUT)))


def written(builder: Builder, node: Node, gates: Gates) -> Any:
    """Returns a node as `[gate, operand ...]`, a constant as its number alone."""
    if node.op is CONSTANT:
        return float(node.value or 0.0)
    constants = [constant(builder.nodes[arg]) for arg in node.args]
    return [gates.place(node.op, constants), *node.args]


def constant(node: Node) -> float | None:
    """Returns the value of a constant, which a gate has inside it; None for what may change."""
    return float(node.value or 0.0) if node.op is CONSTANT else None


def flat(value: Any) -> Any:
    """Returns a value as the page keeps it: a number, or the elements of an array in row-major order."""
    return as_array(value).ravel().tolist() if is_array(value) else value
