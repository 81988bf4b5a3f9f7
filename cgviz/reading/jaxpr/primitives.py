# ruff: noqa: E501 - the table at the end holds several rules a line
"""What JAX's primitives are in terms of ours: a function of tracers and parameters for each, by its name."""

from __future__ import annotations

import operator
import string
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import jax
import numpy as np

from cgviz.ops import matrices, moving, pieces, places, reductions, running, sorting, spectra, systems, triangles
from cgviz.ops.arithmetic import power
from cgviz.ops.contraction import einsum
from cgviz.ops.exponential import exp, log, sigmoid
from cgviz.ops.indexing import indexed
from cgviz.ops.joining import joined
from cgviz.ops.op import REGISTRY
from cgviz.ops.piecewise import maximum, minimum, where
from cgviz.ops.rearranging import reshaped, transposed
from cgviz.ops.stopping import stop_gradient
from cgviz.reading.tracing import factored
from cgviz.reading.tracing.tracer import Tracer, operand
from cgviz.reading.windows import convolved, windows

Rule = Callable[..., Any]


class UnknownPrimitiveError(Exception):
    """A primitive, or a use of it, that is not written in ours; JAX's own stands in."""


def one_or_all(axes: Sequence[int], rank: int) -> Any:
    axes = tuple(map(int, axes))
    return None if len(axes) == rank else axes[0] if len(axes) == 1 else axes


def reduced(make: Callable[..., Any]) -> Rule:
    def made(x: Tracer, axes: Sequence[int], **_: Any) -> Any:
        return make(one_or_all(axes, x.ndim), False)(x) if axes else x

    return made


def running_along(make: Callable[..., Any]) -> Rule:
    def made(x: Tracer, axis: int, reverse: bool) -> Any:
        turn = moving.flipped(axis)
        return turn(make(axis)(turn(x))) if reverse else make(axis)(x)

    return made


def log_cumsum_exp(axis: int) -> Rule:
    def made(x: Tracer) -> Any:
        top = np.max(x.current, axis=axis, keepdims=True)
        return log(running.cumsum(axis)(exp(x - top))) + top

    return made


def dot_general(a: Tracer, b: Tracer, dimension_numbers: Any, **_: Any) -> Any:
    """The matrix product where it is one, else an einsum."""
    (left, right), (batch_a, batch_b) = dimension_numbers
    if not batch_a and len(left) == 1 and a.ndim <= 2 and b.ndim <= 2 and left[0] == a.ndim - 1 and right[0] == 0:
        return matrices.matmul(a, b)
    letters = iter(string.ascii_lowercase)
    names_a, names_b = [next(letters) for _ in range(a.ndim)], [next(letters) for _ in range(b.ndim)]
    for i, j in (*zip(left, right, strict=True), *zip(batch_a, batch_b, strict=True)):
        names_b[j] = names_a[i]
    out = [names_a[i] for i in batch_a]
    out += [n for i, n in enumerate(names_a) if i not in (*left, *batch_a)]
    out += [n for j, n in enumerate(names_b) if j not in (*right, *batch_b)]
    return einsum(f"{''.join(names_a)},{''.join(names_b)}->{''.join(out)}")(a, b)


def broadcast_in_dim(x: Tracer, shape: Sequence[int], broadcast_dimensions: Sequence[int], **_: Any) -> Any:
    inner = [1] * len(shape)
    for axis, n in zip(broadcast_dimensions, x.shape, strict=True):
        inner[axis] = n
    wide = x if tuple(inner) == x.shape else reshaped(tuple(inner))(x)
    return wide if wide.shape == tuple(shape) else pieces.broadcast_to(tuple(shape))(wide)


def reshape(x: Tracer, new_sizes: Sequence[int], **_: Any) -> Any:
    return x if tuple(new_sizes) == x.shape else reshaped(tuple(new_sizes))(x)


def sliced(x: Tracer, start_indices: Any, limit_indices: Any, strides: Any = None) -> Any:
    steps = strides or (1,) * x.ndim
    return indexed(
        tuple(
            ("slice", a, b, None if s == 1 else s) for a, b, s in zip(start_indices, limit_indices, steps, strict=True)
        )
    )(x)


def starts(shape: Sequence[int], sizes: Sequence[int], at: Sequence[Any]) -> list[int]:
    found = [int(np.asarray(i.current if isinstance(i, Tracer) else i)) for i in at]
    found = [i + n if i < 0 else i for i, n in zip(found, shape, strict=True)]
    return [min(max(i, 0), n - size) for i, n, size in zip(found, shape, sizes, strict=True)]


def dynamic_slice(x: Tracer, *at: Any, slice_sizes: Any) -> Any:
    first = starts(x.shape, slice_sizes, at)
    return indexed(tuple(("slice", i, i + n, None) for i, n in zip(first, slice_sizes, strict=True)))(x)


def dynamic_update_slice(x: Tracer, new: Tracer, *at: Any) -> Any:
    first = starts(x.shape, new.shape, at)
    return places.put_at(tuple(("slice", i, i + n, None) for i, n in zip(first, new.shape, strict=True)))(x, new)


def padded(x: Tracer, value: Any, padding_config: Any) -> Any:
    number = float(value.current if isinstance(value, Tracer) else value)
    if isinstance(value, Tracer) and not is_constant(value):
        raise UnknownPrimitiveError
    if any(between for _, _, between in padding_config):
        wide = tuple((n - 1) * (c + 1) + 1 if n else 0 for n, (_, _, c) in zip(x.shape, padding_config, strict=True))
        steps = tuple(("slice", None, None, c + 1) for _, _, c in padding_config)
        x = places.put_at(steps)(operand(x.tape, np.full(wide, number)), x)
    return moving.padded(tuple((a, b) for a, b, _ in padding_config), number)(x)


def is_constant(x: Tracer) -> bool:
    from cgviz.graph.nodes import CONSTANT

    return x.tape.ops[x.index] is CONSTANT


def select_n(which: Any, *cases: Any) -> Any:
    chosen = which.current if isinstance(which, Tracer) else np.asarray(which)
    tape = next(case.tape for case in cases if isinstance(case, Tracer))
    made = cases[0]
    for place, case in enumerate(cases[1:], 1):
        made = where(operand(tape, (chosen == place).astype(float)), case, made)
    return made


def flat_places(x: Tracer, primitive: Any, rest: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Returns where in x each element of the output stands: the primitive run on the numbers of the places."""
    iota = np.arange(int(np.prod(x.shape)), dtype=np.int32).reshape(x.shape)
    return np.asarray(
        primitive.bind(iota, *rest, **{**params, **({"fill_value": -1} if "fill_value" in params else {})})
    )


def gathered(x: Tracer, indices: Any, primitive: Any, **params: Any) -> Any:
    """gather: rows by their numbers where it takes whole rows, else elements by their places."""
    at = flat_places(x, primitive, [indices], params)
    if np.any(at < 0):
        raise UnknownPrimitiveError
    row = int(np.prod(x.shape[1:]))
    lead = at.shape[: at.ndim - (x.ndim - 1)]
    rows = at.reshape(*lead, row) if at.shape[len(lead) :] == x.shape[1:] and row else None
    if rows is not None and np.array_equal(rows, rows[..., :1] // row * row + np.arange(row)) and x.ndim > 1:
        return places.picked_at((places.SLOT,))(x, operand(x.tape, (rows[..., 0] // row).astype(float)))
    if at.ndim == 0:
        return indexed(tuple(int(i) for i in np.unravel_index(int(at), x.shape)))(x)
    flat = x if x.ndim == 1 else reshaped((-1,))(x)
    return places.picked_at((places.SLOT,))(flat, operand(x.tape, at.astype(float)))


def destinations(x: Tracer, indices: Any, updates: Tracer, params: Mapping[str, Any]) -> Any:
    """Returns where in x each element of the updates goes: the transpose of a scatter-add, run on the numbers of the places."""
    size = int(np.prod(x.shape))
    zeros, numbering, mode = np.zeros(x.shape), params["dimension_numbers"], params.get("mode")

    def function(new: Any) -> Any:
        return jax.lax.scatter_add(zeros, indices, new, dimension_numbers=numbering, mode=mode)

    _, back = jax.vjp(function, np.zeros(updates.shape))
    (found,) = back(np.arange(1.0, size + 1).reshape(x.shape))
    return np.rint(np.asarray(found)).astype(int) - 1


def scattered(combined: Any) -> Rule:
    """Returns the rule of a scatter: what comes is put in the place of what is there, added to it or multiplied."""

    def made(x: Tracer, indices: Any, updates: Tracer, primitive: Any, **params: Any) -> Any:
        at = destinations(x, indices, updates, params).ravel()
        kept = np.nonzero(at >= 0)[0]
        rows = reshaped((-1,))(updates)
        if len(kept) < len(at):
            rows = places.picked_at((places.SLOT,))(rows, operand(x.tape, kept.astype(float)))
        to = operand(x.tape, at[kept].astype(float))
        flat = reshaped((-1,))(x)
        if combined is operator.mul:
            if len(set(at[kept])) < len(kept):
                raise UnknownPrimitiveError
            new = places.put_at((places.SLOT,))(flat, places.picked_at((places.SLOT,))(flat, to) * rows, to)
        elif combined:
            new = flat + places.added_at((places.SLOT,), flat.shape)(rows, to)
        else:
            new = places.put_at((places.SLOT,))(flat, rows, to)
        return reshaped(x.shape)(new)

    return made


def sort(*xs: Any, dimension: int, is_stable: bool, num_keys: int) -> Any:
    if len(xs) == 1:
        return [sorting.ordered(dimension)(xs[0])]
    plain = [np.asarray(x.current if isinstance(x, Tracer) else x) for x in xs]
    n = plain[0].shape[dimension]
    line = np.arange(n).reshape(tuple(-1 if i == dimension % plain[0].ndim else 1 for i in range(plain[0].ndim)))
    *_, order = jax.lax.sort(
        [*plain, np.broadcast_to(line, plain[0].shape).copy()], dimension=dimension, num_keys=num_keys
    )
    at = np.asarray(order).astype(float)
    return [
        places.along_axis(dimension)(x, operand(x.tape, at))
        if isinstance(x, Tracer)
        else np.take_along_axis(x, order, dimension)
        for x in xs
    ]


def top_k(x: Tracer, k: int, **_: Any) -> Any:
    values, at = jax.lax.top_k(np.asarray(x.current), k)
    del values
    return [places.along_axis(-1)(x, operand(x.tape, np.asarray(at).astype(float))), np.asarray(at)]


def split(x: Tracer, sizes: Sequence[int], axis: int) -> list[Any]:
    every = ("slice", None, None, None)
    ends = np.cumsum([0, *sizes]).tolist()
    return [indexed((*(every,) * axis, ("slice", a, b, None)))(x) for a, b in pairwise(ends)]


def triangular_solve(
    a: Tracer, b: Tracer, left_side: bool, lower: bool, transpose_a: bool, unit_diagonal: bool, **_: Any
) -> Any:
    if unit_diagonal:
        raise UnknownPrimitiveError
    matrix = (triangles.TRIL if lower else triangles.TRIU)(a)
    turn = moving.swapped()
    if left_side:
        return systems.SOLVE(turn(matrix) if transpose_a else matrix, b)
    return turn(systems.SOLVE(matrix if transpose_a else turn(matrix), turn(b)))


def convolution(
    x: Tracer, w: Tracer, window_strides: Any, padding: Any, lhs_dilation: Any, rhs_dilation: Any,
    dimension_numbers: Any, feature_group_count: int, batch_group_count: int, **_: Any,
) -> Any:  # fmt: skip
    if any(d != 1 for d in lhs_dilation) or batch_group_count != 1 or any(p < 0 for pair in padding for p in pair):
        raise UnknownPrimitiveError
    lhs, rhs, out = dimension_numbers.lhs_spec, dimension_numbers.rhs_spec, dimension_numbers.out_spec
    x, w = turned(x, lhs), turned(w, rhs)
    made = convolved(x, w, window_strides, [tuple(pair) for pair in padding], rhs_dilation, feature_group_count)
    return turned(made, tuple(out.index(i) for i in range(len(out))))


def windowed(
    x: Tracer,
    fill: float,
    window_dimensions: Any,
    window_strides: Any,
    padding: Any,
    base_dilation: Any,
    window_dilation: Any,
) -> Tracer:
    """Returns the elements of each window along a last axis."""
    if any(d != 1 for d in base_dilation or ()):
        raise UnknownPrimitiveError
    wide = moving.padded(tuple(map(tuple, padding)), fill)(x) if any(map(any, padding)) else x
    found = windows(wide, window_dimensions, window_strides, window_dilation or (1,) * x.ndim)
    return reshaped((*found.shape[: x.ndim], -1))(found)


def window_max(x: Tracer, **params: Any) -> Any:
    """The largest of each window; the gradient goes to the first of them, as JAX has it."""
    rows = windowed(x, -np.inf, **params)
    at = np.argmax(rows.current, axis=-1)[..., None].astype(float)
    return moving.squeezed(-1)(places.along_axis(-1)(rows, operand(x.tape, at)))


def window_sum(x: Tracer, **params: Any) -> Any:
    return reductions.total(-1)(windowed(x, 0.0, **params))


def turned(x: Tracer, order: Sequence[int]) -> Any:
    return x if tuple(order) == tuple(range(x.ndim)) else transposed(tuple(order))(x)


def raised(x: Any, y: Any) -> Any:
    return x**y


def clamp(lo: Any, x: Any, hi: Any) -> Any:
    return REGISTRY["clip"](x, lo, hi)


def same(x: Any, **_: Any) -> Any:
    return x


def named(name: str) -> Rule:
    return lambda *xs, **_: REGISTRY[name](*xs)


def svd(x: Any, *, full_matrices: bool, compute_uv: bool, **_: Any) -> Any:
    if not compute_uv:
        return [spectra.SVDVALS(x)]
    left, values, right = factored.svd(x.tape, x, full_matrices)
    return [values, left, right]


PRIMITIVES: Mapping[str, Rule] = {
    "add": lambda a, b, **_: a + b, "add_any": lambda a, b, **_: a + b, "sub": lambda a, b, **_: a - b,
    "mul": lambda a, b, **_: a * b, "div": lambda a, b, **_: a / b, "neg": lambda a, **_: -a,
    "max": lambda a, b, **_: maximum(a, b), "min": lambda a, b, **_: minimum(a, b), "pow": lambda a, b, **_: raised(a, b),
    "integer_pow": lambda x, y, **_: power(float(y))(x) if y != 2 else x**2, "square": lambda x, **_: x**2,
    "exp2": lambda x, **_: REGISTRY["pow"](2.0, x), "logistic": lambda x, **_: sigmoid(x), "clamp": clamp,
    "erf_inv": named("erfinv"), "lgamma": named("loggamma"), "select_n": select_n,
    "stop_gradient": lambda x, **_: stop_gradient(x),
    "convert_element_type": same, "copy": same, "copy_p": same, "reduce_precision": same, "optimization_barrier": same,
    "real": same, "conj": same, "device_put": same, "sharding_constraint": same, "pvary": same,
    "reduce_sum": reduced(reductions.total), "reduce_prod": reduced(running.product_of),
    "reduce_max": reduced(lambda axes, keep: reductions.extreme("max", axes, keep)),
    "reduce_min": reduced(lambda axes, keep: reductions.extreme("min", axes, keep)),
    "cumsum": running_along(running.cumsum), "cumprod": running_along(running.cumprod),
    "cumlogsumexp": running_along(log_cumsum_exp), "dot_general": dot_general,
    "broadcast_in_dim": broadcast_in_dim, "reshape": reshape, "transpose": lambda x, permutation: turned(x, permutation),
    "squeeze": lambda x, dimensions: moving.squeezed(tuple(dimensions))(x),
    "expand_dims": lambda x, dimensions: moving.widened(tuple(dimensions))(x),
    "concatenate": lambda *xs, dimension: joined(dimension)(*xs), "slice": sliced, "dynamic_slice": dynamic_slice,
    "dynamic_update_slice": dynamic_update_slice, "pad": padded, "rev": lambda x, dimensions: moving.flipped(tuple(dimensions))(x),
    "reduce_window_max": window_max, "reduce_window_sum": window_sum, "sort": sort, "top_k": top_k, "split": split, "conv_general_dilated": convolution,
    "qr": lambda x, full_matrices=False, **_: list(factored.qr(x.tape, x)), "svd": svd,
    "eigh": lambda x, **_: [spectra.EIGVECSH(x), spectra.EIGVALSH(x)],
    "cholesky": lambda x, **_: systems.CHOLESKY(x), "scatter-mul": scattered(operator.mul), "triangular_solve": triangular_solve,
    "gather": gathered, "scatter-add": scattered(operator.add), "scatter_add": scattered(operator.add), "scatter": scattered(None),
}  # fmt: skip
WITH_ITSELF = frozenset(("gather", "scatter-add", "scatter_add", "scatter", "scatter-mul"))
CALLED: Mapping[str, Rule] = {
    "inv": matrices.inv, "det": matrices.det, "solve": lambda a, b: systems.SOLVE(a, b),
    "slogdet": lambda x: [np.sign(np.linalg.det(x.current)), systems.LOGDET(x)],
}  # fmt: skip
"""Functions of JAX's own that are jitted, by the name that they have in a jaxpr: they are made of what has no derivative
rule of its own that anybody reads."""


def rule_of(name: str) -> Rule | None:
    """Returns what a primitive is in ours; by our register where it has the same name; None where nobody knows."""
    found = PRIMITIVES.get(name)
    if found is not None:
        return found
    known = REGISTRY.get(name)
    return None if known is None or known.vjp is not None or known.options is not None else named(name)
