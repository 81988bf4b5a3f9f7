"""What a view of one node reads from its run: the edges into it and out of it, and which of many are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from cgviz.documents.writing import is_short
from cgviz.drawing.diagram.known import known
from cgviz.graph.nodes import CONSTANT, Node
from cgviz.runs.corners import flag_at
from cgviz.runs.run import Contribution, Run
from cgviz.runs.steps import Backward
from cgviz.text.formula import Formula, Pretty, with_digits
from cgviz.values.arrays import Value, is_array

Item = TypeVar("Item")


@dataclass(frozen=True)
class Edge:
    """One edge, from operand `slot` into node `target`; `step` is its step in the backward pass, if it has one."""

    run: Run
    target: int
    slot: int
    step: Backward | None

    @property
    def source(self) -> int:
        return self.run.graph.nodes[self.target].args[self.slot]

    @property
    def is_constant(self) -> bool:
        return self.run.graph.nodes[self.source].op is CONSTANT

    @cached_property
    def back(self) -> Contribution:
        return self.run.contribution(self.target, self.slot)

    @cached_property
    def formula(self) -> Formula | None:
        """The local derivative; None where there is none, or where it is too long to be written."""
        found: Formula | None = self.run.local_formula(self.target, self.slot)
        if found is not None and self.is_convention:
            found = self.rule(*map(self.run.graph.operand, (self.target, *self.run.graph.nodes[self.target].args)))
        return found if found is not None and is_short(found) else None

    @cached_property
    def is_convention(self) -> bool:
        """Whether the node stands on a corner at which the rule as taught gives another number: a tie that is split."""
        op = self.run.graph.nodes[self.target].op
        if self.run.symbolic or op.careful is None or not flag_at(self.run, self.target):
            return False
        out, *operands = (self.run.values[i] for i in (self.target, *self.run.graph.nodes[self.target].args))
        if any(map(is_array, (out, *operands))):
            return False
        try:
            taught, local = op.partials(out, *operands)[self.slot], self.back.local
        except ArithmeticError:
            return True
        return taught is not None and local is not None and float(taught) != local

    def rule(self, out: Formula, *operands: Formula) -> Formula:
        """Returns the local derivative as taught, on a corner by the rule that knows of it."""
        op = self.run.graph.nodes[self.target].op
        rule = op.careful if op.careful and self.is_convention else op.partials
        local = rule(out, *operands)[self.slot]
        return local if isinstance(local, Formula) else Formula(local)

    @cached_property
    def handed(self) -> Formula | None:
        """What a structural op hands back, `dq xᵀ`, or the sum where the operand was broadcast; None of a product."""
        node = self.run.graph.nodes[self.target]
        if node.op.vjp is None and not self.run.is_broadcast(self.target, self.slot):
            return None
        return self.run.handed_formula(self.target, self.slot)

    @property
    def is_structural(self) -> bool:
        return self.run.graph.nodes[self.target].op.vjp is not None

    def in_numbers(self, digits: int) -> str:
        """Returns the local derivative with numbers for names: `−1/1.953²`; "" in the symbolic state."""
        if self.formula is None or self.run.symbolic:
            return ""
        node = self.run.graph.nodes[self.target]
        out, *operands = (in_place(self.run.values[i]) for i in (self.target, *node.args))
        written: str = self.rule(out, *operands).write(with_digits(Pretty, digits)).text
        return written


@dataclass(frozen=True)
class Facts:
    """The node `index` of a run."""

    run: Run
    index: int

    @property
    def node(self) -> Node:
        return self.run.graph.nodes[self.index]

    @property
    def is_output(self) -> bool:
        return self.index == self.run.graph.output

    @cached_property
    def operands(self) -> list[Edge]:
        """The edges into the node, in the order of its operands; constants, too."""
        return [self.edge(self.index, slot) for slot in range(len(self.node.args))]

    @cached_property
    def uses(self) -> list[Edge]:
        """The edges out of the node, in the order of the backward pass."""
        return [self.edge(target, slot) for target, slot in self.run.graph.edges_out[self.index]]

    @cached_property
    def flowing(self) -> list[Edge]:
        """The uses that hand a gradient back."""
        return [edge for edge in self.uses if edge.step]

    @cached_property
    def steps(self) -> dict[tuple[int, int], Backward]:
        return known(self.run).backward

    def edge(self, target: int, slot: int) -> Edge:
        return Edge(self.run, target, slot, self.steps.get((target, slot)))


def in_place(value: Value | None) -> Formula:
    """Returns a value as it stands in a formula in the place of a name."""
    return Formula(value) if is_array(value) else Formula(value or 0.0)


def ends(items: Sequence[Item], most: int, last: int = 2) -> tuple[Sequence[Item], int, Sequence[Item]]:
    """Returns the first of many items, how many are left out, and the last ones; up to `most` all of them are first."""
    if len(items) <= most:
        return items, 0, ()
    first = most - 1 - last
    return items[:first], len(items) - first - last, items[len(items) - last :]
