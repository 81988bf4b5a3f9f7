"""The straight line of a graph whose inputs are columns of numbers, and long columns in blocks that fit the cache."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from cgviz.graph.nodes import CONSTANT, Graph, Node, on_elements_of
from cgviz.ops.op import Op
from cgviz.ops.reductions import axes_of
from cgviz.runs.straight import COMPARED, GIVES_UP, INFIX, Found, StraightSource, UnwrittenError, Writer, compiled
from cgviz.text.formula import Formula
from cgviz.values import arrays
from cgviz.values.arrays import Shape, Value, either, folded_back, handed_back, moved
from cgviz.values.wide import multiplied

BLOCK = 1 << 15
PRODUCTS = frozenset({"matmul", "dot"})
"""Structural ops whose results, and what they hand back, are arrays of their own, never views."""
ANEW = PRODUCTS | {"sum", "mean"}
"""Structural ops whose results are."""
MENDED = frozenset({"pow", "hypot", "gelu"})
"""Ops whose slopes are mended element by element where what they are made of leaves the range."""
COMPARING = frozenset({"multiply", "max", "min", "clip"})
"""Ops whose rules compute nothing of numbers alone that differs from what NumPy computes of arrays."""
LINEAR = frozenset((*INFIX, "subtract", "signed_sum", "neg", "copy"))


class Column(StraightSource):
    """The text of an expression of columns: each part has a name of its own, so that equal ones are computed once."""

    __slots__ = ()
    writer: ColumnWriter

    __hash__ = None

    def other(self, other: Any) -> str:
        return other.text if isinstance(other, StraightSource) else self.writer.scalar(other)

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

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> StraightSource:
        self.writer.columns = True
        return super().cgviz_apply(op, args)


class WrittenColumn:
    """NumPy for a record that calls it: each function answers with its text."""

    def __init__(self, writer: ColumnWriter) -> None:
        self.writer = writer

    def __getattr__(self, name: str) -> Any:
        writer = self.writer
        known = {"abs": "abs", "absolute": "abs"}.get(name) or writer.name(getattr(arrays.numpy(), name))

        def called(*args: Any) -> Column:
            texts = [arg.text if isinstance(arg, Column) else writer.scalar(arg) for arg in args]
            return Column(writer.part_of(f"{known}({', '.join(texts)})"), writer)

        return called


class ColumnWriter(Writer):
    """Writes a graph of arrays and numbers as `cgviz.values.arrays` computes it."""

    takes = "values, seed, room"

    def __init__(self, graph: Graph, unit: bool = True) -> None:
        super().__init__(graph, unit)
        self.bound |= {"moderate": is_moderate, "folded": arrays.summed, "spread": arrays.spread}
        self.bound |= {"shaped": arrays.numpy().ndarray.reshape}
        self.bound |= {"viewed": arrays.computed, "computed": arrays.computed}
        self.bound |= {"handed_views": arrays.through, "handed": arrays.through}
        self.columns = False
        self.numbers: dict[str, str] = {}
        self.below = below_choices(graph)
        self.bound |= {"masked": masked, "joined": joined, "reached": reached} if self.below else {}
        self.called: set[int] = set()

    def scalar(self, value: float) -> str:
        """Returns the name of a number as an array without axes, which NumPy need not make anew each time."""
        text = self.factor(value)
        if text not in self.numbers:
            self.numbers[text] = self.name(arrays.numpy().array(float(value)))
        return self.numbers[text]

    def lines(self) -> Iterator[str]:
        from cgviz.runs.buffers import Places, Taken

        taken = Taken(self.shape_of, self.bound, is_long(self.graph))
        for line in super().lines():
            taken.line(line)
        self.places = Places(taken)
        return iter(self.places.lines())

    def shape_of(self, name: str) -> Shape | None:
        """Returns the shape of a value or a gradient by its name."""
        at = self.graph.output if name == "seed" else int(name[1:]) if name[0] in "vg" and name[1:].isdigit() else None
        return None if at is None else self.graph.nodes[at].shape or ()

    def operand(self, index: int) -> str:
        node = self.graph.nodes[index]
        return self.name(node.value) if node.op is CONSTANT and node.shape else super().operand(index)

    def is_column(self, name: str) -> bool:
        return bool(self.shape_of(name) or getattr(self.bound.get(name), "shape", ()))

    def call(self, op: Op, args: Sequence[str]) -> str:
        """Returns the text of an op's output; of columns as NumPy computes it."""
        columns, self.columns = self.columns or any(map(self.is_column, args)), False
        if op.vjp is not None:
            by = "computed" if op.name in ANEW else "viewed"
            return f"{by}({self.name(op.forward)}, {', '.join(args)})"
        if columns and op.family == "product" and len(args) > 2:
            return self.part_of(f"{self.name(multiplied)}({', '.join(args)})")
        if not columns or op.name in LINEAR:
            return super().call(op, args)
        if isinstance(op.array, str):
            return self.part_of(f"{self.name(getattr(arrays.numpy(), op.array))}({', '.join(args)})")
        each = [Column(arg, self) for arg in args]
        before = len(self.pending)
        try:
            made = op.array(WrittenColumn(self), *each) if op.array is not None else self.composed(op, each)
            if isinstance(made, Column):
                return made.text
        except (UnwrittenError, TypeError, AttributeError):
            self.forget(before)
        return self.part_of(f"{self.name(partial(on_elements_of, op))}({', '.join(args)})")

    def applied(self, op: Op, args: Sequence[str]) -> str:
        if not self.columns or op.name not in ("where", *COMPARED):
            return super().applied(op, args)
        self.columns = False
        if op.name == "where":
            return self.part_of(f"{self.name(arrays.numpy().where)}({', '.join(args)})")
        return self.part_of(f"{args[0]} {COMPARED[op.name]} {args[1]}")

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
        if rule is None or op.name in MENDED:
            raise UnwrittenError("slopes element by element")
        if op.name not in COMPARING and not all(self.graph.nodes[arg].shape for arg in node.args):
            raise UnwrittenError("numbers among columns")
        try:
            made = rule(*(Column(self.operand(i), self) for i in (index, *node.args)))
        except (TypeError, AttributeError) as error:
            raise UnwrittenError(f"the rule of {op.name}") from error
        found = [each.text if isinstance(each, StraightSource) else each for each in made]
        return self.taken(), found

    def handed(self, index: int, node: Node, upstream: str) -> tuple[list[str], Sequence[str | None]]:
        op, args = node.op, ", ".join(map(self.operand, node.args))
        parts = [f"h{slot}" for slot in range(len(node.args))]
        if op.name in ("sum", "mean"):
            self.called.add(index)
            return [], [self.spread_back(node, upstream)]
        if op.vjp is not None:
            by = "handed" if op.name in PRODUCTS else "handed_views"
            return self.as_called(index, f"{by}({self.name(op.stable or op.vjp)}, {upstream}, v{index}, {args})")
        if not node.shape or op.scaled is None:
            try:
                return super().handed(index, node, upstream)
            except UnwrittenError:
                return self.as_called(index, f"{self.name(partial(folded_back, op))}({upstream}, v{index}, {args})")
        if arrays.is_long_product(op):
            return [f"{', '.join(parts)}, = {self.name(op.scaled)}({upstream}, v{index}, {args})"], parts
        before, slopes = self.slopes(index, node)
        if op.name == "reciprocal":
            check = f"if not moderate(v{index}, {args}): {GIVES_UP}"
            return [*before, check], [self.part(index, upstream, text) for text in slopes]
        call = f"{self.name(moved)}({self.name(op)}"
        rest = f"{upstream}, v{index}, ({args},)"
        return [*before, *(f"{h} = {call}, {s}, {slopes[s]}, {rest})" for s, h in enumerate(parts))], parts

    def spread_back(self, node: Node, upstream: str) -> str:
        """Returns what a sum or a mean hands back."""
        shape = self.graph.nodes[node.args[0]].shape or ()
        axes = axes_of(node.op.parameter[0], len(shape))
        if node.op.name == "mean":
            upstream = f"({upstream} / {math.prod(shape[i] for i in axes)})"
        kept = tuple(1 if i in axes else n for i, n in enumerate(shape))
        return f"spread({upstream if node.shape in ((), kept) else f'shaped({upstream}, {kept})'}, {shape})"

    def as_called(self, index: int, call: str) -> tuple[list[str], Sequence[str | None]]:
        """Returns the line of a call that hands back to each argument, in its shape; None where nothing flows."""
        self.called.add(index)
        node, parts = self.graph.nodes[index], [f"h{slot}" for slot in range(len(self.graph.nodes[index].args))]
        out, *args = (Formula(f"v{i}", shape=self.graph.nodes[i].shape) for i in (index, *node.args))
        rule = node.op.vjp(Formula("up", shape=out.shape), out, *args) if node.op.vjp else node.op.partials(out, *args)
        flows = [None if slope is None else part for part, slope in zip(parts, rule, strict=True)]
        return [f"{', '.join(parts)}, = {call}"], flows

    def through(self, index: int, upstream: dict[int, str]) -> Iterator[str]:
        node = self.graph.nodes[index]
        if index not in self.below and not node.op.reaches:
            yield from super().through(index, upstream)
            return
        made = [f"h{slot}, q{slot}" for slot in range(len(node.args))]
        mask = f"m{index}" if index in self.below else "None"
        args = ", ".join(map(self.operand, node.args))
        by = self.passes_on(node)
        yield f"{', '.join(made)}, = {by}({self.name(node.op)}, {upstream[index]}, {mask}, v{index}, {args})"
        for part, arg in zip(made, node.args, strict=True):
            if arg in self.below and self.graph.nodes[arg].op is not CONSTANT:
                yield self.added(arg, part, upstream)

    def passes_on(self, node: Node) -> str:
        """Returns the name of what a node hands back its gradient with, and its mask."""
        return "masked"

    def added(self, arg: int, part: str, upstream: dict[int, str]) -> str:
        if arg not in self.below:
            return super().added(arg, part, upstream)
        so_far = f"g{arg}, m{arg}" if arg in upstream else "None, None"
        upstream[arg] = f"g{arg}"
        return f"g{arg}, m{arg}, = joined({so_far}, {part}{'' if ', q' in part else ', None'})"

    def gradient(self, index: int, upstream: dict[int, str]) -> str:
        found = super().gradient(index, upstream)
        return f"reached({found}, {self.none(index)})" if index in self.below else found

    def none(self, index: int) -> str:
        shape = self.graph.nodes[index].shape
        return self.name(arrays.spread(0.0, shape)) if shape else super().none(index)

    def narrowed(self, index: int, arg: int, part: str) -> str:
        wide, narrow = self.graph.nodes[index].shape, self.graph.nodes[arg].shape
        return part if index in self.called or wide == narrow else f"folded({part}, {narrow!r})"

    def is_whole(self, index: int, slope: str) -> bool:
        nodes, node = self.graph.nodes, self.graph.nodes[index]
        seen = {f"v{i}" for i in (self.graph.output, *self.graph.inputs)}
        return slope not in seen and all(nodes[arg].shape == node.shape for arg in node.args)


def below_choices(graph: Graph) -> set[int]:
    """Returns the nodes whose gradient comes through a `where`: it may be None, and a mask goes with it."""
    below: set[int] = set()
    for index in range(graph.output, -1, -1):
        node = graph.nodes[index]
        if graph.reached[index] and (index in below or (node.op.reaches and node.shape)):
            below.update(node.args[1:] if node.op.reaches else node.args)  # a condition gets none
    return below


def masked(op: Op, upstream: Value | None, mask: Any, out: Value, *args: Value) -> list[Any]:
    """Returns for every argument what a node hands back and a mask, as `handed_back` does; None where nothing flows."""
    if upstream is None:
        return [None] * (2 * len(args))
    return [each for pair in handed_back(op, upstream, mask, out, args) for each in pair]


def joined(so_far: Value | None, before: Any, part: Value | None, mask: Any) -> tuple[Value | None, Any]:
    """Returns a gradient with one more contribution, and what of it is reached."""
    if part is None:
        return so_far, before
    return (part, mask) if so_far is None else (so_far + part, either(before, mask))


def reached(gradient: Value | None, none: Value) -> Value:
    return none if gradient is None else gradient


class Columns:
    """The compiled lines of a graph with arrays, and the buffers that they work in."""

    def __init__(self, writer: ColumnWriter) -> None:
        self.line: Any = compiled(writer)
        self.room = writer.places
        self.idle: list[list[Any]] = []

    def buffers(self, most: int = sys.maxsize) -> list[Any]:
        """Returns new buffers; long ones have `most` elements."""
        empty = arrays.numpy().empty
        rooms = (((most,) if math.prod(shape) > most else shape, kind) for shape, kind in self.room.buffers)
        return [empty(*room) for room in rooms]

    def at_once(self, values: Iterable[Value], seed: Value) -> Found:
        buffers = self.idle.pop() if self.idle else self.buffers()
        found: Found = self.line(values, seed, buffers)
        self.idle.append(buffers)
        return found

    def in_blocks(self, values: Iterable[Value], seed: Value) -> Found:
        """Returns the same for long columns of one shape, which go through the lines a part at a time."""
        np, buffers = arrays.numpy(), self.idle.pop() if self.idle else self.buffers(BLOCK)
        flat = [np.ascontiguousarray(value).reshape(-1) for value in values]
        made = [np.empty(flat[0].size) for _ in range(len(flat) + 1)]
        whole = None if is_one_number(seed) else np.ascontiguousarray(seed).reshape(-1)
        for start in range(0, made[0].size, BLOCK):
            part = slice(start, min(start + BLOCK, made[0].size))
            places = [column[part] for column in made]
            room = [places[k] for k in self.room.results] + [each[: part.stop - start] for each in buffers]
            found = self.line([each[part] for each in flat], seed.flat[0] if whole is None else whole[part], room)
            for place, block in zip(places, (found[0], *found[1]), strict=True):
                if place is not block:
                    place[:] = block
        self.idle.append(buffers)
        value, *slopes = (column.reshape(np.shape(seed)) for column in made)
        return value, tuple(slopes)


def is_long(graph: Graph) -> bool:
    """Tells whether every node is an array of one shape with many elements, made element by element."""
    shape = graph.nodes[graph.output].shape or ()
    nodes = [node for node in graph.nodes if node.op is not CONSTANT or node.shape]
    each = all(node.shape == shape and node.op.vjp is None and node.op is not CONSTANT for node in nodes)
    return math.prod(shape) > BLOCK and bool(graph.inputs) and each


def is_one_number(seed: Value) -> bool:
    """Tells whether an array repeats one number."""
    return not any(seed.strides) if hasattr(seed, "strides") and seed.size else False


MODERATE = 1e307
IN_ONE_THREAD = 1 << 13


def is_moderate(*values: Any) -> bool:
    """Tells whether the squares of all elements are far from the largest number, even their sum.

    Of x and 1/x it means that every square and every slope 1/x² is a normal number, and is known sooner than by a look
    at each.
    """
    for value in values:
        flat = value if value.ndim == 1 else value.reshape(-1)
        short = flat.size <= IN_ONE_THREAD
        parts = [flat] if short else [flat[at : at + IN_ONE_THREAD] for at in range(0, flat.size, IN_ONE_THREAD)]
        for part in parts:
            if not part.dot(part) < MODERATE:
                return False
    return True
