# ruff: noqa: E501 - the table at the end holds several rules a line
"""What PyTorch's own ops (ATen) are in terms of ours: a function of tracers for each, by its name without overload."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from cgviz.ops import activation, matrices, moments, moving, places, reductions, running, spectra, systems, triangles
from cgviz.ops.exponential import exp, log, sigmoid
from cgviz.ops.op import REGISTRY
from cgviz.ops.piecewise import absolute, maximum, minimum, where
from cgviz.ops.rearranging import indexed, joined, reshaped, stacked, transposed
from cgviz.ops.stopping import stop_gradient
from cgviz.reading import operations
from cgviz.reading.tracing.tracer import Tracer, operand
from cgviz.reading.windows import averaged, convolved, windows

Rule = Callable[..., Any]
REDUCTIONS = ("none", "mean", "sum")
EVERY = ("slice", None, None, None)


class UnknownError(Exception):
    """An op, or a use of it, that is not written in ours; the framework's own stands in."""


def axes_of(dim: Any) -> Any:
    """Returns axes as ours take them: None for all, one as a number."""
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        return None
    if isinstance(dim, (list, tuple)):
        return dim[0] if len(dim) == 1 else tuple(dim)
    return dim


def reduced(make: Callable[..., Any]) -> Rule:
    return lambda x, dim=None, keepdim=False, *, dtype=None: make(axes_of(dim), keepdim)(x)


def along(x: Tracer, axis: int, part: Any) -> Tracer:
    """Returns x at a place, or a slice, along an axis."""
    at = axis % max(1, x.ndim)
    return indexed((*(EVERY,) * at, part))(x)  # type: ignore[no-any-return]


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


def gathered(x: Tracer, dim: int, at: Any, keepdim: bool = True) -> Tracer:
    found = places.along_axis(dim)(x, operand(x.tape, np.asarray(at, dtype=float)))
    return found if keepdim else moving.squeezed(dim)(found)  # type: ignore[no-any-return]


def gather(x: Tracer, dim: int, index: Tracer, sparse_grad: bool = False) -> Tracer:
    """gather, whose index may be shorter than x along the other axes."""
    grid = list(np.ogrid[tuple(map(slice, index.shape))])
    grid[dim % x.ndim] = index.current
    at = [operand(x.tape, np.broadcast_to(each, index.shape).astype(float)) for each in grid]
    return places.picked_at((places.SLOT,) * x.ndim)(x, *at)  # type: ignore[no-any-return]


def scatter_places(x: Tracer, dim: int, index: Tracer) -> list[Tracer]:
    grid = list(np.ogrid[tuple(map(slice, index.shape))])
    grid[dim % x.ndim] = index.current
    return [operand(x.tape, np.broadcast_to(each, index.shape).astype(float)) for each in grid]


def scatter_add(x: Tracer, dim: int, index: Tracer, src: Tracer) -> Tracer:
    at = scatter_places(x, dim, index)
    part = src if src.shape == index.shape else indexed(tuple(("slice", None, n, None) for n in index.shape))(src)
    return x + places.added_at((places.SLOT,) * x.ndim, x.shape)(part, *at)


def scatter(x: Tracer, dim: int, index: Tracer, src: Any) -> Tracer:
    at = scatter_places(x, dim, index)
    return places.put_at((places.SLOT,) * x.ndim)(x, operand(x.tape, src), *at)  # type: ignore[no-any-return]


def index_add(x: Tracer, dim: int, index: Tracer, src: Tracer, alpha: Any = 1) -> Tracer:
    key = (*(EVERY,) * (dim % x.ndim), places.SLOT)
    return x + places.added_at(key, x.shape)(src if alpha == 1 else src * alpha, index)


def index_select(x: Tracer, dim: int, index: Tracer) -> Tracer:
    return places.take(dim)(x, index)  # type: ignore[no-any-return]


def indexed_by(x: Tracer, indices: Sequence[Any]) -> Tracer:
    key, at = index_key(x, indices)
    return places.picked_at(key)(x, *at)  # type: ignore[no-any-return]


def index_key(x: Tracer, indices: Sequence[Any]) -> tuple[Any, list[Tracer]]:
    """Returns a key with the arrays of places in it; a mask (`indices` holds numpy's of booleans) as its places."""
    key: list[Any] = []
    at: list[Tracer] = []
    for each in indices:
        if each is None:
            key.append(EVERY)
        elif isinstance(each, np.ndarray) and each.dtype == bool:
            for found in np.nonzero(each):
                key.append(places.SLOT)
                at.append(operand(x.tape, found.astype(float)))
        else:
            key.append(places.SLOT)
            at.append(each if isinstance(each, Tracer) else operand(x.tape, np.asarray(each, dtype=float)))
    return tuple(key), at


def index_put(x: Tracer, indices: Sequence[Any], values: Tracer, accumulate: bool = False) -> Tracer:
    key, at = index_key(x, indices)
    if not accumulate:
        return places.put_at(key)(x, values, *at)  # type: ignore[no-any-return]
    shape = places.picked_at(key)(x, *at).shape
    wide = values if values.shape == shape else moving.broadcast_to(shape)(values)
    return x + places.added_at(key, x.shape)(wide, *at)


def masked_select(x: Tracer, mask: Tracer) -> Tracer:
    return indexed_by(x, [np.broadcast_to(mask.current != 0, x.shape)])


def sorted_by(x: Tracer, dim: int = -1, descending: bool = False, stable: Any = None) -> tuple[Tracer, None]:
    return places.ordered(dim, descending)(x), None


def topk(x: Tracer, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> tuple[Tracer, None]:
    return places.ordered(dim, largest, k)(x), None


def unfolded(x: Tracer, dim: int, size: int, step: int) -> Tracer:
    n = (x.shape[dim] - size) // step + 1
    at = np.arange(n)[:, None] * step + np.arange(size)[None, :]
    found = places.take(dim % x.ndim)(x, operand(x.tape, at.astype(float)))
    return moving.moved(dim % x.ndim + 1, -1)(found)  # type: ignore[no-any-return]


def repeated(x: Tracer, times: Sequence[int]) -> Tracer:
    return moving.tiled(tuple(times))(x)  # type: ignore[no-any-return]


def padded(x: Tracer, pad: Sequence[int], value: float = 0.0) -> Tracer:
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    return moving.padded(((0, 0),) * (x.ndim - len(pairs)) + tuple(pairs), float(value or 0.0))(x)  # type: ignore[no-any-return]


def expanded(x: Tracer, shape: Sequence[int], implicit: bool = False) -> Tracer:
    wide = tuple(x.shape[i - len(shape)] if n == -1 else n for i, n in enumerate(shape))
    return x if wide == x.shape else moving.broadcast_to(wide)(x)


def squeezed(x: Tracer, dim: Any = None) -> Tracer:
    every = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    gone = tuple(d % x.ndim for d in every if x.ndim and x.shape[d] == 1)
    return moving.squeezed(gone)(x) if gone else x


# layers


def layer_norm(x: Tracer, shape: Sequence[int], weight: Any, bias: Any, eps: float) -> tuple[Any, None, None]:
    axes: Any = tuple(range(-len(shape), 0))
    return operations.layer_norm(x, weight, bias, axes_to_shape(axes), eps), None, None


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
        x = places.put_at((EVERY, EVERY, *steps))(operand(x.tape, np.zeros((*x.shape[:2], *wide))), x)
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


def max_pool(
    x: Tracer, kernel: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> tuple[Any, None]:
    """The largest of each window; the gradient goes to the first of them, as PyTorch has it."""
    if ceil_mode:
        raise UnknownError
    size = len(kernel) if isinstance(kernel, (list, tuple)) else 2
    kernel, padding, dilation = (broadcast(each, size) for each in (kernel, padding, dilation))
    stride = broadcast(stride, size) if stride else kernel
    pairs = ((0, 0),) * (x.ndim - size) + tuple((p, p) for p in padding)
    wide = moving.padded(pairs, -math.inf)(x) if any(padding) else x
    found = windows(wide, kernel, stride, dilation)
    flat = reshaped((*found.shape[:-size], -1))(found)
    at = np.argmax(flat.current, axis=-1)[..., None]
    return moving.squeezed(-1)(gathered(flat, -1, at)), None


def broadcast(each: Any, count: int) -> tuple[int, ...]:
    if isinstance(each, int):
        return (each,) * count
    return tuple(each) if len(each) == count else tuple(each) * count


def avg_pool(
    x: Tracer,
    kernel: Any,
    stride: Any = (),
    padding: Any = 0,
    ceil_mode: bool = False,
    include: bool = True,
    by: Any = None,
) -> Any:
    size = len(kernel)
    padding = broadcast(padding, size)
    if ceil_mode or by is not None or (any(padding) and not include):
        raise UnknownError
    pairs = ((0, 0),) * (x.ndim - size) + tuple((p, p) for p in padding)
    wide = moving.padded(pairs)(x) if any(padding) else x
    return averaged(wide, broadcast(kernel, size), broadcast(stride, size) if stride else broadcast(kernel, size))


def adaptive_avg_pool(x: Tracer, out: Sequence[int]) -> Any:
    size = len(out)
    lengths = x.shape[-size:]
    if any(n % m for n, m in zip(lengths, out, strict=True)):
        raise UnknownError
    kernel = tuple(n // m for n, m in zip(lengths, out, strict=True))
    if kernel == lengths:
        return reductions.mean(tuple(range(-size, 0)), True)(x)
    return averaged(x, kernel, kernel)


def attention(
    q: Any, k: Any, v: Any, dropout_p: float = 0.0, is_causal: bool = False, *, attn_mask: Any = None, scale: Any = None
) -> tuple[Any, None]:
    if dropout_p:
        raise UnknownError
    return operations.attention(q, k, v, attn_mask, is_causal, scale), None


# losses


def nll(x: Tracer, target: Tracer, weight: Any, reduction: int, ignore: int) -> tuple[Any, None]:
    if weight is not None or np.any(target.current == ignore):
        raise UnknownError
    return operations.nll(x, target, REDUCTIONS[reduction]), None


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
    return operations.norm(x, ord, axes_of(dim), keepdim)


def old_norm(x: Tracer, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    return operations.norm(x, 2 if p is None else p, axes_of(dim), keepdim)


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
    return operations.norm(moving.widened(-2)(x) - moving.widened(-3)(y), p, -1)


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
    "linalg_vector_norm": vector_norm, "norm": old_norm, "logsumexp": reduced(reductions.logsumexp),
    "_softmax": lambda x, dim, *_: reductions.softmax(dim)(x), "_safe_softmax": lambda x, dim, *_: reductions.softmax(dim)(x),
    "_log_softmax": lambda x, dim, *_: reductions.log_softmax(dim)(x),
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
    "constant_pad_nd": padded, "clone": same, "alias": same, "detach": same, "contiguous": same, "lift_fresh": same,
    "_to_copy": same, "to": same, "positive": same,
    "index": indexed_by, "_unsafe_index": indexed_by, "index_put": index_put, "_unsafe_index_put": index_put,
    "index_select": index_select, "gather": gather, "scatter_add": scatter_add, "scatter": scatter, "index_add": index_add,
    "embedding": embedding, "_trilinear": trilinear, "masked_select": masked_select,
    "take": lambda x, i: places.picked_at((places.SLOT,))(reshaped((-1,))(x), i), "sort": sorted_by, "topk": topk,
    "native_layer_norm": layer_norm, "_fused_rms_norm": rms_norm, "native_batch_norm": batch_norm,
    "cudnn_batch_norm": batch_norm, "_native_batch_norm_legit": batch_norm_legit, "native_group_norm": group_norm,
    "convolution": convolution, "max_pool2d_with_indices": max_pool, "max_pool3d_with_indices": max_pool,
    "avg_pool2d": avg_pool, "avg_pool3d": avg_pool, "_adaptive_avg_pool2d": adaptive_avg_pool,
    "_scaled_dot_product_flash_attention_for_cpu": attention, "native_dropout": dropout,
    "nll_loss_forward": nll, "mse_loss": loss(operations.mse), "smooth_l1_loss": loss(operations.smooth_l1),
    "huber_loss": loss(operations.huber), "binary_cross_entropy": bce(operations.bce),
    "binary_cross_entropy_with_logits": bce(operations.bce_logits), "_cdist_forward": distances,
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
