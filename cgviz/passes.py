"""The forward pass and the backward pass: pure functions of a graph and its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cgviz.graph import MANY, NONE, ONE, Graph


def forward(graph: Graph, inputs: Mapping[str, float]) -> list[float]:
    """Returns the value of every node, in order. `inputs` gives every input by name.

    Never raises on numbers: IEEE values are carried on.
    """
    values = [node.value or 0.0 for node in graph.nodes]
    for index in graph.inputs:
        values[index] = inputs[graph.nodes[index].name]
    for index, (function, _, _, first, second) in enumerate(graph.plan):
        if second >= 0:
            values[index] = function(values[first], values[second])  # type: ignore[misc]
        elif second == ONE:
            values[index] = function(values[first])  # type: ignore[misc]
        elif second == MANY:
            values[index] = function(*[values[arg] for arg in first])  # type: ignore[misc]
    return values


def backward(graph: Graph, values: Sequence[float], seed: float = 1.0) -> list[float]:
    """Returns ∂output/∂node for every node: one sweep over the nodes, last to first, arguments first to last.

    A node that no gradient reaches (the output does not need it, or it is on a branch not taken) has 0 and hands
    nothing on. Source: Griewank & Walther, Evaluating Derivatives, section 3.2 (adjoint recursion).
    """
    gradients: list[float | None] = [None] * len(values)
    gradients[graph.output] = seed
    plan = graph.plan
    for index in range(graph.output, -1, -1):
        upstream = gradients[index]
        if upstream is None:
            continue
        _, rule, slopes, first, second = plan[index]
        try:
            if second >= 0:
                one, two = slopes or rule(values[index], values[first], values[second])  # type: ignore[misc]
                if one is not None:
                    so_far = gradients[first]
                    gradients[first] = upstream * one if so_far is None else so_far + upstream * one
                if two is not None:
                    so_far = gradients[second]
                    gradients[second] = upstream * two if so_far is None else so_far + upstream * two
                continue
            if second == NONE:
                continue
            args = (first,) if second == ONE else first
            partials = slopes or rule(values[index], *[values[arg] for arg in args])  # type: ignore[misc]
        except (ArithmeticError, ValueError):
            node = graph.nodes[index]
            args, partials = node.args, node.op.local(values[index], *[values[arg] for arg in node.args])
        for arg, partial in zip(args, partials):  # noqa: B905 - the hot loop; the lengths agree by the ops' test
            if partial is not None:
                so_far = gradients[arg]
                gradients[arg] = upstream * partial if so_far is None else so_far + upstream * partial
    return [0.0 if gradient is None else gradient for gradient in gradients]


def gradient(graph: Graph, inputs: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """Returns the output's value and its gradient by input name: the lean pass, nothing else is kept."""
    values = forward(graph, inputs)
    gradients = backward(graph, values)
    return values[graph.output], {graph.nodes[i].name: gradients[i] for i in graph.inputs}


def tangents(graph: Graph, values: Sequence[float], source: int) -> list[float]:
    """Returns ∂node/∂source for every node: one sweep, first to last, each stage the sum of local · tangent.

    A node that `source` does not reach, or only by a condition or a branch not taken, has 0 and hands nothing on.
    Source: Griewank & Walther, Evaluating Derivatives, section 3.1 (tangent recursion).
    """
    found: list[float | None] = [None] * len(values)
    found[source] = 1.0
    for index in range(source + 1, len(values)):
        node = graph.nodes[index]
        if all(found[arg] is None for arg in node.args):
            continue
        local = node.op.slopes or node.op.local(values[index], *[values[arg] for arg in node.args])
        for arg, partial in zip(node.args, local, strict=True):
            tangent = found[arg]
            if partial is not None and tangent is not None:
                so_far = found[index]
                found[index] = partial * tangent if so_far is None else so_far + partial * tangent
    return [0.0 if tangent is None else tangent for tangent in found]
