"""Functions of the frameworks that are no op: activations, losses with a margin, averages, as their docs write them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cgviz.ops.activation import elu, softplus
from cgviz.ops.arithmetic import neg
from cgviz.ops.exponential import exp, log
from cgviz.ops.hyperbolic import tanh
from cgviz.ops.op import REGISTRY
from cgviz.ops.piecewise import absolute, clip, maximum, where
from cgviz.ops.rearranging import place_of_axis, reshaped
from cgviz.ops.roots import sqrt
from cgviz.reading.losses import cosine, reduced
from cgviz.reading.optioned import Operation, norm, optioned, rank_of

greater, less, equal, unequal = (REGISTRY[name] for name in ("greater", "less", "equal", "not_equal"))
SELU = 1.0507009873554805, 1.6732632423543772  # Klambauer et al., Self-Normalizing Neural Networks, 2017: scale, alpha


def hard_sigmoid(x: Any) -> Any:
    return clip(x + 3, 0, 6) / 6


def soft_shrink(x: Any, lambd: float = 0.5) -> Any:
    return where(greater(x, lambd), x - lambd, where(less(x, -lambd), x + lambd, 0))


def heaviside(x: Any, at_zero: Any) -> Any:
    return where(greater(x, 0), 1, where(less(x, 0), 0, at_zero))


def average(x: Any, weights: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if weights is None:
        return optioned("mean", x, axis=axis, keepdims=keepdims)
    if axis not in (None, -1) and rank_of(weights) < rank_of(x):
        behind = rank_of(x) - place_of_axis(axis, rank_of(x)) - 1
        weights = reshaped((-1, *(1,) * behind))(weights)
        axis = -behind - 1
    top = optioned("sum", x * weights, axis=axis, keepdims=keepdims)
    return top / optioned("sum", weights, axis=axis, keepdims=keepdims)


def hinge_embedding(x: Any, y: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    return reduced(where(unequal(y, 1), maximum(0, margin - x), 0) + where(unequal(y, -1), x, 0), reduction)


def margin_ranking(a: Any, b: Any, y: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    return reduced(maximum(0, neg(y * (a - b)) + margin), reduction)


def triplet_margin(
    anchor: Any, near: Any, far: Any, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    pull, push = norm(anchor - near + eps, p, -1), norm(anchor - far + eps, p, -1)
    return reduced(maximum(0, pull - push + margin), reduction)


def cosine_embedding(a: Any, b: Any, y: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    alike = cosine(a, b, -1)
    return reduced(where(equal(y, 1), 1 - alike, where(equal(y, -1), maximum(0, alike - margin), 0)), reduction)


def gaussian_nll(x: Any, y: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> Any:
    var = maximum(var, eps)
    made = 0.5 * (log(var) + (x - y) ** 2 / var)
    return reduced(made + 0.5 * math.log(2 * math.pi) if full else made, reduction)


def poisson_nll(x: Any, y: Any, log_input: bool = True, eps: float = 1e-8, reduction: str = "mean") -> Any:
    return reduced(exp(x) - y * x if log_input else x - y * log(x + eps), reduction)


OF_FRAMEWORKS: Mapping[str, Operation] = {
    "mish_": lambda x: x * tanh(softplus(x)),
    "selu_": lambda x: SELU[0] * elu(x, SELU[1]),
    "celu_": lambda x, alpha=1.0: elu(x) if alpha == 1 else alpha * elu(x / alpha),
    "hardsigmoid_": hard_sigmoid,
    "hardswish_": lambda x: x * hard_sigmoid(x),
    "softsign_": lambda x: x / (1 + absolute(x)),
    "tanhshrink_": lambda x: x - tanh(x),
    "softshrink_": soft_shrink,
    "hardshrink_": lambda x, lambd=0.5: where(greater(absolute(x), lambd), x, 0),
    "threshold_": lambda x, threshold, value: where(greater(x, threshold), x, value),
    "prelu_": lambda x, w: where(greater(x, 0), x, w * x),
    "squareplus_": lambda x, b=4.0: 0.5 * (x + sqrt(x**2 + b)),
    "heaviside_": heaviside,
    "radians_": lambda x: x * (math.pi / 180),
    "degrees_": lambda x: x * (180 / math.pi),
    "ptp_": lambda x, axis=None, keepdims=False: (
        optioned("amax", x, axis=axis, keepdims=keepdims) - optioned("amin", x, axis=axis, keepdims=keepdims)
    ),
    "average_": average,
    "rel_entr_": lambda x, y: x * log(x / y),
    "dist_": lambda x, y: norm(x - y),
    "fsum_": lambda x: optioned("sum", x),
    "hinge_embedding_": hinge_embedding,
    "margin_ranking_": margin_ranking,
    "triplet_margin_": triplet_margin,
    "cosine_embedding_": cosine_embedding,
    "soft_margin_": lambda x, y, reduction="mean": reduced(softplus(-y * x), reduction),
    "gaussian_nll_": gaussian_nll,
    "poisson_nll_": poisson_nll,
}
