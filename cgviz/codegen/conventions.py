"""What a framework's own backward pass finds where a run stands on corners: its own conventions, not ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cgviz.runs.corners import FLAGS, Corner, corners
from cgviz.runs.passes import backward
from cgviz.values.arrays import Value

if TYPE_CHECKING:
    from cgviz.codegen.notation import Code
    from cgviz.graph.nodes import Node
    from cgviz.runs.run import Run


def of_framework(run: Run, notation: Code, framework: str) -> dict[str, Value] | str:
    """Returns the gradient of every input by the framework's conventions, or in words why that is not known.

    framework  "torch" or "jax"
    """
    if run.bare.has_arrays:
        return run.gradient
    nodes = list(run.bare.nodes)
    for corner in (corner for corner in corners(run) if corner.flag in FLAGS):
        node = nodes[corner.index]
        if node.op.name not in notation.functions and node.op.composed is not None:
            return f"{node.op.name} is made of other functions here, whose conventions at its corner may be others"
        nodes[corner.index] = by_answers(node, corner, framework)
    graph = replace(run.bare, nodes=tuple(nodes))
    gradients = backward(graph, run.values, run.upstream)
    return {graph.nodes[index].name: gradients[index] for index in graph.inputs}


def by_answers(node: Node, corner: Corner, framework: str) -> Node:
    """Returns a stage on a corner with the local derivatives that the framework has there, ours where it is silent."""
    slopes: list[Any] = list(corner.locals)
    for answer in corner.answers:
        said = getattr(answer, framework)
        slopes[answer.slot] = slopes[answer.slot] if said is None else said
    return node._replace(op=replace(node.op, slopes=tuple(slopes), scaled=None))
