"""Ops that hand nothing back to data: nobody asks for that gradient, which is as large as the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from cgviz.ops.matrices import matmul
from cgviz.ops.op import Op
from cgviz.ops.rearranging import transpose
from cgviz.values.wide import matrix_product

of_data = replace(
    matmul,
    vjp=lambda up, out, a, b: (None, matmul(transpose(a), up)),
    stable=lambda up, out, a, b: (None, matrix_product(a.T, up)),
)
"""A matrix product whose left operand is data."""


@cache
def sparing(op: Op, spared: tuple[bool, ...]) -> Op:
    """Returns an op that hands nothing back to some of its arguments: to data, whose gradient nobody asks for."""

    def without(parts: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(None if skip else part for part, skip in zip(parts, spared, strict=True))

    if not any(spared):
        return op
    if op.slopes:
        slopes: Any = without(op.slopes)
        return replace(op, slopes=slopes)
    rule = op.careful or op.partials
    if op.careful:
        return replace(op, careful=lambda out, *args: without(rule(out, *args)))
    return op if op.stable else replace(op, partials=lambda out, *args: without(rule(out, *args)))
