"""The backward pass as a graph: the ops' own rules run on graph tracers, so that a gradient can be differentiated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cgviz.errors import CgvizError
from cgviz.graph.nodes import Builder, Graph, Node
from cgviz.ops.arithmetic import neg
from cgviz.ops.op import Op
from cgviz.ops.operators import Operators
from cgviz.ops.piecewise import where
from cgviz.ops.rearranging import fold, spread
from cgviz.records import record
from cgviz.text.formula import known_shape
from cgviz.values.arrays import Shape, Value, settled, shape_of, zero

Flows = Callable[[int, int], bool]


class UntraceableError(CgvizError):
    """A derivative rule wants numbers, and a tracer has none."""


@record
class Gradients:
    """A graph that holds a program and the gradients of one of its nodes.

    graph  the nodes of the program at the same indices, then those of the backward pass; its output is a gradient
    at     for each node that was asked for, the node that is its gradient, in its shape
    """

    graph: Graph
    at: Mapping[int, int]


def refuse(self: Traced, *_: Any) -> Any:
    raise UntraceableError("this derivative rule looks at numbers; it cannot be written as a graph")


class Traced(Operators):
    """A node of a builder under Python's operators, so that a derivative rule writes into the graph."""

    __slots__ = ("builder", "index", "shape")
    __array_ufunc__ = None  # numpy's arrays leave the operator to the tracer
    __bool__ = __float__ = __int__ = __len__ = __iter__ = __array__ = refuse
    __lt__ = __le__ = __gt__ = __ge__ = refuse

    def __init__(self, builder: Builder, index: int, shape: Shape) -> None:
        self.builder, self.index, self.shape = builder, index, shape

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Traced:
        operands = [arg if isinstance(arg, Traced) else constant(self.builder, arg) for arg in args]
        shape = known_shape(op, [operand.shape for operand in operands]) or ()
        index = self.builder.apply(op, [operand.index for operand in operands])
        self.builder.nodes[index] = self.builder.nodes[index]._replace(shape=shape)
        return Traced(self.builder, index, shape)


def constant(builder: Builder, value: Value) -> Traced:
    value = settled(value)
    return Traced(builder, builder.constant(value), shape_of(value) or ())


def gradient_graph(
    graph: Graph, wrt: Sequence[int], of: int | None = None, seed: Value | None = None, flows: Flows | None = None
) -> Gradients:
    """Returns the gradients of node `of` (the output) in the nodes `wrt` as a graph.

    seed   the gradient of `of`, in its shape; 1 where none is given
    flows  tells of an edge (target, slot) whether a gradient passes it, where values say so: not into a branch that
           is not taken

    The shapes of all nodes must be known. Raises UntraceableError where a rule wants numbers.
    Source: Griewank & Walther, Evaluating Derivatives, section 3.2, the adjoint recursion run on symbols.
    """
    of = graph.output if of is None else of
    builder, taken = written(graph), {node.name for node in graph.nodes}
    found: dict[int, Any] = {of: 1 if seed is None else constant(builder, seed)}
    wanted = between(graph, wrt, of)
    for target in range(of, -1, -1):
        node, upstream = graph.nodes[target], found.get(target)
        if upstream is None or not wanted[target]:
            continue
        name(builder, upstream, f"d{node.name}", taken)
        if not any(wanted[arg] for arg in node.args):
            continue
        for slot, (arg, part) in enumerate(zip(node.args, handed(builder, graph, target, upstream), strict=True)):
            if part is not None and wanted[arg] and (flows is None or flows(target, slot)):
                found[arg] = found[arg] + part if arg in found else part
    at = {index: whole(builder, found.get(index, 0), graph.nodes[index].shape or ()).index for index in wrt}
    return Gradients(builder.finish(at[wrt[0]], graph.program, graph.detail), at)


def written(graph: Graph) -> Builder:
    """Returns a builder that holds the graph, its stages known to it, so that a rule uses what is there."""
    builder = Builder()
    builder.nodes.extend(graph.nodes)
    builder.inputs.extend(graph.inputs)
    for index, node in enumerate(graph.nodes):
        if node.is_stage:
            builder.known.setdefault((node.op, node.args), index)
    return builder


def between(graph: Graph, wrt: Sequence[int], of: int) -> list[bool]:
    """Returns for every node whether it is one of `wrt` or computed from one."""
    wanted = [False] * len(graph.nodes)
    for index in wrt:
        wanted[index] = True
    for index in range(of + 1):
        wanted[index] = wanted[index] or any(wanted[arg] for arg in graph.nodes[index].args)
    return wanted


def handed(builder: Builder, graph: Graph, target: int, upstream: Any) -> Sequence[Any]:
    """Returns what a stage hands back to each argument: tracers, numbers, or None where nothing flows."""
    node = graph.nodes[target]
    out, *operands = (Traced(builder, i, graph.nodes[i].shape or ()) for i in (target, *node.args))
    try:
        if node.op.vjp is not None:
            upstream = whole(builder, upstream, node.shape or ())
            return list((node.op.again or node.op.careful or node.op.vjp)(upstream, out, *operands))
        if node.op.scaled is not None and not (is_number(upstream) and upstream == 1):
            upstream = whole(builder, upstream, node.shape or ())
            parts = node.op.scaled(upstream, out, *operands)
            return [narrowed(*each) for each in zip(parts, [node.shape or ()] * len(operands), operands, strict=True)]
        slopes = rule_of(node.op)(out, *operands)
    except (TypeError, AttributeError) as error:
        raise UntraceableError(f"the derivative rule of {node.op.name} cannot be written as a graph") from error
    return [
        part(upstream, slope, node, operand, node.op.reaches is not None)
        for slope, operand in zip(slopes, operands, strict=True)
    ]


def rule_of(op: Op) -> Callable[..., Sequence[Any]]:
    """Returns the rule to be differentiated again: the taught one, but of ops that choose between arguments (max,
    where, hypot) the one that knows of ties; it has no |x| in it that only saves digits."""
    if op.again is not None:
        return op.again
    rule: Callable[..., Sequence[Any]] = op.careful if op.careful and op.arity != (1, 1) else op.partials
    return rule


def part(upstream: Any, slope: Any, node: Node, operand: Traced, chooses: bool) -> Any:
    """Returns upstream · slope, summed where the operand was broadcast; a factor 1 is left out, a slope 0 is None.

    The slopes of an op that chooses are masks; where one is 0, whatever comes from upstream is 0, too.
    """
    if slope is None or (isinstance(slope, (int, float)) and slope == 0):
        return None
    product = where(slope, upstream, 0) if chooses and isinstance(slope, Traced) else times(upstream, slope)
    return narrowed(product, node.shape or (), operand)


def narrowed(product: Any, shape: Shape, operand: Traced) -> Any:
    """Returns what an operand gets, summed where it was broadcast to `shape`."""
    if operand.shape == shape:
        return product
    if shape_of(product) != shape:
        product = whole(operand.builder, product, shape)
    return fold(shape, operand.shape)(product)


def times(upstream: Any, slope: Any) -> Any:
    if is_number(slope) and slope in (1, -1):
        return upstream if slope == 1 else neg(upstream) if isinstance(upstream, Traced) else -upstream
    return slope if is_number(upstream) and upstream == 1 else upstream * slope


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def whole(builder: Builder, value: Any, shape: Shape) -> Traced:
    """Returns a tracer of that shape; a number, or what has fewer axes, is repeated."""
    if not isinstance(value, Traced):
        return constant(builder, zero(shape) + value)
    return value if value.shape == shape else spread(shape)(value)


def name(builder: Builder, value: Any, called: str, taken: set[str]) -> None:
    """Names the stage of a gradient `dx`, where it has no name and this one is free."""
    if not isinstance(value, Traced) or len(called) < 2 or called in taken:
        return
    node = builder.nodes[value.index]
    if node.is_stage and not node.name:
        taken.add(called)
        builder.nodes[value.index] = node._replace(name=called, given=True)
