"""Exponentials and logarithms, and the sigmoid family that is made of them."""

from __future__ import annotations

import math

from cgviz import ieee
from cgviz.op import Op, register

TEXTBOOK = "Abramowitz & Stegun, Handbook of Mathematical Functions, ch. 4"
CS231N = "CS231n notes, optimization-2"

exp = register(
    Op(
        name="exp",
        forward=ieee.total(math.exp, overflow=math.inf),
        partials=lambda out, x: (out,),
        glyph="exp",
        stem="exp",
        latex=r"e^{{{0}}}",
        says="scales by its own output",
        corners="overflows to inf above 709.78",
        sympy="exp",
        source=TEXTBOOK,
    )
)


def log_domain(x: float) -> str:
    return "log of zero" if x == 0 else "log of a negative number" if x < 0 else ""


def log_float(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


log = register(
    Op(
        name="log",
        aliases=("ln",),
        forward=log_float,
        partials=lambda out, x: (1 / x,),
        exact=lambda mp, x: mp.log(x),
        glyph="log",
        stem="log",
        latex=r"\log\left({0}\right)",
        says="scales by 1/x: large where x is near 0",
        corners="pole at x = 0, domain x > 0",
        domain=log_domain,
        sympy="log",
        source=TEXTBOOK,
    )
)


def sigmoid_float(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1 + grown)


def sigmoid_slope(out: float, x: float) -> tuple[float]:
    """e^−|x| / (1 + e^−|x|)²: (1 − out)·out without the cancellation of 1 − out."""
    shrunk = math.exp(-abs(x))
    return (shrunk / (1 + shrunk) ** 2,)


def saturates(slope: float) -> str:
    return "saturated" if slope < 1e-3 else ""


sigmoid = register(
    Op(
        name="sigmoid",
        aliases=("σ", "logistic", "expit"),
        forward=sigmoid_float,
        partials=lambda out, x: ((1 - out) * out,),
        stable=sigmoid_slope,
        exact=lambda mp, x: 1 / (1 + mp.exp(-x)),
        gates=lambda x: 1 / (1 + exp(-x)),
        fused=True,
        glyph="σ",
        stem="sig",
        pretty="σ({0})",
        latex=r"\sigma\left({0}\right)",
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
        partials=lambda out, x: (sigmoid(-x),),
        exact=lambda mp, x: -mp.log1p(mp.exp(-x)),
        gates=lambda x: log(sigmoid(x)),
        fused=True,
        glyph="log σ",
        stem="logsig",
        pretty="log σ({0})",
        latex=r"\log\sigma\left({0}\right)",
        says="scales by σ(−x); one stable op for log(σ(x)), which would be log 0 for large negative x",
        corners="none",
        source="PyTorch, torch.nn.LogSigmoid",
    )
)
