"""How many multiplications a backward step takes, counted in the graph that its rule writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.ops.op import Op
from cgviz.runs.gradients import Traced, UntraceableError, handed
from cgviz.values.arrays import Shape

Edge = tuple[int, int]


def multiplications(graph: Graph, edges: Iterable[Edge]) -> int | None:
    """Returns how many multiplications and divisions the edges (target, slot) of a backward pass take together, the
    local derivatives included; None where a rule cannot be read."""
    total = 0
    for target, slot in edges:
        node = graph.nodes[target]
        constants = tuple(graph.nodes[arg].value if graph.nodes[arg].op is CONSTANT else None for arg in node.args)
        fixed = tuple(value if isinstance(value, float) else None for value in constants)
        found = of_edge(
            node.op, tuple(graph.nodes[arg].shape or () for arg in node.args), node.shape or (), slot, fixed
        )
        if found is None:
            return None
        total += found
    return total


@lru_cache(maxsize=4096)
def of_edge(op: Op, shapes: tuple[Shape, ...], out: Shape, slot: int, fixed: tuple[float | None, ...]) -> int | None:
    builder = Builder()
    for place, shape in enumerate(shapes):
        known = fixed[place]
        builder.push(Node(INPUT if known is None else CONSTANT, shape=shape, value=known))
    target = builder.apply(op, range(len(shapes)))
    upstream = builder.input("up")
    for index in (target, upstream):
        builder.nodes[index] = builder.nodes[index]._replace(shape=out)
    graph = Graph(tuple(builder.nodes), target, ())
    try:
        part = handed(builder, graph, target, Traced(builder, upstream, out))[slot]
    except UntraceableError:
        return None
    return counted(builder, part.index, upstream) if isinstance(part, Traced) else 0


def counted(builder: Builder, end: int, given: int) -> int:
    """Returns the multiplications of the nodes that `end` is computed from, those up to `given` left out."""
    total, todo, seen = 0, [end], set[int]()
    while todo:
        index = todo.pop()
        if index in seen or index <= given:
            continue
        seen.add(index)
        node = builder.nodes[index]
        shapes: Sequence[Shape] = [builder.nodes[arg].shape or () for arg in node.args]
        total += node.op.multiplies(node.shape or (), *shapes) if node.op.multiplies else 0
        todo.extend(node.args)
    return total
