"""The lines of a program of arrays: stages with their shapes, and what each hands back in the shape of its source."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from cgviz.analysis.recognised import FoundResult
from cgviz.codegen.array_language import Arrays, lengths
from cgviz.codegen.array_notation import ArrayCode
from cgviz.codegen.forms import VIEWS, handed, sum_like
from cgviz.codegen.kept import Shortened
from cgviz.codegen.program import CodeLine, Helper
from cgviz.codegen.ranges import leaves_range, loses_digits
from cgviz.codegen.tidy import chained, in_shape_of, is_number, tidy
from cgviz.graph.nodes import CONSTANT
from cgviz.graph.shapes import alike
from cgviz.ops.op import Op, Rule, nothing
from cgviz.ops.rearranging import fold, listed
from cgviz.ops.reductions import axis_of, has_axes
from cgviz.runs.corners import flag_at
from cgviz.text.formula import Formula
from cgviz.values.arrays import Shape

Handed = tuple[Formula | None, ...]


class ArrayWriter(Shortened):
    """Writes a graph whose nodes have shapes.

    borrowed  the gradients that may be another variable's memory
    fixed     whether a line so far sums over axes that are counted from the first
    """

    language: Arrays
    fixed = False
    borrowed: frozenset[int] = frozenset()

    def note(self, index: int) -> str:
        shape = self.graph.nodes[index].shape
        return super().note(index) + (f"  # {listed(shape)}" if shape else "")

    def stage(self, index: int) -> str:
        if index in self.values.truths and index not in self.stages:
            self.values.read = set()
            self.stages[index] = self.right_side(index).write(self.values).text
            self.used[index] = frozenset(self.values.read)
        return super().stage(index)

    def right_side(self, index: int) -> Formula:
        op, operands = self.graph.nodes[index].op, self.operands(index)
        if op.ranged and leaves_range(self.run, index):
            made = op.ranged(*operands)
        else:
            made = Formula(op=op, args=operands, shape=self.shape_of(index))
        return tidy(made, self.language.prepared)

    def shape_of(self, index: int) -> Shape:
        return self.graph.nodes[index].shape or ()

    def operand(self, index: int) -> Formula:
        node = self.graph.nodes[index]
        if node.op is CONSTANT:
            return Formula(node.value, shape=node.shape) if node.shape else self.graph.operand(index)
        if index in self.inlined:
            made = self.right_side(index)
            return Formula(made.leaf, made.op, made.args, lengths(self.shape_of(index), self.alike[index]))
        return Formula(f"#{index}", shape=lengths(self.shape_of(index), self.alike[index]))

    def shaped_as(self, index: int) -> Formula:
        """Returns a variable that has the shape of a node."""
        return self.operand(self.alike[index])

    @cached_property
    def alike(self) -> list[int]:
        """For each node the one whose variable tells its shape."""
        return alike(self.graph) if self.language.spares else list(range(len(self.graph)))

    # what is handed back

    def locals(self, target: int) -> Handed:
        """Returns the whole of what a stage hands back to each argument; 0 where that is nothing."""
        if target not in self.known:
            node = self.graph.nodes[target]
            every = [self.operand(target), *self.operands(target)]
            upstream = self.upstream(target)
            found = self.by_vjp(target, upstream, every) if node.op.vjp else self.by_locals(target, upstream, every)
            self.known[target] = tuple(
                part if part is None or is_number(part, 0) else self.whole(target, arg, part)
                for part, arg in zip(found, node.args, strict=True)
            )
        return self.known[target]

    def in_short(self, known: FoundResult) -> Iterator[tuple[int, Formula]]:
        for index, whole in super().in_short(known):
            yield index, self.whole(known.root, index, whole)

    def whole(self, target: int, source: int, part: Formula) -> Formula:
        """Returns what a stage hands back to a source, in the shape of that."""
        self.bare[target, source] = tidy(part, self.language.prepared)
        return in_shape_of(self.bare[target, source], self.shaped_as(source))

    def by_vjp(self, target: int, upstream: Formula | None, every: list[Formula]) -> Handed:
        return tuple(self.rule(target)(Formula(1) if upstream is None else upstream, *every))

    def by_locals(self, target: int, upstream: Formula | None, every: list[Formula]) -> Handed:
        return tuple(
            local if local is None or is_number(local, 0) else self.by_local(target, upstream, local, arg)
            for local, arg in zip(self.slopes_of(target, every), self.graph.nodes[target].args, strict=True)
        )

    def slopes_of(self, target: int, every: list[Formula]) -> Handed:
        return tuple(s if s is None or isinstance(s, Formula) else Formula(s) for s in self.rule(target)(*every))

    def rule(self, target: int) -> Rule:
        """Returns the rule that is written: as taught, or the form that knows corners, or that keeps digits."""
        op = self.graph.nodes[target].op
        if op.precise and (self.options.stable or loses_digits(self.run, target)):
            return op.precise
        return op.vjp if op.vjp and not (op.careful and self.is_careful(target)) else super().rule(target)

    def is_careful(self, target: int) -> bool:
        """Tells whether the form that knows corners is wanted: always where a gate routes, else where one is met."""
        op = self.graph.nodes[target].op
        always = op.family == "choice" or (op.vjp is not None and op.corner is nothing)
        return self.options.stable or always or flag_at(self.run, target) != "" or self.is_at_corner(target)

    def by_local(self, target: int, upstream: Formula | None, local: Formula, arg: int) -> Formula:
        """Returns (local) * upstream, summed over what was broadcast."""
        source = self.operand(arg)
        value, rest = chained(local, upstream, self.options.teach)
        shape = self.shape_of(target)
        product = value if rest is None else Formula(op=handed, args=(value, rest), shape=shape)
        if source.shape != shape and self.language.leads and self.is_open:
            return Formula(op=sum_like, args=(product, self.shaped_as(arg)), shape=source.shape)
        self.fixed = self.fixed or source.shape != shape
        made: Formula = fold(shape, source.shape or ())(product)
        return made

    # as assignments

    def line(self, target: int, source: int, local: Formula, adds: bool, changes: bool) -> CodeLine:
        """Returns an assignment; what may be another variable's memory is never added to in place."""
        name, text = self.names.gradient(source), self.slopes.text_of(local).text
        number = self.number(target)
        if adds and source in self.borrowed:
            self.borrowed -= {source}
            return CodeLine(name, f"{name} + {text}", number, node=source)
        if not adds and changes and self.language.mutable and (local.op is None or local.op.name in VIEWS):
            self.borrowed |= {source}
        return CodeLine(name, text, number, adds, changes, node=source)

    def checked(self) -> Iterator[int]:
        """Yields the arrays among the inputs, unless every line is right for arrays with more axes before theirs."""
        if self.fixed or self.values.fixed or self.slopes.fixed or not self.is_open:
            yield from (index for index in self.graph.inputs if self.graph.nodes[index].shape)

    @cached_property
    def is_open(self) -> bool:
        """Whether every stage does the same with arrays that have more axes before theirs."""
        return all(map(self.is_general, self.graph.stages))

    def is_general(self, index: int) -> bool:
        node = self.graph.nodes[index]
        op, shapes = node.op, [self.shape_of(i) for i in (index, *node.args)]
        if op.vjp is None:
            return True
        if op.name in ("matmul", "transpose") and self.language.leads:
            return op.parameter is None and all(len(s) > 1 and s[:-2] == shapes[0][:-2] for s in shapes)
        if not has_axes(op):
            return False
        axes = axis_of(op)
        if axes is None:
            return op.statics != ("axis",)
        return all(axis < 0 for axis in (axes if isinstance(axes, tuple) else (axes,)))

    def zero(self, index: int) -> str:
        shape, name = self.graph.nodes[index].shape or (), self.names.variables[index]
        return self.language.zeros.format(name, listed(shape)) if shape else self.language.zero.format(name)

    def define(self, name: str, count: int, op: Op, found: dict[str, Helper]) -> None:
        source = op.helper.get(self.values.framework) if isinstance(self.values, ArrayCode) else None
        if source:
            found[name] = Helper(name, (), "", tuple(str(source).splitlines()))
        else:
            super().define(name, count, op, found)
