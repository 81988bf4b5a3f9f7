"""Bessel functions in their argument, the order a constant; Airy functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cgviz.ops.op import Op, register
from cgviz.ops.precise import precise, rounded
from cgviz.ops.rules import is_whole, shifted

BESSEL = "Abramowitz & Stegun, Handbook of Mathematical Functions, 9.1.27 and 9.6.26"
AIRY = "Abramowitz & Stegun, Handbook of Mathematical Functions, 10.4.1"
HIGHEST_ORDER = 100


def limit(order: float, x: float) -> str:
    """Returns the reason why a Bessel function is not computed."""
    if not abs(order) <= HIGHEST_ORDER:
        return f"an order above {HIGHEST_ORDER} is not computed"
    return "an infinite argument" if math.isinf(x) else ""


def bessel(name: str, letter: str, neighbours: Callable[..., Any], says: str, positive: bool) -> Op:
    """Returns a Bessel function; `neighbours` gives its slope from those of the orders n − 1 and n + 1.

    positive  it is real only for x > 0
    """

    def exact(mp: Any, order: Any, x: Any) -> Any:
        if is_whole(order):
            order = abs(int(order)) if letter in "IK" else int(order)
        return getattr(mp, name)(order, x)

    def slopes(out: Any, n: Any, x: Any) -> tuple[Any, ...]:
        return None, neighbours(made(shifted(n, -1), x), made(shifted(n, 1), x))

    def domain(order: float, x: float) -> str:
        if x < 0 and (positive or not is_whole(order)) and math.isfinite(order):
            return f"{name} is not real at a negative argument" + ("" if positive else " unless its order is whole")
        return limit(order, x) or ("a pole at 0" if x == 0 else "")

    made = Op(
        name=name,
        arity=(2, 2),
        forward=rounded(exact, limit),
        partials=slopes,
        stable=precise(slopes, exact, limit),
        exact=exact,
        glyph=f"{letter}ₙ",
        latex=letter + r"_{{{0}}}\left({1}\right)",
        by="recurrence of the neighbouring orders",
        says=f"scales by {says}",
        corners="the order is a constant" + ("; pole at 0, domain x > 0" if positive else ""),
        domain=domain,
        sympy=name,
        source=BESSEL,
        fixed="order",
    )
    return made


besselj = register(
    bessel("besselj", "J", lambda before, after: (before - after) / 2, "half of Jₙ₋₁ − Jₙ₊₁", positive=False)
)
bessely = register(
    bessel("bessely", "Y", lambda before, after: (before - after) / 2, "half of Yₙ₋₁ − Yₙ₊₁", positive=True)
)
besseli = register(
    bessel("besseli", "I", lambda before, after: (before + after) / 2, "half of Iₙ₋₁ + Iₙ₊₁", positive=False)
)
besselk = register(
    bessel("besselk", "K", lambda before, after: -(before + after) / 2, "minus half of Kₙ₋₁ + Kₙ₊₁", positive=True)
)


def airy(name: str, written: str, of: Callable[..., Any], rule: Callable[..., Any], says: str) -> Op:
    """Returns an Airy function or the derivative of one; `of` is the (mpmath, x) definition."""
    by = "Airy's equation: y'' = x y" if name.endswith("prime") else "its derivative is a function of its own"
    return Op(
        name=name,
        forward=rounded(of, lambda x: "an infinite argument" if math.isinf(x) else ""),
        partials=lambda out, x: (rule(x),),
        exact=of,
        glyph=written,
        stem=name.replace("prime", "p"),
        latex=rf"\operatorname{{{{{written[:2]}}}}}{written[2:].replace('′', chr(39))}\left({{0}}\right)",
        by=by,
        says=f"scales by {says}",
        domain=lambda x: "an infinite argument" if math.isinf(x) else "",
        sympy=name,
        source=AIRY,
    )


airyai = register(airy("airyai", "Ai", lambda mp, x: mp.airyai(x), lambda x: airyaiprime(x), "Ai′(x)"))
airybi = register(airy("airybi", "Bi", lambda mp, x: mp.airybi(x), lambda x: airybiprime(x), "Bi′(x)"))
airyaiprime: Op = register(
    airy("airyaiprime", "Ai′", lambda mp, x: mp.airyai(x, derivative=1), lambda x: x * airyai(x), "x·Ai(x)")
)
airybiprime: Op = register(
    airy("airybiprime", "Bi′", lambda mp, x: mp.airybi(x, derivative=1), lambda x: x * airybi(x), "x·Bi(x)")
)
