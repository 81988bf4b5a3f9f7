"""The program's graph with the student's own stages added to it: values and gradients of all, at every point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from cgviz.grading.points import Point
from cgviz.grading.term import Term
from cgviz.graph import CONSTANT, Graph, Node
from cgviz.op import Op
from cgviz.ops.arithmetic import copy, pow_, power
from cgviz.passes import backward, forward

Vector = tuple[float, ...]


class Atom(NamedTuple):
    """One contribution to a gradient: upstream times local, at every point. `source` is the stage that hands it back,
    `upstream` that stage's gradient, None for the seed."""

    source: int
    slot: int
    value: Vector
    upstream: Vector | None


class Tape:
    """Nodes, and the value of each at every point; `owner` is the stage to which a node belongs."""

    def __init__(self, graph: Graph, points: Sequence[Point], ties: str) -> None:
        self.graph, self.ties = graph, ties
        self.nodes = list(graph.nodes)
        self.values: list[Vector] = list(zip(*(forward(graph, point) for point in points), strict=True))
        self.owner = list(range(len(self.nodes)))
        self.count, self.output = len(points), graph.output

    def push(self, op: Op, args: tuple[int, ...]) -> int:
        self.nodes.append(Node(op, args))
        self.values.append(tuple(op.forward(*(self.values[arg][k] for arg in args)) for k in range(self.count)))
        self.owner.append(len(self.nodes) - 1)
        return len(self.nodes) - 1

    def constant(self, number: float) -> int:
        self.nodes.append(Node(CONSTANT, value=number))
        self.values.append((number,) * self.count)
        self.owner.append(len(self.nodes) - 1)
        return len(self.nodes) - 1

    def stage(self, term: Term, find: Callable[[Any], int]) -> int:
        """Returns the node of a new stage that computes `term`; `find` gives the node of a leaf."""
        first = len(self.nodes)
        done: list[int] = []
        todo: list[Term | tuple[Op, int]] = [term]
        while todo:
            item = todo.pop()
            if isinstance(item, tuple):
                op, count = item
                args = tuple(done[-count:])
                del done[-count:]
                done.append(self.push(*self.fitting(op, args)))
            elif item.op is None:
                done.append(self.constant(item.leaf) if isinstance(item.leaf, float) else find(item.leaf))
            else:
                todo.append((item.op, len(item.args)))
                todo.extend(reversed(item.args))
        made = done[0] if done[0] >= first else self.push(copy, (done[0],))
        for index in range(first, len(self.nodes)):
            self.owner[index] = made
        return made

    def fitting(self, op: Op, args: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        """Returns the op that the program would have here: a constant power, ties as they are split."""
        if op is pow_ and self.nodes[args[1]].op is CONSTANT:
            return power(self.nodes[args[1]].value or 0.0), args[:1]
        return (op.ties(self.ties) if op.ties else op), args

    def at(self, output: int) -> Graph:
        return Graph(tuple(self.nodes), output, self.graph.inputs)

    def gradients(self, output: int) -> list[Vector]:
        """Returns ∂output/∂node for every node, at every point."""
        graph = self.at(output)
        columns = ([value[k] for value in self.values] for k in range(self.count))
        return list(zip(*(backward(graph, column) for column in columns), strict=True))

    def atoms(self, output: int, gradients: list[Vector]) -> list[list[Atom]]:
        """Returns the contributions to every node's gradient, in the order of the backward pass."""
        found: list[list[Atom]] = [[] for _ in self.nodes]
        found[output].append(Atom(output, 0, (1.0,) * self.count, None))
        reached = self.reached(output)
        for index in range(output, -1, -1):
            node = self.nodes[index]
            if not reached[index] or not node.args:
                continue
            columns = [[self.values[arg][k] for arg in node.args] for k in range(self.count)]
            local = [node.op.local(self.values[index][k], *columns[k]) for k in range(self.count)]
            for slot, arg in enumerate(node.args):
                slopes = [each[slot] for each in local]
                if any(slope is not None for slope in slopes):
                    up = gradients[index]
                    value = tuple(0.0 if s is None else u * s for u, s in zip(up, slopes, strict=True))
                    found[arg].append(Atom(self.owner[index], slot, value, gradients[self.owner[index]]))
        return found

    def reached(self, output: int) -> list[bool]:
        reached = [False] * len(self.nodes)
        reached[output] = True
        for index in range(output, -1, -1):
            if reached[index]:
                for arg in self.nodes[index].args:
                    reached[arg] = True
        return reached

    @cached_property
    def names(self) -> dict[str, int]:
        """The program's inputs and stages by name."""
        return {node.name: i for i, node in enumerate(self.graph.nodes) if node.name}
