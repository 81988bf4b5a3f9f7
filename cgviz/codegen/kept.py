"""What code that one keeps leaves out: copies of gradients, numbers repeated to a shape, stages that one line reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from cgviz.codegen.program import ProgramWriter
from cgviz.codegen.tidy import is_spread
from cgviz.ops.op import COMPARISON
from cgviz.text.formula import Formula

WIDE = 64
"""The most characters of a right side with the stages that are written within it."""
MASKS = frozenset(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"))
TURNS = frozenset(("transpose", "swapaxes"))
Edges = dict[int, list[tuple[int, Formula]]]


class Shortened(ProgramWriter):
    """Writes arrays, in the short form without the lines that a person would not write.

    bare     what a stage hands back to a source, before it gets the shape of that, by both
    carried  the gradients that have no line, or one of fewer axes, and what stands for them
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.bare: dict[tuple[int, int], Formula] = {}
        self.carried: dict[int, Formula] = {}
        if self.plain:
            self.values.truths = self.slopes.truths = frozenset(self.conditions())

    def upstream(self, target: int) -> Formula | None:
        return self.carried.get(target) or super().upstream(target)

    @property
    def plain(self) -> bool:  # type: ignore[override]
        return self.options.short

    # stages

    def inlinable(self) -> frozenset[int]:
        """Returns the stages without a name of the program that one line reads, and not the backward pass;
        transposes; and what does not reach the output."""
        texts = {index: len(self.stage(index)) for index in self.graph.stages}
        tuple(self.backward())
        readers = Counter(arg for node in self.graph.nodes for arg in node.args)
        found = {index for index in self.graph.stages if not self.graph.reached[index]}
        for index in self.graph.stages:
            for arg in self.graph.nodes[index].args:
                if readers[arg] == 1 and self.is_passing(arg) and texts[index] + texts[arg] <= WIDE:
                    texts[index] += texts[arg]
                    found.add(arg)
        return frozenset(found)

    def is_passing(self, index: int) -> bool:
        """Tells whether a stage may stand where it is read: nobody named it, and it is cheap to write again."""
        node = self.graph.nodes[index]
        return node.is_stage and not node.given and (node.op.name in TURNS or index not in self.slopes.read)

    def conditions(self) -> Iterator[int]:
        """Yields the comparisons that only decide between branches: they stay what is true or false."""
        deciding, other = set[int](), set[int]()
        for node in self.graph.nodes:
            for slot, arg in enumerate(node.args):
                (deciding if node.op.name == "where" and slot == 0 else other).add(arg)
        for index in deciding - other:
            if self.graph.nodes[index].is_stage and self.right_side(index).write(self.values).binds == COMPARISON:
                yield index

    # gradients

    def carry(self, target: int, slots: Sequence[int], edges: Edges) -> None:
        into = [(stage, place) for stage, pairs in edges.items() for place, (to, _) in enumerate(pairs) if to == target]
        if not self.plain or target == self.graph.output or len(into) != 1:
            return
        stage, place = into[0]
        spreads, uses, masked = self.counted(target, slots)
        if masked and is_spread(self.bare[stage, target]):
            return
        for found, line in self.shorter(target, self.bare[stage, target], uses):
            self.carried[target] = found
            if self.counted(target, slots)[0] <= spreads:
                edges[stage][place : place + 1] = [] if line is None else [(target, line)]
                if not edges[stage]:
                    del edges[stage]
                return
        self.carried.pop(target, None)
        self.known.pop(target, None)

    def shorter(self, target: int, gradient: Formula, uses: int) -> Iterator[tuple[Formula, Formula | None]]:
        """Yields what may stand for the gradient of a stage, and the line that it needs, if any."""
        if is_spread(gradient):
            assert gradient.op is not None
            value = gradient.args[0]
            if value.op is None or (uses == 1 and gates(value) <= 2):
                yield gradient, None
            line = Formula(f"#d{target}", shape=value.shape)
            yield Formula(op=gradient.op, args=(line,), shape=gradient.shape), value
            return
        is_copy = gradient.op is None and gradient.shape == self.graph.nodes[target].shape
        if is_copy or (uses == 1 and gates(gradient) <= 2 and self.is_brief(target, gradient)):
            yield gradient, None

    def is_brief(self, target: int, gradient: Formula) -> bool:
        """Tells whether a gradient may stand in the line that reads it: its stage has no name, and no call is in it."""
        node = self.graph.nodes[target]
        return not node.given and (is_elementwise(gradient) or node.op.name in TURNS)

    def counted(self, target: int, slots: Sequence[int]) -> tuple[int, int, bool]:
        """Returns how often what a stage hands back repeats a number to a whole shape, how often it reads its gradient,
        and whether it computes with comparisons: those are of no kind of numbers, which they get from an array."""
        self.known.pop(target, None)
        leaves = Counter[str]()
        for source, whole in self.handed(target, slots):
            todo = [] if whole is None or not self.moving[source] else [whole]
            while todo:
                part = todo.pop()
                todo += part.args
                leaves[str(part.leaf) if part.op is None else part.op.name] += 1
        return leaves["spread"], leaves[f"#d{target}"], not MASKS.isdisjoint(leaves)


def gates(formula: Formula) -> int:
    return 0 if formula.op is None else 1 + sum(map(gates, formula.args))


def is_elementwise(formula: Formula) -> bool:
    return formula.op is None or (
        (formula.op.vjp is None or formula.op.name == "handed") and all(map(is_elementwise, formula.args))
    )
