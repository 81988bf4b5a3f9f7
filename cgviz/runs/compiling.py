"""Which lines a graph is compiled to: of numbers, of columns in blocks, of small arrays boldly."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from cgviz.graph.nodes import Graph
from cgviz.runs.bold import Bold, is_worth
from cgviz.runs.columns import Columns, ColumnWriter, below_choices, is_long
from cgviz.runs.straight import Found, Line, UnwrittenError, Writer, compiled
from cgviz.values import arrays
from cgviz.values.arrays import Shape, Value

MOST = 200_000


def straight(graph: Graph) -> Straight | None:
    """Returns the passes of a graph as one function; None for branches, and for a graph that is too large."""
    if len(graph) > MOST or not is_straight(graph):
        return None
    try:
        return Straight(graph)
    except UnwrittenError:
        return None


def is_straight(graph: Graph) -> bool:
    """Tells whether the way of a gradient is the same whatever the numbers are, but for the elements of arrays."""
    if any(node.op.name == "masked" or (node.op.reaches and not node.shape) for node in graph.nodes):
        return False
    below = (graph.nodes[index] for index in below_choices(graph))
    return all(node.shape or node.op.vjp is not None or not node.is_stage for node in below)


class Straight:
    """Value and gradient of a graph by compiled lines; long columns go through them in blocks that fit the cache."""

    def __init__(self, graph: Graph) -> None:
        """Raises UnwrittenError for what is no straight line."""
        self.graph = graph
        self.shape: Shape = graph.nodes[graph.output].shape or ()
        self.unit = self.compiled(unit=True)

    def compiled(self, unit: bool) -> Line:
        if not self.graph.has_arrays:
            return compiled(Writer(self.graph, unit))
        if is_worth(self.graph):
            return Bold(self.graph, unit)
        columns = Columns(ColumnWriter(self.graph, unit))
        quiet: Line = arrays.quiet()(columns.in_blocks if is_long(self.graph) else columns.at_once)
        return quiet

    @cached_property
    def seeded(self) -> Line:
        """The line for any seed."""
        return self.compiled(unit=False)

    @cached_property
    def one(self) -> Value:
        """A seed of 1 in the output's shape."""
        return arrays.spread(1.0, self.shape)

    def seed(self, number: float) -> Value:
        """Returns a number repeated to the output's shape."""
        return self.one if number == 1 else arrays.spread(number, self.shape)

    def __call__(self, values: Iterable[Value], seed: Value | None = None) -> Found:
        """Returns the output's value and the gradient of each input, from a seed of 1 where none is given.

        Raises ArithmeticError or ValueError where a number leaves the range of floats, TypeError for a wrong shape.
        """
        line, seed = (self.unit, self.one) if seed is None or seed is self.one else (self.seeded, seed)
        return line(values, seed)
