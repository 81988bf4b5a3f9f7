"""Values, gradients and contributions at every point: of the program, and of the stages that a student has instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from cgviz.graph.nodes import CONSTANT, Graph, Node
from cgviz.ops.op import ATOM
from cgviz.ops.rearranging import fold
from cgviz.runs.passes import backward, forward
from cgviz.text.formula import TEXT, Formula
from cgviz.values import arrays
from cgviz.values.arrays import Value, handed_back, shape_of

Vector = tuple[Value, ...]  # a value at every point


class Atom(NamedTuple):
    """One contribution to a gradient: upstream times local, at every point. `source` is the stage of its system that
    hands it back; `seed` tells whether it is what the backward pass begins with."""

    system: System
    source: int
    slot: int
    value: Vector
    seed: bool = False

    @property
    def name(self) -> str:
        return self.system.name(self.source)


class System:
    """A graph at every point. `names` are those of its nodes, `owner` the stage to which a node belongs."""

    def __init__(
        self,
        graph: Graph,
        points: Sequence[Mapping[str, Value]],
        upstream: Value | None,
        names: Mapping[int, str],
        owner: Sequence[int] | None = None,
    ) -> None:
        self.graph, self.nodes, self.names = graph, graph.nodes, dict(names)
        self.owner = owner or range(len(graph))
        columns = [forward(graph, point) for point in points]
        self.values: list[Vector] = list(zip(*columns, strict=True))
        self.seed = seed_of(self.values[graph.output][0], upstream)
        self.slopes: list[Vector] = list(zip(*(backward(graph, each, self.seed) for each in columns), strict=True))

    def name(self, index: int) -> str:
        return self.names.get(index) or self.nodes[index].name

    @cached_property
    def atoms(self) -> list[list[Atom]]:
        """The contributions to every node's gradient, in the order of the backward pass."""
        graph, found = self.graph, [list[Atom]() for _ in self.nodes]
        found[graph.output].append(Atom(self, graph.output, 0, (self.seed,) * len(self.values[0]), True))
        for index in range(graph.output, -1, -1):
            if not graph.reached[index] or not self.nodes[index].args:
                continue
            parts = [self.handed(index, k) for k in range(len(self.values[0]))]
            for slot, arg in enumerate(self.nodes[index].args):
                every = [part[slot] for part in parts]
                if any(part is not None for part in every):
                    none = arrays.zero(shape_of(self.values[arg][0]) or ())
                    value = tuple(none if part is None else part for part in every)
                    found[arg].append(Atom(self, self.owner[index], slot, value))
        return found

    def handed(self, index: int, k: int) -> list[Value | None]:
        """Returns what a node hands back to each of its operands at a point; None where nothing flows."""
        node, out, up = self.nodes[index], self.values[index][k], self.slopes[index][k]
        operands = [self.values[arg][k] for arg in node.args]
        if node.shape or node.op.vjp is not None:
            return [part for part, _ in handed_back(node.op, up, None, out, operands)]
        return [None if slope is None else up * slope for slope in node.op.local(out, *operands)]

    def operands(self, stage: int) -> list[int]:
        """Returns the named values of which a stage is made, its unnamed parts looked through."""
        found: dict[int, None] = {}
        todo = [stage]
        while todo:
            for arg in self.nodes[todo.pop()].args:
                if self.owner[arg] == stage:
                    todo.append(arg)
                else:
                    found[arg] = None
        return list(found)

    def rule(self, atom: Atom) -> str:
        """Returns what a stage hands back, as program text: `dq * w`, of a matrix product `dq xᵀ`; "" where it has no
        short name."""
        node, name = self.nodes[atom.source], self.name(atom.source)
        inner = [arg for arg in node.args if not self.name(arg) and self.nodes[arg].op is not CONSTANT]
        if inner or atom.seed or atom.slot >= len(node.args):
            return ""
        operands = [self.operand(arg) for arg in node.args]
        if not self.graph.has_arrays:
            slope = node.op.partials(Formula(name), *operands)[atom.slot]
            written = (slope if isinstance(slope, Formula) else Formula(slope or 0.0)).write(TEXT)
            return f"d{name} * {written.text if written.binds == ATOM else f'({written.text})'}"
        upstream, out = Formula(f"d{name}", shape=node.shape), Formula(name, shape=node.shape)
        if node.op.vjp is not None:
            made = node.op.vjp(upstream, out, *operands)[atom.slot]
        else:
            made = self.summed(node, atom.slot, upstream * (node.op.partials(out, *operands)[atom.slot] or 0.0))
        return made.write(TEXT).text if isinstance(made, Formula) else ""

    def summed(self, node: Node, slot: int, made: Any) -> Any:
        """Returns what an operand gets that was broadcast: the sum along the axes that it was repeated along."""
        narrow = self.nodes[node.args[slot]].shape
        return fold(node.shape, narrow)(made) if node.shape and narrow is not None and narrow != node.shape else made

    def operand(self, index: int) -> Formula:
        node = self.nodes[index]
        return Formula(self.name(index) if node.op is not CONSTANT else node.value or 0.0, shape=node.shape or ())


def seed_of(output: Value, upstream: Value | None) -> Value:
    """Returns the gradient that the backward pass begins with: the run's own, else 1."""
    shape = shape_of(output) or ()
    return upstream if upstream is not None and (shape_of(upstream) or ()) == shape else arrays.one(shape)
