"""The forward mode: one sweep of tangents, first node to last, over scalars and arrays; a pure function of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cgviz.graph.nodes import Graph, Node
from cgviz.values import arrays
from cgviz.values.arrays import Value, both, either, is_array, quiet, settled, spread, zero

Reached = Any
"""A mask of the elements that a tangent reaches; None is all of them."""


def tangents(graph: Graph, values: Sequence[Value], seeds: Mapping[int, Value]) -> list[Value]:
    """Returns the tangent of every node, in its shape: how fast it moves while the seeded nodes move at their seeds.

    `seeds` maps nodes to tangents in their shapes. A node that none of them reaches, or only by a condition or a branch
    not taken, has 0 and hands nothing on; so has an element of a seed that is 0.
    Source: Griewank & Walther, Evaluating Derivatives, section 3.1 (tangent recursion).
    """
    found: list[Value | None] = [None] * len(values)
    masks: dict[int, Reached] = {}
    for index, seed in seeds.items():
        found[index] = seed
        masks[index] = seed != 0 if is_array(seed) else None
    for index in range(min(seeds, default=len(values)), len(values)):
        node = graph.nodes[index]
        if index in seeds or all(found[arg] is None for arg in node.args):
            continue
        operands = [values[arg] for arg in node.args]
        moving = [found[arg] for arg in node.args]
        if node.op.vjp is None:
            reached = [masks.get(arg) for arg in node.args]
            found[index], masks[index] = elementwise(node, values[index], operands, moving, reached)
        else:
            found[index] = structural(node, values[index], operands, moving)
    return [
        zero(node.shape or ()) if tangent is None else tangent for node, tangent in zip(graph.nodes, found, strict=True)
    ]


def elementwise(
    node: Node, out: Value, operands: Sequence[Value], moving: Sequence[Value | None], reached: Sequence[Reached]
) -> tuple[Value | None, Reached]:
    """Returns the sum of slope · tangent, broadcast to the shape of the stage, and what of it is reached."""
    op, shape = node.op, node.shape or ()
    local = arrays.slopes(op, out, operands) if shape else op.slopes or op.local(out, *operands)
    chosen = op.reaches(out, *operands) if op.reaches and shape else (None,) * len(operands)
    total, mask, first = None, None, True
    with quiet() if shape else NOTHING:
        for slot, (slope, tangent, known, choice) in enumerate(zip(local, moving, reached, chosen, strict=True)):
            if slope is None or tangent is None:
                continue
            part, here = arrays.moved(op, slot, slope, tangent, out, operands), both(known, choice)
            if here is not None:
                part = arrays.numpy().where(here, part, 0.0)
                here = arrays.numpy().broadcast_to(here, shape)
            total = part if total is None else total + part
            mask, first = (here if first else either(mask, here)), False
    return (None if total is None else spread(total, shape)), mask


def structural(node: Node, out: Value, operands: Sequence[Value], moving: Sequence[Value | None]) -> Value:
    """Returns the op's jvp; of a linear op, the op applied to the tangents. An argument at rest has tangent 0."""
    op = node.op
    each = [
        zero(arrays.shape_of(x) or ()) if tangent is None else tangent
        for x, tangent in zip(operands, moving, strict=True)
    ]
    with quiet():
        return settled(op.forward(*each) if op.jvp is None else op.jvp(tuple(each), out, *operands))


class Nothing:
    """A context that does nothing, so that scalars need no numpy."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


NOTHING = Nothing()
