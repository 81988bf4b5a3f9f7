"""Products of any number of factors, and what is handed back to each: the product of all the others."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import Any

from cgviz.ops.op import Op
from cgviz.values import arrays, wide
from cgviz.values.ieee import inf

LONGEST_WRITTEN = 1000
HALF = 511
"""Half of the powers of two that floats have below 1."""
ELEMENTARY = "Griewank & Walther, Evaluating Derivatives, table 2.3"


def others(factors: Sequence[Any]) -> tuple[Any, ...]:
    """Returns, for each factor, the product of all the others: never out/x, so zeros are no trouble."""
    if len(factors) == 2:
        return factors[1], factors[0]
    if len(factors) < 2:
        return (1,) * len(factors)
    before = [factors[0]]
    for factor in factors[1:-1]:
        before.append(before[-1] * factor)
    after = [factors[-1]]
    for factor in reversed(factors[1:-1]):
        after.append(factor * after[-1])
    after.reverse()
    return (after[0], *map(operator.mul, before, after[1:]), before[-1])


def is_roomy(out: float, factors: Sequence[float]) -> bool:
    """Tells whether no product of some of several factors, of which `out` is the product of all, leaves the range."""
    return 2.0**-HALF < abs(out) < inf and math.hypot(*factors) < roof(len(factors))


@lru_cache(maxsize=4096)
def roof(count: int) -> float:
    """Returns how large each of so many factors may be, so that none brings back what was lost on the way."""
    return float(2.0 ** (HALF / max(1, count - 2)))


def others_in_range(out: Any, factors: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same as `others` for numbers and arrays, also where a product leaves the range on its way."""
    if any(map(arrays.is_array, factors)):
        return handed_by_products(None, factors)
    if len(factors) == 3 or is_roomy(out, factors):
        return others(factors)
    return tuple(slope.value for slope in others(tuple(map(wide.Number, factors))))


def handed_by_products(upstream: Any, factors: tuple[Any, ...]) -> tuple[Any, ...]:
    """Returns upstream · the product of the others for each of several arrays, or numbers among them."""

    def beyond() -> tuple[Any, ...]:
        slopes = others(tuple(map(wide.Wide, factors)))
        return tuple((slope if upstream is None else wide.Wide(upstream) * slope).value for slope in slopes)

    def plain() -> tuple[Any, ...]:
        slopes = others(factors)
        return slopes if upstream is None else tuple(upstream * slope for slope in slopes)

    return tuple(wide.within(plain, beyond))


def product(count: int) -> Op:
    """Returns the op `x1 * x2 * ...` of `count` factors."""
    return known_product(count)


def multiplied(*factors: float) -> float:
    """Returns the product of several numbers, the first with the second and so on; right wherever it is normal."""
    made = math.prod(factors)
    return made if is_roomy(made, factors) else wide.product_of(factors)


@lru_cache(maxsize=4096)
def known_product(count: int) -> Op:
    several = count > 2
    return Op(
        name="multiply",
        family="product",
        arity=(count, count),
        forward=multiplied if several else operator.mul,
        array=lambda np, *factors: wide.multiplied(*factors) if several else operator.mul(*factors),
        partials=(lambda out, *factors: written_others(factors)) if several else lambda out, x, y: (y, x),
        stable=(lambda out, *factors: others_in_range(out, factors)) if several else None,
        scaled=(lambda upstream, out, *factors: times_others(upstream, factors)) if several else None,
        careful=(lambda out, *factors: others(factors)) if several else None,  # written code
        exact=lambda mp, *factors: reduce(operator.mul, factors),
        multiplies=lambda out, *factors: (count - 1) * math.prod(out),
        glyph="×",
        stem="prod",
        marks=("",) * count,
        spell=lambda notation, *factors: notation.product(*factors),
        gate="swaps",
        by="product rule",
        says="swaps its inputs: each gets the gradient times the product of the others",
        domain=lambda *factors: "0 times infinity" if 0.0 in factors and any(map(math.isinf, factors)) else "",
        sympy="Mul",
        source=ELEMENTARY,
        parameter=count,
    )


def written_others(factors: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same as `others`, as one flat product each, the way a person writes it; nobody writes out very long ones."""
    if len(factors) <= 2 or len(factors) > LONGEST_WRITTEN:
        return others(factors)
    flat = product(len(factors) - 1)
    return tuple(flat(*factors[:i], *factors[i + 1 :]) for i in range(len(factors)))


def times_others(upstream: Any, factors: tuple[Any, ...]) -> tuple[Any, ...]:
    """Returns upstream · the product of the others, for each factor, as one product."""
    if any(map(arrays.is_array, (upstream, *factors))):
        return handed_by_products(upstream, factors)
    flat = product(len(factors))
    return tuple(flat(upstream, *factors[:i], *factors[i + 1 :]) for i in range(len(factors)))
