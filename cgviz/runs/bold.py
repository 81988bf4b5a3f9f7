"""Lines of small arrays that look at no result: they run where an overflow or an underflow stops them.

A sum, or a product of matrices, that leaves the range on its way has a slower way that does not. To know whether it is
needed costs more than the arithmetic of a small one; a bold line is told by the processor, once for all, and where it
stops the careful line begins again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from cgviz.graph.nodes import Graph, Node
from cgviz.ops.op import Op
from cgviz.ops.reductions import axes_of
from cgviz.runs.columns import ANEW, PRODUCTS, Columns, ColumnWriter
from cgviz.runs.straight import Found, Line
from cgviz.values import arrays
from cgviz.values.arrays import Shape, Value
from cgviz.values.wide import AT_ONCE

MOST_STOPS = 3


class BoldWriter(ColumnWriter):
    """Writes products of matrices and sums as NumPy's own, and what they hand back."""

    def __init__(self, graph: Graph, unit: bool = True) -> None:
        super().__init__(graph, unit)
        np = arrays.numpy()
        self.bound |= {"product": np.matmul, "outer": np.multiply.outer, "reduced": np.add.reduce, "number": float}

    def shape(self, text: str) -> Shape:
        known: Shape = getattr(self.bound.get(text), "shape", ())
        return self.shape_of(text) or known

    def call(self, op: Op, args: Sequence[str]) -> str:
        shapes = [self.shape(arg) for arg in args]
        if op.name in PRODUCTS and is_small(*shapes):
            self.columns = False
            text = f"product({', '.join(args)})"
            return f"number({text})" if len(shapes[0]) == len(shapes[1]) == 1 else text
        if op.name in ("sum", "mean") and op.vjp is not None and shapes[0]:
            self.columns = False
            return self.reduced(op, args[0], shapes[0])
        return super().call(op, args)

    def reduced(self, op: Op, arg: str, shape: Shape) -> str:
        axis, keepdims = op.parameter
        axes = axes_of(axis, len(shape))
        whole = len(axes) == len(shape) and not keepdims
        text = f"number(reduced({arg}, None))" if whole else f"reduced({arg}, {axes}, None, None, {keepdims})"
        return f"({text} / {math.prod(shape[i] for i in axes)})" if op.name == "mean" else text

    def handed(self, index: int, node: Node, upstream: str) -> tuple[list[str], Sequence[str | None]]:
        shapes = [self.graph.nodes[arg].shape or () for arg in node.args]
        if node.op.name not in PRODUCTS or not is_small(*shapes):
            return super().handed(index, node, upstream)
        self.called.add(index)
        a, b = map(self.operand, node.args)
        if len(shapes[0]) == 1:
            by_two = f"product({b}, {upstream})", f"outer({a}, {upstream})"
            return [], by_two if len(shapes[1]) == 2 else (f"{upstream} * {b}", f"{upstream} * {a}")
        right = f"product({a}.T, {upstream})"
        return [], (f"outer({upstream}, {b})" if len(shapes[1]) == 1 else f"product({upstream}, {b}.T)", right)

    def passes_on(self, node: Node) -> str:
        shapes = [self.graph.nodes[arg].shape or () for arg in node.args]
        if node.op.name not in PRODUCTS or not is_small(*shapes) or min(map(len, shapes)) < 2:
            return super().passes_on(node)
        self.bound["masked_product"] = masked_product
        return "masked_product"


def masked_product(op: Op, upstream: Value | None, mask: Any, out: Value, a: Value, b: Value) -> tuple[Any, ...]:
    """Returns what a product of matrices hands back to each, to all elements: None where nothing flows."""
    by = arrays.numpy().matmul
    return (None,) * 4 if upstream is None else (by(upstream, b.T), None, by(a.T, upstream), None)


def is_small(*shapes: Shape) -> bool:
    """Tells whether a product is one of vectors and matrices, and so small that what happens in it is told."""
    return max(map(len, shapes)) <= 2 and math.prod(map(math.prod, shapes)) < AT_ONCE


def is_worth(graph: Graph) -> bool:
    """Tells whether a bold line of a graph does without some looks."""
    return any(node.op.name in ANEW for node in graph.nodes)


class Bold:
    """Compiled lines that may stop, and the careful ones that begin where they did: always, after a few times."""

    def __init__(self, graph: Graph, unit: bool) -> None:
        self.graph, self.unit, self.stops = graph, unit, 0
        stopping = arrays.numpy().errstate(over="raise", under="raise", invalid="ignore", divide="ignore")
        self.line: Line = stopping(Columns(BoldWriter(graph, unit)).at_once)

    @cached_property
    def careful(self) -> Line:
        quiet: Line = arrays.quiet()(Columns(ColumnWriter(self.graph, self.unit)).at_once)
        return quiet

    def __call__(self, values: Iterable[Value], seed: Value) -> Found:
        if self.stops < MOST_STOPS:
            try:
                return self.line(values, seed)
            except FloatingPointError:
                self.stops += 1
        return self.careful(values, seed)
