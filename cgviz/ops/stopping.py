"""Gates that let no gradient through, or only combine conditions: stop_gradient, and, or, not, floor and its like."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cgviz.ops.op import Op, register

stop_gradient = register(
    Op(
        name="stop_gradient",
        aliases=("detach",),
        forward=lambda x: x,
        array=lambda np, x: np.asarray(x),
        partials=lambda out, x: (None,),
        exact=lambda mp, x: x,
        composed=lambda x: x,
        javascript=("{0}", "null"),
        glyph="⊣",
        stem="stop",
        spell=lambda notation, x: notation.along("stop_gradient", x, ""),
        gate="stops",
        by="constant rule: its input is held fixed",
        says="stops the gradient: its input counts as a constant",
        rule="the derivative is taken as 0, whatever the value does",
        corners="none; the gradient is not the derivative of the value",
        analytic=False,
        source="JAX, lax.stop_gradient; PyTorch, Tensor.detach",
    )
)


def condition(
    name: str, sign: str, holds: Callable[..., bool], array: Callable[..., Any], count: int, alias: str, **more: Any
) -> Op:
    """Returns an op of conditions: 1 where it holds, else 0; whatever is not 0 is true."""
    return Op(
        name=name,
        aliases=(alias,),
        arity=(count, count),
        forward=lambda *xs: 1.0 if holds(*xs) else 0.0,
        array=array,
        partials=lambda out, *xs: (0,) * count,
        exact=lambda mp, *xs: mp.mpf(1 if holds(*xs) else 0),
        glyph=sign,
        stem="cond",
        gate="stops",
        by="constant rule: a condition is flat",
        says="stops the gradient: the answer, 1 or 0, does not move with its inputs",
        corners="jumps where one of its conditions changes",
        switch=lambda *xs: tuple(bool(x) for x in xs),
        analytic=False,
        source="NumPy reference, logic functions",
        **more,
    )


logical_and = register(
    condition(
        "logical_and",
        "∧",
        lambda a, b: bool(a and b),
        lambda np, a, b: np.asarray((np.asarray(a) != 0) & (np.asarray(b) != 0), dtype=float),
        2,
        "bitwise_and",
        javascript=("({0} !== 0 && {1} !== 0 ? 1 : 0)", "0", "0"),
    )
)
logical_or = register(
    condition(
        "logical_or",
        "∨",
        lambda a, b: bool(a or b),
        lambda np, a, b: np.asarray((np.asarray(a) != 0) | (np.asarray(b) != 0), dtype=float),
        2,
        "bitwise_or",
        javascript=("({0} !== 0 || {1} !== 0 ? 1 : 0)", "0", "0"),
    )
)
logical_not = register(
    condition(
        "logical_not",
        "¬",
        lambda a: not a,
        lambda np, a: np.asarray(np.asarray(a) == 0, dtype=float),
        1,
        "invert",
        javascript=("({0} === 0 ? 1 : 0)", "0"),
    )
)


def whole(value: float, function: Callable[[float], float]) -> float:
    return float(function(value)) if math.isfinite(value) else value
