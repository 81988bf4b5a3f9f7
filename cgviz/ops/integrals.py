"""Functions defined by an integral, elliptic integrals, and Lambert's W."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cgviz.ops.exponential import exp, log
from cgviz.ops.hyperbolic import cosh, sinh
from cgviz.ops.op import Op, Rule, nothing, register
from cgviz.ops.precise import BITS, Exact, context, magnitude, precise, real, rounded
from cgviz.ops.rules import pi
from cgviz.ops.trigonometric import cos, sin

INTEGRALS = "Abramowitz & Stegun, Handbook of Mathematical Functions, ch. 5"
FRESNEL = "Abramowitz & Stegun, Handbook of Mathematical Functions, 7.3.1 and 7.3.2"
ELLIPTIC = "NIST Handbook of Mathematical Functions, 19.4.1 and 19.4.2"
FARTHEST = 1e8


def integral(name: str, written: str, exact: Exact, slope: Callable[..., Any], **more: Any) -> Op:
    """Returns the op of an integral from its integrand, `slope`; at 0 `at_zero` stands for the integrand's limit."""
    at_zero: float | None = more.pop("at_zero", None)
    limit = more.pop("limit", nothing)
    accurate = precise(lambda out, x: (slope(x),), exact, limit)

    def stable(out: float, x: float) -> tuple[float | None, ...]:
        return (at_zero,) if x == 0 and at_zero is not None else accurate(out, x)

    own = more.pop("domain", nothing)
    return Op(
        name=name,
        forward=rounded(exact, limit),
        partials=lambda out, x: (slope(x),),
        stable=stable,
        exact=exact,
        glyph=written,
        stem=name.lower(),
        latex=rf"\operatorname{{{{{written}}}}}\left({{0}}\right)",
        by="fundamental theorem of calculus: its integrand",
        domain=lambda x: own(x) or limit(x),
        sympy=name,
        **more,
    )


def log_pole(x: float) -> str:
    return "log of zero" if x == 0 else ""


def log_domain(x: float) -> str:
    return "log of a negative number" if x < 0 else log_pole(x)


Ei = register(
    integral(
        "Ei", "Ei", lambda mp, x: mp.ei(x), lambda x: exp(x) / x, domain=log_pole, source=INTEGRALS, analytic=False,
        says="scales by eˣ/x: large where x is near 0", corners="pole at x = 0",
    )
)  # fmt: skip
li = register(
    integral(
        "li", "li", lambda mp, x: mp.li(x), lambda x: 1 / log(x), source=INTEGRALS,
        domain=lambda x: "an integral across the pole at 1" if x == 1 else "log of a negative number" if x < 0 else "",
        says="scales by 1/log x: large where x is near 1", corners="pole at x = 1, domain x ≥ 0", at_zero=0.0,
        analytic=False,
    )
)  # fmt: skip
Si = register(
    integral(
        "Si", "Si", lambda mp, x: mp.si(x), lambda x: sin(x) / x, at_zero=1.0, source=INTEGRALS,
        says="scales by sin(x)/x, between −0.22 and 1",
    )
)  # fmt: skip
Ci = register(
    integral(
        "Ci", "Ci", lambda mp, x: mp.ci(x), lambda x: cos(x) / x, domain=log_domain, source=INTEGRALS,
        says="scales by cos(x)/x: large where x is near 0", corners="pole at x = 0, domain x > 0",
    )
)  # fmt: skip
Shi = register(
    integral(
        "Shi", "Shi", lambda mp, x: mp.shi(x), lambda x: sinh(x) / x, at_zero=1.0, source=INTEGRALS,
        says="scales by sinh(x)/x, at least 1",
    )
)  # fmt: skip
Chi = register(
    integral(
        "Chi", "Chi", lambda mp, x: mp.chi(x), lambda x: cosh(x) / x, domain=log_domain, source=INTEGRALS,
        says="scales by cosh(x)/x: large where x is near 0", corners="pole at x = 0, domain x > 0",
    )
)  # fmt: skip


def half_turns(mp: Any, x: Any) -> Any:
    """Returns x²/2 less a whole number of turns, in half turns; x² is exact, so no digit is lost however large x is."""
    with mp.workprec(2 * mp.prec + 64):
        return x * x / 2 % 2


def far(mp: Any, x: Any, sign: int, wave: Any, other: Any) -> Any:
    """Returns a Fresnel integral far out: ±½ and a wave that dies away, of which two terms are enough beyond 1e8."""
    turns, size = half_turns(mp, x), mp.pi * abs(x)
    return mp.sign(x) * (mp.mpf(1) / 2 + sign * (wave(turns) / size - sign * other(turns) / (size * mp.pi * x * x)))


def fresnel(letter: str, exact: Exact, wave: Op, exact_wave: Callable[..., Any]) -> Op:
    """Returns a Fresnel integral; its slope is `wave` of πx²/2, numerically of x²/2 half turns, which is exact."""
    made = integral(
        f"fresnel{letter.lower()}", letter, exact, lambda x: wave(pi(x) * x**2 / 2),
        source=FRESNEL, says=f"scales by {wave.name}(πx²/2), between −1 and 1",
    )  # fmt: skip

    def stable(out: float, x: float) -> tuple[float]:
        mp = context()
        return (real(exact_wave(mp, half_turns(mp, mp.mpf(x)))) if math.isfinite(x) else math.nan,)

    return replace(made, stable=stable)


def exact_s(mp: Any, x: Any) -> Any:
    return far(mp, x, -1, mp.cospi, mp.sinpi) if FARTHEST < abs(x) < mp.inf else mp.fresnels(x)


def exact_c(mp: Any, x: Any) -> Any:
    return far(mp, x, 1, mp.sinpi, mp.cospi) if FARTHEST < abs(x) < mp.inf else mp.fresnelc(x)


fresnels = register(fresnel("S", exact_s, sin, lambda mp, turns: mp.sinpi(turns)))
fresnelc = register(fresnel("C", exact_c, cos, lambda mp, turns: mp.cospi(turns)))


# elliptic integrals of the parameter m


def elliptic(name: str, letter: str, exact: Exact, rule: Rule, at_zero: float, says: str) -> Op:
    """Returns a complete elliptic integral; `rule` loses about as many bits near m = 0 as m is small."""
    accurate = precise(rule, exact, bits=lambda m: BITS + 2 * abs(magnitude(m)))
    return Op(
        name=name,
        forward=rounded(exact),
        partials=rule,
        stable=lambda out, m: (at_zero,) if m == 0 else accurate(out, m),
        exact=exact,
        glyph=letter,
        stem=letter.lower() + "ell",
        latex=letter + r"\left({0}\right)",
        by="differentiation under the integral sign",
        says=f"scales by {says}",
        corners="domain m ≤ 1",
        domain=lambda m: "a parameter m above 1" if m > 1 else "the pole at m = 1" if m == 1 else "",
        sympy=name,
        source=ELLIPTIC,
    )


elliptic_k = register(
    elliptic(
        "elliptic_k", "K", lambda mp, m: mp.ellipk(m),
        lambda out, m: ((elliptic_e(m) - (1 - m) * out) / (2 * m * (1 - m)),), math.pi / 8,
        "(E − (1 − m)·K)/(2m(1 − m))",
    )
)  # fmt: skip
elliptic_e: Op = register(
    elliptic(
        "elliptic_e", "E", lambda mp, m: mp.ellipe(m),
        lambda out, m: ((out - elliptic_k(m)) / (2 * m),), -math.pi / 8, "(E − K)/(2m)",
    )
)  # fmt: skip


def lambert_slopes(out: Any, x: Any) -> tuple[Any, ...]:
    return (exp(-out) / (1 + out),)


LambertW = register(
    Op(
        name="LambertW",
        aliases=("lambertw",),
        forward=rounded(lambda mp, x: mp.lambertw(x)),
        partials=lambert_slopes,
        stable=precise(lambert_slopes, lambda mp, x: mp.lambertw(x)),
        exact=lambda mp, x: mp.lambertw(x),
        javascript=("lambertW({0})",),
        glyph="W",
        stem="lambert",
        latex=r"W\left({0}\right)",
        by="inverse function rule, through w times e to the w",
        says="scales by e^(−W)/(1 + W): large where x is near −1/e",
        corners="domain x ≥ −1/e, slope infinite there",
        domain=lambda x: "an argument below −1/e" if x <= -math.exp(-1) else "",
        sympy="LambertW",
        source="Corless et al., On the Lambert W function, 1996",
    )
)
