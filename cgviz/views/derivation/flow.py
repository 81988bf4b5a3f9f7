"""What matters of a run for the inputs that are asked for: what flows where, and the rules as they are taught."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from cgviz.documents.equations import Equation
from cgviz.errors import UsageError, quoted
from cgviz.graph.lookup import closest
from cgviz.graph.nodes import CONSTANT
from cgviz.ops.op import Op
from cgviz.runs.corners import flag_at, remarks
from cgviz.runs.run import Contribution, Run
from cgviz.text.formula import Formula
from cgviz.values.arrays import Value, every_finite, is_array, numpy, quiet, settled
from cgviz.values.ieee import Ieee

MOST_LEAVES = 60
AGREES = 1e-6


class BoardSection(NamedTuple):
    """A heading, a sentence under it ("" for none), its lines, and sentences at its end."""

    title: str
    lines: tuple[Equation, ...]
    intro: str = ""
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """A run and the indices of the inputs whose derivatives are wanted."""

    run: Run
    wanted: tuple[int, ...]

    @property
    def seeded(self) -> bool:
        """Whether an upstream gradient was given: then the output is a part of something else."""
        return self.run.seeded

    @cached_property
    def end(self) -> str:
        """The name of what is differentiated: the output, or L, which it is a part of and whose gradient is given."""
        nodes = self.run.graph.nodes
        if not self.seeded:
            return nodes[self.run.graph.output].shown
        names = {node.shown for node in nodes}
        return next(name for name in ("L", "loss", *(f"L_{i}" for i in range(len(nodes) + 1))) if name not in names)

    @cached_property
    def kept(self) -> tuple[bool, ...]:
        """For each node, whether it depends on a wanted input and the output on it."""
        graph = self.run.graph
        kept = [False] * len(graph)
        for index in self.wanted:
            kept[index] = True
        for index in graph.stages:
            kept[index] = any(kept[arg] for arg in graph.nodes[index].args)
        return tuple(on and reached for on, reached in zip(kept, graph.reached, strict=True))

    def edges(self, index: int) -> list[Contribution]:
        """Returns what flows into a node's gradient, in the order of the backward pass."""
        run = self.run
        found = run.graph.edges_out[index]
        return [run.contribution(target, slot) for target, slot in found if self.flows(target, slot)]

    def flows(self, target: int, slot: int) -> bool:
        return self.run.taken[target] and self.run.flows(target, slot)

    def slots(self, index: int) -> list[tuple[int, int]]:
        """Returns (slot, operand) of a stage for the operands that are no constants and matter."""
        nodes = self.run.graph.nodes
        return [(s, arg) for s, arg in enumerate(nodes[index].args) if nodes[arg].op is not CONSTANT and self.kept[arg]]

    def is_number(self, target: int, slot: int) -> bool:
        """Tells whether an edge hands back upstream · local, not what a structural op makes of it, nor a sum."""
        return self.run.graph.nodes[target].op.vjp is None and not self.run.is_broadcast(target, slot)

    def corner(self, index: int) -> list[str]:
        """Returns the flags of a stage's op at its corners, with the convention that is used."""
        return [text for flag, text in remarks(self.run, index).items() if flag != "nonfinite"]

    def taught(self, index: int) -> Taught:
        """Returns the taught rule of a stage in numbers."""
        if index not in self._taught:
            self._taught[index] = taught(self.run, index)
        return self._taught[index]

    @cached_property
    def _taught(self) -> dict[int, Taught]:
        return {}

    def is_convention(self, index: int, slot: int) -> bool:
        """Tells whether a local derivative is a convention at a tie or kink, not what its formula says there."""
        return bool(flag_at(self.run, index)) and self.taught(index).differs[slot]

    def stopped(self, target: int, slot: int) -> str:
        """Returns why nothing flows back on an edge of a stage that a gradient reaches."""
        if self.run.local_formula(target, slot) is None:
            return "nothing flows back: this operand only decides"
        return "nothing flows back: it is on the branch that is not taken"


def flow(run: Run, wrt: str | None) -> Flow:
    """Returns the flow to one input, or to all of them. Raises UsageError where there is no such input."""
    graph = run.graph
    if wrt is None:
        return Flow(run, graph.inputs)
    names = {graph.nodes[i].name: i for i in graph.inputs} | {graph.nodes[i].shown: i for i in graph.inputs}
    if wrt not in names:
        inputs: Sequence[str] = [graph.nodes[i].name for i in graph.inputs]
        raise UsageError(f"{quoted(wrt)} is not an input of the program{closest(wrt, inputs)}")
    return Flow(run, (names[wrt],))


def spoken(value: Value | None) -> str:
    """Returns what is special about a number or an array, "" where it is finite."""
    if value is None or every_finite(value):
        return ""
    if is_array(value):
        return f"{value.size - int(numpy().isfinite(value).sum())} of {value.size} elements are not finite"
    return "not a number" if math.isnan(value) else "infinite"


class Taught(NamedTuple):
    """For each operand of a stage the rule in numbers, and whether the number that is used is another one.

    It is where the taught rule loses digits, and by convention at a tie or a kink.
    """

    formulas: tuple[Formula | None, ...]
    differs: tuple[bool, ...]


def taught(run: Run, index: int) -> Taught:
    """Returns the taught rule of a stage with its operands' values in their places."""
    node = run.graph.nodes[index]
    if run.symbolic or len(node.args) > MOST_LEAVES or node.op.vjp is not None:
        return Taught((None,) * len(node.args), (False,) * len(node.args))
    values = [plain(run.values[i]) for i in (index, *node.args)]
    written = node.op.partials(*map(Formula, values))
    sound = on_arrays(node.op, values) if node.shape else node.op.partials(*map(Ieee, values))
    differs = (
        local is not None and not agrees(math.nan if found is None else settled(found), local)
        for found, local in zip(sound, run.locals[index], strict=True)
    )
    return Taught(tuple(p if p is None or isinstance(p, Formula) else Formula(p) for p in written), tuple(differs))


def plain(value: Value | None) -> Value:
    """Returns a value, 0 for what is none and for −0."""
    return value if is_array(value) else value or 0.0


def on_arrays(op: Op, values: Sequence[Value]) -> tuple[Any, ...]:
    """Returns the taught rule on every element."""
    with quiet():
        return op.partials(*(value if is_array(value) else numpy().float64(value) for value in values))


def agrees(found: Value, local: Value) -> bool:
    if is_array(found) or is_array(local):
        near = numpy().isclose(found, local, rtol=AGREES, atol=0.0, equal_nan=True)
        return bool(near.all())
    return bool(found == local or (found != found and local != local) or abs(found - local) <= AGREES * abs(local))


def is_short(formula: Formula, most: int = MOST_LEAVES) -> bool:
    """Tells whether a formula has few enough leaves to be worth writing; looks at no more than that."""
    todo, seen = [formula], 0
    while todo and seen <= most:
        args = todo.pop().args
        if len(args) > most:
            return False
        seen += not args
        todo.extend(args)
    return seen <= most
