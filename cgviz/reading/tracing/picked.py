"""Functions of NumPy that pick elements by places that are known: windows, padding, order, pieces; on traced values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from cgviz.ops.joining import stacked
from cgviz.reading.tracing.combined import numbers, plain, where
from cgviz.reading.tracing.tape import Tape, cannot
from cgviz.reading.tracing.tracer import Tracer, operand, reshape
from cgviz.values.arrays import Shape, numpy

BY_PLACES = ("edge", "reflect", "symmetric", "wrap")


def taken(x: Tracer, places: Any, axis: int) -> Tracer:
    """Returns the elements at places along an axis."""
    return x[(*(slice(None),) * axis, places)]


def pad(tape: Tape, x: Any, pad_width: Any, mode: str = "constant", **options: Any) -> Any:
    if mode == "constant":
        return tape.library.of_table("pad", tape, x, pad_width, mode=mode, **options)
    if mode not in BY_PLACES or options:
        raise cannot(f"pad() is followed with mode constant, {', '.join(BY_PLACES)}, without further options")
    np, x = numpy(), operand(tape, x)
    for axis, width in enumerate(np.broadcast_to(pad_width, (x.ndim, 2))):
        x = taken(x, np.pad(np.arange(x.shape[axis]), tuple(map(int, width)), mode=mode), axis)
    return x


def sliding_window_view(tape: Tape, x: Any, window_shape: Any, axis: Any = None, **_: Any) -> Any:
    np, x = numpy(), operand(tape, x)
    sizes = (window_shape,) if np.ndim(window_shape) == 0 else tuple(window_shape)
    axes = range(x.ndim) if axis is None else (axis,) if np.ndim(axis) == 0 else tuple(axis)
    lead = x.ndim
    for size, at in zip(sizes, axes, strict=True):
        at %= lead
        starts = np.arange(x.shape[at] - int(size) + 1)
        x = np.moveaxis(taken(x, starts[:, None] + np.arange(int(size)), at), at + 1, -1)
    return x


def partition(tape: Tape, x: Any, kth: Any, axis: Any = -1, **_: Any) -> Any:
    np, x = numpy(), operand(tape, x)
    x, axis = (reshape(x, (-1,)), 0) if axis is None else (x, axis)
    return np.take_along_axis(x, np.argpartition(x.current, kth, axis=axis), axis)


def quantile(tape: Tape, x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """np.quantile: the line between the two sorted elements that the place is between."""
    np, x, q = numpy(), operand(tape, x), numbers(q)
    if method != "linear" or isinstance(axis, tuple):
        raise cannot("quantile is followed along one axis, with method='linear'")
    flat = axis is None
    rows = np.sort(reshape(x, (-1,)) if flat else x, axis=0 if flat else axis)
    at = 0 if flat else axis % x.ndim
    where_ = np.asarray(q, dtype=float) * (rows.shape[at] - 1)
    low = np.floor(where_).astype(int)
    one, two = taken(rows, low, at), taken(rows, np.minimum(low + 1, rows.shape[at] - 1), at)
    share = (where_ - low).reshape((*where_.shape, *(1,) * (rows.ndim - 1 - at)))
    found = one + (two - one) * (share if share.ndim else float(share))
    found = np.moveaxis(found, at, 0) if where_.ndim and at else found
    return np.expand_dims(found, tuple(range(x.ndim)) if flat else at) if keepdims else found


def median(tape: Tape, x: Any, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return quantile(tape, x, 0.5, axis, keepdims=keepdims)


def diff(tape: Tape, x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    np, x = numpy(), operand(tape, x)
    ends = [end for end in (prepend, x, append) if end is not None]
    if len(ends) > 1:
        shape = (*x.shape[: axis % x.ndim], 1, *x.shape[axis % x.ndim + 1 :])
        ends = [e if e is x else np.broadcast_to(e, shape) if not np.ndim(numbers(e)) else e for e in ends]
        x = np.concatenate(ends, axis=axis)
    for _ in range(n):
        x = tape.library.of_table("diff", tape, x, axis=axis)
    return x


def gradient(tape: Tape, x: Any, *spacing: Any, axis: Any = None, **_: Any) -> Any:
    """np.gradient with even spacing: central differences, one-sided at the ends."""
    np, x = numpy(), operand(tape, x)
    axes = range(x.ndim) if axis is None else (axis,) if np.ndim(axis) == 0 else axis
    steps = spacing * len(axes) if len(spacing) == 1 else spacing or (1.0,) * len(axes)
    if any(np.ndim(numbers(step)) for step in steps):
        raise cannot("gradient is followed with even spacing")
    made = []
    for at, step in zip((a % x.ndim for a in axes), steps, strict=True):
        one, n = np.diff(x, axis=at), x.shape[at]
        inner = taken(x, slice(2, None), at) - taken(x, slice(0, n - 2), at)
        ends = [taken(one, slice(0, 1), at), inner / 2, taken(one, slice(n - 2, n - 1), at)]
        made.append(np.concatenate(ends, axis=at) / step)
    return made[0] if len(made) == 1 else made


def block(tape: Tape, rows: Any) -> Any:
    def depth(part: Any) -> int:
        return 1 + depth(part[0]) if isinstance(part, list) else 0

    deepest = depth(rows)
    rank = max(deepest, *(numpy().ndim(numbers(each)) for each in every(rows)), 1)

    def joined(part: Any, level: int) -> Any:
        if not isinstance(part, list):
            x = operand(tape, part)
            return reshape(x, (*(1,) * (rank - x.ndim), *x.shape))
        return numpy().concatenate([joined(each, level - 1) for each in part], axis=-level)

    return joined(rows, deepest)


def every(part: Any) -> list[Any]:
    return [leaf for each in part for leaf in every(each)] if isinstance(part, list) else [part]


def split_along(axis: int) -> Callable[..., Any]:
    """Returns np.vsplit and its like."""

    def made(tape: Tape, x: Any, sections: Any) -> Any:
        x = operand(tape, x)
        return numpy().split(x, sections, axis=0 if x.ndim == 1 else axis)

    return made


def apply_along_axis(tape: Tape, function: Callable[..., Any], axis: int, x: Any, *args: Any, **options: Any) -> Any:
    np, x = numpy(), operand(tape, x)
    rows = np.moveaxis(x, axis, -1)
    made = [operand(tape, function(rows[at], *args, **options)) for at in product(*map(range, rows.shape[:-1]))]
    inner = made[0].shape
    whole = tape.record(stacked(len(made)), [each.index for each in made])
    whole = reshape(whole, (*rows.shape[:-1], *inner))
    return np.moveaxis(whole, -1, axis) if len(inner) == 1 else whole


def in_order(x: Tracer, shape: Shape, order: Any = "C") -> Tracer:
    """Returns x in another shape, as a view; F, the first axis fastest, is a copy as it is of NumPy's fresh arrays."""
    if order not in ("F", "f") or (x.ndim < 2 and len(shape) < 2):
        return reshape(x, shape)
    return reshape(x.T, tuple(reversed(shape))).T.cgviz_copy()


def reshape_method(x: Tracer, *shape: Any, **options: Any) -> Tracer:
    lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape or options.get("shape", ())
    lengths = (lengths,) if isinstance(lengths, int) else lengths
    return in_order(x, tuple(plain(n) for n in lengths), options.get("order", "C"))


# reductions that leave elements out

NEUTRAL = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -float("inf"), "min": float("inf"), "amax": -float("inf"),
           "amin": float("inf")}  # fmt: skip


def kept(tape: Tape, name: str, x: Any, axis: Any = None, **options: Any) -> Any:
    """Returns np.sum(x, where=mask) and its like: what is left out is what changes nothing."""
    np, x, mask = numpy(), operand(tape, x), options.pop("where")
    mask = np.broadcast_to(np.asarray(numbers(mask)) != 0, x.shape)
    initial, keepdims = options.pop("initial", None), options.pop("keepdims", False)
    reduce = getattr(np, "sum" if name == "mean" else name)
    made = reduce(where(tape, mask, x, NEUTRAL[name]), axis=axis, keepdims=keepdims)
    if name == "mean":
        made = made / mask.sum(axis=axis, keepdims=keepdims)
    if initial is None:
        return made
    return (
        {"sum": made + initial, "prod": made * initial}.get(name)
        if name in ("sum", "prod")
        else (np.maximum(made, initial) if name in ("max", "amax") else np.minimum(made, initial))
    )


def without_nan(name: str) -> Callable[..., Any]:
    """Returns np.nansum and its like."""

    def made(tape: Tape, x: Any, axis: Any = None, **options: Any) -> Any:
        x = operand(tape, x)
        return kept(tape, name, x, axis, where=~numpy().isnan(x.current), **options)

    return made


def nanvar(tape: Tape, x: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False, **_: Any) -> Any:
    np, x = numpy(), operand(tape, x)
    mask = ~np.isnan(x.current)
    apart = where(tape, mask, x - kept(tape, "mean", x, axis, where=mask, keepdims=True), 0.0)
    return (apart**2).sum(axis=axis, keepdims=keepdims) / (mask.sum(axis=axis, keepdims=keepdims) - ddof)


PICKED: Mapping[str, Callable[..., Any]] = {
    "pad": pad, "sliding_window_view": sliding_window_view, "partition": partition, "quantile": quantile,
    "percentile": lambda tape, x, q, *args, **options: quantile(tape, x, numpy().asarray(q) / 100, *args, **options),
    "median": median, "diff": diff, "gradient": gradient, "block": block, "vsplit": split_along(0),
    "hsplit": split_along(1),
    "dsplit": split_along(2), "apply_along_axis": apply_along_axis,
    "reshape": lambda tape, x, *shape, **options: reshape_method(operand(tape, x), *shape, **options),
    "ravel": lambda tape, x, order="C": in_order(operand(tape, x), (-1,), order),
    **{f"nan{name}": without_nan(name) for name in ("sum", "mean", "prod", "max", "min")},
    "nanvar": nanvar, "nanstd": lambda *args, **options: nanvar(*args, **options) ** 0.5,
}  # fmt: skip
