"""What the output does when one node is set to another value: everything downstream of it is computed anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cgviz.graph.nodes import Graph
from cgviz.ops.op import Op
from cgviz.values.arrays import is_array, numpy


class Downstream:
    """The output as a function of any one node, in any arithmetic.

    base    the value of every node where nothing is moved
    apply   turns an op into a function of that arithmetic
    """

    def __init__(self, graph: Graph, base: Sequence[Any], apply: Callable[[Op], Callable[..., Any]]) -> None:
        self.graph, self.base, self.apply = graph, base, apply
        self.values = list(base)
        self.index = -1
        self.switching: list[int] = []
        self.rows: list[tuple[int, Callable[..., Any], tuple[int, ...]]] = []

    def output(self, index: int, value: Any) -> Any:
        """Returns the output where node `index` has this value and nothing else is moved."""
        self.turn_to(index)
        values = self.values
        values[index] = value
        for target, function, args in self.rows:
            values[target] = function(*[values[arg] for arg in args])
        return values[self.graph.output]

    def pieces(self) -> tuple[Any, ...]:
        """Returns on which piece of its definition each op stands that is made of pieces, as last computed."""
        return tuple(self.piece(index) for index in self.switching)

    def piece(self, index: int) -> Any:
        node = self.graph.nodes[index]
        return piece_of(node.op, [self.values[arg] for arg in node.args])

    def turn_to(self, index: int) -> None:
        """Makes node `index` the one that moves; the one before is put back."""
        if index == self.index:
            return
        for moved in (self.index, *(row[0] for row in self.rows)):
            if moved >= 0:
                self.values[moved] = self.base[moved]
        nodes = self.graph.nodes
        self.index, self.rows = index, []
        self.switching = []
        for target in cone(self.graph, index):
            self.rows.append((target, self.apply(nodes[target].op), nodes[target].args))
            if nodes[target].op.switch is not None:
                self.switching.append(target)


def cone(graph: Graph, index: int) -> list[int]:
    """Returns the nodes that depend on node `index` and that the output needs, in order, without itself."""
    found: set[int] = set()
    todo = [index]
    while todo:
        for target, _ in graph.edges_out[todo.pop()]:
            if target not in found and graph.reached[target]:
                found.add(target)
                todo.append(target)
    return sorted(found)


def piece_of(op: Op, args: Sequence[Any]) -> Any:
    """Returns on which piece of its definition an op stands; of arrays on which pieces, element by element."""
    switch: Any = op.switch
    if op.vjp is not None or not any(map(is_array, args)):
        return switch(*args)
    np = numpy()
    flat = (np.ravel(each).tolist() for each in np.broadcast_arrays(*args))
    return list(map(switch, *flat))
