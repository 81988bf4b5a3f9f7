"""What backpropagation does instead of building a Jacobian: its product with the upstream gradient, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from cgviz.analysis.blocks import Jacobian
from cgviz.analysis.hessians import way
from cgviz.analysis.segments import as_row
from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.ops.arithmetic import neg
from cgviz.ops.op import Op
from cgviz.ops.whole import diag, eye
from cgviz.records import record
from cgviz.runs.gradients import Traced, UntraceableError, between, handed
from cgviz.runs.passes import backward
from cgviz.runs.run import Run
from cgviz.text.formula import Formula
from cgviz.values.arrays import Shape, Value, numpy, shape_of

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


@record
class Product:
    """The gradient of one input of a Jacobian, by the matrix and without it.

    source, target  the input and the output of the Jacobian
    edges           the steps from target to source, (target, slot) each, in the order of the backward pass
    upstream        ∂f/∂target; None where there is none: the target is an array and nobody gave its gradient
    by_matrix       upstream · J, one number per element of the source; by_steps the same without the matrix
    whole           the gradient of the source, on all paths
    alone           every path from the source to the output of the program leads through the target
    steps_cost      how many multiplications the steps take; None where they cannot be counted
    matrix_cost     how many the product with the matrix takes
    build_cost      how many it takes to build the matrix by backward passes; None likewise
    """

    source: int
    target: int
    edges: tuple[Edge, ...]
    upstream: Value | None
    by_matrix: Any
    by_steps: Value | None
    whole: Value | None
    alone: bool
    steps_cost: int | None
    matrix_cost: int
    build_cost: int | None


def products(run: Run, jacobian: Jacobian, seeded: bool = True) -> list[Product]:
    """Returns the product for each input of a Jacobian; `seeded` tells that the run's gradients begin from a number."""
    (output,), at = jacobian.outputs, 0
    every = jacobian.entries.T if jacobian.transposed else jacobian.entries
    found = []
    for each in jacobian.inputs:
        part = every[:, at : at + each.size]
        found.append(product(run, output.index, each.index, part, seeded and run.taken[output.index]))
        at += each.size
    return found


def product(run: Run, of: int, source: int, matrix: Any, seeded: bool) -> Product:
    edges = steps_between(run, source, of)
    cost = multiplications(run.graph, edges)
    upstream = run.gradients[of] if seeded else None
    by_matrix = by_steps = whole = None
    if upstream is not None:
        with numpy().errstate(all="ignore"):
            by_matrix = as_row(upstream) @ matrix
        by_steps = backward(run.graph, run.values, upstream, of)[source]
        whole = run.gradients[source]
    return Product(
        source=source,
        target=of,
        edges=edges,
        upstream=upstream,
        by_matrix=by_matrix,
        by_steps=by_steps,
        whole=whole,
        alone=source == of or not avoids(run, source, of),
        steps_cost=cost,
        matrix_cost=matrix.size,
        build_cost=None if cost is None else cost * len(matrix),
    )


def steps_between(run: Run, source: int, of: int) -> tuple[Edge, ...]:
    """Returns the edges of the backward pass from `of` to `source`, in its order."""
    inside = {source, *way(run.graph, [source], of)} if source != of else set()
    return tuple(
        (target, slot)
        for target in sorted(inside, reverse=True)
        if target != source
        for slot, arg in enumerate(run.graph.nodes[target].args)
        if arg in inside and run.flows(target, slot)
    )


def avoids(run: Run, source: int, of: int) -> bool:
    """Returns whether a path on which a gradient flows leads from the source to the output past node `of`."""
    reached = {source}
    for target, node in enumerate(run.graph.nodes):
        uses = (slot for slot, arg in enumerate(node.args) if arg in reached)
        if target != of and any(run.flows(target, slot) for slot in uses):
            reached.add(target)
    return run.graph.output in reached


def in_symbols(graph: Graph, of: int, source: int) -> Formula | None:
    """Returns the Jacobian as a formula where one op connects the two nodes: `W`, `diag(x > 0)`, `diag(s) − s sᵀ`."""
    node = graph.nodes[of]
    slots = [slot for slot, arg in enumerate(node.args) if arg == source]
    behind = between(graph, [source], of)
    if not slots or any(arg != source and behind[arg] for arg in node.args):
        return None
    operands = [graph.operand(i) for i in (of, *node.args)]
    every = node.op.jacobian(*operands) if node.op.jacobian else None if node.op.vjp else slopes(node, operands)
    parts = [every[slot] if every else None for slot in slots]
    if any(part is None for part in parts):
        return None
    total: Any = parts[0]
    for part in parts[1:]:
        total = total + part
    return total if isinstance(total, Formula) else Formula(total)


def slopes(node: Node, operands: Sequence[Formula]) -> list[Any]:
    """Returns the whole Jacobian of an op that works element by element: a diagonal matrix of its local derivatives."""
    _, *args = operands
    return [
        None if slope is None else wide(node, slope, arg)
        for slope, arg in zip(node.op.partials(*operands), args, strict=True)
    ]


def wide(node: Node, slope: Any, arg: Formula) -> Any:
    """Returns the matrix of one local derivative; None where the argument was broadcast, but not from a scalar."""
    if not node.shape or arg.shape == ():
        return slope if not node.shape or shape_of(slope) else None
    if arg.shape != node.shape:
        return None
    if isinstance(slope, Formula):
        return diag(slope) if slope.shape else slope * eye(arg)
    return eye(arg) if slope == 1 else neg(eye(arg)) if slope == -1 else slope * eye(arg)
