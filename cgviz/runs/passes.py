"""The forward pass and the backward pass: pure functions of a graph and its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cgviz.graph.nodes import (
    ARRAY,
    BINARY,
    DIFFERENCE,
    FACTORS,
    LEAF,
    PRODUCT,
    SCALED,
    SUM,
    TERMS,
    UNARY,
    Graph,
)
from cgviz.ops.products import is_roomy, others
from cgviz.runs.compiling import Straight, straight
from cgviz.runs.straight import Found
from cgviz.values import arrays
from cgviz.values.arrays import Value, either, handed_back, zero
from cgviz.values.ieee import inf, is_normal


def forward(graph: Graph, inputs: Mapping[str, Value]) -> list[Value]:
    """Returns the value of every node, in order. `inputs` gives every input by name.

    Never raises on numbers: IEEE values are carried on.
    """
    values: list[Value] = list(graph.held)
    for index in graph.inputs:
        values[index] = inputs[graph.nodes[index].name]
    for index, (kind, function, slopes, first, second) in enumerate(graph.plan):
        if kind is SUM:
            values[index] = values[first] + values[second]
        elif kind is PRODUCT:
            values[index] = values[first] * values[second]
        elif kind is DIFFERENCE or kind is BINARY:
            values[index] = function(values[first], values[second])
        elif kind is UNARY:
            values[index] = function(values[first])
        elif kind is TERMS:
            total = NOTHING
            for arg, slope in zip(first, slopes):  # noqa: B905 - the hot loop
                total = total + values[arg] if slope > 0 else total - values[arg]
            values[index] = total if -inf < total < inf else function(*[values[arg] for arg in first])
        elif kind is not LEAF:
            values[index] = function(*[values[arg] for arg in first])
    return values


def completed(graph: Graph, known: Sequence[Value | None]) -> list[Value]:
    """Returns the value of every node, in order, where those that are not None are known: all inputs, for a start."""
    values = list(known)
    for index, (_, function, _, first, second) in enumerate(graph.plan):
        if values[index] is None:
            args = first if isinstance(first, tuple) else (first, second)[: len(graph.nodes[index].args)]
            values[index] = function(*[values[arg] for arg in args])
    return values


def backward(
    graph: Graph,
    values: Sequence[Value],
    seed: Value | None = None,
    output: int | None = None,
    masks: dict[int, Any] | None = None,
) -> list[Value]:
    """Returns ∂output/∂node for every node: one sweep over the nodes, last to first, arguments first to last.

    A node that no gradient reaches (the output does not need it, or it is on a branch not taken) has 0 and hands
    nothing on. `seed` is the gradient of the output, in its shape: 1 where none is given; `output` any node instead of
    the graph's. A gradient has the shape of its node. `masks` is filled with the elements that a gradient
    reaches, for the arrays of which it does not reach all.
    """
    found = swept(graph, values, seed, graph.output if output is None else output, {} if masks is None else masks)
    if not graph.has_arrays:
        return [0.0 if gradient is NOTHING else gradient for gradient in found]
    return [zero(node.shape or ()) if g is NOTHING else g for g, node in zip(found, graph.nodes, strict=True)]


NOTHING = -0.0
"""Where a sum begins: any number added to −0 is that number. A gradient that still is this very object has no part."""


def swept(graph: Graph, values: Sequence[Value], seed: Value | None, output: int, masks: dict[int, Any]) -> list[Value]:
    """Returns the same, with NOTHING in the place of the 0 of a node that no gradient reaches.

    Source: Griewank & Walther, Evaluating Derivatives, section 3.2 (adjoint recursion).
    """
    nothing = NOTHING
    gradients: list[Value] = [nothing] * len(values)
    gradients[output] = arrays.one(graph.nodes[output].shape or ()) if seed is None else seed
    plan = graph.plan
    for index in range(output, -1, -1):
        upstream = gradients[index]
        if upstream is nothing:
            continue
        kind, _, rule, first, second = plan[index]
        if kind is PRODUCT:
            gradients[first] += upstream * values[second]
            gradients[second] += upstream * values[first]
        elif kind is SUM:
            gradients[first] += upstream
            gradients[second] += upstream
        elif kind is DIFFERENCE:
            gradients[first] += upstream
            gradients[second] -= upstream
        elif kind is TERMS:
            for arg, slope in zip(first, rule):  # noqa: B905 - the hot loop
                gradients[arg] += upstream if slope > 0 else -upstream
        elif kind is FACTORS and is_roomy(values[index], factors := [values[arg] for arg in first]):
            for arg, slope in zip(first, others(factors)):  # noqa: B905 - the hot loop
                gradients[arg] += upstream * slope
        elif kind is ARRAY:
            through_arrays(graph, index, values, gradients, masks)
        elif kind is not LEAF:
            args = first if isinstance(first, tuple) else (first,) if kind is UNARY else (first, second)
            try:
                partials = rule(values[index], *[values[arg] for arg in args])
            except (ArithmeticError, ValueError):
                partials = graph.nodes[index].op.local(values[index], *[values[arg] for arg in args])
            if (kind is SCALED or kind is FACTORS) and not all(map(is_normal, partials)):
                partials = graph.nodes[index].op.handed(upstream, values[index], [values[arg] for arg in args])
                upstream = 1
            for arg, partial in zip(args, partials):  # noqa: B905 - the hot loop; the lengths agree by the ops' test
                if partial is not None:
                    gradients[arg] += upstream * partial
    return gradients


def through_arrays(
    graph: Graph, index: int, values: Sequence[Value], gradients: list[Value], masks: dict[int, Any]
) -> None:
    """Adds what node `index`, an op that has to do with arrays, hands back to its arguments.

    `masks` tells of a gradient which elements are reached, where not all are: on a branch of an elementwise `where`.
    """
    node = graph.nodes[index]
    operands = [values[arg] for arg in node.args]
    parts = handed_back(node.op, gradients[index], masks.get(index), values[index], operands)
    for arg, (part, mask) in zip(node.args, parts, strict=True):
        if part is None:
            continue
        so_far = gradients[arg]
        with arrays.quiet():
            gradients[arg] = part if so_far is NOTHING else so_far + part
        masks[arg] = mask if so_far is NOTHING else either(masks.get(arg), mask)


def gradient(graph: Graph, inputs: Mapping[str, Value], seed: Value | None = None) -> tuple[Value, dict[str, Value]]:
    """Returns the output's value and its gradient by input name: the lean pass, nothing else is kept.

    A graph that is asked often is compiled into a straight line, which finds the same numbers.
    """
    quick = quickly(graph, inputs, seed)
    if quick is not None:
        return quick[0], dict(zip(graph.input_names, quick[1], strict=True))
    values = forward(graph, inputs)
    gradients = swept(graph, values, seed, graph.output, {})
    found = {graph.nodes[i].name: (gradients[i], graph.nodes[i].shape or ()) for i in graph.inputs}
    return values[graph.output], {name: zero(shape) if g is NOTHING else g for name, (g, shape) in found.items()}


PAYS_AFTER = 8
"""How many gradients of one graph are found by the passes before it is compiled."""
MANY = 50_000
"""So many elements at once pay for it the first time."""


def quickly(graph: Graph, inputs: Mapping[str, Value], seed: Value | None = None) -> Found | None:
    """Returns value and gradient by the straight line; None where it is not worth its while, or does not go so far."""
    values = [inputs[name] for name in graph.input_names]
    line = graph.asked[-1] if len(graph.asked) > PAYS_AFTER else often(graph, values)
    return None if line is None else carried(line, values, seed)


def carried(line: Straight, values: Iterable[Value], seed: Value | None) -> Found | None:
    """Returns what the line finds; None where a number leaves the range of floats, or is an array: the passes go on."""
    try:
        return line(values, seed)
    except (ArithmeticError, ValueError, TypeError):
        return None


def often(graph: Graph, values: Sequence[Value]) -> Straight | None:
    """Counts that a gradient is asked for; returns the straight line when it is asked for often enough, or is large."""
    at_once = any(getattr(value, "size", 1) >= MANY for value in values)
    graph.asked.extend([None] * (PAYS_AFTER + 1 if at_once else 1))
    line = straight(graph) if len(graph.asked) > PAYS_AFTER else None
    graph.asked[-1] = line
    return line
