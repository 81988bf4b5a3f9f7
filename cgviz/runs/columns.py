"""The straight line of a graph whose inputs are columns of numbers, and long columns in blocks that fit the cache."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.op import Op
from cgviz.runs.straight import GIVES_UP, INFIX, Line, Source, UnwrittenError, Writer, compiled
from cgviz.values import arrays
from cgviz.values.arrays import Value, is_array, moved
from cgviz.values.wide import multiplied

BLOCK = 8192
NAME = re.compile(r"\b[vgtshk][0-9]+\b")
LINEAR = frozenset((*INFIX, "subtract", "signed_sum", "neg", "copy"))


MOST = 200_000


def straight(graph: Graph) -> Line | None:
    """Returns the passes of a graph as one function; None for branches, matrices, and a graph that is too large."""
    if len(graph) > MOST or any(not is_straight(node) for node in graph.nodes):
        return None
    try:
        return compiled(ColumnWriter(graph) if graph.has_arrays else Writer(graph))
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

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.bound |= {"sound": arrays.is_sound, "folded": arrays.folded}
        self.columns = False
        self.parts: dict[str, str] = {}
        self.pending: list[str] = []

    def part_of(self, text: str) -> str:
        """Returns the name of a part of an expression: a new one, or the one that it has."""
        if text not in self.parts:
            self.parts[text] = f"t{len(self.parts)}"
            self.pending.append(f"{self.parts[text]} = {text}")
        return self.parts[text]

    def taken(self) -> list[str]:
        """Returns the lines of parts that have not been written yet."""
        lines, self.pending = self.pending, []
        return lines

    def lines(self) -> Iterator[str]:
        every = []
        for line in super().lines():
            every += [*self.taken(), line]
        return released(every)

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
            del self.pending[before:]
            self.parts = {text: name for text, name in self.parts.items() if f"{name} = {text}" not in self.pending}
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
        if arrays.is_long_product(op):
            parts = ", ".join(f"h{slot}" for slot in range(len(node.args)))
            args = ", ".join(map(self.operand, (index, *node.args)))
            return [f"{parts}, = {self.name(op.scaled)}(g{index}, {args})"], [""] * len(node.args)
        try:
            made = rule(*(Column(self.operand(i), self) for i in (index, *node.args)))
        except (TypeError, AttributeError) as error:
            raise UnwrittenError(f"the rule of {op.name}") from error
        found = [each.text if isinstance(each, Source) else each for each in made]
        before = self.taken()
        if op.scaled is not None:
            args = f"g{index}, v{index}, ({', '.join(map(self.operand, node.args))},)"
            if op.name == "reciprocal":
                before += [f"if not sound({text}): {GIVES_UP}" for text in found]
            names = f"{self.name(moved)}({self.name(op)}"
            before += [f"h{slot} = {names}, {slot}, {text}, {args})" for slot, text in enumerate(found)]
        return before, found

    def handed(self, index: int, arg: int, part: str) -> str:
        wide, narrow = self.graph.nodes[index].shape, self.graph.nodes[arg].shape
        return part if wide == narrow else f"folded({part}, {narrow!r})"


def released(lines: Sequence[str]) -> Iterator[str]:
    """Yields the lines, each followed by the end of what is not used again: its memory is taken anew while in cache."""
    last = {name: at for at, line in enumerate(lines) for name in NAME.findall(line)}
    for at, line in enumerate(lines):
        yield line
        gone = sorted({name for name in NAME.findall(line) if last[name] == at})
        if gone and not line.startswith("return"):
            yield f"del {', '.join(gone)}"


def in_blocks(line: Line, graph: Graph, values: Sequence[Value], seed: Value) -> tuple[Value, tuple[Value, ...]]:
    """Returns the same as the line, block by block where every node is one long column.

    Raises ArithmeticError or ValueError where a number leaves the range of floats.
    """
    np = arrays.numpy()
    shape = graph.nodes[graph.output].shape or ()
    with np.errstate(all="ignore"):
        if not is_long(graph, shape):
            return line(values, seed)
        flat = [np.ascontiguousarray(value).reshape(-1) for value in values]
        value, slopes = np.empty(flat[0].size), tuple(np.empty(flat[0].size) for _ in flat)
        whole = None if is_one_number(seed) else np.ascontiguousarray(seed).reshape(-1)
        for start in range(0, value.size, BLOCK):
            part = slice(start, start + BLOCK)
            found = line([each[part] for each in flat], seed.flat[0] if whole is None else whole[part])
            value[part] = found[0]
            for column, block in zip(slopes, found[1], strict=True):
                column[part] = block
    return value.reshape(shape), tuple(column.reshape(shape) for column in slopes)


def is_long(graph: Graph, shape: tuple[int, ...]) -> bool:
    """Tells whether every node is an array of one shape with many elements."""
    nodes = (node for node in graph.nodes if node.op is not CONSTANT)
    return math.prod(shape) > 2 * BLOCK and bool(graph.inputs) and all(node.shape == shape for node in nodes)


def is_one_number(seed: Value) -> bool:
    """Tells whether an array repeats one number."""
    return not any(seed.strides) if hasattr(seed, "strides") and seed.size else False
