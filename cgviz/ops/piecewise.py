"""Gates that switch: comparisons, where, absolute value, sign, max, min and clip, with their conventions at corners."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial, reduce
from typing import Any

from cgviz.errors import UsageError, quoted
from cgviz.ops.arithmetic import signed_sum
from cgviz.ops.op import Answer, Op, register
from cgviz.ops.products import product

SUBGRADIENT = "Griewank & Walther, Evaluating Derivatives, ch. 14"
MAXIMUM = "CS231n notes, optimization-2; ties as torch.maximum and jax.numpy.maximum"


def comparison(name: str, sign: str, holds: Callable[[Any, Any], Any], aliases: tuple[str, ...] = ()) -> Op:
    """Returns the op `a sign b`: 1 where it holds, else 0, and a zero derivative."""

    def corner(out: float, a: float, b: float) -> str:
        return "kink" if a == b else ""

    return Op(
        name=name,
        aliases=aliases,
        arity=(2, 2),
        forward=lambda a, b: 1.0 if holds(a, b) else 0.0,
        array=lambda np, a, b: np.multiply(holds(a, b), 1.0),
        partials=lambda out, a, b: (0, 0),
        exact=lambda mp, a, b: mp.mpf(1 if holds(a, b) else 0),
        glyph={"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}.get(sign, sign),
        stem="cond",
        marks=("", {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}[sign]),
        spell=lambda notation, a, b: notation.compare(sign, a, b),
        gate="stops",
        by="constant rule: a comparison is flat",
        says="stops the gradient: the answer, 1 or 0, does not move with its inputs",
        corner=corner,
        switch=holds,
        analytic=False,
        rule="at equality the comparison jumps; its derivative is taken as 0",
        bend="the second derivative is that of the branch taken",
        corners="jumps where its inputs are equal",
        source=SUBGRADIENT,
    )


def indicator(compared: Op) -> Op:
    """Returns a comparison that is written with Iverson's bracket, `[x > 0]`, as a factor of a derivative."""

    def spell(notation: Any, *operands: Any) -> Any:
        text, binds = compared.spell(notation, *operands)  # type: ignore[misc]
        return notation.iverson(type(operands[0])(text, binds, operands[0].brackets))

    return replace(compared, spell=spell)


less = register(comparison("less", "<", operator.lt))
less_equal = register(comparison("less_equal", "<=", operator.le))
greater = register(comparison("greater", ">", operator.gt))
greater_equal = register(comparison("greater_equal", ">=", operator.ge))
equal = register(comparison("equal", "==", operator.eq))
not_equal = register(comparison("not_equal", "!=", operator.ne))

is_less, is_less_equal, is_greater, is_greater_equal, is_equal, is_not_equal = map(
    indicator, (less, less_equal, greater, greater_equal, equal, not_equal)
)

where = register(
    Op(
        name="where",
        family="choice",
        arity=(3, 3),
        forward=lambda c, a, b: a if c else b,
        array=lambda np, c, a, b: np.where(np.asarray(c) != 0, a, b),
        partials=lambda out, c, a, b: (None, c, 1 - c),
        stable=lambda out, c, a, b: (None, 1.0, None) if c else (None, None, 1.0),
        careful=lambda out, c, a, b: (None, not_equal(c, 0), equal(c, 0)),
        reaches=lambda out, c, a, b: (None, c != 0, c == 0),
        exact=lambda mp, c, a, b: a if c else b,
        javascript=("({0} !== 0 ? {1} : {2})", "null", "({0} !== 0 ? 1 : null)", "({0} !== 0 ? null : 1)"),
        glyph="?",
        latex=r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{otherwise}} \end{{cases}}",
        gate="routes",
        by="the branch that is taken",
        says="routes the whole gradient to the branch that was taken; nothing flows to the other one or the condition",
        corners="jumps or bends where the condition changes",
        switch=lambda c, a, b: bool(c),
        analytic=False,
        source="numpy.where; JAX, FAQ on gradients through where",
    )
)


def side(x: Any) -> int:
    """Returns on which side of 0 a number is: -1, 0 or 1."""
    return int(x > 0) - int(x < 0)


absolute = register(
    Op(
        name="abs",
        aliases=("absolute", "fabs"),
        forward=abs,
        array="abs",
        partials=lambda out, x: (sign(x),),
        exact=lambda mp, x: abs(x),
        glyph="|x|",
        pretty="|{0}|",
        latex=r"\left|{0}\right|",
        gate="keeps or flips",
        by="derivative of the absolute value",
        says="keeps the gradient where x is positive, flips its sign where x is negative",
        corner=lambda out, x: "kink" if x == 0 else "",
        rule="|x|'(0) = 0",
        corners="kink at x = 0",
        switch=side,
        analytic=False,
        answers=(Answer((0.0,), 0, 0.0, 1.0, 0.0, ("torch.abs", "jax.numpy.abs", "Abs(x)")),),
        sympy="Abs",
        source=SUBGRADIENT,
    )
)

sign: Op = register(
    Op(
        name="sign",
        aliases=("sgn",),
        forward=lambda x: 1.0 if x > 0 else -1.0 if x < 0 else x,
        array="sign",
        partials=lambda out, x: (0,),
        composed=lambda x: where(greater(x, 0), 1, where(less(x, 0), -1, x)),
        exact=lambda mp, x: mp.sign(x),
        glyph="sgn",
        latex=r"\operatorname{{sgn}}\left({0}\right)",
        gate="stops",
        by="constant rule",
        says="stops the gradient: the sign does not move with x",
        corner=lambda out, x: "kink" if x == 0 else "dead",
        rule="sign is flat on both sides of its jump at 0: sign'(x) = 0",
        corners="jumps at x = 0, flat elsewhere",
        switch=side,
        analytic=False,
        answers=(Answer((0.0,), 0, 0.0, 0.0, "2*DiracDelta(0)", ("torch.sign", "jax.numpy.sign", "sign(x)")),),
        sympy="sign",
        source=SUBGRADIENT,
    )
)


# max and min


def winner(pick: Callable[[Any], Any]) -> Callable[..., float]:
    """Returns max or min of floats that answers nan where an operand is nan."""

    def forward(*xs: float) -> float:
        return math.nan if any(x != x for x in xs) else pick(xs)

    return forward


def shares(policy: str) -> Callable[..., tuple[float, ...]]:
    """Returns the rule that gives the gradient to the operands equal to the output, under a policy for ties."""

    def rule(out: float, *xs: float) -> tuple[float, ...]:
        if out != out:
            return (math.nan,) * len(xs)
        ties = [x == out for x in xs]
        if policy == "first":
            return tuple(float(tied and i == ties.index(True)) for i, tied in enumerate(ties))
        share = 1.0 if policy == "both" else 1.0 / sum(ties)
        return tuple(share if tied else 0.0 for tied in ties)

    return rule


def written_shares(policy: str, out: Any, xs: tuple[Any, ...], beats: Op) -> tuple[Any, ...]:
    """The same as `shares`, as arithmetic of comparisons with the output; for two arrays in a formula, of both.

    `beats` tells whether one operand wins over another.
    """
    if policy == "split" and len(xs) == 2 and hasattr(out, "write") and out.shape:
        return tuple(beats(x, other) + 0.5 * is_equal(x, other) for x, other in (xs, xs[::-1]))
    tied = [is_equal(x, out) for x in xs]
    if policy == "split" and len(xs) > 1:
        return tuple(each / signed_sum(*(1,) * len(xs))(*tied) for each in tied)
    if policy == "first":
        return tuple(product(i + 1)(each, *(is_not_equal(x, out) for x in xs[:i])) for i, each in enumerate(tied))
    return tuple(tied)


TIES = {
    "split": "split evenly",
    "first": "the first of the equal inputs gets all of it",
    "both": "each of the equal inputs gets all of it",
}


def known_policy(ties: str) -> str:
    """Returns a policy for ties. Raises UsageError for one that there is not."""
    if ties not in TIES:
        raise UsageError(f"ties are handled by {', '.join(TIES)}, not by {quoted(ties)}")
    return ties


@cache
def extremum(name: str, policy: str) -> Op:
    """Returns max or min of any number of operands, by a policy for ties."""
    pick: Callable[[Any], Any] = max if name == "max" else min
    return Op(
        name=name,
        family="choice",
        aliases=(f"{name}imum",),
        arity=(1, None),
        forward=winner(pick),
        array=lambda np, *xs: reduce(np.maximum if name == "max" else np.minimum, xs),
        partials=lambda out, *xs: tuple(is_equal(x, out) for x in xs),
        stable=shares(policy),
        careful=lambda out, *xs: written_shares(policy, out, xs, is_greater if name == "max" else is_less),
        exact=lambda mp, *xs: pick(xs),
        gate="routes",
        by=f"identity for the {'largest' if name == 'max' else 'smallest'} input, constant rule for the others",
        says=f"routes the whole gradient to its {'largest' if name == 'max' else 'smallest'} input",
        corner=lambda out, *xs: "tie" if xs.count(out) > 1 else "",
        rule=TIES[policy],
        corners="ties where inputs are equal",
        switch=lambda *xs: tuple(map(partial(operator.eq, pick(xs)), xs)),
        analytic=False,
        answers=tuple(
            Answer((1.0, 1.0), slot, 0.5, 0.5, 0.5, (f"torch.{long}", f"jax.numpy.{long}", f"{short}(x, y)"), True)
            for long, short in [(f"{name}imum", name.capitalize())]
            for slot in (0, 1)
        ),
        source=MAXIMUM,
        parameter=policy,
        ties=lambda other: extremum(name, known_policy(other)),
        options=lambda **keywords: along_axis(name, **keywords),
        statics=("axis", "keepdims"),
        operands=None,
        alone=lambda: along_axis(name),
    )


def along_axis(name: str, **keywords: Any) -> Op:
    """Returns the op for the largest or smallest element of one array."""
    from cgviz.ops.op import REGISTRY

    found = REGISTRY[f"a{name}"]
    return found.options(**keywords) if found.options else found


maximum, minimum = register(extremum("max", "split")), register(extremum("min", "split"))


# clip


def clip_float(x: float, lo: float, hi: float) -> float:
    return float(minimum.forward(maximum.forward(x, lo), hi))


def clip_corner(out: float, x: float, lo: float, hi: float) -> str:
    return "kink" if x in (lo, hi) or lo == hi else "" if lo < x < hi else "dead"


clip = register(
    Op(
        name="clip",
        aliases=("clamp",),
        arity=(3, 3),
        forward=clip_float,
        composed=lambda x, lo, hi: minimum(maximum(x, lo), hi),
        partials=lambda out, x, lo, hi: (
            is_less_equal(lo, x) * is_less_equal(x, hi),
            is_less(x, lo) * is_less_equal(lo, hi),
            is_greater(maximum(x, lo), hi),
        ),
        exact=lambda mp, x, lo, hi: min(max(x, lo), hi),
        gate="passes or stops",
        by="identity between the bounds, constant rule outside",
        says="passes the gradient on between the bounds, stops it outside, where the bound gets it",
        corner=clip_corner,
        rule="clip passes 1 at its bounds",
        corners="kinks at its bounds",
        switch=lambda x, lo, hi: (side(x - lo), side(x - hi), side(lo - hi)),
        analytic=False,
        answers=tuple(
            Answer((x, -1.0, 1.0), 0, 1.0, 0.5, 0.5, ("torch.clamp", "jax.numpy.clip", "Min(Max(x, -1), 1)"), True)
            for x in (-1.0, 1.0)
        ),
        source="PyTorch, torch.clamp",
    )
)
