"""Losses and layers of PyTorch as ops of ours."""

from __future__ import annotations

import math
from typing import Any

from cgviz.ops import matrices, moving, places
from cgviz.ops.activation import softplus
from cgviz.ops.arithmetic import neg
from cgviz.ops.exponential import exp, log
from cgviz.ops.op import REGISTRY
from cgviz.ops.piecewise import absolute, maximum, where
from cgviz.reading.calls import BindingError
from cgviz.reading.optioned import lengths_of, norm, optioned
from cgviz.values.arrays import shape_of

# losses and layers of PyTorch


def reduced(loss: Any, reduction: str) -> Any:
    if reduction not in ("mean", "sum", "none"):
        raise BindingError("takes a reduction 'mean', 'sum' or 'none'")
    return loss if reduction == "none" else optioned(reduction, loss)


def mse(x: Any, y: Any, reduction: str = "mean") -> Any:
    return reduced((x - y) ** 2, reduction)


def l1(x: Any, y: Any, reduction: str = "mean") -> Any:
    return reduced(absolute(x - y), reduction)


def smooth_l1(x: Any, y: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    r = x - y
    size = absolute(r)
    return reduced(where(REGISTRY["less"](size, beta), r**2 * (0.5 / beta), size - 0.5 * beta), reduction)


def huber(x: Any, y: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    r = x - y
    size = absolute(r)
    return reduced(where(REGISTRY["less"](size, delta), r**2 * 0.5, (size - 0.5 * delta) * delta), reduction)


def bce(x: Any, y: Any, reduction: str = "mean") -> Any:
    return reduced(neg(y * log(x) + (1 - y) * log(1 - x)), reduction)


def bce_logits(x: Any, y: Any, reduction: str = "mean") -> Any:
    return reduced(softplus(x) - x * y, reduction)


def nll(log_p: Any, y: Any, reduction: str = "mean") -> Any:
    """The mean of −log p at the labels: rows of log p and a label each, or one row and one label."""
    shape, labels = shape_of(log_p), shape_of(y)
    if labels == () or (shape is not None and len(shape) == 1):
        return neg(places.picked_at((places.SLOT,))(log_p, y))
    if shape is not None and len(shape) > 2:
        raise BindingError("is read for a row of classes per example, (N, C)")
    column = moving.widened(-1)(y)
    picked = moving.squeezed(-1)(places.along_axis(-1)(log_p, column))
    return neg(picked) if reduction == "none" else neg(optioned(reduction, picked))


def cross_entropy(x: Any, y: Any, reduction: str = "mean", label_smoothing: float = 0.0) -> Any:
    log_p = optioned("log_softmax", x, axis=-1)
    labels = shape_of(y)
    if labels is not None and labels == shape_of(x) and labels:
        rows = neg(optioned("sum", y * log_p, axis=-1))
        return reduced(rows, reduction)
    hard = nll(log_p, y, reduction)
    if not label_smoothing:
        return hard
    even = neg(reduced(optioned("mean", log_p, axis=-1), reduction))
    return (1 - label_smoothing) * hard + label_smoothing * even


def kl_div(x: Any, y: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    term = exp(y) * (y - x) if log_target else y * (log(y) - x)
    if reduction == "batchmean":
        return optioned("sum", term) / lengths_of(x)[0]
    return reduced(term, reduction)


def layer_norm(x: Any, w: Any = None, b: Any = None, normalized_shape: Any = None, eps: float = 1e-5) -> Any:
    axis: Any = (
        -1 if normalized_shape is None or isinstance(normalized_shape, int) else tuple(range(-len(normalized_shape), 0))
    )
    axis = -1 if axis == (-1,) else axis
    centred = x - optioned("mean", x, axis=axis, keepdims=True)
    made = centred / REGISTRY["sqrt"](optioned("var", x, axis=axis, keepdims=True) + eps)
    made = made if w is None else made * w
    return made if b is None else made + b


def rms_norm(x: Any, w: Any = None, normalized_shape: Any = None, eps: Any = None) -> Any:
    mean = optioned("mean", x**2, axis=-1, keepdims=True)
    made = x / REGISTRY["sqrt"](mean + (2.220446049250313e-16 if eps is None else eps))
    return made if w is None else made * w


def normalize(x: Any, p: float = 2.0, axis: int = 1, eps: float = 1e-12) -> Any:
    return x / maximum(norm(x, p, axis, True), eps)


def cosine(x: Any, y: Any, axis: int = 1, eps: float = 1e-8) -> Any:
    top = optioned("sum", x * y, axis=axis)
    return top / (maximum(norm(x, None, axis), eps) * maximum(norm(y, None, axis), eps))


def attention(q: Any, k: Any, v: Any, mask: Any = None, is_causal: bool = False, scale: Any = None) -> Any:
    width = lengths_of(q)[-1]
    scores = matrices.matmul(q, moving.swapped()(k)) * (1 / math.sqrt(width) if scale is None else scale)
    if is_causal:
        rows, columns = lengths_of(q)[-2], lengths_of(k)[-2]
        scores = where(optioned("tri", rows=rows, columns=columns), scores, -math.inf)
    if mask is not None:
        scores = scores + mask
    return matrices.matmul(optioned("softmax", scores, axis=-1), v)


def standardize(x: Any, axis: Any = -1, eps: float = 1e-5) -> Any:
    if axis not in (-1, (-1,)):
        raise BindingError("is read along the last axis, axis=-1")
    return layer_norm(x, eps=eps)
