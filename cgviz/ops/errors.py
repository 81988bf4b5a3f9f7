"""The error function and its kin."""

from __future__ import annotations

import math

from cgviz.ops.exponential import exp
from cgviz.ops.op import Op, register
from cgviz.ops.precise import precise, rounded
from cgviz.ops.roots import sqrt
from cgviz.ops.rules import pi, saturates

ERRORS = "Abramowitz & Stegun, Handbook of Mathematical Functions, 7.1.1 and 7.1.19"
LARGEST = 27.0


def bell(x: float) -> float:
    """2/√π · e^(−x²)."""
    return 2 / math.sqrt(math.pi) * math.exp(-x * x)


erf = register(
    Op(
        name="erf",
        forward=math.erf,
        partials=lambda out, x: (2 / sqrt(pi(x)) * exp(-(x**2)),),
        stable=lambda out, x: (bell(x),),
        careful=lambda out, x: (2 / sqrt(pi(x)) * exp(-x * x),),
        exact=lambda mp, x: mp.erf(x),
        javascript=("erf({0})",),
        latex=r"\operatorname{{erf}}\left({0}\right)",
        by="derivative of erf: its integrand",
        says="scales by 2/√π · e^(−x²): at most 1.13, and almost 0 where it saturates",
        corner=lambda out, x: saturates(bell(x)),
        rule="the slope is below 0.001: almost nothing flows back",
        corners="saturates for large |x|",
        sympy="erf",
        source=ERRORS,
    )
)

erfc = register(
    Op(
        name="erfc",
        forward=math.erfc,
        partials=lambda out, x: (-(2 / sqrt(pi(x)) * exp(-(x**2))),),
        stable=lambda out, x: (-bell(x),),
        careful=lambda out, x: (-(2 / sqrt(pi(x)) * exp(-x * x)),),
        exact=lambda mp, x: mp.erfc(x),
        javascript=("erfc({0})",),
        latex=r"\operatorname{{erfc}}\left({0}\right)",
        by="derivative of erfc: its integrand, negated",
        says="scales by −2/√π · e^(−x²): at least −1.13, and almost 0 where it saturates",
        corner=lambda out, x: saturates(bell(x)),
        rule="the slope is below 0.001: almost nothing flows back",
        corners="saturates for large |x|",
        sympy="erfc",
        source=ERRORS,
    )
)

erfi_near = rounded(lambda mp, x: mp.erfi(x))

erfi = register(
    Op(
        name="erfi",
        forward=lambda x: math.copysign(math.inf, x) if abs(x) > LARGEST else erfi_near(x),
        partials=lambda out, x: (2 / sqrt(pi(x)) * exp(x**2),),
        exact=lambda mp, x: mp.erfi(x),
        javascript=("erfi({0})",),
        latex=r"\operatorname{{erfi}}\left({0}\right)",
        by="derivative of erfi: its integrand",
        says="scales by 2/√π · e^(x²), at least 1.13",
        corners="overflows to ±inf beyond ±26.64",
        sympy="erfi",
        source=ERRORS,
    )
)


def erfinv_limit(x: float) -> str:
    return "an argument outside −1 to 1" if abs(x) > 1 else ""


erfinv = register(
    Op(
        name="erfinv",
        forward=rounded(lambda mp, x: mp.erfinv(x), erfinv_limit),
        partials=lambda out, x: (sqrt(pi(x)) / 2 * exp(out**2),),
        stable=precise(lambda out, x: (sqrt(pi(x)) / 2 * exp(out**2),), lambda mp, x: mp.erfinv(x), erfinv_limit),
        exact=lambda mp, x: mp.erfinv(x),
        javascript=("erfinv({0})",),
        glyph="erf⁻¹",
        latex=r"\operatorname{{erf}}^{{-1}}\left({0}\right)",
        by="inverse function rule, through erf",
        says="scales by √π/2 · e^(out²), at least 0.886",
        corners="domain −1 < x < 1, poles at ±1",
        domain=lambda x: "an argument of ±1" if abs(x) == 1 else erfinv_limit(x),
        sympy="erfinv",
        analytic=False,
        source=ERRORS,
    )
)
