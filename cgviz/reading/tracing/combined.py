"""Functions of NumPy that are several of our gates, on traced values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cgviz.ops import moving, pieces
from cgviz.ops.joining import joined, stacked
from cgviz.ops.op import REGISTRY
from cgviz.ops.rearranging import reshaped
from cgviz.ops.stopping import stop_gradient
from cgviz.ops.triangles import diagonal
from cgviz.reading.tracing.tape import Tape, cannot
from cgviz.reading.tracing.tracer import Tracer, operand, reshape
from cgviz.values.arrays import is_array, numpy


def plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(map(plain, value))
    return value.item() if hasattr(value, "item") and not isinstance(value, Tracer) and not is_array(value) else value


def numbers(value: Any) -> Any:
    """Returns arguments with plain numbers in the place of tracers, for questions that have no gradient."""
    if isinstance(value, Tracer):
        return value.current
    if isinstance(value, (list, tuple)):
        return type(value)(map(numbers, value))
    return value


def reshape_to_number(x: Tracer) -> Tracer:
    return x if not x.shape else x.tape.record(reshaped(()), [x.index])


def stacked_more(count: int) -> Callable[..., Any]:
    """Returns np.atleast_1d and its like."""

    def made(tape: Tape, *xs: Any) -> Any:
        found = [
            x if x.ndim >= count else reshape(x, (*(1,) * (count - x.ndim), *x.shape))
            for x in (operand(tape, x) for x in xs)
        ]
        return found[0] if len(found) == 1 else found

    return made


def append(tape: Tape, x: Any, values: Any, axis: int | None = None) -> Tracer:
    one, two = operand(tape, x), operand(tape, values)
    if axis is None:
        one, two = reshape(one, (-1,)), reshape(two, (-1,))
    return tape.record(joined(axis or 0), [one.index, two.index])  # type: ignore[no-any-return]


def average(tape: Tape, x: Any, axis: Any = None, weights: Any = None, **_: Any) -> Any:
    x = operand(tape, x)
    if weights is None:
        return x.mean(axis=axis)
    w = operand(tape, weights)
    if w.shape != x.shape and axis is not None:
        w = reshape(w, tuple(-1 if i == axis % x.ndim else 1 for i in range(x.ndim)))
    return (x * w).sum(axis=axis) / w.sum(axis=axis if w.ndim == x.ndim and w.shape == x.shape else None)


def trapezoid(tape: Tape, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = operand(tape, y)
    width = dx if x is None else operand(tape, x)[1:] - operand(tape, x)[:-1]
    if axis not in (-1, y.ndim - 1):
        raise cannot("trapezoid is followed along the last axis")
    return (width * (y[..., 1:] + y[..., :-1]) / 2).sum(axis=-1)


def convolve(tape: Tape, a: Any, v: Any, mode: str = "full") -> Any:
    """np.convolve of vectors: the products with each shift of the longer one."""
    a, v = operand(tape, a), operand(tape, v)
    a, v = (v, a) if len(v) > len(a) else (a, v)
    n, k = len(a), len(v)
    wide = a.tape.record(moving.padded(k - 1), [a.index]) if k > 1 else a
    rows = numpy().arange(n + k - 1)[:, None] + numpy().arange(k)[None, :]
    full = wide[rows] @ v[::-1]
    if mode == "full":
        return full
    if mode == "valid":
        return full[k - 1 : n]
    start = (k - 1) // 2
    return full[start : start + n]


def correlate(tape: Tape, a: Any, v: Any, mode: str = "valid") -> Any:
    return convolve(tape, a, operand(tape, v)[::-1], mode)


def meshgrid(tape: Tape, *xs: Any, indexing: str = "xy", **_: Any) -> list[Any]:
    found = [operand(tape, x) for x in xs]
    order = [1, 0, *range(2, len(xs))] if indexing == "xy" and len(xs) > 1 else list(range(len(xs)))
    shape = [1] * len(xs)
    for i, x in enumerate(found):
        shape[order[i]] = x.size
    wide = [reshape(x, tuple(x.size if k == order[i] else 1 for k in range(len(xs)))) for i, x in enumerate(found)]
    return [tape.record(pieces.broadcast_to(tuple(shape)), [x.index]) for x in wide]


def broadcast_arrays(tape: Tape, *xs: Any, **_: Any) -> list[Any]:
    found = [operand(tape, x) for x in xs]
    shape = numpy().broadcast_shapes(*(x.shape for x in found))
    return [x if x.shape == shape else tape.record(pieces.broadcast_to(shape), [x.index]) for x in found]


def polyval(tape: Tape, p: Any, x: Any) -> Any:
    total: Any = 0.0
    for each in p:
        total = total * x + each
    return total


def matrix_power(tape: Tape, x: Any, n: int) -> Any:
    x = operand(tape, x)
    if n == 0:
        return operand(tape, numpy().eye(x.shape[-1]))
    base = x if n > 0 else tape.record(REGISTRY["inv"], [x.index])
    made = base
    for _ in range(abs(n) - 1):
        made = made @ base
    return made


def multi_dot(tape: Tape, xs: Any, **_: Any) -> Any:
    made, *rest = (operand(tape, x) for x in xs)
    for x in rest:
        made = made @ x
    return made


def where(tape: Tape, condition: Any, *branches: Any) -> Any:
    if not branches:
        return numpy().nonzero(numbers(condition))
    return tape.record(REGISTRY["where"], [operand(tape, each).index for each in (condition, *branches)])


def nan_to_num(tape: Tape, x: Any, **options: Any) -> Any:
    x = operand(tape, x)
    fixed = numpy().nan_to_num(x.current, **options)
    return where(tape, numpy().isfinite(x.current), x, fixed)


def ptp(tape: Tape, x: Any, axis: Any = None, **_: Any) -> Any:
    x = operand(tape, x)
    return x.max(axis=axis) - x.min(axis=axis)


def copyto(tape: Tape, target: Any, source: Any, **_: Any) -> None:
    target[...] = source


def select(tape: Tape, conditions: Any, choices: Any, default: Any = 0.0) -> Any:
    made: Any = operand(tape, default)
    for condition, choice in reversed(list(zip(conditions, choices, strict=True))):
        made = where(tape, condition, choice, made)
    return made


def cov(
    tape: Tape, x: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, **_: Any
) -> Any:
    x = operand(tape, x)
    if y is not None:
        x = tape.record(joined(0), [reshape(operand(tape, z), (-1, operand(tape, z).shape[-1])).index for z in (x, y)])
    rows = x if rowvar or x.ndim == 1 else x.T
    rows = reshape(rows, (1, -1)) if rows.ndim == 1 else rows
    centred = rows - rows.mean(axis=1, keepdims=True)
    n = rows.shape[1] - (ddof if ddof is not None else 0 if bias else 1)
    made = centred @ centred.T / n
    return made if made.size > 1 else reshape_to_number(made)


def corrcoef(tape: Tape, x: Any, y: Any = None, rowvar: bool = True, **_: Any) -> Any:
    made = cov(tape, x, y, rowvar)
    if made.ndim < 2:
        return made / made
    spread = tape.record(REGISTRY["sqrt"], [tape.record(diagonal(), [made.index]).index])
    return made / spread[:, None] / spread[None, :]


def vander(tape: Tape, x: Any, N: int | None = None, increasing: bool = False) -> Any:  # noqa: N803 - NumPy's name
    x = operand(tape, x)
    powers = range(x.shape[0] if N is None else N)
    columns = [x**k if k else x * 0 + 1 for k in (powers if increasing else reversed(powers))]
    return tape.record(stacked(len(columns), 1), [each.index for each in columns])


def piecewise(tape: Tape, x: Any, conditions: Any, functions: Any, *args: Any, **keywords: Any) -> Any:
    x = operand(tape, x)
    conditions = [conditions] if numpy().ndim(numbers(conditions)) == x.ndim else list(conditions)
    made = [each(x, *args, **keywords) if callable(each) else each for each in functions]
    default = made[len(conditions)] if len(made) > len(conditions) else 0.0
    for condition, value in zip(conditions, made, strict=False):  # the last that holds counts
        default = where(tape, condition, value, default)
    return default


def stop(tape: Tape, x: Any) -> Any:
    return tape.record(stop_gradient, [operand(tape, x).index])


def interp(tape: Tape, x: Any, xp: Any, fp: Any, **_: Any) -> Any:
    """np.interp: the line between the two places that x is between, and flat outside."""
    np = numpy()
    xs, x, xp, fp = numbers(xp), operand(tape, x), operand(tape, xp), operand(tape, fp)
    at = np.clip(np.searchsorted(xs, x.current, side="right") - 1, 0, len(xs) - 2)
    low, high = xp[at], xp[at + 1]
    share = (x - low) / (high - low)
    line = fp[at] + share * (fp[at + 1] - fp[at])
    return where(tape, x.current < xs[0], fp[0], where(tape, x.current > xs[-1], fp[-1], line))


def array_split(x: Tracer, sections: Any, axis: int) -> list[Tracer]:
    parts = numpy().array_split(numpy().arange(x.shape[axis]), sections)
    before = (slice(None),) * axis
    return [x[(*before, slice(int(part[0]), int(part[-1]) + 1) if len(part) else slice(0, 0))] for part in parts]


OWN: Mapping[str, Callable[..., Any]] = {
    "atleast_1d": stacked_more(1), "atleast_2d": stacked_more(2), "atleast_3d": stacked_more(3), "append": append,
    "average": average, "trapezoid": trapezoid, "trapz": trapezoid, "convolve": convolve,
    "correlate": correlate, "meshgrid": meshgrid, "broadcast_arrays": broadcast_arrays, "polyval": polyval,
    "matrix_power": matrix_power, "multi_dot": multi_dot, "where": where, "nan_to_num": nan_to_num, "ptp": ptp,
    "copyto": copyto, "select": select, "cov": cov, "corrcoef": corrcoef, "vander": vander, "piecewise": piecewise,
    "interp": interp,
    "shape": lambda tape, x: x.shape, "ndim": lambda tape, x: x.ndim, "real": lambda tape, x: x,
    "size": lambda tape, x, axis=None: x.size if axis is None else x.shape[axis],
    "copy": lambda tape, x, *_, **__: operand(tape, x).cgviz_copy(),
    "fill_diagonal": lambda tape, x, value, **_: x.__setitem__((numpy().arange(min(x.shape)),) * 2, value),
    "ix_": lambda tape, *xs: numpy().ix_(*map(numbers, xs)),
    "array_split": lambda tape, x, sections, axis=0: array_split(x, sections, axis),
    "rot90": lambda tape, x, k=1, **_: [x, x.T[::-1], x[::-1, ::-1], x.T[:, ::-1]][k % 4],
}  # fmt: skip
