"""The complex step: the imaginary part of f(x + ih), divided by h, is f'(x) without any subtraction.

Sums, products and what `cmath` has are computed in complex float64, any other op at high precision and rounded to that.
Source: Squire & Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40 (1998).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from operator import mul
from typing import Any

from cgviz.analysis.checks.differences import Downstream, cone
from cgviz.graph.nodes import Graph
from cgviz.ops.op import Op
from cgviz.ops.precise import context, failures
from cgviz.values.ieee import SMALLEST_NORMAL

NOT_A_NUMBER = complex(math.nan, math.nan)
STEP = 1e-25
WORKING, NOT_REAL = 60, 1e-9
WIDE = 400  # digits, so that what is left of a cancellation may still be a normal float
QUICK = frozenset({"exp", "sin", "cos", "tan", "sinh", "cosh", "tanh"})


@cache
def in_complex(op: Op) -> Callable[..., complex]:
    """Returns an op as a function of complex floats; of real ones alone it is the op itself."""
    mp = context(WORKING)
    quick: Any = getattr(cmath, op.name) if op.name in QUICK else None
    if op.family == "sum":
        signs: tuple[int, ...] = op.parameter
        quick = lambda *terms: sum(map(mul, signs, terms))  # noqa: E731
    elif op.family == "product":
        quick = lambda *factors: math.prod(factors)  # noqa: E731

    def function(*args: complex) -> complex:
        if not any(arg.imag for arg in args):
            return complex(op.forward(*(arg.real for arg in args)))
        try:
            if quick is not None:
                return complex(quick(*args))
        except (ArithmeticError, ValueError):
            pass
        try:
            return complex(op.in_mpmath(mp, *(mp.mpc(arg) if arg.imag else mp.mpf(arg.real) for arg in args)))
        except (TypeError, AttributeError):
            return NOT_A_NUMBER
        except failures():
            return NOT_A_NUMBER

    return function


class ComplexStep:
    """The slopes of one run's output by complex steps."""

    def __init__(self, graph: Graph, values: Sequence[float | None]) -> None:
        self.graph = graph
        self.downstream = Downstream(graph, [complex(value or 0.0) for value in values], in_complex)

    def slope(self, index: int) -> float:
        """Returns ∂output/∂node; nan where it cannot be computed."""
        x = self.downstream.base[index].real
        if not math.isfinite(x) or self.obstacle(index) >= 0:
            return math.nan
        step = (abs(x) or 1.0) * STEP
        moved = float(self.downstream.output(index, complex(x, step)).imag) if step else 0.0
        return moved / step if SMALLEST_NORMAL <= abs(moved) < math.inf else self.wide_slope(index, x)

    def wide_slope(self, index: int, x: float) -> float:
        """Returns the slope where a float has no room for a value or its imaginary part: every op at high precision.

        Where a value downstream is not real even so, its own domain ends, and there is no slope.
        """
        mp = context(WIDE)
        try:
            step = (abs(mp.mpf(x)) or 1) * mp.mpf(10) ** -WORKING
            moved = self.wide.output(index, mp.mpc(x, step))
            beyond = any(abs(mp.im(each)) > NOT_REAL * (1 + abs(each)) for each in self.wide.values)
            return math.nan if beyond else float(mp.im(moved) / step)
        except (TypeError, AttributeError):
            return math.nan
        except failures():
            return math.nan

    @cached_property
    def wide(self) -> Downstream:
        mp = context(WIDE)
        values = [mp.mpc(value or 0.0) for value in self.downstream.base]
        return Downstream(self.graph, values, lambda op: partial(op.in_mpmath, mp))

    def obstacle(self, index: int) -> int:
        """Returns the first stage downstream that is not analytic, or -1."""
        nodes = self.graph.nodes
        return next((target for target in cone(self.graph, index) if not nodes[target].op.analytic), -1)
