"""The part of a graph between some nodes and others, linearised: its slopes are computed once, for many passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.ops.op import Op
from cgviz.records import record
from cgviz.runs.gradients import Traced, UntraceableError
from cgviz.runs.passes import forward
from cgviz.values import arrays
from cgviz.values.arrays import Shape, Value, is_array, one, quiet, spread, zero

PROBE = 0.5


def narrowed(op: Op, out: Shape, shapes: Sequence[Shape], wanted: Sequence[bool]) -> Op:
    """Returns the op with a vjp that computes its part for the `wanted` arguments only, with the same numbers.

    The rule is written as a graph once; what the wanted parts are not computed from is left out of it.
    """
    if op.vjp is None or op.stable is not None or all(wanted):
        return op
    builder = Builder()
    given = [Traced(builder, entered(builder, f"x{i}", shape), shape) for i, shape in enumerate((out, out, *shapes))]
    try:
        parts = op.vjp(*given)
    except (UntraceableError, TypeError, AttributeError):
        return op
    ends = [part.index if want and isinstance(part, Traced) else None for part, want in zip(parts, wanted, strict=True)]
    graph = without_others(builder, [end for end in ends if end is not None], len(given))

    def vjp(*values: Any) -> tuple[Any, ...]:
        found = forward(graph, {f"x{i}": value for i, value in enumerate(values)})
        return tuple(None if end is None else found[end] for end in ends)

    return replace(op, vjp=vjp)


def entered(builder: Builder, name: str, shape: Shape) -> int:
    builder.inputs.append(len(builder.nodes))
    return builder.push(Node(INPUT, name=name, shape=shape))


def without_others(builder: Builder, ends: Sequence[int], inputs: int) -> Graph:
    """Returns the graph, every node that no end is computed from an input, so that it costs nothing."""
    needed = [index < inputs for index in range(len(builder.nodes))]
    for end in ends:
        needed[end] = True
    for index in range(len(needed) - 1, -1, -1):
        if needed[index]:
            for arg in builder.nodes[index].args:
                needed[arg] = True
    nodes = [node if keep else Node(INPUT) for node, keep in zip(builder.nodes, needed, strict=True)]
    return Graph(tuple(nodes), len(nodes) - 1, tuple(range(inputs)))


@record
class Segment:
    """A graph of the nodes between `sources` and `outputs`, and of the operands that these need as constants.

    values    the value of every node
    sources   where each source stands in this graph; None where no output depends on it
    outputs   likewise; None where it depends on no source
    steady    nodes towards which nothing flows from a stage that uses them: the place of `x[i]`, a condition
    """

    graph: Graph
    values: list[Value]
    sources: tuple[int | None, ...]
    outputs: tuple[int | None, ...]
    steady: frozenset[int]

    def skeleton(self) -> Segment:
        """Returns the segment with 1 for every slope that is no 0 of the rule, whatever the numbers are.

        Derivatives in it are 0 only where no path leads from an element to another.
        """
        nodes = tuple(
            node._replace(op=replace(node.op, stable=None)) if node.op.vjp else node._replace(op=flat(node.op))
            for node in self.graph.nodes
        )
        values = [
            value if i in self.steady else PROBE * one(node.shape or ())
            for i, (node, value) in enumerate(zip(nodes, self.values, strict=True))
        ]
        return replace(self, graph=replace(self.graph, nodes=nodes), values=values)


def flat(op: Op) -> Op:
    if op.slopes is None:
        return op
    slopes = tuple(None if slope is None else 0 if type(slope) is int and slope == 0 else 1 for slope in op.slopes)
    return replace(op, slopes=slopes, reaches=None)


def segment(
    graph: Graph, values: Sequence[Value], sources: Sequence[int], outputs: Sequence[int], every: bool = False
) -> Segment:
    """Returns what lies between `sources` and `outputs`. A source counts as moving by itself.

    With `every`, branches that are not taken at these values belong to it, too: for the skeleton.
    """
    needed = needed_by(graph, outputs)
    rules, moves = moving(graph, values, sources, needed, every)
    between = kept(graph, rules, moves, outputs)
    made: list[Node] = []
    numbers: list[Value] = []
    place: dict[int, int] = {}
    steady: set[int] = set()

    def put(index: int, node: Node) -> int:
        made.append(node)
        numbers.append(values[index])
        return len(made) - 1

    def constant(index: int) -> int:
        return put(index, Node(CONSTANT, shape=graph.nodes[index].shape, value=values[index]))

    for index in (i for i, inside in enumerate(between) if inside):
        node, rule = graph.nodes[index], rules.get(index)
        if rule is None:
            place[index] = constant(index)
            continue
        args = []
        for arg, flows in zip(node.args, rule.flows, strict=True):
            if flows and between[arg]:
                args.append(place[arg])
            else:
                args.append(constant(arg))
                steady |= set() if flows else {args[-1]}
        wanted = [flows and between[arg] for arg, flows in zip(node.args, rule.flows, strict=True)]
        shapes = [graph.nodes[arg].shape or () for arg in node.args]
        op = narrowed(rule.op, node.shape or (), shapes, wanted)
        place[index] = put(index, Node(op, tuple(args), shape=node.shape))
    ends = [place.get(index) for index in outputs]
    last = max((end for end in ends if end is not None), default=0)
    starts = tuple(place.get(index) for index in sources)
    return Segment(Graph(tuple(made), last, ()), numbers, starts, tuple(ends), frozenset(steady))


@record
class Rule:
    """A stage at the values of its operands: its op, elementwise ones with their slopes; the arguments it flows to."""

    op: Op
    flows: tuple[bool, ...]


def linear(node: Node, out: Value, operands: Sequence[Value], every: bool) -> Rule:
    if node.op.vjp is not None:
        with quiet():
            parts: Iterable[Any] = (node.op.stable or node.op.vjp)(zero(node.shape or ()), out, *operands)
        return Rule(node.op, tuple(part is not None for part in parts))
    slopes: Sequence[Any] = (
        arrays.slopes(node.op, out, operands) if node.shape else node.op.slopes or node.op.local(out, *operands)
    )
    if every and node.op.reaches is not None:
        slopes = [None if mask is None else 1.0 for mask in node.op.reaches(out, *operands)]
    return Rule(replace(node.op, slopes=tuple(slopes)), tuple(slope is not None for slope in slopes))


def needed_by(graph: Graph, outputs: Sequence[int]) -> list[bool]:
    """Returns for every node whether one of `outputs` is computed from it."""
    needed = [False] * len(graph.nodes)
    for index in outputs:
        needed[index] = True
    for index in range(max(outputs), -1, -1):
        if needed[index]:
            for arg in graph.nodes[index].args:
                needed[arg] = True
    return needed


def moving(
    graph: Graph, values: Sequence[Value], sources: Sequence[int], needed: Sequence[bool], every: bool
) -> tuple[dict[int, Rule], list[bool]]:
    """Returns the rules of the needed stages that move with a source, and for every node whether it moves."""
    moves = [False] * len(graph.nodes)
    for index in sources:
        moves[index] = needed[index]
    rules: dict[int, Rule] = {}
    for index, node in enumerate(graph.nodes):
        if not needed[index] or not any(moves[arg] for arg in node.args):
            continue
        rule = linear(node, values[index], [values[arg] for arg in node.args], every)
        if any(moves[arg] and flows for arg, flows in zip(node.args, rule.flows, strict=True)):
            rules[index], moves[index] = rule, True
    return rules, moves


def kept(graph: Graph, rules: dict[int, Rule], moves: Sequence[bool], outputs: Sequence[int]) -> list[bool]:
    """Returns for every node whether it moves and an output moves with it."""
    inside = [False] * len(graph.nodes)
    for index in outputs:
        inside[index] = moves[index]
    for index in range(max(outputs), -1, -1):
        if inside[index] and index in rules:
            for arg, flows in zip(graph.nodes[index].args, rules[index].flows, strict=True):
                inside[arg] = inside[arg] or (flows and moves[arg])
    return inside


def unit(shape: arrays.Shape, place: int) -> Value:
    """Returns 1 at one place, counted in row-major order, and 0 elsewhere."""
    if not shape:
        return 1.0
    made = zero(shape)
    made.flat[place] = 1.0
    return made


def as_row(value: Value) -> Any:
    """Returns the elements of a value in row-major order."""
    return arrays.numpy().ravel(spread(value, value.shape) if is_array(value) else value)
