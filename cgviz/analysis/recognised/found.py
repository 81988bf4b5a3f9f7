"""Where recognised results stand in a graph: a match of small graphs, node by node from the last one back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations
from typing import Any

from cgviz.analysis.recognised.table import RESULTS, Result
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.op import Op
from cgviz.ops.products import product
from cgviz.ops.reductions import axis_of, has_axes
from cgviz.reading.api import read
from cgviz.records import record

COMMUTES = frozenset(("add", "multiply"))
MOST_SWAPPED = 3
Nodes = Mapping[str, int]


@record
class FoundResult:
    """A recognised result in a graph.

    root   the node where the gradient arrives
    nodes  the nodes that the names of the result's program stand for
    fills  the axis and the like, with which its texts are filled
    """

    result: Result
    root: int
    nodes: Nodes
    fills: Mapping[str, Any]

    @property
    def sources(self) -> dict[str, int]:
        """The nodes that get a gradient in the short form, by their names in the result's program."""
        return {name: self.nodes[name] for name in self.result.gradients}

    def gradient(self, name: str, values: Mapping[str, Any]) -> Any:
        """Returns the short form for what `name` stands for: of numbers, arrays or formulas, whatever `values` are.

        values  what the names of the result's program stand for, and `up`, the gradient that arrives
        """
        return evaluated(self.result.gradients[name].format(**self.fills), values)


def found(graph: Graph) -> list[FoundResult]:
    """Returns the recognised results in a graph, the last ones first; none stands inside another."""
    every: list[FoundResult] = []
    inside: set[int] = set()
    names = {node.op.name for node in graph.nodes}
    rows = [(result, fills, pattern) for result, fills, pattern in patterns(axes(graph)) if is_in(pattern, names)]
    for index in reversed(graph.stages):
        if index in inside:
            continue
        for result, fills, pattern in rows:
            match = next(matches(pattern, pattern.output, graph, index, {}), None)
            if match is not None and fits(graph, result, pattern, match):
                bound = {node.name: match[i] for i, node in enumerate(pattern.nodes) if node.given and i in match}
                every.append(FoundResult(result, index, bound, fills))
                inside |= {match[i] for i in pattern.stages}
                break
    return every


def is_in(pattern: Graph, names: set[str]) -> bool:
    """Tells whether a graph with ops of these names has all that a pattern needs."""
    return all(pattern.nodes[i].op.name in names for i in pattern.stages)


def fits(graph: Graph, result: Result, pattern: Graph, match: Mapping[int, int]) -> bool:
    """Tells whether nothing is broadcast that must not be."""
    root = graph.nodes[match[pattern.output]]
    names = {node.name: i for i, node in enumerate(pattern.nodes) if node.op is INPUT}
    return root.shape is not None and all(graph.nodes[match[names[name]]].shape == root.shape for name in result.shapes)


def axes(graph: Graph) -> tuple[Any, ...]:
    """Returns the axes along which a graph reduces."""
    found = (axis_of(node.op) for node in graph.nodes if has_axes(node.op))
    return tuple(dict.fromkeys(axis for axis in found if axis is not None))


@cache
def patterns(every: tuple[Any, ...]) -> list[tuple[Result, Mapping[str, Any], Graph]]:
    """Returns the programs of the table as graphs, for each axis."""
    made: list[tuple[Result, Mapping[str, Any], Graph]] = []
    for result in (row for row in RESULTS if row.in_code):
        options = [{"axis": axis, "keep": keep} for axis in every for keep in (True, False)]
        if "{keep}" not in result.program:
            options = options[::2]
        for fills in options if "{axis}" in result.program else [{}]:
            text = result.program.format(**fills)
            made.append((result, fills, read(text, given=names_of(result))))
    return made


def names_of(result: Result) -> tuple[str, ...]:
    return tuple(result.gradients)


def matches(pattern: Graph, at: int, graph: Graph, index: int, bound: Mapping[int, int]) -> Iterator[Mapping[int, int]]:
    """Yields every way in which the pattern's node `at`, and all before it, is the graph's node `index`."""
    if at in bound:
        yield from [bound] if bound[at] == index else []
        return
    small, large = pattern.nodes[at], graph.nodes[index]
    if small.op is INPUT:
        yield {**bound, at: index}
    elif is_same(small, large):
        swapped = small.op.name in COMMUTES and len(small.args) <= MOST_SWAPPED
        for args in permutations(large.args) if swapped else [large.args]:
            yield from in_order(pattern, small.args, graph, args, {**bound, at: index})


def in_order(
    pattern: Graph, small: Sequence[int], graph: Graph, large: Sequence[int], bound: Mapping[int, int]
) -> Iterator[Mapping[int, int]]:
    if not small:
        yield bound
        return
    for first in matches(pattern, small[0], graph, large[0], bound):
        yield from in_order(pattern, small[1:], graph, large[1:], first)


def is_same(small: Node, large: Node) -> bool:
    """Tells whether two nodes are the same gate, or the same number."""
    if small.op is CONSTANT or large.op is CONSTANT:
        return small.op is large.op and not large.shape and small.value == large.value
    same = small.op is large.op or (small.op.name, small.op.parameter) == (large.op.name, large.op.parameter)
    return same and len(small.args) == len(large.args)


def evaluated(text: str, values: Mapping[str, Any]) -> Any:
    """Returns the value of a text in which names stand for numbers, arrays or formulas; a factor 1 is left out."""
    graph = read(text, given=tuple(values))
    found: list[Any] = []
    for node in graph.nodes:
        if node.op is INPUT:
            found.append(values[node.name])
        elif node.op is CONSTANT:
            found.append(node.value)
        else:
            found.append(applied(node.op, [found[arg] for arg in node.args]))
    return found[graph.output]


def applied(op: Op, args: list[Any]) -> Any:
    factors = [arg for arg in args if not (isinstance(arg, int) and arg == 1)] if op.name == "multiply" else args
    if len(factors) == len(args):
        return op(*args)
    return factors[0] if len(factors) == 1 else product(len(factors))(*factors)
