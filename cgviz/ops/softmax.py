"""Gates of a row of numbers taken together by their exponentials: logsumexp, softmax, log_softmax."""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.arithmetic import subtract
from cgviz.ops.coded import FUNCTIONS, Form, coded
from cgviz.ops.exponential import exp, log
from cgviz.ops.matrices import outer
from cgviz.ops.op import Op, register
from cgviz.ops.rearranging import size, transpose
from cgviz.ops.reductions import TORCH, Axis, axes_of, checked_axis, family, reduced, spelled, spread_back, total
from cgviz.ops.whole import diag, eye, ones
from cgviz.values.arrays import Shape, is_array, numpy, shape_of
from cgviz.values.wide import IS_PLAIN


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
        again=lambda up, out, x: (spread_back(up, x, axis, keepdims) * softmax(axis)(x),),
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
        found = (np.log(1 + rest) if IS_PLAIN.get() else np.log1p(rest)) + shift
    return found if keepdims else np.squeeze(found, axis=axes)


def largest_and_rest(x: Any, axes: tuple[int, ...]) -> tuple[Any, Any]:
    """Returns the largest element m along axes (0 where it is not finite), and sum(exp(x − m)) − 1: all but m itself.

    That 1 is never added, so a rest below the precision of 1 is not lost.
    """
    np = numpy()
    top = np.maximum.reduce(x, axes, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(top), top, 0.0)
    ties = x == shift
    smaller = np.add.reduce(np.where(ties, 0.0, np.exp(x - shift)), axes, keepdims=True)
    return shift, smaller + (np.add.reduce(ties, axes, keepdims=True) - 1.0)


def stable_log_softmax(x: Any, axis: Axis) -> Any:
    np = numpy()
    x = np.asarray(x, dtype=float)
    with np.errstate(all="ignore"):
        shift, rest = largest_and_rest(x, axes_of(axis, x.ndim))
        return (x - shift) - (np.log(1 + rest) if IS_PLAIN.get() else np.log1p(rest))


def stable_softmax(x: Any, axis: Axis) -> Any:
    np = numpy()
    with np.errstate(all="ignore"):
        shift = np.maximum.reduce(x, axis, keepdims=True, initial=-np.inf)
        raised = np.exp(x - np.where(np.isfinite(shift), shift, 0.0))
        return raised / np.add.reduce(raised, axis, keepdims=True)


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
        stable=lambda up, out, x: (out * centred_apart(up, out, axis),),
        again=lambda up, out, x: (out * centred_apart(up, out, axis),),
        precise=(lambda up, out, x: (out * centred_apart(up, out, axis),)) if isinstance(axis, int) else None,
        jvp=lambda tangents, out, x: out * centre(tangents[0], out, axis),
        jacobian=lambda out, x: (subtract(diag(out), outer(out, out)) if is_vector(x) else None,),
        gates=lambda x: exp(x) / total(axis, True)(exp(x)),
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
    """Returns value − sum(value·shares): the mean of the value under shares that sum to 1 is taken off."""
    return subtract(value, total(axis, True)(value * shares))


def centre(value: Any, shares: Any, axis: Axis) -> Any:
    """Returns the same, of numbers as below."""
    return (centred_apart if is_array(value) and is_array(shares) else centred)(value, shares, axis)


def centred_apart(value: Any, shares: Any, axis: Axis) -> Any:
    """The same as value·(the other shares) − sum(the others' value·share): a share near 1 loses no digits."""
    return value * others(axis)(shares) - others(axis)(value * shares)


def without_share(value: Any, shares: Any, axis: Axis) -> Any:
    """Returns value − shares·sum(value), likewise without taking a share near 1 off 1."""
    return value * others(axis)(shares) - shares * others(axis)(value)


@cache
def others(axis: Axis) -> Op:
    """Returns the op for the sum of the other elements along axes, at each element."""
    return Op(
        name="sum_of_others",
        code=dict.fromkeys(("numpy", "torch", "jax"), f"sum_of_others({{0}}, {axis})"),
        helper=FUNCTIONS["sum_of_others"],
        forward=lambda x: sum_of_others(x, axis),
        shapes=same_shape(axis),
        vjp=lambda up, out, x: (others(axis)(up),),
        parameter=axis,
    )


def sum_of_others(x: Any, axis: Axis) -> Any:
    """Returns, for each element of an array, the sum of the others along axes; none is subtracted again."""
    np = numpy()
    axes = axes_of(axis, x.ndim)
    if axes == (x.ndim - 1,):
        return others_in_line(x)
    lead = x.ndim - len(axes)
    last = tuple(range(lead, x.ndim))
    moved = np.moveaxis(x, axes, last)
    line = moved.reshape(*moved.shape[:lead], size(moved.shape[lead:]))
    return np.moveaxis(others_in_line(line).reshape(moved.shape), last, axes)


def others_in_line(x: Any) -> Any:
    """Returns the same along the last axis."""
    made, add = numpy().zeros(x.shape), numpy().add
    add.accumulate(x[..., :-1], -1, out=made[..., 1:])
    made[..., :-1] += add.accumulate(x[..., :0:-1], -1)[..., ::-1]
    return made


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
        vjp=lambda up, out, x: (subtract(up, exp(out) * total(axis, True)(up)),),
        stable=lambda up, out, x: (without_share(up, exp(out), axis),),
        again=lambda up, out, x: (without_share(up, exp(out), axis),),
        precise=(lambda up, out, x: (without_share(up, exp(out), axis),)) if isinstance(axis, int) else None,
        jvp=lambda tangents, out, x: centre(tangents[0], exp(out), axis),
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


LOGSUMEXP, SOFTMAX, LOG_SOFTMAX = map(register, (logsumexp(), softmax(), log_softmax()))
