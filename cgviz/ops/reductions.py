"""Gates that reduce an array along axes (sum, mean, max, min, logsumexp, norm), and softmax, which has such a sum.

`axis` is a whole number, several, or None for all axes; `keepdims` keeps an axis of length 1 in its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.op import Op, register
from cgviz.ops.opening import along, plus
from cgviz.ops.piecewise import absolute, is_equal, maximum, minimum, where
from cgviz.ops.rearranging import place_of_axis, size, spread, transpose
from cgviz.ops.whole import ones
from cgviz.values import wide
from cgviz.values.arrays import Shape, numpy, quiet, shape_of
from cgviz.values.ieee import SMALLEST_NORMAL

Axis = int | tuple[int, ...] | None
NUMPY = "NumPy reference; vecDerivs notes of CS231n"
TORCH = "PyTorch, torch.{}"


def axes_of(axis: Axis, rank: int) -> tuple[int, ...]:
    """Returns the axes as places from the front. Raises ValueError."""
    if axis is None:
        return tuple(range(rank))
    every = (axis,) if isinstance(axis, int) else axis
    found = tuple(place_of_axis(each, rank) for each in every)
    if len(set(found)) < len(found):
        raise ValueError("an axis is named twice")
    return found


def reduced(axis: Axis, keepdims: bool, empty: str = "") -> Any:
    """Returns the shape rule of a reduction; `empty` says what an array without elements lacks."""

    def shapes(shape: Shape) -> Shape:
        axes = axes_of(axis, len(shape))
        if empty and not all(shape[i] for i in axes):
            raise ValueError(f"an axis of length 0 has no {empty}")
        return tuple(1 if i in axes else n for i, n in enumerate(shape) if keepdims or i not in axes)

    return shapes


def axis_of(op: Op) -> Axis:
    """Returns the axis, or the axes, of what `has_axes`."""
    found: Axis = op.parameter if op.statics == ("axis",) else op.parameter[-2]
    return found


def has_axes(op: Op) -> bool:
    """Tells whether an op acts along axes, whatever the others are."""
    told = op.statics == ("axis",) or op.statics[:2] == ("axis", "keepdims") or op.name == "p-norm"
    return told and op.vjp is not None and op.operands is not None


def spread_back(value: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """Returns what belongs to a reduction of x, repeated to the shape of x."""
    shape = shape_of(x)
    if shape is None:
        return spread(())(value)
    return spread(shape, () if keepdims else axes_of(axis, len(shape)))(value)


def scaled(op: Callable[..., Op], axis: Axis, keepdims: bool) -> Callable[[Any], Any]:
    """Returns (x) to what a length, which grows as x does, is of x over its largest element, times that."""

    def ranged(x: Any) -> Any:
        top = extreme("max", axis, keepdims)(absolute(x))
        safe = where(is_equal(top, 0), 1, top)
        return op(axis, keepdims)(x / spread_back(safe, x, axis, keepdims)) * safe

    return ranged


def options_text(axis: Axis, keepdims: bool, default: Axis = None) -> str:
    parts = [f"axis={axis}"] if axis != default else []
    return ", ".join(parts + ["keepdims=True"] * keepdims)


def spelled(name: str, axis: Axis, keepdims: bool, default: Axis = None) -> Any:
    return lambda notation, x: notation.along(name, x, options_text(axis, keepdims, default))


def checked_axis(axis: Any) -> Axis:
    if axis is None or (isinstance(axis, int) and not isinstance(axis, bool)):
        return axis
    if isinstance(axis, tuple) and all(isinstance(each, int) for each in axis):
        return axis
    raise ValueError("an axis is a whole number, several in brackets, or None")


def family(make: Any, default: Axis = None) -> Any:
    """Returns the `options` of a reduction: `axis` and `keepdims` to the op."""

    def options(axis: Any = default, keepdims: Any = False) -> Op:
        if not isinstance(keepdims, bool):
            raise ValueError("keepdims is True or False")
        found: Op = make(checked_axis(axis), keepdims)
        return found

    return options


@cache
def total(axis: Axis = None, keepdims: bool = False) -> Op:
    """Returns the sum along axes."""
    return Op(
        name="sum",
        code=coded("np.sum({0}{options})"),
        family="sum",
        forward=lambda x: wide_sum(x, axis, keepdims),
        shapes=reduced(axis, keepdims),
        vjp=lambda up, out, x: (spread_back(up, x, axis, keepdims),),
        jacobian=lambda out, x: (transpose(ones(x)) if axis is None else None,),
        glyph="Σ",
        spell=spelled("sum", axis, keepdims),
        by="sum rule",
        many="along",
        gate="distributes",
        says="distributes the gradient equally to every element that was summed",
        source=NUMPY,
        parameter=(axis, keepdims),
        options=family(total),
        statics=("axis", "keepdims"),
        opens=lambda x: along(plus, x, axes_of(axis, x.ndim), keepdims),
    )


def count_of(x: Any, axis: Axis) -> Any:
    """Returns how many elements of x a mean takes together; the letter n where nobody knows."""
    shape = shape_of(x)
    if shape is None:
        return type(x)("n")
    return size(tuple(shape[i] for i in axes_of(axis, len(shape))))


@cache
def mean(axis: Axis = None, keepdims: bool = False) -> Op:
    """Returns the mean along axes."""
    return Op(
        name="mean",
        code=coded("np.mean({0}{options})"),
        aliases=("average",),
        forward=lambda x: quiet_mean(x, axis, keepdims),
        domain=lambda x: "a mean of no elements" if not numpy().size(x) else "",
        shapes=reduced(axis, keepdims),
        vjp=lambda up, out, x: (spread_back(up / count_of(x, axis), x, axis, keepdims),),
        stable=lambda up, out, x: (spread_back(numpy().divide(up, count_of(x, axis)), x, axis, keepdims),),
        jacobian=lambda out, x: (transpose(ones(x)) / count_of(x, axis) if axis is None else None,),
        spell=spelled("mean", axis, keepdims),
        by="sum rule",
        many="along",
        gate="distributes",
        says="distributes the gradient, divided by the number of elements, to each of them",
        source=NUMPY,
        parameter=(axis, keepdims),
        options=family(mean),
        statics=("axis", "keepdims"),
        opens=lambda x: along(averaged, x, axes_of(axis, x.ndim), keepdims),
    )


def averaged(terms: Sequence[Any]) -> Any:
    return plus(terms) / len(terms) if len(terms) > 1 else terms[0]


def quiet_mean(x: Any, axis: Axis, keepdims: bool) -> Any:
    """Returns the mean; nan, without a warning, of nothing."""
    np = numpy()
    shape = np.shape(x)
    count = size(tuple(shape[i] for i in axes_of(axis, len(shape))))
    return wide_sum(x, axis, keepdims, count)


def wide_sum(x: Any, axis: Axis, keepdims: bool, over: int = 1) -> Any:
    """Returns the sum along axes, divided by a number; right wherever it is a normal number."""
    np = numpy()
    if axis is None and not keepdims:
        with quiet():
            whole = np.add.reduce(x, None) / over
        if SMALLEST_NORMAL <= abs(whole) < math.inf:
            return whole

    def plain() -> Any:
        found = np.sum(x, axis=axis, keepdims=keepdims)
        return found if over == 1 else np.divide(found, over)

    return wide.within(
        plain,
        lambda: wide.Wide(x).sum(axes_of(axis, np.ndim(x)), keepdims, over).value,
    )


@cache
def extreme(name: str, axis: Axis = None, keepdims: bool = False) -> Op:
    """Returns the largest or smallest element along axes; equal ones share the gradient evenly, as amax of PyTorch."""

    def shared(up: Any, out: Any, x: Any) -> tuple[Any]:
        winners = is_equal(x, spread_back(out, x, axis, keepdims))
        share = up / total(axis, keepdims)(winners)
        return (spread_back(share, x, axis, keepdims) * winners,)

    def tangent(tangents: Any, out: Any, x: Any) -> Any:
        winners = is_equal(x, spread_back(out, x, axis, keepdims))
        share = winners / spread_back(total(axis, keepdims)(winners), x, axis, keepdims)
        return total(axis, keepdims)(share * tangents[0])

    def corner(out: Any, x: Any) -> str:
        np = numpy()
        ties = np.sum(np.asarray(x) == (out if keepdims else np.expand_dims(out, axes_of(axis, np.ndim(x)))), axis=axis)
        return "tie" if np.any(ties > 1) else ""

    largest = name == "max"

    def chosen(xs: Sequence[Any]) -> Any:
        return xs[0] if len(xs) == 1 else (maximum if largest else minimum)(*xs)

    return Op(
        name=f"a{name}",
        code=coded(f"np.{name}({{0}}{{options}})", f"torch.a{name}({{0}}{{options}})"),
        family="choice",
        forward=lambda x: (numpy().max if largest else numpy().min)(x, axis=axis, keepdims=keepdims),
        shapes=reduced(axis, keepdims, "largest element" if largest else "smallest element"),
        vjp=lambda up, out, x: (spread_back(up, x, axis, keepdims) * is_equal(x, spread_back(out, x, axis, keepdims)),),
        stable=shared,
        careful=shared,
        jvp=tangent,
        glyph=name,
        stem=name,
        spell=spelled(name, axis, keepdims),
        by="maximum rule",
        many="along",
        gate="routes",
        says=f"routes the whole gradient to the {'largest' if largest else 'smallest'} element along the axis",
        corner=corner,
        switch=lambda x: (x == (numpy().max if largest else numpy().min)(x, axis=axis, keepdims=True)).tobytes(),
        rule="split evenly",
        corners="ties where elements are equal",
        source=TORCH.format(f"a{name}"),
        parameter=(name, axis, keepdims),
        options=family(lambda axis, keepdims: extreme(name, axis, keepdims)),
        statics=("axis", "keepdims"),
        opens=lambda x: along(chosen, x, axes_of(axis, x.ndim), keepdims),
    )


SUM, MEAN = register(total()), register(mean())
AMAX, AMIN = register(extreme("max")), register(extreme("min"))
