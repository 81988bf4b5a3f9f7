"""Gates that reduce an array along axes (sum, mean, max, min, logsumexp, norm), and softmax, which has such a sum.

`axis` is a whole number, several, or None for all axes; `keepdims` keeps an axis of length 1 in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from cgviz.ops.arithmetic import subtract
from cgviz.ops.coded import FUNCTIONS, Form, coded
from cgviz.ops.exponential import exp, log
from cgviz.ops.matrices import outer
from cgviz.ops.op import Op, register
from cgviz.ops.opening import along, plus
from cgviz.ops.piecewise import is_equal, maximum, minimum, where
from cgviz.ops.rearranging import place_of_axis, size, spread, transpose
from cgviz.ops.roots import sqrt
from cgviz.ops.whole import diag, eye, ones
from cgviz.values.arrays import Shape, is_array, numpy, shape_of

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
        forward=lambda x: numpy().sum(x, axis=axis, keepdims=keepdims),
        shapes=reduced(axis, keepdims),
        vjp=lambda up, out, x: (spread_back(up, x, axis, keepdims),),
        jacobian=lambda out, x: (transpose(ones(x)) if axis is None else None,),
        glyph="Σ",
        stem="sum",
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
        glyph="mean",
        stem="mean",
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
    return np.divide(np.sum(x, axis=axis, keepdims=keepdims), count)


@cache
def extreme(name: str, axis: Axis = None, keepdims: bool = False) -> Op:
    """Returns the largest or smallest element along axes; equal ones share the gradient evenly, as amax of PyTorch."""

    def shared(up: Any, out: Any, x: Any) -> tuple[Any]:
        winners = is_equal(x, spread_back(out, x, axis, keepdims))
        share = up / total(axis, keepdims)(winners)
        return (spread_back(share, x, axis, keepdims) * winners,)

    def tangent(tangents: Any, out: Any, x: Any) -> Any:
        winners = is_equal(x, spread_back(out, x, axis, keepdims))
        return total(axis, keepdims)(winners * tangents[0]) / total(axis, keepdims)(winners)

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


@cache
def logsumexp(axis: Axis = None, keepdims: bool = False) -> Op:
    """Returns log(sum(exp(x))), the largest element taken out first, so that nothing overflows."""
    return Op(
        name="logsumexp",
        code=coded(
            "logsumexp({0}{options})", "torch.logsumexp({0}{options})", "jax.scipy.special.logsumexp({0}{options})"
        ),
        helper=FUNCTIONS["logsumexp"],
        aliases=("lse",),
        forward=lambda x: stable_logsumexp(x, axis, keepdims),
        shapes=reduced(axis, keepdims),
        vjp=lambda up, out, x: (spread_back(up, x, axis, keepdims) * shares(out, x, axis, keepdims),),
        jvp=lambda tangents, out, x: total(axis, keepdims)(tangents[0] * shares(out, x, axis, keepdims)),
        jacobian=lambda out, x: (transpose(softmax()(x)) if is_vector(x) and not keepdims else None,),
        gates=lambda x: log(total(axis, keepdims)(exp(x))),
        glyph="lse",
        stem="lse",
        spell=spelled("logsumexp", axis, keepdims),
        by="chain rule through log, sum and exp",
        many="along",
        gate="scales",
        says="scales by the softmax of its input: the shares of the gradient sum to 1",
        source=TORCH.format("logsumexp"),
        parameter=(axis, keepdims),
        options=family(logsumexp),
        statics=("axis", "keepdims"),
    )


def shares(out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """Returns exp(x − logsumexp(x)), the softmax; of numbers without the rounding of a large logsumexp."""
    if is_array(x):
        return stable_softmax(x, axis)
    return exp(subtract(x, spread_back(out, x, axis, keepdims)))


def stable_logsumexp(x: Any, axis: Axis, keepdims: bool) -> Any:
    np = numpy()
    x = np.asarray(x, dtype=float)
    axes = axes_of(axis, x.ndim)
    with np.errstate(all="ignore"):
        shift, rest = largest_and_rest(x, axes)
        found = np.log1p(rest) + shift
    return found if keepdims else np.squeeze(found, axis=axes)


def largest_and_rest(x: Any, axes: tuple[int, ...]) -> tuple[Any, Any]:
    """Returns the largest element m along axes (0 where it is not finite), and sum(exp(x − m)) − 1: all but m itself.

    That 1 is never added, so a rest below the precision of 1 is not lost.
    """
    np = numpy()
    top = np.max(x, axis=axes, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(top), top, 0.0)
    ties = x == shift
    smaller = np.sum(np.where(ties, 0.0, np.exp(x - shift)), axis=axes, keepdims=True)
    return shift, smaller + (np.sum(ties, axis=axes, keepdims=True) - 1.0)


def stable_log_softmax(x: Any, axis: Axis) -> Any:
    np = numpy()
    x = np.asarray(x, dtype=float)
    with np.errstate(all="ignore"):
        shift, rest = largest_and_rest(x, axes_of(axis, x.ndim))
        return (x - shift) - np.log1p(rest)


def stable_softmax(x: Any, axis: Axis) -> Any:
    np = numpy()
    with np.errstate(all="ignore"):
        shift = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
        raised = np.exp(x - np.where(np.isfinite(shift), shift, 0.0))
        return raised / np.sum(raised, axis=axis, keepdims=True)


def same_shape(axis: Axis) -> Any:
    def shapes(shape: Shape) -> Shape:
        axes_of(axis, len(shape))
        return shape

    return shapes


def soft(name: str, axis: Axis) -> dict[str, Form]:
    """Returns how a softmax is written; PyTorch has none along several axes."""
    torch = f"torch.{name}({{0}}{{options}})"
    if isinstance(axis, tuple):
        rest = f"{{0.atom}} - torch.logsumexp({{0}}, dim={axis}, keepdim=True)"
        torch = f"torch.exp({rest})" if name == "softmax" else f"({rest})"
    return coded(f"{name}({{0}}{{options}})", torch, f"jax.nn.{name}({{0}}{{options}})")


@cache
def softmax(axis: Axis = -1) -> Op:
    """Returns exp(x)/sum(exp(x)) along an axis, the largest element taken out first."""
    return Op(
        name="softmax",
        code=soft("softmax", axis),
        helper=FUNCTIONS["softmax"],
        forward=lambda x: stable_softmax(x, axis),
        shapes=same_shape(axis),
        vjp=lambda up, out, x: (out * centred(up, out, axis),),
        jvp=lambda tangents, out, x: out * centred(tangents[0], out, axis),
        jacobian=lambda out, x: (subtract(diag(out), outer(out, out)) if is_vector(x) else None,),
        gates=lambda x: exp(x) / total(axis, True)(exp(x)),
        glyph="softmax",
        stem="soft",
        spell=spelled("softmax", axis, False, -1),
        by="softmax rule",
        many="along",
        gate="scales",
        says="scales by its own output, after the mean of the gradient under it is taken off",
        source=TORCH.format("softmax"),
        parameter=axis,
        options=lambda axis=-1: softmax(checked_axis(axis)),
        statics=("axis",),
    )


def is_vector(x: Any) -> bool:
    return len(shape_of(x) or ()) == 1


def centred(value: Any, shares: Any, axis: Axis) -> Any:
    """Returns value − sum(value·shares): the mean of the value under shares that sum to 1 is taken off.

    Of numbers it is value·(the other shares) − sum(the others' value·share), so that a share near 1 loses no digits.
    """
    if is_array(value) and is_array(shares):
        return value * others(shares, axis) - others(value * shares, axis)
    return subtract(value, total(axis, True)(value * shares))


def without_share(value: Any, shares: Any, axis: Axis) -> Any:
    """Returns value − shares·sum(value), likewise without taking a share near 1 off 1."""
    if is_array(value) and is_array(shares):
        return value * others(shares, axis) - shares * others(value, axis)
    return subtract(value, shares * total(axis, True)(value))


def others(x: Any, axis: Axis) -> Any:
    """Returns, for each element of an array, the sum of the others along axes; none is subtracted again."""
    np = numpy()
    axes = axes_of(axis, x.ndim)
    lead = x.ndim - len(axes)
    last = tuple(range(lead, x.ndim))
    moved = np.moveaxis(x, axes, last)
    line = moved.reshape(*moved.shape[:lead], size(moved.shape[lead:]))
    made = np.zeros(line.shape)
    made[..., 1:] = np.cumsum(line[..., :-1], axis=-1)
    made[..., :-1] += np.cumsum(line[..., :0:-1], axis=-1)[..., ::-1]
    return np.moveaxis(made.reshape(moved.shape), last, axes)


@cache
def log_softmax(axis: Axis = -1) -> Op:
    """Returns x − logsumexp(x) along an axis."""
    return Op(
        name="log_softmax",
        code=soft("log_softmax", axis),
        helper=FUNCTIONS["log_softmax"],
        aliases=("logsoftmax",),
        forward=lambda x: stable_log_softmax(x, axis),
        shapes=same_shape(axis),
        vjp=lambda up, out, x: (without_share(up, exp(out), axis),),
        jvp=lambda tangents, out, x: centred(tangents[0], exp(out), axis),
        jacobian=lambda out, x: (subtract(eye(x), outer(ones(x), softmax()(x))) if is_vector(x) else None,),
        gates=lambda x: subtract(x, logsumexp(axis, True)(x)),
        glyph="log soft",
        stem="logsoft",
        spell=spelled("log_softmax", axis, False, -1),
        by="softmax rule",
        many="along",
        gate="scales",
        says="takes the softmax's share of the summed gradient off the gradient of each element",
        source=TORCH.format("log_softmax"),
        parameter=axis,
        options=lambda axis=-1: log_softmax(checked_axis(axis)),
        statics=("axis",),
    )


@cache
def norm(axis: Axis = None, keepdims: bool = False) -> Op:
    """Returns √(sum(x²)): the length of a vector, the Frobenius norm of a matrix."""

    def direction(out: Any, x: Any) -> Any:
        length = spread_back(out, x, axis, keepdims)
        return x / where(is_equal(length, 0), 1, length)

    def away_from_origin(up: Any, out: Any, x: Any) -> tuple[Any]:
        return (spread_back(up, x, axis, keepdims) * direction(out, x),)

    return Op(
        name="norm",
        code=coded(
            "np.sqrt(np.sum({0.atom}**2{options}))" if isinstance(axis, tuple) else "np.linalg.norm({0}{options})",
            "torch.linalg.vector_norm({0}{options})",
        ),
        forward=lambda x: stable_norm(x, axis, keepdims),
        shapes=reduced(axis, keepdims),
        vjp=lambda up, out, x: (spread_back(up, x, axis, keepdims) * (x / spread_back(out, x, axis, keepdims)),),
        stable=lambda up, out, x: (spread_back(up, x, axis, keepdims) * unit_vector(axis).forward(x),),
        careful=away_from_origin,
        again=lambda up, out, x: (spread_back(up, x, axis, keepdims) * unit_vector(axis)(x),),
        jvp=lambda tangents, out, x: total(axis, keepdims)(tangents[0] * direction(out, x)),
        glyph="‖x‖",
        stem="norm",
        spell=spelled("norm", axis, keepdims),
        by="norm rule",
        many="along",
        gate="scales",
        says="scales by the direction of x, a vector of length 1",
        corner=lambda out, x: "kink" if numpy().size(x) and numpy().any(numpy().asarray(out) == 0) else "",
        bend="there is no second derivative: it grows without bound towards the origin",
        rule="at the origin the gradient is taken as 0",
        corners="kink at x = 0",
        source=TORCH.format("linalg.norm"),
        parameter=(axis, keepdims),
        options=family(norm),
        statics=("axis", "keepdims"),
        opens=lambda x: along(lambda xs: sqrt(plus([each**2 for each in xs])), x, axes_of(axis, x.ndim), keepdims),
    )


@cache
def unit_vector(axis: Axis = None) -> Op:
    """Returns x/‖x‖, 0 at the origin, whose own derivative does not exist there: what a norm is differentiated by."""

    def turned(moving: Any, out: Any, x: Any) -> Any:
        np = numpy()
        still = np.all(moving == 0, axis=axis, keepdims=True)
        across = moving - out * np.sum(moving * out, axis=axis, keepdims=True)
        return np.where(still, 0.0, across / stable_norm(x, axis, True))

    def forward(x: Any) -> Any:
        np = numpy()
        top = np.max(np.abs(x), axis=axes_of(axis, np.ndim(x)), keepdims=True, initial=0.0)
        x = np.divide(x, np.where(np.isfinite(top) & (top > 0), top, 1.0))  # a length that is subnormal has few digits
        length = stable_norm(x, axis, True)
        return np.divide(x, np.where(length == 0, 1.0, length))

    return Op(
        name="unit",
        forward=forward,
        shapes=same_shape(axis),
        vjp=lambda up, out, x: (turned(up, out, x),),
        jvp=lambda tangents, out, x: turned(tangents[0], out, x),
        stem="unit",
        source=TORCH.format("nn.functional.normalize"),
        parameter=axis,
    )


def stable_norm(x: Any, axis: Axis, keepdims: bool) -> Any:
    """Returns the length without overflow: the largest element is taken out first."""
    np = numpy()
    x = np.asarray(x, dtype=float)
    axes = axes_of(axis, x.ndim)
    with np.errstate(all="ignore"):
        top = np.max(np.abs(x), axis=axes, keepdims=True, initial=0.0)
        scale = np.where(np.isfinite(top) & (top > 0), top, 1.0)
        found = np.sqrt(np.sum((x / scale) ** 2, axis=axes, keepdims=True)) * scale
    return found if keepdims else np.squeeze(found, axis=axes)


SUM, MEAN = register(total()), register(mean())
AMAX, AMIN = register(extreme("max")), register(extreme("min"))
LOGSUMEXP, SOFTMAX, LOG_SOFTMAX, NORM = map(register, (logsumexp(), softmax(), log_softmax(), norm()))
