"""Sine, cosine, tangent, their reciprocals and their inverses."""

from __future__ import annotations

import math

from cgviz.ops.op import Answer, Op, register
from cgviz.ops.roots import hypot, sqrt
from cgviz.ops.rules import root
from cgviz.values import ieee

CIRCULAR = "Abramowitz & Stegun, Handbook of Mathematical Functions, 4.3.105 to 4.3.110"
INVERSE = "Abramowitz & Stegun, Handbook of Mathematical Functions, 4.4.52 to 4.4.57"


def no_angle(x: float) -> str:
    return "an infinite angle" if math.isinf(x) else ""


def not_a_cosine(x: float) -> str:
    return "an argument outside −1 to 1" if abs(x) > 1 else ""


def square_root_slope(x: float) -> float:
    """1/√(1 − x²) as 1/√((1 − x)(1 + x)), which keeps its digits near ±1."""
    return ieee.divide(1.0, root((1 - x) * (1 + x)))


sin = register(
    Op(
        name="sin",
        forward=ieee.total(math.sin),
        array="sin",
        partials=lambda out, x: (cos(x),),
        exact=lambda mp, x: mp.sin(x),
        latex=r"\sin\left({0}\right)",
        by="derivative of the sine",
        says="scales by cos x, between −1 and 1",
        domain=no_angle,
        sympy="sin",
        source=CIRCULAR,
    )
)

cos: Op = register(
    Op(
        name="cos",
        forward=ieee.total(math.cos),
        array="cos",
        partials=lambda out, x: (-sin(x),),
        exact=lambda mp, x: mp.cos(x),
        latex=r"\cos\left({0}\right)",
        by="derivative of the cosine",
        says="scales by −sin x, between −1 and 1",
        domain=no_angle,
        sympy="cos",
        source=CIRCULAR,
    )
)

tan = register(
    Op(
        name="tan",
        forward=ieee.total(math.tan),
        array="tan",
        partials=lambda out, x: (1 + out**2,),
        exact=lambda mp, x: mp.tan(x),
        latex=r"\tan\left({0}\right)",
        by="derivative of the tangent",
        says="scales by 1 + tan², at least 1 and huge near its poles",
        corners="poles at odd multiples of π/2",
        domain=no_angle,
        sympy="tan",
        source=CIRCULAR,
    )
)

sec = register(
    Op(
        name="sec",
        forward=lambda x: ieee.divide(1.0, cos.forward(x)),
        partials=lambda out, x: (out * tan(x),),
        composed=lambda x: 1 / cos(x),
        exact=lambda mp, x: mp.sec(x),
        latex=r"\sec\left({0}\right)",
        by="derivative of the secant",
        says="scales by sec x · tan x, huge near its poles",
        corners="poles at odd multiples of π/2",
        domain=no_angle,
        sympy="sec",
        source=CIRCULAR,
    )
)

csc = register(
    Op(
        name="csc",
        forward=lambda x: ieee.divide(1.0, sin.forward(x)),
        partials=lambda out, x: (-out * cot(x),),
        composed=lambda x: 1 / sin(x),
        exact=lambda mp, x: mp.csc(x),
        latex=r"\csc\left({0}\right)",
        by="derivative of the cosecant",
        says="scales by −csc x · cot x, huge near its poles",
        corners="poles at multiples of π",
        domain=lambda x: "division by zero" if x == 0 else no_angle(x),
        sympy="csc",
        source=CIRCULAR,
    )
)

cot: Op = register(
    Op(
        name="cot",
        forward=lambda x: ieee.divide(1.0, tan.forward(x)),
        partials=lambda out, x: (-(1 + out**2),),
        composed=lambda x: 1 / tan(x),
        exact=lambda mp, x: mp.cot(x),
        latex=r"\cot\left({0}\right)",
        by="derivative of the cotangent",
        says="scales by −(1 + cot²), at most −1 and huge near its poles",
        corners="poles at multiples of π",
        domain=lambda x: "division by zero" if x == 0 else no_angle(x),
        sympy="cot",
        source=CIRCULAR,
    )
)

asin = register(
    Op(
        name="asin",
        aliases=("arcsin",),
        forward=ieee.total(math.asin),
        array="arcsin",
        partials=lambda out, x: (1 / sqrt(1 - x**2),),
        stable=lambda out, x: (square_root_slope(x),),
        careful=lambda out, x: (1 / sqrt((1 - x) * (1 + x)),),
        exact=lambda mp, x: mp.asin(x),
        latex=r"\arcsin\left({0}\right)",
        by="inverse function rule, through the sine",
        says="scales by 1/√(1 − x²), at least 1",
        corners="domain −1 ≤ x ≤ 1, slope infinite at ±1",
        domain=not_a_cosine,
        sympy="asin",
        source=INVERSE,
    )
)

acos = register(
    Op(
        name="acos",
        aliases=("arccos",),
        forward=ieee.total(math.acos),
        array="arccos",
        partials=lambda out, x: (-1 / sqrt(1 - x**2),),
        stable=lambda out, x: (-square_root_slope(x),),
        careful=lambda out, x: (-(1 / sqrt((1 - x) * (1 + x))),),
        exact=lambda mp, x: mp.acos(x),
        latex=r"\arccos\left({0}\right)",
        by="inverse function rule, through the cosine",
        says="scales by −1/√(1 − x²), at most −1",
        corners="domain −1 ≤ x ≤ 1, slope infinite at ±1",
        domain=not_a_cosine,
        sympy="acos",
        source=INVERSE,
    )
)

atan = register(
    Op(
        name="atan",
        aliases=("arctan",),
        forward=math.atan,
        array="arctan",
        partials=lambda out, x: (1 / (1 + x**2),),
        exact=lambda mp, x: mp.atan(x),
        latex=r"\arctan\left({0}\right)",
        by="inverse function rule, through the tangent",
        says="scales by 1/(1 + x²), at most 1",
        sympy="atan",
        source=INVERSE,
    )
)


def angle_slopes(out: float, y: float, x: float) -> tuple[float, float]:
    """x/(x² + y²) and −y/(x² + y²) by way of the length, which neither overflows nor underflows."""
    length = math.hypot(x, y)
    return ieee.divide(ieee.divide(x, length), length), -ieee.divide(ieee.divide(y, length), length)


atan2 = register(
    Op(
        name="atan2",
        aliases=("arctan2",),
        arity=(2, 2),
        forward=math.atan2,
        array="arctan2",
        partials=lambda out, y, x: (x / (x**2 + y**2), -y / (x**2 + y**2)),
        stable=angle_slopes,
        careful=lambda out, y, x: (x / hypot(x, y) / hypot(x, y), -(y / hypot(x, y) / hypot(x, y))),
        exact=lambda mp, y, x: mp.atan2(y, x),
        stem="angle",
        by="derivative of the angle",
        says="scales by x/(x² + y²) towards y and by −y/(x² + y²) towards x",
        corners="no angle at x = y = 0; jumps by 2π across the negative x axis",
        analytic=False,
        answers=(
            Answer((0.0, 0.0), 0, 0.0, math.nan, None, ("torch.atan2", "jax.numpy.arctan2", "")),
            Answer((0.0, 0.0), 1, 0.0, math.nan, None, ("torch.atan2", "jax.numpy.arctan2", "")),
        ),
        sympy="atan2",
        source=INVERSE,
    )
)
