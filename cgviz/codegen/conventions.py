"""What a framework's own backward pass finds where a run stands on corners: its own conventions, not ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cgviz.codegen.ranges import loses_digits
from cgviz.runs.corners import FLAGS, Corner, corners, holds
from cgviz.runs.passes import backward
from cgviz.values.arrays import Value, is_array, numpy

if TYPE_CHECKING:
    from cgviz.codegen.notation import Code
    from cgviz.graph.nodes import Node
    from cgviz.runs.run import Run


FAR = 1e150


def is_moderate(value: Value) -> bool:
    """Tells whether squares and quotients of a number, or of those of an array, stay in the range of floats."""
    if not is_array(value):
        return bool(value == 0 or 1 / FAR < abs(value) < FAR)
    size = numpy().abs(value)
    return bool(numpy().all((size == 0) | (size < FAR) & (size > 1 / FAR)))


def of_framework(run: Run, notation: Code, framework: str) -> dict[str, Value] | str:
    """Returns the gradient of every input by the framework's conventions, or in words why that is not known.

    framework  "torch" or "jax"
    """
    nodes = list(run.bare.nodes)
    if framework == "jax" and not all(map(is_moderate, run.values)):
        return f"its rules may square numbers beyond {FAR:g}, or below one over it"
    for index, node in enumerate(nodes):
        if node.op.precise and loses_digits(run, index):
            return f"its rule of {node.op.name} loses digits at these inputs"
    for corner in (corner for corner in corners(run) if corner.flag in FLAGS):
        node = nodes[corner.index]
        if node.op.name not in notation.functions and node.op.composed is not None:
            return f"{node.op.name} is made of other functions here, whose conventions at its corner may be others"
        if node.op.vjp is None:
            nodes[corner.index] = by_answers(run, node, corner, framework)
        elif framework == "jax" and node.op.family != "choice":
            return f"{node.op.name} stands on a {corner.flag} here, and its convention may be another one"
    graph = replace(run.bare, nodes=tuple(nodes))
    gradients = backward(graph, run.values, run.upstream)
    return {graph.nodes[index].name: gradients[index] for index in graph.inputs}


def by_answers(run: Run, node: Node, corner: Corner, framework: str) -> Node:
    """Returns a stage on a corner with the local derivatives that the framework has there, ours where it is silent."""
    if node.shape:
        slopes = [at_places(run, corner.index, slot, framework) for slot in range(len(node.args))]
    else:
        slopes = list(corner.locals)
        for answer in corner.answers:
            said = getattr(answer, framework)
            slopes[answer.slot] = slopes[answer.slot] if said is None else said
    return node._replace(op=replace(node.op, slopes=tuple(slopes), scaled=None, reaches=None))


def at_places(run: Run, index: int, slot: int, framework: str) -> Any:
    """Returns the same local derivative of a stage of arrays, element by element."""
    np, op, ours = numpy(), run.bare.nodes[index].op, run.locals[index][slot]
    if ours is None:
        return None
    *args, found = np.broadcast_arrays(*run.operands(index), ours)
    found = np.array(found)
    for answer in op.answers:
        said = getattr(answer, framework)
        if answer.slot == slot and said is not None:
            for place in np.ndindex(found.shape):
                if holds(op, answer, tuple(float(arg[place]) for arg in args)):
                    found[place] = said
    return found
