"""What the record of every op answers, against a table to be read: its numbers at ordinary points and at corners too.

That the numbers are right is for `test_ops`, `test_op_corners` and `test_array_ops` to say, beside mpmath and PyTorch;
here stands all that an op says, so that nothing changes unseen.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from itertools import product as pairs
from typing import Any

import numpy as np
import pytest

from cgviz.ops import arithmetic, bessel, gamma, integrals, piecewise, products
from cgviz.ops.op import Op, ops
from cgviz.text.formula import Formula
from cgviz.values.arrays import quiet
from cgviz.values.ieee import Ieee
from tests.held import GOLDEN, asked, blocks, hold, number

LINE = (-math.inf, -800.0, -2.5, -1.0, -0.5, -1e-9, 0.0, 1e-9, 0.3, 1.0, 2.0, 3.7, 800.0, 1e200, math.inf, math.nan)
SHORT = (-2.5, -1.0, 0.0, 0.5, 1.0, 2.0, 20.0, 1e9, math.inf, math.nan)
PLANE = (-2.0, 0.0, 0.5, 3.0)
FAR = (
    (math.inf, 2.0),
    (2.0, -math.inf),
    (math.nan, 1.0),
    (1e200, 1e200),
    (-1e-200, 1e-200),
    (0.0, math.inf),
    (700.0, -700.0),
)
BY_MPMATH = {op for module in (gamma, bessel, integrals) for op in vars(module).values() if isinstance(op, Op)}
KIN = {
    **{
        f"sum {signs}": arithmetic.signed_sum(*signs)
        for signs in ((1, 1, 1), (-1, 1), (1, -1, 1), (-1, -1), (-1, 1, 1))
    },
    **{f"power {c}": arithmetic.power(c) for c in (0, 1, 3, -1, -2, 0.5, 1.5, -0.5, 12, 150, 1e16)},
    "product 3": products.product(3),
    "product 4": products.product(4),
    "power of a text": arithmetic.power(1 / 3, Formula(1) / 3),
    **{
        f"{op.name} {policy}": op.ties(policy)
        for op in (piecewise.maximum, piecewise.minimum)
        for policy in ("first", "both")
    },
}
SCALAR = {op.name: op for op in ops() if op.vjp is None} | KIN
TOLD = "arity fixed parameter family statics operands lists analytic moves slopes many"
WORDS = "glyph stem suffix marks sympy by gate says corners rule bend source"


def counts(op: Op) -> tuple[int, ...]:
    least, most = op.arity
    return tuple(range(max(least, 1 + (most is None)), (least + 2 if most is None else most) + 1))


def points(op: Op, count: int) -> Iterator[tuple[float, ...]]:
    if count == 1:
        yield from ((x,) for x in (SHORT if op in BY_MPMATH else LINE))
    elif count == 2:
        first = (0.0, 1.0, 2.5, 101.0) if op.fixed else PLANE
        yield from pairs(first, PLANE)
        yield from () if op in BY_MPMATH else FAR
    else:
        yield from (
            pairs((-1.0, 0.0, 2.0), repeat=count) if count == 3 else ((1.0, 2.0, 0.5, -3.0), (0.0, 2.0, 0.0, 1.0))
        )


def plain(found: Any) -> Any:
    return tuple(None if each is None else float(each) for each in found)


def told_of_numbers(op: Op, args: tuple[float, ...]) -> Iterator[str]:
    """Yields all that a record answers to numbers."""
    out = op.forward(*args)
    slopes, taught = asked(op.local, out, *args), asked(lambda: plain(op.partials(Ieee(out), *map(Ieee, args))))
    yield f"{number(out)} {slopes}"
    if taught != slopes:
        yield f"taught {taught}"
    if op.careful:
        yield "careful " + asked(lambda: plain(op.careful(Ieee(out), *map(Ieee, args))))  # type: ignore[misc]
    if op.again:
        yield "again " + asked(lambda: plain(op.again(Ieee(out), *map(Ieee, args))))  # type: ignore[misc]
    if op.scaled:
        yield f"handed {asked(op.handed, 1e-300, out, args)} {asked(op.handed, -1e250, out, args)}"
    if op.switch:
        yield "switch " + asked(op.switch, *args)
    yield from filter(None, (op.corner(out, *args), op.domain(*args)))


def told_of_arrays(op: Op, every: list[tuple[float, ...]]) -> Iterator[str]:
    """Yields what it answers to all the points as arrays, where that is not what it answers to each."""
    columns = [np.array(column) for column in zip(*every, strict=True)]
    with quiet():
        yield f"array {asked(op, *columns)}"
        for name in ("composed", "reaches"):
            found = getattr(op, name)
            if found is not None:
                args = columns if name == "composed" else [op(*columns), *columns]
                yield f"{name} {asked(found, *args)}"
    if op.multiplies:
        yield f"multiplies {op.multiplies((2, 3), *((2, 3),) * len(columns))}"


def told_in_formulas(op: Op, count: int) -> Iterator[str]:
    """Yields how it is written, and its local derivatives, as taught and as code has them."""
    leaves = [Formula(name) for name in "xyzw"[:count]]
    if op.fixed:
        leaves[0] = Formula(2)
    made = Formula(op=op, args=tuple(leaves))
    yield f"{made.text} | {made.pretty} | {made.latex}"
    for name in ("partials", "careful"):
        rule = getattr(op, name)
        if rule is not None:
            yield f"{name}: {'; '.join(written(each) for each in rule(Formula('f'), *leaves))}"
    for name in ("composed", "gates"):
        rule = getattr(op, name)
        if rule is not None:
            yield f"{name}: {asked(lambda rule=rule: written(rule(*leaves)))}"


def written(value: Any) -> str:
    return f"{value.text} | {value.pretty} | {value.latex}" if isinstance(value, Formula) else str(value)


@pytest.mark.parametrize("name", SCALAR)
def test_an_op_of_numbers(name: str) -> None:
    if name not in blocks(GOLDEN / "ops.numbers.txt") and not os.environ.get("CGVIZ_GOLDEN"):
        pytest.skip("an op that is new: `make golden` enters it in the table")
    hold("ops.numbers.txt", name, told(SCALAR[name]))


def told(op: Op) -> Iterator[str]:
    yield " · ".join(
        f"{field} {getattr(op, field)}" for field in TOLD.split() if getattr(op, field) not in ("", (), None, False)
    )
    yield " · ".join(f"{field}: {getattr(op, field)}" for field in WORDS.split() if getattr(op, field))
    yield from map(repr, op.answers)
    yield from map(repr, op.javascript)
    for count in counts(op):
        yield from told_in_formulas(op, count)
        every = list(points(op, count))
        for args in every:
            yield f"{number(args)}: {' | '.join(told_of_numbers(op, args))}"
        yield from told_of_arrays(op, every)
