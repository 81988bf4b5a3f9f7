"""What the calls of the table do: each one op of ours, or a few that are put together here.

An operation runs on whatever its operands are (tracers, formulas, arrays, nodes of a text being read), since an op lets
its arguments decide. Several outputs come back as a tuple.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from cgviz.graph.marks import MATRICES, beside
from cgviz.ops import making, matrices, moving, pieces, places, systems, triangles
from cgviz.ops.activation import elu, gelu, leaky_relu, softplus
from cgviz.ops.arithmetic import neg
from cgviz.ops.exponential import log, sigmoid
from cgviz.ops.indexing import indexed
from cgviz.ops.joining import joined
from cgviz.ops.op import REGISTRY
from cgviz.ops.piecewise import maximum, minimum, where
from cgviz.ops.products import product
from cgviz.ops.rearranging import as_shape, back_to, place_of_axis, reshaped, size, transposed
from cgviz.ops.stopping import logical_not
from cgviz.reading.calls import BindingError, Bound, op_of
from cgviz.reading.frameworks import OF_FRAMEWORKS
from cgviz.reading.losses import (
    attention,
    bce,
    bce_logits,
    cosine,
    cross_entropy,
    huber,
    kl_div,
    l1,
    layer_norm,
    mse,
    nll,
    normalize,
    rms_norm,
    smooth_l1,
    standardize,
)
from cgviz.reading.optioned import (
    Operation,
    along_last,
    diagonal,
    extreme,
    lengths_of,
    method_extreme,
    moment,
    norm,
    of_few,
    optioned,
    over_all,
    rank_of,
    takes,
    vector_norm,
)
from cgviz.values.arrays import shape_of


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
    if order is not None and any(isinstance(axis, bool) for axis in order):
        raise BindingError("takes axes, which are whole numbers")
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
    if len(pad) == 2 and shape_of(x) is None:
        x = of_few(x, "1", f"F.pad pads the last axis: of a matrix write pad(x, ((0, 0), ({pad[0]}, {pad[1]})))")
    rank = rank_of(x) if len(pad) != 2 or shape_of(x) is not None else 1
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    return optioned("pad", x, widths=((0, 0),) * (rank - len(pairs)) + tuple(pairs), value=value or 0.0, mode=mode)


def split_parts(x: Any, sections: Any = 2, axis: Any = 0) -> tuple[Any, ...]:
    """np.split: into equal parts, or at these places."""
    if isinstance(sections, int):
        return tuple(pieces.part(sections, axis, i)(x) for i in range(sections))
    cuts = (0, *sections)
    lengths = (*(b - a for a, b in pairwise(cuts)), None)
    return tuple(pieces.part(("lengths", *lengths), axis, i)(x) for i in range(len(lengths)))


def split_sizes(x: Any, sections: Any, axis: Any = 0) -> tuple[Any, ...]:
    """torch.split: parts of one length, or of these lengths."""
    if isinstance(sections, int):
        length = lengths_of(x)[axis]
        sections = tuple(min(sections, length - i) for i in range(0, length, sections))
    return tuple(pieces.part(("lengths", *sections), axis, i)(x) for i in range(len(sections)))


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
    return joined(0)(*map(as_rows, xs))


def as_rows(x: Any) -> Any:
    """A vector as a matrix of one row; what is not known to be one is looked at when the shapes are known."""
    shape = shape_of(x)
    return moving.in_rows()(x) if shape is None else reshaped((1, -1))(x) if len(shape) < 2 else x


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


def unread(*args: Any) -> Any:
    raise BindingError("is another function in this library: it is not read")


def relu6(x: Any) -> Any:
    return REGISTRY["clip"](x, 0.0, 6.0)


def dropout(x: Any, p: float = 0.5, training: bool = True) -> Any:
    if training and p:
        raise BindingError("draws random numbers: training=False leaves it out, or a mask of your own is an input")
    return x


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


def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    return where(mask, value, x)


def same(x: Any) -> Any:
    return x


def raised(x: Any, y: Any) -> Any:
    return x**y


COMPOSED: Mapping[str, Operation] = {
    **OF_FRAMEWORKS,
    "torch_max": extreme("max"), "torch_min": extreme("min"),
    "method_max": method_extreme("max"), "method_min": method_extreme("min"),
    "method_var": moment("var"), "method_std": moment("std"),
    "torch_var": moment("var"), "torch_std": moment("std"), "norm": norm, "norm_ord": vector_norm,
    "flatten_": flatten, "unflatten_": unflatten, "torch_turn": turn, "method_turn": method_turn,
    "method_repeat": method_repeat, "torch_pad": torch_pad,
    "split_parts": split_parts, "split_sizes": split_sizes, "split_halves": split_halves, "unbind_": unbind,
    "narrow_": narrow, "take": take, "take_dim": take_dim, "tf_gather": tf_gather,
    "gather_dim": lambda x, i, axis: places.along_axis(axis)(x, i),
    "embedding_": lambda i, e: places.picked_at((places.SLOT,))(e, i),
    "concat_rows": rows_of, "concat_flat": side_by_side, "concat_columns": columns_of,
    "flip_rows": lambda x: moving.flipped(0)(x), "flip_columns": lambda x: moving.flipped(1)(x),
    "view_as_": lambda x, like: back_to(shape_of(like))(x),
    "expand_as_": lambda x, like: pieces.broadcast_to(lengths_of(like))(x),
    "torch_topk": topk, "torch_sort": torch_sort, "unread_": unread,
    "dot_": dot, "inner_": inner, "outer_": outer, "vdot_": vdot, "tensordot_": tensordot,
    "linear_": linear, "bilinear_": lambda c, a, b: c + matrices.matmul(a, b),
    "solve_tri": triangular, "torch_tri": lambda a, b, upper: triangular(a, b, lower=not upper), "slogdet_": slogdet,
    "tf_solve": lambda a, b: systems.SOLVE(a, b),
    "mse_loss_": mse, "l1_loss_": l1, "smooth_l1_": smooth_l1, "huber_": huber, "bce_": bce,
    "bce_logits_": bce_logits, "tf_bce_logits_": lambda y, x: bce_logits(x, y, "none"), "cross_entropy_": cross_entropy,
    "nll_loss_": nll, "kl_div_": kl_div,
    "layer_norm_": layer_norm, "rms_norm_": rms_norm, "normalize_": normalize, "cosine_": cosine,
    "attention_": attention, "standardize_": standardize, "gelu_": gelu_of, "softplus_": softplus_of, "glu_": glu,
    "hardtanh_": hardtanh, "softmax_all": over_all("softmax"), "log_softmax_all": over_all("log_softmax"),
    "softmax_few": along_last("softmax"), "log_softmax_few": along_last("log_softmax"), "diagonal_few": diagonal,
    "relu6_": relu6, "dropout_": dropout, "softmin_": along_last("softmax", turned=True),
    "leaky_relu": lambda x, negative_slope=0.01: leaky_relu(x, negative_slope),
    "tf_leaky_relu_": lambda x, negative_slope=0.2: leaky_relu(x, negative_slope),
    "elu": lambda x, alpha=1.0: elu(x, alpha) if alpha != 1 else elu(x),
    "add_": scaled_sum(1), "subtract_": scaled_sum(-1), "power_": raised, "clip": clip,
    "clip_low": lambda x, lo: maximum(x, lo), "clip_high": lambda x, hi: minimum(x, hi),
    "full_like_": full_like, "masked_fill_": masked_fill, "select_": where, "same": same,
    "logit_": lambda x: log(x) - log(1 - x), "xlogy_": lambda x, y: x * log(y), "entr_": lambda x: neg(x * log(x)),
    "ndtr_": lambda x: 0.5 * (1 + REGISTRY["erf"](x / math.sqrt(2))), "exp2_": lambda x: REGISTRY["pow"](2.0, x),
    "lerp_": lambda x, y, w: x + w * (y - x), "addcmul_": lambda x, a, b, value=1: x + value * a * b,
    "length_": making.size(0), "shape_": lambda x: lambda axis, of: making.size(axis, of)(x), "invert": logical_not,
}  # fmt: skip
