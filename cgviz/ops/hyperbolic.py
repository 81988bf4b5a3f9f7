"""Hyperbolic functions, their reciprocals and their inverses."""

from __future__ import annotations

import math

from cgviz.ops.exponential import exp
from cgviz.ops.op import Op, register
from cgviz.ops.piecewise import less, sign, where
from cgviz.ops.roots import hypot, sqrt
from cgviz.ops.rules import root, saturates
from cgviz.values import ieee

HYPERBOLIC = "Abramowitz & Stegun, Handbook of Mathematical Functions, 4.5.71 to 4.5.76"
INVERSE = "Abramowitz & Stegun, Handbook of Mathematical Functions, 4.6.37 to 4.6.42"

cosh_float = ieee.total(math.cosh)


def sinh_float(x: float) -> float:
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def sech_float(x: float) -> float:
    """2e^−|x| / (1 + e^−2|x|), which does not overflow on the way to 0."""
    shrunk = math.exp(-abs(x))
    return 2 * shrunk / (1 + shrunk * shrunk)


def tanh_slope(x: float) -> float:
    """4e^−2|x| / (1 + e^−2|x|)²: 1 − tanh² without its cancellation."""
    shrunk = math.exp(-2 * abs(x))
    return 4 * shrunk / (1 + shrunk) ** 2


def csch_float(x: float) -> float:
    """1/sinh x; 2e^−|x| where sinh x overflows."""
    return ieee.divide(1.0, math.sinh(x)) if abs(x) < 700 else math.copysign(2 * math.exp(-abs(x)), x)


sinh = register(
    Op(
        name="sinh",
        forward=sinh_float,
        array="sinh",
        partials=lambda out, x: (cosh(x),),
        exact=lambda mp, x: mp.sinh(x),
        latex=r"\sinh\left({0}\right)",
        by="derivative of the hyperbolic sine",
        says="scales by cosh x, at least 1",
        corners="overflows to ±inf beyond ±710.48",
        sympy="sinh",
        source=HYPERBOLIC,
    )
)

cosh: Op = register(
    Op(
        name="cosh",
        forward=cosh_float,
        array="cosh",
        partials=lambda out, x: (sinh(x),),
        exact=lambda mp, x: mp.cosh(x),
        latex=r"\cosh\left({0}\right)",
        by="derivative of the hyperbolic cosine",
        says="scales by sinh x",
        corners="overflows to inf beyond ±710.48",
        sympy="cosh",
        source=HYPERBOLIC,
    )
)

tanh = register(
    Op(
        name="tanh",
        forward=math.tanh,
        array="tanh",
        partials=lambda out, x: (1 - out**2,),
        stable=lambda out, x: (tanh_slope(x),),
        careful=lambda out, x: (4 * exp(-2 * abs(x)) / (1 + exp(-2 * abs(x))) ** 2,),
        exact=lambda mp, x: mp.tanh(x),
        latex=r"\tanh\left({0}\right)",
        by="derivative of the hyperbolic tangent",
        says="scales by 1 − tanh²: at most 1, and almost 0 where it saturates",
        corner=lambda out, x: saturates(tanh_slope(x)),
        rule="the slope is below 0.001: almost nothing flows back",
        corners="saturates for large |x|",
        sympy="tanh",
        source=HYPERBOLIC,
    )
)

sech = register(
    Op(
        name="sech",
        forward=sech_float,
        partials=lambda out, x: (-out * tanh(x),),
        composed=lambda x: 2 * exp(-abs(x)) / (1 + exp(-abs(x)) * exp(-abs(x))),
        exact=lambda mp, x: mp.sech(x),
        latex=r"\operatorname{{sech}}\left({0}\right)",
        by="derivative of the hyperbolic secant",
        says="scales by −sech x · tanh x",
        sympy="sech",
        source=HYPERBOLIC,
    )
)

csch = register(
    Op(
        name="csch",
        forward=csch_float,
        partials=lambda out, x: (-out * coth(x),),
        composed=lambda x: where(less(abs(x), 20), 1 / sinh(x), 2 * sign(x) * exp(-abs(x))),
        exact=lambda mp, x: mp.csch(x),
        latex=r"\operatorname{{csch}}\left({0}\right)",
        by="derivative of the hyperbolic cosecant",
        says="scales by −csch x · coth x: large where x is near 0",
        corners="pole at x = 0",
        domain=lambda x: "division by zero" if x == 0 else "",
        sympy="csch",
        source=HYPERBOLIC,
    )
)

coth: Op = register(
    Op(
        name="coth",
        forward=lambda x: ieee.divide(1.0, math.tanh(x)),
        partials=lambda out, x: (1 - out**2,),
        stable=lambda out, x: (-(csch_float(x) * csch_float(x)),),
        composed=lambda x: 1 / tanh(x),
        careful=lambda out, x: (-(csch(x) * csch(x)),),
        exact=lambda mp, x: mp.coth(x),
        latex=r"\coth\left({0}\right)",
        by="derivative of the hyperbolic cotangent",
        says="scales by 1 − coth², which is negative: large where x is near 0, almost 0 far from it",
        corners="pole at x = 0",
        domain=lambda x: "division by zero" if x == 0 else "",
        sympy="coth",
        source=HYPERBOLIC,
    )
)

asinh = register(
    Op(
        name="asinh",
        aliases=("arcsinh",),
        forward=math.asinh,
        array="arcsinh",
        partials=lambda out, x: (1 / sqrt(x**2 + 1),),
        stable=lambda out, x: (1 / math.hypot(x, 1.0),),
        careful=lambda out, x: (1 / hypot(x, 1),),
        exact=lambda mp, x: mp.asinh(x),
        latex=r"\operatorname{{arsinh}}\left({0}\right)",
        by="inverse function rule, through sinh",
        says="scales by 1/√(x² + 1), at most 1",
        sympy="asinh",
        source=INVERSE,
    )
)

acosh = register(
    Op(
        name="acosh",
        aliases=("arccosh",),
        forward=ieee.total(math.acosh),
        array="arccosh",
        partials=lambda out, x: (1 / sqrt(x**2 - 1),),
        stable=lambda out, x: (ieee.divide(1.0, root(x - 1) * root(x + 1)),),
        careful=lambda out, x: (1 / (sqrt(x - 1) * sqrt(x + 1)),),
        exact=lambda mp, x: mp.acosh(x),
        latex=r"\operatorname{{arcosh}}\left({0}\right)",
        by="inverse function rule, through cosh",
        says="scales by 1/√(x² − 1): large where x is near 1",
        corners="domain x ≥ 1, slope infinite at 1",
        domain=lambda x: "an argument below 1" if x < 1 else "",
        sympy="acosh",
        source=INVERSE,
    )
)

atanh = register(
    Op(
        name="atanh",
        aliases=("arctanh",),
        forward=lambda x: math.atanh(x) if abs(x) < 1 else math.copysign(math.inf, x) if abs(x) == 1 else math.nan,
        array="arctanh",
        partials=lambda out, x: (1 / (1 - x**2),),
        stable=lambda out, x: (ieee.divide(1.0, (1 - x) * (1 + x)) if abs(x) <= 1 else math.nan,),
        careful=lambda out, x: (1 / ((1 - x) * (1 + x)),),
        exact=lambda mp, x: mp.atanh(x),
        javascript=("", "(Math.abs({0}) <= 1 ? 1 / ((1 - {0}) * (1 + {0})) : NaN)"),
        latex=r"\operatorname{{artanh}}\left({0}\right)",
        by="inverse function rule, through tanh",
        says="scales by 1/(1 − x²), at least 1",
        corners="domain −1 < x < 1, poles at ±1",
        domain=lambda x: "an argument of ±1" if abs(x) == 1 else "an argument outside −1 to 1" if abs(x) > 1 else "",
        sympy="atanh",
        source=INVERSE,
    )
)
