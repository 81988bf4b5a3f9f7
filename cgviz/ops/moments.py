"""Gates of statistics: var and std along axes, and the p-norms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from cgviz.ops.arithmetic import power, subtract
from cgviz.ops.coded import Form, coded
from cgviz.ops.op import Op, register
from cgviz.ops.opening import along, plus, spread_of
from cgviz.ops.piecewise import absolute, is_equal, maximum, minimum, sign, where
from cgviz.ops.reductions import (
    Axis,
    axes_of,
    checked_axis,
    count_of,
    mean,
    options_text,
    reduced,
    scaled,
    spread_back,
    total,
)
from cgviz.ops.roots import sqrt
from cgviz.values.arrays import Shape, numpy
from cgviz.values.wide import IS_PLAIN

TORCH = "PyTorch, torch.{}"


def written(name: str, axis: Axis, keepdims: bool, more: str) -> Any:
    options = ", ".join(filter(None, (options_text(axis, keepdims), more)))
    return lambda notation, x: notation.along(name, x, options)


def degrees(x: Any, axis: Axis, ddof: int) -> Any:
    """Returns what the sum of squares is divided by: n − ddof."""
    count = count_of(x, axis)
    return count - ddof if ddof else count


def numbers_of(axis: Any, keepdims: Any, ddof: Any) -> tuple[Axis, bool, int]:
    if isinstance(ddof, bool) or not isinstance(ddof, (int, float)) or ddof != int(ddof):
        raise ValueError("ddof is a whole number")
    if not isinstance(keepdims, bool):
        raise ValueError("keepdims is True or False")
    return checked_axis(axis), keepdims, int(ddof)


@cache
def var(axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Op:
    """Returns the variance along axes: the mean of (x − mean(x))², the sum divided by n − ddof."""

    def centred(x: Any) -> Any:
        return subtract(x, mean(axis, True)(x))

    return Op(
        name="var",
        code=coded("np.var({0}{options})"),
        forward=lambda x: quiet(numpy().var, x, axis, keepdims, ddof),
        shapes=reduced(axis, keepdims),
        vjp=lambda up, out, x: (spread_back(up * 2 / degrees(x, axis, ddof), x, axis, keepdims) * centred(x),),
        jvp=lambda tangents, out, x: total(axis, keepdims)(tangents[0] * centred(x) * 2 / degrees(x, axis, ddof)),
        spell=written("var", axis, keepdims, f"ddof={ddof}" if ddof else ""),
        by="power rule, through the mean",
        gate="scales",
        says="scales by the distance of each element from the mean, 2(x − mean)/n",
        source=TORCH.format("var"),
        parameter=(ddof, axis, keepdims),
        options=lambda axis=None, keepdims=False, ddof=0: var(*numbers_of(axis, keepdims, ddof)),
        statics=("axis", "keepdims", "ddof"),
        opens=lambda x: along(lambda xs: spread_of(xs, ddof), x, axes_of(axis, x.ndim), keepdims),
    )


def quiet(function: Any, x: Any, axis: Axis, keepdims: bool, ddof: int) -> Any:
    """Returns a moment; nan, without a warning, of too few elements."""
    np = numpy()
    if np.size(x) == 0 or ddof >= math.prod(np.shape(x)[i] for i in axes_of(axis, np.ndim(x))):
        return np.full(reduced(axis, keepdims)(np.shape(x)), np.nan)
    return function(x, axis=axis, keepdims=keepdims, ddof=ddof)


@cache
def std(axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Op:
    """Returns the standard deviation along axes: the root of the variance."""

    def rate(out: Any, x: Any) -> Any:
        return subtract(x, mean(axis, True)(x)) / (degrees(x, axis, ddof) * spread_back(out, x, axis, keepdims))

    def away(out: Any, x: Any) -> Any:
        spread = spread_back(out, x, axis, keepdims)
        safe = where(is_equal(spread, 0), 1, spread)
        return subtract(x, mean(axis, True)(x)) / (degrees(x, axis, ddof) * safe)

    def careful(up: Any, out: Any, x: Any) -> tuple[Any]:
        return (spread_back(up, x, axis, keepdims) * away(out, x),)

    def stable(up: Any, out: Any, x: Any) -> tuple[Any]:
        """The same where n·std is beyond the range of floats."""
        spread = spread_back(out, x, axis, keepdims)
        share = subtract(x, mean(axis, True)(x)) / where(is_equal(spread, 0), 1, spread)
        return (spread_back(up, x, axis, keepdims) * (share / degrees(x, axis, ddof)),)

    return Op(
        name="std",
        code=coded("np.std({0}{options})"),
        forward=lambda x: in_range(lambda part: quiet(numpy().std, part, axis, keepdims, ddof), x, axis, keepdims),
        ranged=scaled(partial(std, ddof=ddof), axis, keepdims),
        shapes=reduced(axis, keepdims),
        vjp=lambda up, out, x: (spread_back(up, x, axis, keepdims) * rate(out, x),),
        stable=stable,
        careful=careful,
        jvp=lambda tangents, out, x: total(axis, keepdims)(tangents[0] * away(out, x)),
        spell=written("std", axis, keepdims, f"ddof={ddof}" if ddof else ""),
        by="power rule, through the variance",
        gate="scales",
        says="scales by the distance of each element from the mean, (x − mean)/(n·std)",
        corner=lambda out, x: "kink" if numpy().any(numpy().asarray(out) == 0) else "",
        rule="where all elements are equal the gradient is taken as 0",
        corners="kink where all elements are equal",
        source=TORCH.format("std"),
        parameter=(ddof, axis, keepdims),
        options=lambda axis=None, keepdims=False, ddof=0: std(*numbers_of(axis, keepdims, ddof)),
        statics=("axis", "keepdims", "ddof"),
        opens=lambda x: along(lambda xs: sqrt(spread_of(xs, ddof)), x, axes_of(axis, x.ndim), keepdims),
    )


def in_range(function: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """Returns a length that grows as x does; neither squares nor powers leave the range of floats."""
    np = numpy()
    size = np.abs(x)
    axes = axes_of(axis, size.ndim)
    top = np.max(size, axis=axes, keepdims=True, initial=0.0)
    scale = np.where(np.isfinite(top) & (top > 0) & (not IS_PLAIN.get()), top, 1.0)
    return function(np.divide(x, scale)) * (scale if keepdims else np.squeeze(scale, axis=axes))


def norm_forms(p: float, axis: Axis, keepdims: bool) -> dict[str, Form]:
    """Returns how a p-norm is written: NumPy's `norm` has none of all the elements of a matrix."""
    options = "".join(f", {option}" for option in (options_text(axis, keepdims),) if option)
    powers = "np.abs({0})" if p == 1 else f"np.abs({{0}})**{p:g}"
    summed = f"np.sum({powers}{options})" + ("" if p == 1 else f"**(1/{p:g})")
    largest = f"np.{'max' if p > 0 else 'min'}(np.abs({{0}}){options})"
    order = f"float('{p:g}')" if math.isinf(p) else f"{p:g}"
    inside = options.replace("axis", "dim").replace("keepdims", "keepdim")
    return coded(largest if math.isinf(p) else summed, f"torch.linalg.vector_norm({{0}}, {order}{inside})")


@cache
def norm_of(p: float, axis: Axis = None, keepdims: bool = False, vectors: bool = False) -> Op:
    """Returns (sum |x|ᵖ)^(1/p): the sum of the sizes for p = 1, the largest size for p = inf.

    `vectors` refuses a matrix, of which NumPy's `ord` means another norm.
    """
    text = f"{p:g}"

    def forward(x: Any) -> Any:
        np = numpy()
        size, axes = np.abs(x), axes_of(axis, np.ndim(x))
        if p in (math.inf, -math.inf):
            return (np.max if p > 0 else np.min)(size, axis=axes, keepdims=keepdims, initial=None if size.size else 0.0)
        with np.errstate(all="ignore"):
            return in_range(lambda x: np.sum(x**p, axis=axes, keepdims=keepdims) ** (1 / p), size, axis, keepdims)

    def length(terms: Sequence[Any]) -> Any:
        sizes = [absolute(term) for term in terms]
        if math.isinf(p):
            return sizes[0] if len(sizes) == 1 else (maximum if p > 0 else minimum)(*sizes)
        return plus(sizes) if p == 1 else plus([size**p for size in sizes]) ** (1 / p)

    def shapes(shape: Shape) -> Shape:
        if vectors and len(shape) == 2:
            raise ValueError(f"norm(X, {text}) of a matrix is another norm in NumPy; give an axis, or reshape(X, -1)")
        found: Shape = reduced(axis, keepdims, "largest element" if math.isinf(p) else "")(shape)
        return found

    def corner(out: Any, x: Any) -> str:
        np = numpy()
        if math.isinf(p):
            back = spread_back(out, x, axis, keepdims)
            tied = np.sum(np.equal(np.abs(x), back), axis=axes_of(axis, np.ndim(x)))
            return "kink" if np.any(np.equal(out, 0)) else "tie" if np.any(tied > 1) else ""
        return "kink" if np.any(np.equal(out if p > 1 else x, 0)) else ""

    def slope(out: Any, x: Any) -> Any:
        """The local derivative of every element."""
        back = spread_back(out, x, axis, keepdims)
        if p == 1:
            return sign(x)
        if p in (math.inf, -math.inf):
            tied = is_equal(absolute(x), back)
            return sign(x) * tied / spread_back(total(axis, keepdims)(tied), x, axis, keepdims)
        safe = where(is_equal(back, 0), 1, back)
        return sign(x) * power(p - 1)(absolute(x) / safe)

    def taught(up: Any, out: Any, x: Any) -> tuple[Any]:
        back = spread_back(out, x, axis, keepdims)
        if p == 1:
            return (spread_back(up, x, axis, keepdims) * sign(x),)
        if p in (math.inf, -math.inf):
            return (spread_back(up, x, axis, keepdims) * (sign(x) * is_equal(absolute(x), back)),)
        return (spread_back(up, x, axis, keepdims) * (sign(x) * power(p - 1)(absolute(x) / back)),)

    def careful(up: Any, out: Any, x: Any) -> tuple[Any]:
        return (spread_back(up, x, axis, keepdims) * slope(out, x),)

    return Op(
        name="p-norm",
        code=norm_forms(p, axis, keepdims),
        forward=forward,
        shapes=shapes,
        vjp=taught,
        stable=careful,
        careful=careful,
        ranged=scaled(partial(norm_of, p), axis, keepdims),
        jvp=lambda tangents, out, x: total(axis, keepdims)(tangents[0] * slope(out, x)),
        glyph=f"‖x‖{'∞' if p == math.inf else text}",
        stem="norm",
        spell=lambda notation, x: notation.along(
            "norm", x, ", ".join(filter(None, (text, options_text(axis, keepdims))))
        ),
        by="norm rule",
        gate="scales",
        says="scales by sign(x)(|x|/‖x‖)^(p − 1)",
        corner=corner,
        rule="elements that tie share evenly" if math.isinf(p) else "where an element is 0 its gradient is taken as 0",
        corners="kinks where an element is 0; ties for p = inf",
        source=TORCH.format("linalg.vector_norm"),
        parameter=(p, axis, keepdims),
        options=lambda **given: norm_of(**{"p": p, **given}),
        statics=("p", "axis", "keepdims"),
        opens=lambda x: along(length, x, axes_of(axis, x.ndim), keepdims),
    )


VAR, STD = register(var()), register(std())
