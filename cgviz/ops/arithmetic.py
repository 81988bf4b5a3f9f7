"""Sums, products, division and powers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cgviz.ops.op import Answer, Op, register
from cgviz.ops.products import ELEMENTARY, product
from cgviz.ops.rules import is_whole
from cgviz.values import arrays, ieee, wide
from cgviz.values.ieee import inf


def signed_sum(*signs: int) -> Op:
    """Returns the op `± x1 ± x2 ...`, one sign (1 or -1) per argument."""
    return known_sum(signs)


@lru_cache(maxsize=4096)
def known_sum(signs: tuple[int, ...]) -> Op:
    two: dict[tuple[int, ...], Callable[..., float]] = {(1, 1): operator.add, (1, -1): operator.sub}

    leads, others = signs[0] > 0, signs[1:]

    def combine(first: float, *terms: float) -> float:
        total = first if leads else -first
        if plain:
            for term in terms:
                total = total + term
            return total
        for sign, term in zip(others, terms, strict=True):
            total = total + term if sign > 0 else total - term
        return total

    def ranged(*terms: float) -> float:
        total = combine(*terms)
        if -inf < total < inf or not all(map(math.isfinite, terms)):
            return total
        return wide.sum_of([term if sign > 0 else -term for sign, term in zip(signs, terms, strict=True)])

    plain = all(sign > 0 for sign in signs)
    difference = signs == (1, -1)
    return Op(
        family="sum",
        name="add" if plain else "subtract" if difference else "signed_sum",
        arity=(len(signs), len(signs)),
        forward=two.get(signs, ranged if len(signs) > 2 else combine),
        array=lambda np, *terms: combine(*terms),
        partials=lambda out, *terms: signs,
        slopes=signs,
        exact=lambda mp, *terms: combine(*terms),
        glyph="+" if plain else "−" if difference else "±",
        stem="diff" if difference else "sum",
        marks=tuple("p" if sign > 0 else "m" for sign in signs),
        spell=lambda notation, *terms: notation.sum(signs, terms),
        gate="distributes",
        by="sum rule",
        says="distributes the gradient" + (" equally" if plain else ", signed,") + " to its inputs",
        sympy="Add",
        source=ELEMENTARY,
        parameter=signs,
    )


add, subtract, multiply = register(signed_sum(1, 1)), register(signed_sum(1, -1)), register(product(2))

neg = register(
    Op(
        name="neg",
        forward=operator.neg,
        array="negative",
        partials=lambda out, x: (-1,),
        exact=lambda mp, x: -x,
        glyph="×−1",
        spell=lambda notation, x: notation.neg(x),
        gate="flips",
        by="constant factor rule",
        says="flips the sign of the gradient",
        source=ELEMENTARY,
    )
)

reciprocal = register(
    Op(
        name="reciprocal",
        forward=lambda x: ieee.divide(1.0, x),
        array=lambda np, x: 1.0 / x,
        partials=lambda out, x: (-1 / x**2,),
        stable=lambda out, x: (-out * out,),
        scaled=lambda upstream, out, x: (-(upstream * out) * out,),
        careful=lambda out, x: (-out * out,),
        exact=lambda mp, x: 1 / x,
        multiplies=lambda out, x: math.prod(out),
        glyph="1/x",
        stem="inv",
        spell=lambda notation, x: notation.quotient(notation.leaf(1), x),
        by="reciprocal rule",
        says="scales by −1/x²: large where x is near 0",
        corners="pole at x = 0",
        domain=lambda x: "division by zero" if x == 0 else "",
        source=ELEMENTARY,
    )
)

divide = register(
    Op(
        name="divide",
        arity=(2, 2),
        forward=ieee.divide,
        array="divide",
        partials=lambda out, x, y: (1 / y, -x / y**2),
        stable=lambda out, x, y: (ieee.divide(1.0, y), -ieee.divide(out, y)),
        scaled=lambda upstream, out, x, y: (upstream / y, -(upstream * out) / y),
        careful=lambda out, x, y: (1 / y, -(out / y)),
        exact=lambda mp, x, y: x / y,
        multiplies=lambda out, x, y: math.prod(out),
        glyph="÷",
        stem="quot",
        marks=("", "by"),
        spell=lambda notation, x, y: notation.quotient(x, y),
        by="quotient rule",
        says="scales by 1/y towards x, by −x/y² towards y",
        corners="pole at y = 0",
        domain=lambda x, y: "division by zero" if y == 0 else "",
        source=ELEMENTARY,
    )
)


def scaled_power(exponent: float, x: Any) -> Any:
    """The derivative of x**c, c·x**(c−1), with the exponents 0, 1 and 2 written as a person does."""
    if exponent == 0:
        return 0
    if exponent == 1:
        return 1
    return exponent * (x if exponent == 2 else raised(x, exponent - 1))


def power_domain(x: float, y: float) -> str:
    if x == 0 and y < 0:
        return "division by zero"
    return "a negative number to a fractional power" if x < 0 and math.isfinite(y) and not is_whole(y) else ""


def power_slope(c: float, x: float, upstream: float = 1.0) -> float:
    """upstream·c·x^(c−1); in two halves where x^(c−1) leaves the range of normal floats though the slope may not."""
    if c == 0:
        return 0.0 * upstream
    raised_once = ieee.power(x, c - 1)
    if ieee.is_normal(raised_once) or raised_once != raised_once:
        return upstream * (c * raised_once)
    half = ieee.power(abs(x), (c - 1) / 2)
    return upstream * math.copysign(c, c * math.copysign(1.0, raised_once)) * half * half


def power_handed(c: float, upstream: Any, x: Any, slope: Any) -> Any:
    """upstream·slope of x^c for numbers, arrays and tracers; right where only the product is in range."""
    if isinstance(x, float):
        return power_slope(c, x, upstream)
    if not arrays.is_array(x):
        return upstream * slope
    np = arrays.numpy()
    raised_once, half = np.power(x, c - 1), np.power(np.abs(x), (c - 1) / 2)
    return np.where(np.isnan(raised_once), np.nan, upstream * (c * np.copysign(1.0, raised_once)) * half * half)


def power(exponent: float, written: Any = None) -> Op:
    """Returns the op `x**c` for a constant c; it never evaluates log x.

    `written` is the Formula of an exponent that is not a plain number (`pi`, `1/3`).
    """
    return known_power(float(exponent), written.text if written else "", Same(written))


class Same:
    """Carries a formula past the cache, which tells exponents apart by value and text."""

    def __init__(self, formula: Any) -> None:
        self.formula = formula

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4096)
def known_power(c: float, text: str, written: Same) -> Op:
    shown = int(c) if c == int(c if abs(c) < 1e15 else 0.5) else c

    def numeric(out: float, x: float) -> tuple[float, ...]:
        return (power_slope(c, x),)

    def slope(out: Any, x: Any) -> tuple[Any, ...]:
        if written.formula is not None and hasattr(x, "write"):
            return (written.formula * pow_(x, written.formula - 1),)
        return (scaled_power(shown, x),)

    def spell(notation: Any, x: Any) -> Any:
        return notation.power(x, written.formula.write(notation) if written.formula else notation.leaf(shown))

    return Op(
        name="square" if c == 2 else "power",
        forward=lambda x: ieee.power(x, c),
        array="square" if c == 2 else lambda np, x: np.power(x, c),
        partials=slope,
        stable=None if c == 2 else numeric,  # 2·x never leaves the range on its way
        scaled=None if c == 2 else lambda upstream, out, x: (power_handed(c, upstream, x, slope(out, x)[0]),),
        careful=None if c == 2 else slope,
        exact=lambda mp, x: x ** (shown if isinstance(shown, int) else mp.mpf(c)),
        multiplies=lambda out, x: math.prod(out),
        glyph=f"x^{text}" if text else "x" + superscript_glyph(shown),
        stem="pow",
        suffix=power_suffix(c),
        spell=spell,
        by="power rule",
        says=f"scales by {'2x' if c == 2 else 'c·x to the c−1, c the exponent'}",
        corners="none" if c % 1 == 0 and c >= 0 else "domain: x > 0, or x ≠ 0 for a whole exponent",
        domain=lambda x: power_domain(x, c),
        sympy="Pow",
        source=ELEMENTARY,
        parameter=c,
    )


def power_suffix(exponent: float) -> str:
    """Returns what a power adds to the name of its base: `xpysqr`, `xcube`, `xpow4`, `xpowm2`."""
    if exponent % 1 != 0 or abs(exponent) >= 100:
        return "pow"
    return {2.0: "sqr", 3.0: "cube"}.get(exponent, f"pow{'m' if exponent < 0 else ''}{abs(exponent):.0f}")


def superscript_glyph(exponent: float) -> str:
    table = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
    return str(exponent).translate(table) if isinstance(exponent, int) else f"^{exponent:.4g}"


def pow_partials(out: Any, x: Any, y: Any) -> tuple[Any, Any]:
    return y * pow_(x, y - 1), out * log_of(x)


def pow_careful(out: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """The same as `pow_slopes` in ops: what is 0 times a pole is not multiplied out."""
    from cgviz.ops.piecewise import is_equal, is_less, is_less_equal, where

    vanishes = is_equal(out, 0) * is_less_equal(0, x)
    by_exponent = where(is_less(0, x), out * log_of(x), math.nan)
    return where(is_equal(y, 0), 0, y * pow_(x, y - 1)), where(vanishes, 0, by_exponent)


def pow_slopes(out: float, x: float, y: float) -> tuple[float, float]:
    """∂x = y·x^(y−1) and ∂y = out·log x, its limit 0 where out is 0 and x ≥ 0; at x < 0 there is no ∂y (nan)."""
    by_x = power_slope(y, x)
    by_y = 0.0 if out == 0 and x >= 0 else out * math.log(x) if x > 0 else math.nan
    return by_x, by_y


POWER_CALLS = ("torch.pow", "jax.numpy.power", "x**y")
POWER_ANSWERS = (
    Answer((0.0, 2.0), 0, 0.0, 0.0, None, POWER_CALLS),
    Answer((0.0, 2.0), 1, 0.0, 0.0, None, POWER_CALLS),
    Answer((0.0, 1.0), 0, 1.0, 1.0, None, POWER_CALLS),
    Answer((0.0, 1.0), 1, 0.0, 0.0, None, POWER_CALLS),
    Answer((0.0, 0.5), 0, math.inf, math.inf, None, POWER_CALLS),
    Answer((0.0, 0.5), 1, 0.0, 0.0, None, POWER_CALLS),
    Answer((0.0, 0.0), 0, 0.0, math.nan, None, POWER_CALLS),
    Answer((0.0, 0.0), 1, 0.0, 0.0, None, POWER_CALLS),
)

pow_: Op = register(
    Op(
        name="pow",
        aliases=("power",),
        arity=(2, 2),
        forward=ieee.power,
        array="power",
        partials=pow_partials,
        stable=pow_slopes,
        careful=pow_careful,
        exact=lambda mp, x, y: mp.power(x, y),
        javascript=("", "powBase({0}, {1})", "powExponent({out}, {0}, {1})"),
        glyph="xʸ",
        marks=("", "pow"),
        spell=lambda notation, x, y: notation.power(x, y),
        gate="scales",
        by="power rule towards the base, exponential rule towards the exponent",
        says="scales by y·x^(y−1) towards the base and by out·log x towards the exponent",
        corners="domain: x > 0; at x < 0 the exponent has no derivative (nan); at x = 0 < y it is 0",
        answers=POWER_ANSWERS,
        domain=power_domain,
        sympy="Pow",
        source=ELEMENTARY,
    )
)

square = register(power(2))


def log_of(x: Any) -> Any:
    """log x; imported late because the exponential ops stand on these."""
    from cgviz.ops.exponential import log

    return log(x)


def raised(x: Any, exponent: Any) -> Any:
    """Returns x**exponent: the op of a constant power where the exponent is a number, else `pow`."""
    return power(exponent)(x) if isinstance(exponent, (int, float)) else pow_(x, exponent)


copy = register(
    Op(
        name="copy",
        forward=lambda x: x,
        array=lambda np, x: x,
        partials=lambda out, x: (1,),
        exact=lambda mp, x: x,
        glyph="=",
        spell=lambda notation, x: (x.text, x.binds),
        gate="passes on",
        by="identity",
        says="passes the gradient on unchanged",
        source="identity",
    )
)
