"""Exponentials and logarithms, and the sigmoid family that is made of them."""

from __future__ import annotations

import math
from typing import Any

from cgviz.ops.op import Answer, Op, register
from cgviz.ops.rules import beside, saturates
from cgviz.values import ieee

TEXTBOOK = "Abramowitz & Stegun, Handbook of Mathematical Functions, ch. 4"
CS231N = "CS231n notes, optimization-2"

exp = register(
    Op(
        name="exp",
        forward=ieee.total(math.exp, overflow=math.inf),
        array="exp",
        partials=lambda out, x: (out,),
        latex="{0.exponential}",
        by="exponential rule",
        says="scales by its own output",
        corners="overflows to inf above 709.78",
        sympy="exp",
        source=TEXTBOOK,
    )
)


expm1 = register(
    Op(
        name="expm1",
        forward=ieee.total(math.expm1, overflow=math.inf),
        array="expm1",
        partials=lambda out, x: (out + 1,),
        stable=lambda out, x: (exp.forward(x),),
        careful=lambda out, x: (exp(x),),
        exact=lambda mp, x: mp.expm1(x),
        glyph="eˣ−1",
        latex=r"\left(e^{{{0}}} - 1\right)",
        by="exponential rule",
        says="scales by its own output plus 1, which is eˣ",
        corners="overflows to inf above 709.78",
        source=TEXTBOOK,
    )
)


def log_domain(x: float, base: float = math.e) -> str:
    if base <= 0 or base == 1:
        return "a base that is not positive" if base <= 0 else "a base of 1"
    return "log of zero" if x == 0 else "log of a negative number" if x < 0 else ""


def log_float(x: float, base: float | None = None) -> float:
    natural = math.log(x) if x > 0 else -math.inf if x == 0 else math.nan
    return natural if base is None else ieee.divide(natural, log_float(base))


def log_slopes(out: Any, x: Any, base: Any = None) -> tuple[Any, ...]:
    return (1 / x,) if base is None else (1 / (x * log(base)), -out / (base * log(base)))


log: Op = register(
    Op(
        name="log",
        aliases=("ln",),
        arity=(1, 2),
        forward=log_float,
        array=lambda np, x, *base: np.log(x) / (np.log(*base) if base else 1),
        partials=log_slopes,
        composed=lambda x, base: log(x) / log(base),
        exact=lambda mp, x, *base: mp.log(x, *base),
        by="logarithm rule",
        says="scales by 1/x: large where x is near 0",
        corners="pole at x = 0, domain x > 0",
        domain=log_domain,
        sympy="log",
        answers=(Answer((0.0,), 0, math.inf, math.inf, "zoo", ("torch.log", "jax.numpy.log", "log(x)")),),
        source=TEXTBOOK,
    )
)

log1p = register(
    Op(
        name="log1p",
        forward=lambda x: math.log1p(x) if x > -1 else -math.inf if x == -1 else math.nan,
        array="log1p",
        partials=lambda out, x: (1 / (1 + x),),
        exact=lambda mp, x: mp.log1p(x),
        pretty="log(1 + {0.term})",
        latex=r"\log\left(1 + {0.term}\right)",
        by="logarithm rule, chain rule through 1 + x",
        says="scales by 1/(1 + x): large where x is near −1",
        corners="pole at x = −1, domain x > −1",
        domain=lambda x: "log of zero" if x == -1 else "log of a negative number" if x < -1 else "",
        source=TEXTBOOK,
    )
)


def logarithm(base: int, forward: Any) -> Op:
    """Returns the op of the logarithm to a fixed base."""
    return Op(
        name=f"log{base}",
        forward=lambda x: forward(x) if x > 0 else -math.inf if x == 0 else math.nan,
        array=f"log{base}",
        partials=lambda out, x: (1 / (x * beside(x, log, base)),),
        exact=lambda mp, x: mp.log(x) / mp.log(base),
        pretty="log" + str(base).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")) + "({0})",
        latex=rf"\log_{{{{{base}}}}}\left({{0}}\right)",
        by="logarithm rule, change of base",
        says=f"scales by 1/(x·log {base}): large where x is near 0",
        corners="pole at x = 0, domain x > 0",
        domain=log_domain,
        source=TEXTBOOK,
    )


log2, log10 = register(logarithm(2, math.log2)), register(logarithm(10, math.log10))


def sigmoid_float(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1 + grown)


def sigmoid_array(np: Any, x: Any) -> Any:
    shrunk = np.exp(-np.abs(x))
    return np.maximum(x >= 0, shrunk) / (1 + shrunk)  # which is above 0 and at most 1


def sigmoid_slope(out: float, x: float) -> tuple[float]:
    """e^−|x| / (1 + e^−|x|)²: (1 − out)·out without the cancellation of 1 − out."""
    shrunk = math.exp(-abs(x))
    return (shrunk / (1 + shrunk) ** 2,)


def sigmoid_composed(x: Any) -> Any:
    from cgviz.ops.piecewise import greater_equal, where

    return where(greater_equal(x, 0), 1 / (1 + exp(-x)), exp(x) / (1 + exp(x)))


def sigmoid_careful(out: Any, x: Any) -> tuple[Any, ...]:
    shrunk = exp(-abs(x))
    return (shrunk / (1 + shrunk) ** 2,)


def logsigmoid_composed(x: Any) -> Any:
    from cgviz.ops.piecewise import minimum

    return minimum(x, 0) - log1p(exp(-abs(x)))


sigmoid = register(
    Op(
        name="sigmoid",
        aliases=("σ", "logistic", "expit"),
        forward=sigmoid_float,
        array=sigmoid_array,
        partials=lambda out, x: ((1 - out) * out,),
        stable=sigmoid_slope,
        composed=sigmoid_composed,
        careful=sigmoid_careful,
        exact=lambda mp, x: 1 / (1 + mp.exp(-x)),
        gates=lambda x: 1 / (1 + exp(-x)),
        fused=True,
        glyph="σ",
        stem="sig",
        pretty="σ({0})",
        latex=r"\sigma\left({0}\right)",
        by="derivative of the sigmoid",
        says="scales by (1 − σ)·σ: at most 1/4, and almost 0 where it saturates",
        corner=lambda out, x: saturates(sigmoid_slope(out, x)[0]),
        rule="the slope is below 0.001: almost nothing flows back",
        corners="saturates for large |x|",
        source=CS231N,
    )
)

logsigmoid = register(
    Op(
        name="logsigmoid",
        forward=lambda x: min(x, 0.0) - math.log1p(math.exp(-abs(x))),
        array=lambda np, x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))),
        partials=lambda out, x: (sigmoid(-x),),
        composed=logsigmoid_composed,
        exact=lambda mp, x: -mp.log1p(mp.exp(-x)),
        gates=lambda x: log(sigmoid(x)),
        fused=True,
        glyph="log σ",
        stem="logsig",
        pretty="log σ({0})",
        latex=r"\log\sigma\left({0}\right)",
        by="logarithm rule, chain rule through the sigmoid",
        says="scales by σ(−x); one stable op for log(σ(x)), which would be log 0 for large negative x",
        corners="none",
        source="PyTorch, torch.nn.LogSigmoid",
    )
)


def added_logs(a: float, b: float) -> float:
    high, low = (a, b) if a >= b else (b, a)
    if high == math.inf or low != low or high != high or low == -math.inf:
        return high if low == low and high == high else math.nan
    return high + math.log1p(math.exp(low - high))


def exact_added_logs(mp: Any, a: Any, b: Any) -> Any:
    low, high = sorted((a, b), key=lambda number: mp.re(number))
    return high + mp.log1p(mp.exp(low - high))


def added_in_range(a: Any, b: Any) -> Any:
    """log(eᵃ + eᵇ) as max(a, b) + log(1 + e^−|a − b|); ∞ − ∞ is no difference."""
    from cgviz.ops.piecewise import absolute, equal, maximum, where

    return where(equal(a, b), a + log(2.0), maximum(a, b) + log1p(exp(-absolute(a - b))))


logaddexp = register(
    Op(
        name="logaddexp",
        arity=(2, 2),
        forward=added_logs,
        array="logaddexp",
        partials=lambda out, a, b: (exp(a - out), exp(b - out)),
        stable=lambda out, a, b: (sigmoid.forward(a - b), sigmoid.forward(b - a)),
        careful=lambda out, a, b: (sigmoid(a - b), sigmoid(b - a)),
        exact=exact_added_logs,
        composed=added_in_range,
        javascript=(
            "(Math.max({0}, {1}) + Math.log1p(Math.exp(-Math.abs({0} - {1}))))",
            "(1 / (1 + Math.exp({1} - {0})))",
            "(1 / (1 + Math.exp({0} - {1})))",
        ),
        glyph="lae",
        stem="lse",
        by="chain rule through log, sum and exp",
        says="scales by the share that each exponential has of their sum",
        source="NumPy reference, numpy.logaddexp",
    )
)
