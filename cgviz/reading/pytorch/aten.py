# ruff: noqa: E501 - the table at the end holds several rules a line
"""What PyTorch's own ops (ATen) are in terms of ours: a function of tracers for each, by its name without overload."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from cgviz.ops import (
    activation,
    matrices,
    moments,
    moving,
    pieces,
    places,
    reductions,
    running,
    softmax,
    spectra,
    systems,
    triangles,
)
from cgviz.ops.exponential import exp, log, sigmoid
from cgviz.ops.indexing import indexed
from cgviz.ops.joining import joined, stacked
from cgviz.ops.op import REGISTRY
from cgviz.ops.piecewise import absolute, maximum, minimum, where
from cgviz.ops.rearranging import reshaped, transposed
from cgviz.reading import losses, operations, optioned
from cgviz.reading.pytorch.common import UnknownError, axes_of
from cgviz.reading.pytorch.factors import qr, svd
from cgviz.reading.pytorch.gathering import (
    gather,
    gathered,
    index_add,
    index_put,
    index_select,
    indexed_by,
    kth,
    masked_select,
    median,
    scatter,
    scatter_add,
    sorted_by,
    topk,
    unfolded,
)
from cgviz.reading.pytorch.layers import (
    attention,
    batch_norm,
    batch_norm_legit,
    convolution,
    embedding,
    embedding_bag,
    group_norm,
    layer_norm,
    rms_norm,
    trilinear,
)
from cgviz.reading.pytorch.pools import adaptive_avg_pool, adaptive_max_pool, avg_pool, max_pool
from cgviz.reading.tracing import picked
from cgviz.reading.tracing.tracer import Tracer, operand

Rule = Callable[..., Any]
REDUCTIONS = ("none", "mean", "sum")


def reduced(make: Callable[..., Any]) -> Rule:
    return lambda x, dim=None, keepdim=False, *, dtype=None: make(axes_of(dim), keepdim)(x)


def along(x: Tracer, axis: int, part: Any) -> Tracer:
    """Returns x at a place, or a slice, along an axis."""
    at = axis % max(1, x.ndim)
    return indexed((*(moving.EVERY,) * at, part))(x)  # type: ignore[no-any-return]


def sliced(x: Tracer, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Tracer:
    end = None if end is not None and end >= 2**62 else end
    if not start and end is None and step == 1:
        return x
    return along(x, dim, ("slice", start, end, step))


def selected(x: Tracer, dim: int, place: int) -> Tracer:
    return along(x, dim, place)


def split(x: Tracer, size: int, dim: int = 0) -> list[Tracer]:
    n = x.shape[dim]
    return [along(x, dim, ("slice", i, min(i + size, n), None)) for i in range(0, n, size)]


def split_sizes(x: Tracer, sizes: Sequence[int], dim: int = 0) -> list[Tracer]:
    ends = np.cumsum([0, *sizes]).tolist()
    return [along(x, dim, ("slice", a, b, None)) for a, b in pairwise(ends)]


def unbind(x: Tracer, dim: int = 0) -> list[Tracer]:
    return [along(x, dim, i) for i in range(x.shape[dim])]


def viewed(x: Tracer, shape: Sequence[int]) -> Tracer:
    return x if tuple(shape) == x.shape else reshaped(tuple(shape))(x)


def added(x: Any, y: Any, alpha: Any = 1) -> Any:
    return x + (y if alpha == 1 else y * alpha)


def taken_off(x: Any, y: Any, alpha: Any = 1) -> Any:
    return x - (y if alpha == 1 else y * alpha)


def divided(x: Any, y: Any, rounding_mode: Any = None) -> Any:
    if rounding_mode is not None:
        raise UnknownError
    return x / y


def clamped(x: Any, min: Any = None, max: Any = None) -> Any:
    return operations.clip(x, min, max)


def picked_extreme(largest: bool) -> Rule:
    """max and min along an axis: the gradient goes to the one place that PyTorch names."""

    def made(x: Tracer, dim: Any = None, keepdim: bool = False) -> Any:
        if dim is None:
            return (reductions.AMAX if largest else reductions.AMIN)(x)
        at = (np.argmax if largest else np.argmin)(x.current, axis=dim)
        return gathered(x, dim, np.expand_dims(at, dim), keepdim), None

    return made


def repeated(x: Tracer, times: Sequence[int]) -> Tracer:
    return pieces.tiled(tuple(times))(x)  # type: ignore[no-any-return]


def padded(x: Tracer, pad: Sequence[int], value: float = 0.0) -> Tracer:
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    for axis, (before, after) in enumerate(pairs, x.ndim - len(pairs)):
        if before < 0 or after < 0:
            x = along(x, axis, ("slice", max(-before, 0), x.shape[axis] + min(after, 0), None))
    pairs = [(max(before, 0), max(after, 0)) for before, after in pairs]
    return moving.padded(((0, 0),) * (x.ndim - len(pairs)) + tuple(pairs), float(value or 0.0))(x)  # type: ignore[no-any-return]


def padded_as(x: Tracer, pad: Sequence[int], mode: str = "constant", value: Any = None) -> Any:
    if mode == "constant":
        return padded(x, pad, value or 0.0)
    pairs = [(0, 0)] * (x.ndim - len(pad) // 2) + [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    return picked.pad(x.tape, x, pairs, {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode])


def expanded(x: Tracer, shape: Sequence[int], implicit: bool = False) -> Tracer:
    wide = tuple(x.shape[i - len(shape)] if n == -1 else n for i, n in enumerate(shape))
    return x if wide == x.shape else pieces.broadcast_to(wide)(x)


def squeezed(x: Tracer, dim: Any = None) -> Tracer:
    every = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    gone = tuple(d % x.ndim for d in every if x.ndim and x.shape[d] == 1)
    return moving.squeezed(gone)(x) if gone else x


# losses


def nll(x: Tracer, target: Tracer, weight: Any, reduction: int, ignore: int) -> tuple[Any, None]:
    if weight is not None or np.any(target.current == ignore):
        raise UnknownError
    return losses.nll(x, target, REDUCTIONS[reduction]), None


def loss(rule: Rule) -> Rule:
    def made(x: Any, y: Any, reduction: int = 1, *more: Any, **options: Any) -> Any:
        return rule(x, y, REDUCTIONS[reduction], *more, **options)

    return made


def bce(rule: Rule) -> Rule:
    def made(x: Any, y: Any, weight: Any = None, *more: Any) -> Any:
        if weight is not None or any(each is not None for each in more[:-1]):
            raise UnknownError
        return rule(x, y, REDUCTIONS[more[-1] if more else 1])

    return made


# elementwise


def gelu(x: Any, approximate: str = "none") -> Any:
    return operations.gelu_of(x, approximate)


def elu(x: Any, alpha: Any = 1, scale: Any = 1, input_scale: Any = 1) -> Any:
    if input_scale != 1:
        raise UnknownError
    made = activation.elu(x) if alpha == 1 else activation.elu(x, float(alpha))
    return made if scale == 1 else made * scale


def softplus(x: Any, beta: Any = 1, threshold: Any = 20) -> Any:
    if np.any(x.current * beta > threshold):
        raise UnknownError
    return operations.softplus_of(x, beta)


def vector_norm(x: Tracer, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    return optioned.norm(x, ord, axes_of(dim), keepdim)


def old_norm(x: Tracer, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    return optioned.norm(x, 2 if p is None else p, axes_of(dim), keepdim)


def var(make: Callable[..., Any]) -> Rule:
    def made(x: Tracer, dim: Any = None, correction: Any = 1, keepdim: bool = False, **more: Any) -> Any:
        ddof = 1 if correction is None else correction
        return make(axes_of(dim), keepdim, int(ddof))(x)

    return made


def var_mean(x: Tracer, dim: Any = None, correction: Any = 1, keepdim: bool = False) -> tuple[Any, Any]:
    return var(moments.var)(x, dim, correction, keepdim), reductions.mean(axes_of(dim), keepdim)(x)


def log_cumsum_exp(x: Tracer, dim: int) -> Any:
    top = np.max(x.current, axis=dim, keepdims=True)
    return log(running.cumsum(dim)(exp(x - top))) + top


def distances(x: Tracer, y: Tracer, p: float, mode: Any = None) -> Any:
    return optioned.norm(moving.widened(-2)(x) - moving.widened(-3)(y), p, -1)


def pair_distances(x: Tracer, p: float = 2.0) -> Any:
    one, two = np.triu_indices(x.shape[0], 1)
    return optioned.norm(x[one] - x[two], p, -1)


def solve(a: Tracer, b: Tracer, left: bool = True, **_: Any) -> tuple[Any, None, None, None]:
    if not left:
        raise UnknownError
    return systems.SOLVE(a, b), None, None, None


def solve_triangular(a: Tracer, b: Tracer, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    if not left or unitriangular:
        raise UnknownError
    return systems.SOLVE((triangles.TRIU if upper else triangles.TRIL)(a), b)


def cholesky(x: Tracer, upper: bool = False, **_: Any) -> tuple[Any, None]:
    made = systems.CHOLESKY(x)
    return (moving.swapped()(made) if upper else made), None


def cholesky_solve(b: Any, x: Any, upper: bool = False) -> Any:
    turned = moving.swapped()(x)
    first, last = (turned, x) if upper else (x, turned)
    return systems.SOLVE(last, systems.SOLVE(first, b))


def addmm(c: Any, a: Any, b: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    made = matrices.matmul(a, b)
    made = made if alpha == 1 else made * alpha
    return made + (c if beta == 1 else c * beta)


def dropout(x: Tracer, p: float, train: Any) -> Any:
    if not train:
        return x, None
    raise UnknownError


def same(x: Any, *_: Any, **__: Any) -> Any:
    return x


def raised(x: Any, y: Any) -> Any:
    return x**y


def scaled(x: Any, y: Any) -> Any:
    return x * y


ATEN: Mapping[str, Rule] = {
    "add": added, "sub": taken_off, "rsub": lambda x, y, alpha=1: taken_off(y, x, alpha), "mul": scaled, "div": divided,
    "true_divide": divided, "pow": raised, "square": lambda x: x**2, "maximum": maximum, "minimum": minimum,
    "clamp": clamped, "clamp_min": lambda x, lo: maximum(x, lo), "clamp_max": lambda x, hi: minimum(x, hi),
    "hardtanh": lambda x, lo=-1, hi=1: operations.hardtanh(x, lo, hi), "where": where,
    "masked_fill": lambda x, mask, value: where(mask, value, x),
    "gelu": gelu, "elu": elu, "softplus": softplus,
    "leaky_relu": lambda x, slope=0.01: activation.leaky_relu(x, float(slope)),
    "_prelu_kernel": lambda x, w: where(REGISTRY["greater"](x, 0), x, w * x),
    "silu": activation.silu, "relu": activation.relu, "sigmoid": sigmoid, "abs": absolute,
    "log_sigmoid": REGISTRY["logsigmoid"], "log_sigmoid_forward": lambda x: (REGISTRY["logsigmoid"](x), None),
    "glu": lambda x, dim=-1: operations.glu(x, dim), "lerp": lambda x, y, w: x + w * (y - x),
    "addcmul": lambda x, a, b, value=1: x + (a * b if value == 1 else value * a * b),
    "addcdiv": lambda x, a, b, value=1: x + (a / b if value == 1 else value * a / b),
    "sum": reduced(reductions.total), "mean": reduced(reductions.mean), "amax": reduced(partial(reductions.extreme, "max")),
    "amin": reduced(partial(reductions.extreme, "min")), "prod": reduced(running.product_of), "max": picked_extreme(True),
    "min": picked_extreme(False), "var": var(moments.var), "std": var(moments.std), "var_mean": var_mean,
    "linalg_vector_norm": vector_norm, "norm": old_norm, "logsumexp": reduced(softmax.logsumexp),
    "_softmax": lambda x, dim, *_: softmax.softmax(dim)(x), "_safe_softmax": lambda x, dim, *_: softmax.softmax(dim)(x),
    "_log_softmax": lambda x, dim, *_: softmax.log_softmax(dim)(x),
    "cumsum": lambda x, dim, dtype=None: running.cumsum(dim)(x), "cumprod": lambda x, dim, dtype=None: running.cumprod(dim)(x),
    "logcumsumexp": log_cumsum_exp,
    "mm": matrices.matmul, "bmm": matrices.matmul, "mv": matrices.matmul, "dot": matrices.matmul, "vdot": matrices.matmul,
    "addmm": addmm, "baddbmm": addmm, "addmv": addmm,
    "view": viewed, "_unsafe_view": viewed, "reshape": viewed, "_reshape_alias": lambda x, shape, *_: viewed(x, shape),
    "expand": expanded, "permute": lambda x, dims: transposed(tuple(dims))(x),
    "transpose": lambda x, a, b: x if x.ndim < 2 or a % x.ndim == b % x.ndim else moving.swapped(a, b)(x),
    "t": lambda x: transposed()(x) if x.ndim == 2 else x, "unsqueeze": lambda x, dim: moving.widened(dim)(x),
    "squeeze": squeezed, "select": selected, "slice": sliced, "split": split, "unsafe_split": split,
    "split_with_sizes": split_sizes, "unbind": unbind, "cat": lambda xs, dim=0: joined(dim)(*[x for x in xs if x.size or x.ndim > 1]),
    "stack": lambda xs, dim=0: stacked(len(xs), dim)(*xs), "flip": lambda x, dims: moving.flipped(tuple(dims))(x),
    "roll": lambda x, shifts, dims=(): moving.rolled(one(shifts), one(dims) if dims else None)(x), "repeat": repeated,
    "unfold": unfolded, "diagonal": lambda x, offset=0, dim1=0, dim2=1: diagonal(x, offset, dim1, dim2),
    "tril": lambda x, k=0: triangles.triangle("tril", k)(x), "triu": lambda x, k=0: triangles.triangle("triu", k)(x),
    "constant_pad_nd": padded, "pad": padded_as, "clone": same, "alias": same, "detach": same, "contiguous": same, "lift_fresh": same,
    "_to_copy": same, "to": same, "positive": same,
    "index": indexed_by, "_unsafe_index": indexed_by, "index_put": index_put, "_unsafe_index_put": index_put,
    "index_select": index_select, "gather": gather, "scatter_add": scatter_add, "scatter": scatter, "index_add": index_add,
    "embedding": embedding, "_trilinear": trilinear, "masked_select": masked_select,
    "take": lambda x, i: places.picked_at((places.SLOT,))(reshaped((-1,))(x), i), "sort": sorted_by, "topk": topk,
    "native_layer_norm": layer_norm, "_fused_rms_norm": rms_norm, "native_batch_norm": batch_norm,
    "cudnn_batch_norm": batch_norm, "_native_batch_norm_legit": batch_norm_legit, "native_group_norm": group_norm,
    "convolution": convolution, "max_pool2d_with_indices": max_pool, "max_pool3d_with_indices": max_pool,
    "kthvalue": kth, "median": median, "_linalg_svd": svd, "_pdist_forward": pair_distances,
    "linalg_qr": qr, "_embedding_bag": embedding_bag, "_embedding_bag_forward_only": embedding_bag,
    "adaptive_max_pool2d": adaptive_max_pool, "adaptive_max_pool3d": adaptive_max_pool, "avg_pool2d": avg_pool, "avg_pool3d": avg_pool, "_adaptive_avg_pool2d": adaptive_avg_pool,
    "_scaled_dot_product_flash_attention_for_cpu": attention, "native_dropout": dropout,
    "nll_loss_forward": nll, "mse_loss": loss(losses.mse), "smooth_l1_loss": loss(losses.smooth_l1),
    "huber_loss": loss(losses.huber), "binary_cross_entropy": bce(losses.bce),
    "binary_cross_entropy_with_logits": bce(losses.bce_logits), "_cdist_forward": distances,
    "linalg_inv_ex": lambda x, **_: (matrices.inv(x), None), "_linalg_solve_ex": solve, "linalg_cholesky_ex": cholesky,
    "_linalg_eigh": lambda x, *_, **__: (spectra.EIGVALSH(x), spectra.EIGVECSH(x)), "cholesky_solve": cholesky_solve, "cholesky": lambda x, upper=False: cholesky(x, upper)[0], "linalg_solve_triangular": solve_triangular,
    "_linalg_slogdet": lambda x: (None, systems.LOGDET(x), None, None), "_linalg_det": lambda x: (matrices.det(x), None, None),
    "full_like": lambda x, value, **_: operand(x.tape, np.full(x.shape, float(value))),
    "ones_like": lambda x, **_: operand(x.tape, np.ones(x.shape)), "zeros_like": lambda x, **_: operand(x.tape, np.zeros(x.shape)),
    "new_zeros": lambda x, size, **_: operand(x.tape, np.zeros(tuple(size))), "new_ones": lambda x, size, **_: operand(x.tape, np.ones(tuple(size))),
    "trace": matrices.trace, "fill": lambda x, value: x * 0 + value, "neg": lambda x: -x,
}  # type: ignore[dict-item]  # fmt: skip


def one(value: Any) -> Any:
    found = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    return found[0] if len(found) == 1 else found


def diagonal(x: Tracer, offset: int, dim1: int, dim2: int) -> Any:
    a, b = dim1 % x.ndim, dim2 % x.ndim
    if (a, b) != (x.ndim - 2, x.ndim - 1):
        x = moving.moved((a, b), (-2, -1))(x)
    return triangles.diagonal(offset)(x)


def rule_of(name: str) -> Rule | None:
    """Returns what an op of ATen is in ours; by our register where it has the same name; None where nobody knows."""
    found = ATEN.get(name)
    if found is not None:
        return found
    known = REGISTRY.get({"special_erf": "erf", "special_expit": "sigmoid", "lgamma": "loggamma"}.get(name, name))
    if known is None or known.vjp is not None or known.options is not None:
        return None
    return lambda *args: known(*args)
