"""What the calls of the table do: each one op of ours, or a few that are put together here.

An operation runs on whatever its operands are (tracers, formulas, arrays, nodes of a text being read), since an op lets
its arguments decide. Several outputs come back as a tuple.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from cgviz.graph.juxtaposed import MATRICES, beside
from cgviz.ops import matrices, moments, moving, places, reductions, systems, triangles
from cgviz.ops.activation import elu, gelu, leaky_relu, softplus
from cgviz.ops.arithmetic import neg, product
from cgviz.ops.exponential import exp, log, sigmoid
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.piecewise import absolute, maximum, minimum, where
from cgviz.ops.rearranging import as_shape, back_to, indexed, joined, place_of_axis, reshaped, size, transposed
from cgviz.ops.stopping import logical_not
from cgviz.reading.calls import BindingError, Bound, op_of
from cgviz.values.arrays import shape_of

Operation = Callable[..., Any]


def operation(bound: Bound) -> Any:
    """Returns the output of a bound call. Raises BindingError where the operation does not take its arguments."""
    made = COMPOSED.get(bound.call.means)
    try:
        if made is None:
            op = op_of(bound)
            if op is None:
                raise BindingError("is not supported")
            least, most = op.arity
            count = len(bound.operands) + len(bound.optional)
            if not least <= count <= (count if most is None else most):
                raise BindingError(f"takes {takes(op)}, not {count}")
            return op(*bound.operands, *bound.optional.values())
        return made(*bound.operands, **bound.statics, **bound.optional)
    except BindingError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, RuntimeError):
        raise BindingError("does not take these arguments") from None


def takes(op: Op) -> str:
    """Returns how many arguments an op takes, in words."""
    least, most = op.arity
    count = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
    return f"{count} argument" + ("" if count == "1" or (most == 1) else "s")


def rank_of(x: Any) -> int:
    shape = shape_of(x)
    if shape is None:
        raise BindingError("needs the shape of its argument, which is not known when a program is read")
    return len(shape)


def lengths_of(x: Any) -> tuple[int, ...]:
    rank_of(x)
    return tuple(shape_of(x) or ())


def optioned(name: str, *operands: Any, **statics: Any) -> Any:
    """Returns a registered op with its options, applied."""
    op = REGISTRY[name]
    try:
        op = op.options(**statics) if op.options else op
    except ValueError as error:
        raise BindingError(str(error)) from None
    return op(*operands)


# reductions


def extreme(name: str) -> Operation:
    """torch.max: of all elements, along an axis with the places, or of two arrays."""

    def made(x: Any, other: Any = None, **statics: Any) -> Any:
        if other is None:
            return optioned(f"a{name}", x)
        if isinstance(other, int) and not isinstance(other, bool):
            return optioned(f"a{name}", x, axis=other), optioned(f"arg{name}", x, axis=other)
        return (maximum if name == "max" else minimum)(x, other)

    return made


def moment(name: str) -> Operation:
    """var and std as a method: of NumPy by default, of PyTorch where a keyword of PyTorch is given."""

    def made(
        x: Any, axis: Any = None, keepdims: Any = False, ddof: Any = 0, unbiased: Any = None, correction: Any = None
    ) -> Any:
        if isinstance(axis, bool):
            axis, unbiased = None, axis
        if correction is not None:
            ddof = correction
        if unbiased is not None:
            ddof = 1 if unbiased else 0
        return optioned(name, x, axis=axis, keepdims=keepdims, ddof=ddof)

    return made


def norm(x: Any, p: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """The norm of a vector, or the Frobenius norm; with p, of all elements or along an axis."""
    if p in (None, 2, 2.0, "fro"):
        return optioned("norm", x, axis=axis, keepdims=keepdims)
    if p == "nuc":
        raise BindingError("is read for vectors; the nuclear norm is not supported")
    if not isinstance(p, (int, float)) or isinstance(p, bool) or p <= 0:
        raise BindingError("takes a p above 0, or inf")
    return moments.norm_of(float(p), reductions.checked_axis(axis), bool(keepdims))(x)


def vector_norm(x: Any, p: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """numpy.linalg.norm: of a matrix, ord means another norm, which is not supported; with an axis, that of vectors."""
    if p in (None, "fro") or axis is not None or p == "nuc":
        return norm(x, p, axis, keepdims)
    if not isinstance(p, (int, float)) or isinstance(p, bool) or p <= 0:
        raise BindingError("takes an ord above 0, or inf")
    return moments.norm_of(float(p), None, bool(keepdims), True)(x)


# moving


def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    if start_dim == 0 and end_dim == -1:
        return reshaped((-1,))(x)
    shape = lengths_of(x)
    start, end = place_of_axis(start_dim, len(shape)), place_of_axis(end_dim, len(shape))
    return reshaped((*shape[:start], size(shape[start : end + 1]), *shape[end + 1 :]))(x)


def unflatten(x: Any, dim: int, sizes: Any) -> Any:
    shape = lengths_of(x)
    at = place_of_axis(dim, len(shape))
    return reshaped((*shape[:at], *sizes, *shape[at + 1 :]))(x)


def turn(x: Any, first: Any = None, second: Any = None) -> Any:
    """torch.transpose(x, dim0, dim1) and x.t()."""
    if first is None:
        return transposed()(x)
    return optioned("swapaxes", x, first=first, second=second)


def method_turn(x: Any, axes: Any = None) -> Any:
    """x.transpose(...): NumPy's order of all axes, or PyTorch's two axes that are swapped."""
    order: Any = (axes,) if isinstance(axes, int) else axes
    if order is None:
        return transposed()(x)
    shape = shape_of(x)
    two = len(order) == 2 and (
        any(axis < 0 for axis in order) or max(order) > 1 or (shape is not None and len(shape) > 2)
    )
    if two:
        return optioned("swapaxes", x, first=order[0], second=order[1])
    return transposed(as_shape((tuple(order),)))(x)


def method_repeat(x: Any, times: Any) -> Any:
    """x.repeat: NumPy repeats elements, PyTorch lays copies side by side; of a vector only, one number is not clear."""
    raise BindingError("means two things in NumPy and PyTorch; write repeat(x, n) or tile(x, n)")


def torch_pad(x: Any, pad: Any, mode: str = "constant", value: Any = 0.0) -> Any:
    """F.pad: pairs of widths, the last axis first."""
    rank = rank_of(x) if len(pad) != 2 or shape_of(x) is not None else 1
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    return optioned("pad", x, widths=((0, 0),) * (rank - len(pairs)) + tuple(pairs), value=value or 0.0, mode=mode)


def split_parts(x: Any, sections: Any = 2, axis: Any = 0) -> tuple[Any, ...]:
    """np.split: into equal parts, or at these places."""
    if isinstance(sections, int):
        return tuple(moving.part(sections, axis, i)(x) for i in range(sections))
    cuts = (0, *sections)
    lengths = (*(b - a for a, b in pairwise(cuts)), None)
    return tuple(moving.part(("lengths", *lengths), axis, i)(x) for i in range(len(lengths)))


def split_sizes(x: Any, sections: Any, axis: Any = 0) -> tuple[Any, ...]:
    """torch.split: parts of one length, or of these lengths."""
    if isinstance(sections, int):
        length = lengths_of(x)[axis]
        sections = tuple(min(sections, length - i) for i in range(0, length, sections))
    return tuple(moving.part(("lengths", *sections), axis, i)(x) for i in range(len(sections)))


def split_halves(x: Any, sections: int, axis: Any = 0) -> tuple[Any, ...]:
    """torch.chunk: so many parts, the last one shorter where it does not come out even."""
    shape = shape_of(x)
    if shape is None or shape[axis] % sections == 0:
        return split_parts(x, sections, axis)
    return split_sizes(x, -(-shape[axis] // sections), axis)


def at_axis(place: Any, axis: int, x: Any) -> Any:
    """Returns x at one place along an axis."""
    every = ("slice", None, None, None)
    key = (*(every,) * axis, place) if axis >= 0 else (Ellipsis, place, *(every,) * (-axis - 1))
    return indexed(key)(x)


def unbind(x: Any, axis: int = 0) -> tuple[Any, ...]:
    return tuple(at_axis(i, axis, x) for i in range(lengths_of(x)[axis]))


def narrow(x: Any, axis: int, start: int, length: int) -> Any:
    return at_axis(("slice", start, start + length, None), axis, x)


def take(x: Any, i: Any, axis: Any = None) -> Any:
    if axis is None and (shape_of(x) is None or len(shape_of(x) or ()) != 1):
        x = reshaped((-1,))(x)
    return places.take(axis)(x, i)


def take_dim(x: Any, *i: Any, axis: int, at: Any = None) -> Any:
    if at is None and not i:
        raise BindingError("lacks its index")
    return places.take(axis)(x, *i) if at is None else at_axis(at, axis, x)


def tf_gather(x: Any, i: Any, axis: Any = 0) -> Any:
    return places.take(axis or 0)(x, i)


def rows_of(*xs: Any) -> Any:
    return joined(0)(*(reshaped((1, -1))(x) if len(shape_of(x) or (1, 1)) < 2 else x for x in xs))


def side_by_side(*xs: Any) -> Any:
    ranks = {len(shape_of(x)) for x in xs if shape_of(x) is not None}  # type: ignore[arg-type]
    return joined(0 if ranks == {1} else 1)(*xs)


def columns_of(*xs: Any) -> Any:
    return joined(1)(*(reshaped((-1, 1))(x) if len(shape_of(x) or (1, 1)) < 2 else x for x in xs))


def topk(x: Any, count: int, axis: int = -1, largest: bool = True) -> tuple[Any, Any]:
    values = optioned("topk", x, count=count, axis=axis, largest=largest)
    return values, None


def torch_sort(x: Any, axis: int = -1, descending: bool = False) -> tuple[Any, Any]:
    return optioned("sort", x, axis=axis, descending=descending), None


# products


def dot(a: Any, b: Any) -> Any:
    """np.dot: the matrix product; with a number, the product."""
    one, two = shape_of(a), shape_of(b)
    if one == () or two == ():
        return product(2)(a, b)
    if one is None or two is None:
        return beside(MATRICES)(a, b)
    if one is not None and two is not None and len(two) > 2:
        raise BindingError("of stacks of matrices is another product than @; write @ or einsum")
    short = one is not None and two is not None and max(len(one), len(two)) == 1
    return REGISTRY["dot"](a, b) if one is None or short else matrices.matmul(a, b)


def inner(a: Any, b: Any) -> Any:
    one, two = shape_of(a), shape_of(b)
    if one is None or two is None or len(two) < 2:
        return dot(a, b)
    return matrices.matmul(a, matrices.turned(b))


def outer(a: Any, b: Any) -> Any:
    flat = [x if shape_of(x) is None or len(shape_of(x) or ()) == 1 else reshaped((-1,))(x) for x in (a, b)]
    return matrices.outer(*flat)


def vdot(a: Any, b: Any) -> Any:
    return REGISTRY["dot"](reshaped((-1,))(a), reshaped((-1,))(b))


def tensordot(a: Any, b: Any, axes: Any = 2, dims: Any = None) -> Any:
    axes = axes if dims is None else dims
    one, two = rank_of(a), rank_of(b)
    if isinstance(axes, int):
        axes = (tuple(range(one - axes, one)), tuple(range(axes)))
    left, right = ((each,) if isinstance(each, int) else tuple(each) for each in axes)
    letters = "abcdefghijklmnopqrstuvwxyz"
    names_a, names_b = list(letters[:one]), list(letters[one : one + two])
    for i, j in zip(left, right, strict=True):
        names_b[j] = names_a[i]
    out = [c for i, c in enumerate(names_a) if i not in {n % one for n in left}]
    out += [c for j, c in enumerate(names_b) if j not in {n % two for n in right}]
    text = f"{''.join(names_a)},{''.join(names_b)}->{''.join(out)}"
    return optioned("einsum", a, b, subscripts=text)


def linear(x: Any, w: Any, b: Any = None) -> Any:
    made = matrices.matmul(x, transposed()(w))
    return made if b is None else made + b


def triangular(a: Any, b: Any, lower: bool = False) -> Any:
    return systems.SOLVE((triangles.TRIL if lower else triangles.TRIU)(a), b)


def slogdet(x: Any) -> tuple[Any, Any]:
    return optioned("sign", optioned("det", x)), systems.LOGDET(x)


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


def unread(*args: Any) -> Any:
    raise BindingError("is another function in this library: it is not read")


def over_all(name: str) -> Operation:
    """Returns SciPy's softmax: over all elements where no axis is given."""
    return lambda x, axis=None: optioned(name, x, axis=axis)


def relu6(x: Any) -> Any:
    return REGISTRY["clip"](x, 0.0, 6.0)


def dropout(x: Any, p: float = 0.5, training: bool = True) -> Any:
    if training and p:
        raise BindingError("draws random numbers: training=False leaves it out, or a mask of your own is an input")
    return x


def standardize(x: Any, axis: Any = -1, eps: float = 1e-5) -> Any:
    if axis not in (-1, (-1,)):
        raise BindingError("is read along the last axis, axis=-1")
    return layer_norm(x, eps=eps)


def gelu_of(x: Any, approximate: Any = "none") -> Any:
    if approximate in ("none", False):
        return gelu(x)
    inner_ = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + REGISTRY["tanh"](inner_))


def softplus_of(x: Any, beta: float = 1.0) -> Any:
    return softplus(x) if beta == 1 else softplus(x * beta) / beta


def glu(x: Any, axis: int = -1) -> Any:
    a, b = split_parts(x, 2, axis)
    return a * sigmoid(b)


def hardtanh(x: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    return REGISTRY["clip"](x, min_val, max_val)


def scaled_sum(sign: int) -> Operation:
    def made(x: Any, y: Any, alpha: Any = 1) -> Any:
        y = y if alpha == 1 else y * alpha
        return x + y if sign > 0 else x - y

    return made


def clip(x: Any, lo: Any = None, hi: Any = None) -> Any:
    if lo is None or hi is None:
        return x if lo is None and hi is None else maximum(x, lo) if hi is None else minimum(x, hi)
    return REGISTRY["clip"](x, lo, hi)


def full_like(x: Any, value: Any) -> Any:
    return optioned("ones_like", x) * value


def softmin(x: Any, axis: int = -1) -> Any:
    return optioned("softmax", neg(x), axis=axis)


def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    return where(mask, value, x)


def same(x: Any) -> Any:
    return x


def raised(x: Any, y: Any) -> Any:
    return x**y


COMPOSED: Mapping[str, Operation] = {
    "torch_max": extreme("max"), "torch_min": extreme("min"),
    "method_var": moment("var"), "method_std": moment("std"), "norm": norm, "norm_ord": vector_norm,
    "flatten_": flatten, "unflatten_": unflatten, "torch_turn": turn, "method_turn": method_turn,
    "method_repeat": method_repeat, "torch_pad": torch_pad,
    "split_parts": split_parts, "split_sizes": split_sizes, "split_halves": split_halves, "unbind_": unbind,
    "narrow_": narrow, "take": take, "take_dim": take_dim, "tf_gather": tf_gather,
    "gather_dim": lambda x, i, axis: places.along_axis(axis)(x, i),
    "embedding_": lambda i, e: places.picked_at((places.SLOT,))(e, i),
    "concat_rows": rows_of, "concat_flat": side_by_side, "concat_columns": columns_of,
    "flip_rows": lambda x: moving.flipped(0)(x), "flip_columns": lambda x: moving.flipped(1)(x),
    "view_as_": lambda x, like: back_to(shape_of(like))(x),
    "expand_as_": lambda x, like: moving.broadcast_to(lengths_of(like))(x),
    "torch_topk": topk, "torch_sort": torch_sort, "unread_": unread,
    "dot_": dot, "inner_": inner, "outer_": outer, "vdot_": vdot, "tensordot_": tensordot,
    "linear_": linear, "bilinear_": lambda c, a, b: c + matrices.matmul(a, b),
    "solve_tri": triangular, "torch_tri": lambda a, b, upper: triangular(a, b, lower=not upper), "slogdet_": slogdet,
    "tf_solve": lambda a, b: systems.SOLVE(a, b),
    "mse_loss_": mse, "l1_loss_": l1, "smooth_l1_": smooth_l1, "huber_": huber, "bce_": bce,
    "bce_logits_": bce_logits, "cross_entropy_": cross_entropy, "nll_loss_": nll, "kl_div_": kl_div,
    "layer_norm_": layer_norm, "rms_norm_": rms_norm, "normalize_": normalize, "cosine_": cosine,
    "attention_": attention, "standardize_": standardize, "gelu_": gelu_of, "softplus_": softplus_of, "glu_": glu,
    "hardtanh_": hardtanh, "softmax_all": over_all("softmax"), "log_softmax_all": over_all("log_softmax"),
    "relu6_": relu6, "dropout_": dropout, "softmin_": softmin,
    "leaky_relu": lambda x, negative_slope=0.01: leaky_relu(x, negative_slope),
    "elu": lambda x, alpha=1.0: elu(x, alpha) if alpha != 1 else elu(x),
    "add_": scaled_sum(1), "subtract_": scaled_sum(-1), "power_": raised, "clip": clip,
    "clip_low": lambda x, lo: maximum(x, lo), "clip_high": lambda x, hi: minimum(x, hi),
    "full_like_": full_like, "masked_fill_": masked_fill, "select_": where, "same": same,
    "logit_": lambda x: log(x) - log(1 - x), "xlogy_": lambda x, y: x * log(y), "entr_": lambda x: neg(x * log(x)),
    "ndtr_": lambda x: 0.5 * (1 + REGISTRY["erf"](x / math.sqrt(2))), "exp2_": lambda x: REGISTRY["pow"](2.0, x),
    "lerp_": lambda x, y, w: x + w * (y - x), "addcmul_": lambda x, a, b, value=1: x + value * a * b,
    "invert": logical_not,
}  # fmt: skip
