"""Special functions by mpmath: rounded to float64, bounded in time, total.

A context of our own at 120 bits leaves 67 bits to cancellation; the caller's mpmath is left alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cgviz.ops.op import Rule, nothing
from cgviz.values.ieee import Ieee

BITS = 120
Exact = Callable[..., Any]
Limit = Callable[..., str]


@lru_cache
def context(digits: int | None = None) -> Any:
    """Returns an mpmath context of our own of so many digits; without a number, that of special functions."""
    from mpmath.ctx_mp import MPContext

    made = MPContext()
    if digits is None:
        made.prec = BITS
    else:
        made.dps = digits
    return made


def rounded(exact: Exact, limit: Limit = nothing) -> Callable[..., float]:
    """Returns `exact` as a total function of floats; nan where `limit` gives a reason not to compute it."""

    def forward(*args: float) -> float:
        if any(map(math.isnan, args)) or limit(*args):
            return math.nan
        mp = context()
        try:
            return real(exact(mp, *map(mp.mpf, args)))
        except failures():
            return math.nan

    return forward


def precise(rule: Rule, exact: Exact, limit: Limit = nothing, bits: Callable[..., int] = lambda *_: BITS) -> Rule:
    """Returns a taught rule run at `bits`, the output computed anew, so that no difference loses digits.

    Where the rule meets a pole it is run on floats instead, which answer with an infinity.
    """

    def stable(out: float, *args: float) -> tuple[float | None, ...]:
        mp = context()
        try:
            if any(map(math.isnan, args)) or limit(*args):
                raise ValueError("not computed")
            with mp.workprec(bits(*args)):
                exactly = [mp.mpf(arg) for arg in args]
                value = exact(mp, *exactly)
                if hasattr(value, "_mpc_"):
                    raise ValueError("not a real number")
                return tuple(None if partial is None else real(partial) for partial in rule(value, *exactly))
        except failures():
            partials = rule(Ieee(out), *map(Ieee, args))
            return tuple(None if partial is None else float(partial) for partial in partials)

    return stable


def real(value: Any) -> float:
    """Returns an mpmath number rounded to a float; nan for what is not real."""
    if not hasattr(value, "_mpc_"):
        return float(value)
    return float(value.real) if value.imag == 0 else math.nan


def magnitude(x: float) -> int:
    """Returns the binary exponent of x, 0 for 0 and what is not finite: how many bits a sum with it may need."""
    return math.frexp(x)[1] if math.isfinite(x) else 0


@lru_cache(maxsize=1)
def failures() -> tuple[type[Exception], ...]:
    """Returns what mpmath raises at a pole, outside a domain, or where a series does not converge."""
    from mpmath.libmp import NoConvergence

    return ArithmeticError, ValueError, NotImplementedError, NoConvergence
