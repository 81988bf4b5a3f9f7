"""The straight line of a graph whose inputs are columns of numbers, and long columns in blocks that fit the cache."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.op import Op
from cgviz.runs.straight import GIVES_UP, INFIX, Found, Line, Source, UnwrittenError, Writer, compiled
from cgviz.values import arrays
from cgviz.values.arrays import Shape, Value, is_array, moved
from cgviz.values.wide import multiplied

BLOCK = 1 << 15
NAME = re.compile(r"\b[vgtshk][0-9]+\b")
LINEAR = frozenset((*INFIX, "subtract", "signed_sum", "neg", "copy"))


MOST = 200_000


def straight(graph: Graph) -> Straight | None:
    """Returns the passes of a graph as one function; None for branches, matrices, and a graph that is too large."""
    if len(graph) > MOST or any(not is_straight(node) for node in graph.nodes):
        return None
    try:
        return Straight(graph)
    except UnwrittenError:
        return None


def is_straight(node: Node) -> bool:
    """Tells whether a node works element by element, and a gradient flows through it whatever its operands are."""
    if node.op is INPUT:
        return True
    if node.op is CONSTANT:
        return not is_array(node.value)
    return node.op.reaches is None and node.op.vjp is None


class Column(Source):
    """The text of an expression of columns: each part has a name of its own, so that equal ones are computed once."""

    __slots__ = ()
    writer: ColumnWriter

    __hash__ = None

    def other(self, other: Any) -> str:
        return other.text if isinstance(other, Source) else self.writer.scalar(other)

    def made(self, text: str) -> Column:
        return Column(self.writer.part_of(text), self.writer)

    def __ge__(self, other: Any) -> Column:
        return self.made(f"{self.text} >= {self.other(other)}")

    def __gt__(self, other: Any) -> Column:
        return self.made(f"{self.text} > {self.other(other)}")

    def __le__(self, other: Any) -> Column:
        return self.made(f"{self.text} <= {self.other(other)}")

    def __lt__(self, other: Any) -> Column:
        return self.made(f"{self.text} < {self.other(other)}")

    def __eq__(self, other: Any) -> Any:
        return self.made(f"{self.text} == {self.other(other)}")

    def __ne__(self, other: Any) -> Any:
        return self.made(f"{self.text} != {self.other(other)}")

    def __abs__(self) -> Column:
        return self.made(f"abs({self.text})")

    def __and__(self, other: Any) -> Column:
        return self.made(f"{self.text} & {self.other(other)}")

    def __or__(self, other: Any) -> Column:
        return self.made(f"{self.text} | {self.other(other)}")

    def __invert__(self) -> Column:
        return self.made(f"~{self.text}")


class Written:
    """NumPy for a record that calls it: each function answers with its text."""

    def __init__(self, writer: ColumnWriter) -> None:
        self.writer = writer

    def __getattr__(self, name: str) -> Any:
        writer = self.writer
        known = {"abs": "abs", "absolute": "abs"}.get(name) or writer.name(getattr(arrays.numpy(), name))

        def called(*args: Any) -> Column:
            texts = [arg.text if isinstance(arg, Column) else writer.number(arg) for arg in args]
            return Column(writer.part_of(f"{known}({', '.join(texts)})"), writer)

        return called


class ColumnWriter(Writer):
    """Writes a graph of arrays and numbers, every op element by element, as `cgviz.values.arrays` computes it."""

    def __init__(self, graph: Graph, unit: bool = True) -> None:
        super().__init__(graph, unit)
        self.bound |= {"sound": arrays.is_sound, "folded": arrays.folded}
        self.columns = False
        self.numbers: dict[str, str] = {}

    def scalar(self, value: float) -> str:
        """Returns the name of a number as an array without axes, which NumPy need not make anew each time."""
        text = self.factor(value)
        if text not in self.numbers:
            self.numbers[text] = self.name(arrays.numpy().array(float(value)))
        return self.numbers[text]

    def lines(self) -> Iterator[str]:
        return released([*super().lines()])

    def operand(self, index: int) -> str:
        self.columns = self.columns or bool(self.graph.nodes[index].shape)
        return super().operand(index)

    def call(self, op: Op, args: Sequence[str]) -> str:
        """Returns the text of an op's output; of columns as NumPy computes it."""
        columns, self.columns = self.columns, False
        if columns and op.family == "product" and len(args) > 2:
            return self.part_of(f"{self.name(multiplied)}({', '.join(args)})")
        if not columns or op.name in LINEAR:
            return super().call(op, args)
        if isinstance(op.array, str):
            return self.part_of(f"{self.name(getattr(arrays.numpy(), op.array))}({', '.join(args)})")
        each = [Column(arg, self) for arg in args]
        before = len(self.pending)
        try:
            made = op.array(Written(self), *each) if op.array is not None else self.composed(op, each)
            if isinstance(made, Column):
                return made.text
        except (UnwrittenError, TypeError, AttributeError):
            self.forget(before)
        raise UnwrittenError(f"{op.name} of columns")

    def composed(self, op: Op, each: Sequence[Column]) -> Any:
        if op.composed is None:
            raise UnwrittenError(f"{op.name} element by element")
        return op.composed(*each)

    def mended(self, index: int, node: Node) -> Iterator[str]:
        return super().mended(index, node) if not node.shape else iter(())

    def slopes(self, index: int, node: Node) -> tuple[list[str], Sequence[Any]]:
        op = node.op
        if not node.shape or op.slopes is not None:
            self.columns = False
            return super().slopes(index, node)
        rule = op.careful or (None if op.stable else op.partials)
        if rule is None:
            raise UnwrittenError("slopes element by element")
        if op.name != "multiply" and not all(self.graph.nodes[arg].shape for arg in node.args):
            raise UnwrittenError("numbers among columns")
        try:
            made = rule(*(Column(self.operand(i), self) for i in (index, *node.args)))
        except (TypeError, AttributeError) as error:
            raise UnwrittenError(f"the rule of {op.name}") from error
        found = [each.text if isinstance(each, Source) else each for each in made]
        return self.taken(), found

    def handed(self, index: int, node: Node, upstream: str) -> tuple[list[str], Sequence[str | None]]:
        op, args = node.op, ", ".join(map(self.operand, node.args))
        if not node.shape or op.scaled is None:
            return super().handed(index, node, upstream)
        parts = [f"h{slot}" for slot in range(len(node.args))]
        if arrays.is_long_product(op):
            return [f"{', '.join(parts)}, = {self.name(op.scaled)}({upstream}, v{index}, {args})"], parts
        before, slopes = self.slopes(index, node)
        if op.name == "reciprocal":
            checks = [f"if not sound({text}): {GIVES_UP}" for text in slopes]
            return [*before, *checks], [self.part(index, upstream, text) for text in slopes]
        call = f"{self.name(moved)}({self.name(op)}"
        rest = f"{upstream}, v{index}, ({args},)"
        return [*before, *(f"{h} = {call}, {s}, {slopes[s]}, {rest})" for s, h in enumerate(parts))], parts

    def narrowed(self, index: int, arg: int, part: str) -> str:
        wide, narrow = self.graph.nodes[index].shape, self.graph.nodes[arg].shape
        return part if wide == narrow else f"folded({part}, {narrow!r})"

    def is_whole(self, index: int, slope: str) -> bool:
        nodes, node = self.graph.nodes, self.graph.nodes[index]
        seen = {f"v{i}" for i in (self.graph.output, *self.graph.inputs)}
        return slope not in seen and all(nodes[arg].shape == node.shape for arg in node.args)


def released(lines: Sequence[str]) -> Iterator[str]:
    """Yields the lines, each followed by the end of what is not used again: its memory is taken anew while in cache."""
    last = {name: at for at, line in enumerate(lines) for name in NAME.findall(line)}
    for at, line in enumerate(lines):
        yield line
        gone = sorted({name for name in NAME.findall(line) if last[name] == at})
        if gone and not line.startswith("return"):
            yield f"del {', '.join(gone)}"


class Straight:
    """Value and gradient of a graph by compiled lines; long columns go through them in blocks that fit the cache."""

    def __init__(self, graph: Graph) -> None:
        """Raises UnwrittenError for what is no straight line."""
        self.graph = graph
        self.shape: Shape = graph.nodes[graph.output].shape or ()
        self.unit = compiled(self.writer(unit=True))
        self.is_long = graph.has_arrays and is_long(graph, self.shape)

    def writer(self, unit: bool) -> Writer:
        return (ColumnWriter if self.graph.has_arrays else Writer)(self.graph, unit)

    @cached_property
    def seeded(self) -> Line:
        """The line for any seed."""
        return compiled(self.writer(unit=False))

    @cached_property
    def one(self) -> Value:
        """A seed of 1 in the output's shape."""
        return arrays.spread(1.0, self.shape)

    def __call__(self, values: Iterable[Value], seed: Value | None = None) -> Found:
        """Returns the output's value and the gradient of each input, from a seed of 1 where none is given.

        Raises ArithmeticError or ValueError where a number leaves the range of floats, TypeError for a wrong shape.
        """
        line, seed = (self.unit, self.one) if seed is None or seed is self.one else (self.seeded, seed)
        if not self.graph.has_arrays:
            return line(values, seed)
        with arrays.quiet():
            return self.in_blocks(line, values, seed) if self.is_long else line(values, seed)

    def in_blocks(self, line: Line, values: Iterable[Value], seed: Value) -> Found:
        np = arrays.numpy()
        flat = [np.ascontiguousarray(value).reshape(-1) for value in values]
        value, *slopes = made = [np.empty(flat[0].size) for _ in range(len(flat) + 1)]
        whole = None if is_one_number(seed) else np.ascontiguousarray(seed).reshape(-1)
        for start in range(0, value.size, BLOCK):
            part = slice(start, start + BLOCK)
            found = line([each[part] for each in flat], seed.flat[0] if whole is None else whole[part])
            for column, block in zip(made, (found[0], *found[1]), strict=True):
                column[part] = block
        return value.reshape(self.shape), tuple(column.reshape(self.shape) for column in slopes)


def is_long(graph: Graph, shape: tuple[int, ...]) -> bool:
    """Tells whether every node is an array of one shape with many elements."""
    nodes = (node for node in graph.nodes if node.op is not CONSTANT)
    return math.prod(shape) > BLOCK and bool(graph.inputs) and all(node.shape == shape for node in nodes)


def is_one_number(seed: Value) -> bool:
    """Tells whether an array repeats one number."""
    return not any(seed.strides) if hasattr(seed, "strides") and seed.size else False
