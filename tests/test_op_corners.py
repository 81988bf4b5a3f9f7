"""Every op of one or two numbers, at corners and far out, against mpmath: values and slopes, at both details."""

from __future__ import annotations

import math
from functools import cache
from itertools import product
from typing import Any

import mpmath
import pytest

import cgviz
from cgviz.ops.op import Op, ops
from cgviz.values.ieee import is_normal

POINTS = (0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 1e-9, -1e-9, 20.0, -20.0, -40.5, 1e-170, 1e150, 700.0)
MODERATE = 3.0
STEP = mpmath.mpf(10) ** -40


def of(count: int) -> list[Op]:
    """Returns the ops of so many numbers that have a derivative of their own."""
    return [op for op in ops() if op.vjp is None and op.arity == (count, count) and not op.fixed and op.gate != "stops"]


def slope(op: Op, args: tuple[float, ...], slot: int) -> mpmath.mpf | None:
    """Returns the derivative in one argument; None where both sides, and two steps, do not settle on one number."""
    far = any(each and not 1e-20 < abs(each) < 1e20 for each in args)
    with mpmath.workdps(400 if far else 150):
        exact = [mpmath.mpf(each) for each in args]

        def at(by: Any) -> Any:
            moved = [each + by if i == slot else each for i, each in enumerate(exact)]
            return op.in_mpmath(mpmath.mp, *moved)

        try:
            step, here = STEP * min(abs(each) for each in (*exact, 1) if each), at(0)
            steps = (step, -step, step / 8)
            right, left, nearer = ((at(by) - here) / by for by in steps)
        except (ValueError, ArithmeticError, TypeError, NotImplementedError, mpmath.libmp.NoConvergence):
            return None
        if not all(isinstance(each, mpmath.mpf) and mpmath.isfinite(each) for each in (here, right, left, nearer)):
            return None
        middle = (right + left) / 2
        apart = max(abs(right - left), abs(nearer - middle))
        return middle if apart <= mpmath.mpf(10) ** -15 * abs(middle) else None


def value(op: Op, args: tuple[float, ...]) -> float | None:
    with mpmath.workdps(60):
        try:
            made = op.in_mpmath(mpmath.mp, *map(mpmath.mpf, args))
        except (ValueError, ArithmeticError, TypeError, NotImplementedError, mpmath.libmp.NoConvergence):
            return None
        return float(made) if isinstance(made, mpmath.mpf) else None


@cache
def graph(text: str, detail: str) -> cgviz.Graph:
    return cgviz.read(text, detail=detail)


def check(op: Op, args: tuple[float, ...], detail: str) -> None:
    names = "xy"[: len(args)]
    run = cgviz.run(graph(f"{op.name}({', '.join(names)})", detail), dict(zip(names, args, strict=True)))
    digits = 1e-9 if detail == "stage" else 1e-6
    true = value(op, args)
    if true is not None and is_normal(true):
        assert math.isclose(run.value, true, rel_tol=digits), (op.name, args, run.value, true)
    for slot, name in enumerate(names):
        by_mpmath = slope(op, args, slot)
        if by_mpmath is None or not is_normal(float(by_mpmath)):
            continue
        found = run.gradient[name]
        said = math.isnan(found)  # that there is none, where a formula meets two poles that cancel: never in silence
        assert said or math.isclose(found, by_mpmath, rel_tol=digits), (op.name, args, name, found, float(by_mpmath))


@pytest.mark.parametrize("op", of(1), ids=lambda op: op.name)
def test_unary(op: Op) -> None:
    for x in POINTS:
        check(op, (x,), "stage")
    for x in POINTS:
        if 1e-3 < abs(x) <= MODERATE:
            check(op, (x,), "gate")


@pytest.mark.parametrize("op", of(2), ids=lambda op: op.name)
def test_binary(op: Op) -> None:
    for x, y in product(POINTS[::2], POINTS[1::3]):
        check(op, (x, y), "stage")
        if all(1e-3 < abs(each) <= MODERATE for each in (x, y)):
            check(op, (x, y), "gate")
