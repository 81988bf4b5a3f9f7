"""Slopes to 50 digits: mpmath's differences of the program, whose step is so small that no smooth function bends."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from cgviz.analysis.checks.bands import relative_error
from cgviz.analysis.checks.differences import Downstream, necks
from cgviz.graph.nodes import CONSTANT, INPUT, Graph
from cgviz.ops import precise
from cgviz.ops.op import Op, nothing
from cgviz.ops.precise import failures

STEP = 30
WORKING = 80
LARGEST_EXPONENT = 20_000
CLOSER = 5
SAME = 1e-12
GROWS = 10
STEEP = 1e9
SMALL_BITS = 40
AS_EXPECTED = 1e-9
SMALLEST = 5e-324


def context() -> Any:
    """Returns the mpmath context of the check."""
    return precise.context(WORKING)


@cache
def in_mpmath(op: Op) -> Callable[..., Any]:
    """Returns an op as a total function of mpmath numbers: nan where it is not real or has no form in mpmath."""
    mp = context()
    known = op.exact is not None or hasattr(mp, op.name)

    def function(*args: Any) -> Any:
        if not known or (op.domain is not nothing and op.domain(*map(within, args))):
            return mp.nan
        try:
            return bounded(mp, op.in_mpmath(mp, *args))
        except TypeError:
            return mp.nan
        except failures():
            return mp.nan

    return function


def within(value: Any) -> float:
    """Returns the float that is nearest to an mpmath number, neither 0 nor infinite where that is not."""
    near = rounded(value)
    if math.isinf(near) and context().isfinite(value):
        return math.copysign(sys.float_info.max, near)
    return near if near or not value else math.copysign(SMALLEST, value)


def bounded(mp: Any, value: Any) -> Any:
    """Returns a real number of bounded exponent, so that a tower of exponentials ends in inf and not in a hang."""
    _, mantissa, exponent, bits = getattr(value, "_mpf_", (0, 0, 0, 0))
    if mantissa and abs(exponent + bits) <= LARGEST_EXPONENT:
        return value
    if hasattr(value, "_mpc_"):
        return value.real if value.imag == 0 else mp.nan
    value = mp.mpf(value)
    if not value or not mp.isfinite(value):
        return value
    size = mp.mag(value)
    return value if abs(size) <= LARGEST_EXPONENT else value * 0 if size < 0 else mp.inf * mp.sign(value)


def values(graph: Graph, inputs: Sequence[float | None]) -> list[Any]:
    """Returns the value of every node at high precision; `inputs` are the values of a run."""
    mp = context()
    made: list[Any] = []
    for node, value in zip(graph.nodes, inputs, strict=True):
        given = node.op is INPUT or node.op is CONSTANT
        made.append(mp.mpf(value or 0.0) if given else in_mpmath(node.op)(*(made[arg] for arg in node.args)))
    return made


class ExactSlope(NamedTuple):
    """The slopes to the left and to the right, and the derivative; nan where there is none.

    kind   "smooth", "bent" (across a kink the two sides meet as the step shrinks), "kink" (two slopes), "edge" (a slope
           at one side alone), "steep" (an infinite slope or a jump), ""
    error  how much of a slope may be rounding, where it is tiny beside the function itself
    """

    left: Any
    right: Any
    value: Any
    kind: str
    error: Any = 0.0

    @property
    def exists(self) -> bool:
        return self.kind in ("smooth", "bent")


def slope(function: Callable[[Any], Any], x: Any) -> ExactSlope:
    """Returns the slopes of a function of one mpmath number."""
    mp = context()
    if not mp.isfinite(x):
        return ExactSlope(mp.nan, mp.nan, mp.nan, "")
    size = min(0, int(mp.mag(x) * 0.30103)) if x else 0
    with mp.workdps(WORKING - size):
        step = (abs(x) or mp.mpf(1)) * mp.mpf(10) ** -STEP
        here = function(x)
        sides = quotients(function, x, here, step)
        error = (abs(here) if mp.isfinite(here) else 0) * mp.mpf(10) ** (size - WORKING + 5) / step
        if not unusual(mp, sides, error):
            return ExactSlope(*sides, sum(sides) / 2, "smooth", error)
        nearer = quotients(function, x, here, step * mp.mpf(10) ** -CLOSER)
        return ExactSlope(*sides, *judged(mp, sides, nearer), error)


def quotients(function: Callable[[Any], Any], x: Any, here: Any, step: Any) -> tuple[Any, Any]:
    """Returns the difference quotients to the left and to the right."""
    return (here - function(x - step)) / step, (function(x + step) - here) / step


def unusual(mp: Any, sides: tuple[Any, Any], error: Any) -> bool:
    """Tells whether two slopes differ, or are so steep that they may be those of a root."""
    left, right = sides
    if not (mp.isfinite(left) and mp.isfinite(right)):
        return True
    largest = max(abs(left), abs(right))
    return bool(largest > STEEP or abs(left - right) > SAME * largest + error)


def judged(mp: Any, sides: tuple[Any, Any], nearer: tuple[Any, Any]) -> tuple[Any, str]:
    """Returns the derivative and the kind of a place from how its two slopes change with the step."""
    known = [(one, two) for one, two in zip(sides, nearer, strict=True) if mp.isfinite(one) and mp.isfinite(two)]
    if not known:
        return mp.nan, ""
    if any(abs(two) > GROWS * abs(one) and abs(two) > STEEP for one, two in known):
        return mp.nan, "steep"
    if len(known) < 2:
        return mp.nan, "edge"
    apart, now = abs(sides[1] - sides[0]), abs(nearer[1] - nearer[0])
    if now * GROWS < apart or now <= SAME * max(map(abs, nearer)):
        return sum(nearer) / 2, "bent" if now else "smooth"
    return mp.nan, "kink"


class Exact:
    """The slopes of one run's output at high precision."""

    def __init__(self, graph: Graph, run_values: Sequence[float | None]) -> None:
        self.graph = graph
        self.values = values(graph, run_values)
        self.downstream = Downstream(graph, self.values, in_mpmath)
        self.necks = necks(graph)
        self.known = {graph.output: context().mpf(1)}

    def slope(self, index: int, expected: float = math.nan) -> ExactSlope:
        """Returns the slopes of the output in one node.

        Where nothing downstream is made of pieces and the slope to the right is as expected, the left is not asked.
        """
        right = self.by_necks(index)
        if context().isfinite(right) and relative_error(rounded(right), expected) <= AS_EXPECTED:
            return ExactSlope(right, right, right, "smooth")
        return slope(lambda value: self.downstream.output(index, value), self.values[index])

    def by_necks(self, index: int) -> Any:
        """Returns the slope to the right, where all is smooth, as the product of the slopes from neck to neck."""
        way = []
        while index not in self.known:
            way.append(index)
            index = self.necks[index]
        for each in reversed(way):
            self.known[each] = self.known[index] * self.to_neck(each)
            index = each
        return self.known[index]

    def to_neck(self, index: int) -> Any:
        """Returns the slope of the next neck in a node; nan where an op between them is made of pieces."""
        downstream, neck, x = self.downstream, self.necks[index], self.values[index]
        downstream.turn_to(index, neck)
        if downstream.switching or not self.graph.reached[index]:
            return context().nan
        right = one_sided(lambda value: downstream.output(index, value, neck), x, self.values[neck])
        if context().isfinite(right):
            return right
        both = slope(lambda value: downstream.output(index, value, neck), x)
        return both.value if both.kind == "smooth" else context().nan


def one_sided(function: Callable[[Any], Any], x: Any, here: Any) -> Any:
    """Returns the difference quotient to the right, with so small a step that it has 30 digits."""
    mp = context()
    if not mp.isfinite(x) or not x or mp.mag(x) < -SMALL_BITS:
        return mp.nan
    step = abs(x) * mp.mpf(10) ** -STEP
    return (function(x + step) - here) / step


def local_slope(op: Op, args: Sequence[float], slot: int) -> ExactSlope:
    """Returns the slopes of one op in one argument, at these floats."""
    numbers = [context().mpf(arg) for arg in args]
    function = in_mpmath(op)

    def moved(value: Any) -> Any:
        return function(*numbers[:slot], value, *numbers[slot + 1 :])

    return slope(moved, numbers[slot])


def rounded(value: Any) -> float:
    """Returns an mpmath number as a float; inf where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
