"""Layers of PyTorch, normalisations, convolutions, poolings and attention, as ops of ours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cgviz.ops import (
    moments,
    moving,
    places,
    reductions,
)
from cgviz.ops.op import REGISTRY
from cgviz.ops.piecewise import where
from cgviz.ops.rearranging import reshaped
from cgviz.ops.stopping import stop_gradient
from cgviz.reading import losses
from cgviz.reading.pytorch.common import UnknownError, axes_of
from cgviz.reading.tracing.tracer import Tracer, operand
from cgviz.reading.windows import convolved

# layers


def layer_norm(x: Tracer, shape: Sequence[int], weight: Any, bias: Any, eps: float) -> tuple[Any, None, None]:
    axes: Any = tuple(range(-len(shape), 0))
    return losses.layer_norm(x, weight, bias, axes_to_shape(axes), eps), None, None


def axes_to_shape(axes: tuple[int, ...]) -> tuple[int, ...]:
    return axes


def rms_norm(x: Tracer, shape: Sequence[int], weight: Any, eps: Any) -> tuple[Any, None]:
    axes = axes_of([-i for i in range(len(shape), 0, -1)])
    mean = reductions.mean(axes, True)(x**2)
    made = x / REGISTRY["sqrt"](mean + (2.220446049250313e-16 if eps is None else eps))
    return (made if weight is None else made * weight), None


def per_channel(x: Tracer, each: Any) -> Any:
    return reshaped((each.shape[0], *(1,) * (x.ndim - 2)))(each)


def batch_norm(
    x: Tracer, weight: Any, bias: Any, mean: Any, var: Any, training: bool, momentum: float, eps: float
) -> tuple[Any, None, None]:
    if training:
        axes: Any = axes_of([0, *range(2, x.ndim)])
        centred = x - reductions.mean(axes, True)(x)
        spread = moments.var(axes, True)(x)
    else:
        centred, spread = x - per_channel(x, mean), per_channel(x, var)
    made = centred / REGISTRY["sqrt"](spread + eps)
    made = made if weight is None else made * per_channel(x, weight)
    return (made if bias is None else made + per_channel(x, bias)), None, None


def batch_norm_legit(x: Any, w: Any, b: Any, *rest: Any) -> Any:
    if len(rest) == 3:
        return batch_norm(x, w, b, None, None, *rest)
    return batch_norm(x, w, b, *rest)


def group_norm(
    x: Tracer, weight: Any, bias: Any, n: int, c: int, hw: int, groups: int, eps: float
) -> tuple[Any, None, None]:
    rows = reshaped((n, groups, -1))(x)
    centred = rows - reductions.mean(-1, True)(rows)
    made = reshaped(x.shape)(centred / REGISTRY["sqrt"](moments.var(-1, True)(rows) + eps))
    made = made if weight is None else made * per_channel(x, weight)
    return (made if bias is None else made + per_channel(x, bias)), None, None


def convolution(
    x: Tracer, w: Tracer, b: Any, stride: Any, padding: Any, dilation: Any, transposed_: bool, output: Any, groups: int
) -> Any:
    if transposed_:
        made = convolved_back(x, w, stride, padding, dilation, output, groups)
    else:
        made = convolved(x, w, stride, [(p, p) for p in padding], dilation, groups)
    return made if b is None else made + per_channel(made, b)


def convolved_back(x: Tracer, w: Tracer, stride: Any, padding: Any, dilation: Any, output: Any, groups: int) -> Any:
    """The transposed convolution: zeros between the elements of x, and the kernels turned round."""
    lengths = x.shape[2:]
    wide = tuple((n - 1) * s + 1 for n, s in zip(lengths, stride, strict=True))
    if wide != lengths:
        steps = tuple(("slice", None, None, s) for s in stride)
        x = places.put_at((moving.EVERY, moving.EVERY, *steps))(operand(x.tape, np.zeros((*x.shape[:2], *wide))), x)
    inner = tuple(d * (k - 1) for d, k in zip(dilation, w.shape[2:], strict=True))
    pairs = [(n - p, n - p + o) for n, p, o in zip(inner, padding, output, strict=True)]
    kernels = moving.flipped(tuple(range(2, w.ndim)))(w)
    each = reshaped((groups, w.shape[0] // groups, *w.shape[1:]))(kernels)
    turned = reshaped((groups * w.shape[1], w.shape[0] // groups, *w.shape[2:]))(moving.swapped(1, 2)(each))
    x = moving.padded(((0, 0), (0, 0), *pairs))(x) if any(map(any, pairs)) else x
    return convolved(x, turned, (1,) * len(lengths), [(0, 0)] * len(lengths), dilation, groups)


def trilinear(a: Any, b: Any, c: Any, one: Any, two: Any, three: Any, summed: Any, unroll: int = 1) -> Any:
    wide = (moving.widened(tuple(axes))(x) if axes else x for x, axes in ((a, one), (b, two), (c, three)))
    return reductions.total(axes_of(summed))(math.prod(wide, start=1.0))


def embedding(w: Tracer, at: Tracer, padding: int = -1, *_: Any) -> Any:
    """Rows by their numbers; no gradient goes to the row of padding."""
    found = places.picked_at((places.SLOT,))(w, at)
    still = (at.current == padding)[..., None]
    return where(operand(w.tape, still.astype(float)), stop_gradient(found), found) if still.any() else found


def embedding_bag(
    w: Tracer, at: Tracer, offsets: Tracer, scale: bool = False, mode: int = 0, sparse: bool = False,
    weights: Any = None, last: bool = False, padding: int = -1,
) -> tuple[Any, None, None, None]:  # fmt: skip
    """The sum or the mean of rows, bag by bag."""
    if mode > 1 or padding >= 0:
        raise UnknownError
    starts = offsets.current.astype(int)[: len(offsets) - bool(last)]
    bag = np.searchsorted(starts, np.arange(len(at)), side="right") - 1
    share = (np.arange(len(starts))[:, None] == bag).astype(float)
    rows = embedding(w, at)
    rows = rows if weights is None else rows * moving.widened(-1)(weights)
    return (share / np.maximum(share.sum(1, keepdims=True), 1) if mode else share) @ rows, None, None, None


def attention(
    q: Any, k: Any, v: Any, dropout_p: float = 0.0, is_causal: bool = False, *, attn_mask: Any = None, scale: Any = None
) -> tuple[Any, None]:
    if dropout_p:
        raise UnknownError
    return losses.attention(q, k, v, attn_mask, is_causal, scale), None
