"""The shape of every node, known before anything is computed; where two do not fit, which operation, and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cgviz.errors import ExpressionError, quoted
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.indexing import pick
from cgviz.ops.op import Op
from cgviz.ops.places import masked, meant_by_pick
from cgviz.ops.rearranging import listed
from cgviz.text.formula import Formula
from cgviz.values.arrays import Shape, Value, broadcast, numpy
from cgviz.values.axes import settled_shape

Measure = Callable[[Sequence[Node], int], Value]


def shaped(graph: Graph, inputs: Mapping[str, Shape | None], measure: Measure | None = None) -> Graph:
    """Returns the graph, every node with its shape; `inputs` gives those of the inputs by name, None is not known.

    `measure` computes a node, given those before it: how many elements `x[x > 0]` has is known with the values only.

    Raises ExpressionError, which names the operation, the shapes and the place, where shapes do not fit.
    """
    scalar = all(shape == () for shape in inputs.values())
    if scalar and not graph.has_arrays:
        return graph
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.op is INPUT:
            nodes.append(node._replace(shape=inputs[node.name]))
        elif node.op is CONSTANT:
            nodes.append(node)
        else:
            nodes.append(stage(graph, nodes, meant(nodes, node, measure)))
    return replace(graph, nodes=tuple(nodes))


def meant(nodes: Sequence[Node], node: Node, measure: Measure | None) -> Node:
    """Returns a stage as its operands mean it: `x[i]` by an array of places, or by a mask that is measured."""
    if node.op is pick:
        found = meant_by_pick(nodes[node.args[1]].op, nodes[node.args[1]].shape)
        node = node if found is None else node._replace(op=found)
    if node.op.name != "masked" or measure is None:
        return node
    places = numpy().nonzero(numpy().atleast_1d(measure(nodes, node.args[1])))
    return node._replace(op=masked(tuple(tuple(map(int, each)) for each in places)))


def stage(graph: Graph, nodes: Sequence[Node], node: Node) -> Node:
    """Returns a stage with its shape; an op that means another one on a single array becomes that one."""
    operands = [nodes[arg].shape for arg in node.args]
    known = [shape for shape in operands if shape is not None]
    if node.op is masked():
        return node._replace(shape=None)
    op = node.op.alone() if node.op.alone and len(operands) == 1 and operands[0] != () else node.op
    if len(known) < len(operands):
        return node._replace(op=op, shape=unknown(op, operands))
    try:
        shape = op.shapes(*known) if op.shapes else broadcast(known) if any(known) else ()
        if any(length < 0 for length in shape):
            raise ValueError("a length would be negative")
    except ValueError as error:
        raise misfit(graph, nodes, node, op, known, str(error)) from None
    except (TypeError, LookupError, RuntimeError, AttributeError):
        raise misfit(graph, nodes, node, op, known, "its options do not fit") from None
    return node._replace(op=op, shape=settled_shape(shape))


def alike(graph: Graph) -> list[int]:
    """Returns for each node one that has its shape, whatever the shapes of the inputs are."""
    found: list[int] = []
    for index, node in enumerate(graph.nodes):
        arrays = {found[arg] for arg in node.args if graph.nodes[arg].shape != ()}
        found.append(arrays.pop() if len(arrays) == 1 and node.op.vjp is None else index)
    return found


def unknown(op: Op, operands: Sequence[Shape | None]) -> Shape | None:
    """Returns the shape of an op where those of some operands are not known: () for what makes one number of any."""
    if op.shapes is None or len(operands) > 1:
        return None
    try:
        return () if op.shapes((1, 1)) == op.shapes((1,)) == () else None
    except (ValueError, TypeError, LookupError, RuntimeError, AttributeError):
        return None


def misfit(
    graph: Graph, nodes: Sequence[Node], node: Node, op: Op, shapes: Sequence[Shape], why: str
) -> ExpressionError:
    """Returns the error for an operation whose operands do not fit together."""
    slot = 0 if op.shapes else first_misfit(shapes)
    starts = [node.places] if isinstance(node.places, int) else node.places
    place = starts[min(max(slot - 1, 0), len(starts) - 1)] if starts else None
    operands = [operand(nodes, arg) for arg in node.args]
    written = Formula(op=op, args=tuple(operands)).text
    texts = [each.text for each in operands]
    named = [f"{text} is {listed(shape)}" for text, shape in zip(texts, shapes, strict=True) if text != UNSAID]
    if op.shapes is None:
        earlier = broadcast(shapes[:slot])
        fit = f"the shapes {listed(earlier)} and {listed(shapes[slot])} do not broadcast"
    else:
        fit = f"the shape {listed(shapes[0])} does not fit" if len(shapes) == 1 else ""
        fit = fit or f"the shapes {' and '.join(map(listed, shapes[:4]))} do not fit"
        fit += f": {why}"
    where = f" ({', '.join(dict.fromkeys(named[:4]))})" if named else ""
    return ExpressionError(
        f"{op.name} in {quoted(written, 60)}: {fit}{where}",
        graph.program,
        place,
        None if place is None else word_end(graph.program, place),
    )


def word_end(text: str, start: int) -> int:
    """Returns where the name or the operator at `start` ends."""
    found = re.compile(r"\w+|.").match(text, start)
    return found.end() if found else start + 1


def first_misfit(shapes: Sequence[Shape]) -> int:
    """Returns the first operand that does not broadcast with those before it."""
    for slot in range(1, len(shapes)):
        try:
            broadcast(shapes[: slot + 1])
        except ValueError:
            return slot
    return 0


UNSAID = "…"
LONGEST, DEEPEST, WIDEST = 32, 4, 8


def operand(nodes: Sequence[Node], index: int, deep: int = DEEPEST) -> Formula:
    """Returns an operand as a message writes it: its name, or its formula where that is short, else an ellipsis."""
    node = nodes[index]
    if node.op is CONSTANT:
        made = node.formula or Formula(node.value, shape=node.shape)
    elif node.shown:
        return Formula(node.shown, shape=node.shape)
    elif not deep or len(node.args) > WIDEST:
        return Formula(UNSAID, shape=node.shape)
    else:
        inner = tuple(operand(nodes, arg, deep - 1) for arg in node.args)
        made = Formula(op=node.op, args=inner, shape=node.shape)
    return made if len(made.text) <= LONGEST else Formula(UNSAID, shape=node.shape)
