"""The program's graph with the student's own stages added to it: values and gradients of all, at every point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from cgviz.grading.elements import Misfit, computed, shape
from cgviz.grading.points import Point
from cgviz.grading.term import Term
from cgviz.graph.nodes import CONSTANT, Graph, Node
from cgviz.ops.arithmetic import copy, pow_, power
from cgviz.ops.op import Op
from cgviz.runs.passes import backward, forward
from cgviz.values import arrays
from cgviz.values.arrays import Value, handed_back

Vector = tuple[Value, ...]


class Atom(NamedTuple):
    """One contribution to a gradient: upstream times local, at every point. `source` is the stage that hands it back,
    `upstream` that stage's gradient, None for the seed."""

    source: int
    slot: int
    value: Vector
    upstream: Vector | None


class Tape:
    """Nodes, and the value of each at every point; `owner` is the stage to which a node belongs."""

    def __init__(self, graph: Graph, points: Sequence[Point], ties: str, upstream: Value | None = None) -> None:
        self.graph, self.ties, self.upstream = graph, ties, upstream
        self.nodes = list(graph.nodes)
        self.values: list[Vector] = list(zip(*(forward(graph, point) for point in points), strict=True))
        self.owner = list(range(len(self.nodes)))
        self.count, self.output = len(points), graph.output

    @cached_property
    def has_arrays(self) -> bool:
        return self.graph.has_arrays

    def push(self, op: Op, args: tuple[int, ...]) -> int:
        made = tuple(computed(op, [self.values[arg][k] for arg in args]) for k in range(self.count))
        single = op.alone and len(args) == 1 and shape(self.values[args[0]][0])
        self.nodes.append(Node(op.alone() if op.alone and single else op, args, shape=shape(made[0])))
        self.values.append(made)
        self.owner.append(len(self.nodes) - 1)
        return len(self.nodes) - 1

    def constant(self, number: Value) -> int:
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
        misfits = [each[0] for each in self.values[first:] if isinstance(each[0], Misfit)]
        if misfits:
            del self.nodes[first:], self.values[first:], self.owner[first:]
            return self.constant(misfits[0])
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
        seed = self.seed(output)
        return list(zip(*(backward(graph, column, seed) for column in columns), strict=True))

    def seed(self, output: int) -> Value:
        """Returns the gradient that the backward pass begins with: the run's own, else 1."""
        made = self.values[output][0]
        given = self.upstream is not None and shape(self.upstream) == shape(made)
        return self.upstream if given else arrays.one(shape(made))

    def atoms(self, output: int, gradients: list[Vector]) -> list[list[Atom]]:
        """Returns the contributions to every node's gradient, in the order of the backward pass."""
        found: list[list[Atom]] = [[] for _ in self.nodes]
        found[output].append(Atom(output, 0, (self.seed(output),) * self.count, None))
        reached = self.reached(output)
        for index in range(output, -1, -1):
            node = self.nodes[index]
            if not reached[index] or not node.args:
                continue
            parts = [self.handed(index, gradients, k) for k in range(self.count)]
            for slot, arg in enumerate(node.args):
                every = [part[slot] for part in parts]
                if any(part is not None for part in every):
                    none = arrays.zero(shape(self.values[arg][0]))
                    value = tuple(none if part is None else part for part in every)
                    found[arg].append(Atom(self.owner[index], slot, value, gradients[self.owner[index]]))
        return found

    def handed(self, index: int, gradients: list[Vector], k: int) -> list[Value | None]:
        """Returns what a node hands back to each of its operands at point k; None where nothing flows."""
        node, out, up = self.nodes[index], self.values[index][k], gradients[index][k]
        operands = [self.values[arg][k] for arg in node.args]
        if node.shape or node.op.vjp is not None:
            return [part for part, _ in handed_back(node.op, up, None, out, operands)]
        return [None if slope is None else up * slope for slope in node.op.local(out, *operands)]

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
