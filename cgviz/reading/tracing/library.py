"""NumPy's functions, methods and ufuncs on traced values, by the one table of call names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cgviz.ops import moving, places
from cgviz.ops.op import REGISTRY
from cgviz.ops.rearranging import joined, reshaped
from cgviz.ops.stopping import stop_gradient
from cgviz.reading import calls
from cgviz.reading.operations import operation
from cgviz.reading.tracing.tape import Tape, cannot
from cgviz.reading.tracing.tracer import Tracer, gathered, operand, reshape, traced_inside
from cgviz.values.arrays import is_array, numpy

ROUNDED = frozenset("floor ceil trunc rint round around fix".split())
ASKED = frozenset(
    "isfinite isnan isinf signbit any all allclose array_equal array_equiv isclose argsort argwhere nonzero can_cast "
    "count_nonzero searchsorted unique digitize argpartition lexsort may_share_memory shares_memory result_type "
    "flatnonzero "
    "iscomplexobj isrealobj isscalar histogram bincount logical_xor argmax argmin nanargmax nanargmin".split()
)


def on_tape(tape: Tape, value: Any) -> Any:
    """Returns an argument with its arrays, and lists with tracers in them, as tracers; all else as it is."""
    if isinstance(value, Tracer):
        return value
    if is_array(value) or (isinstance(value, (list, tuple)) and traced_inside(value)):
        return gathered(tape, value)
    return value


def applied(tape: Tape, call: calls.Call, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Returns a call of the table on tracers. Raises UsageError, with file and line, where it does not fit."""
    try:
        bound = calls.bind(call, args, kwargs)
        operands = tuple(operand(tape, value) for value in bound.operands)
        optional = {name: operand(tape, value) for name, value in bound.optional.items()}
        bound = calls.Bound(call, operands, static(bound.statics), optional)
        return operation(bound)
    except calls.BindingError as error:
        raise cannot(f"{call.name}() {error}") from None


def static(statics: Mapping[str, Any]) -> dict[str, Any]:
    """Returns options as our ops take them: whole numbers of NumPy as Python's."""
    return {name: plain(value) for name, value in statics.items()}


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


def function_called(x: Tracer, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Returns a function of NumPy on traced values."""
    tape, name = x.tape, function.__name__
    module = function.__module__ or "numpy"
    if name in ASKED or name in ROUNDED:
        return asked(tape, name, function, args, kwargs)
    own = OWN.get(name)
    if own is not None:
        return own(tape, *(on_tape(tape, arg) for arg in args), **kwargs)
    call = calls.lookup("np.linalg" if "linalg" in module else "np", name)
    if call is None:
        raise cannot(f"numpy's {name} cannot be followed; `cgviz ops` lists what can")
    out = kwargs.get("out")
    made = applied(tape, call, args, {key: value for key, value in kwargs.items() if key != "out"})
    return made if out is None else written(out, made)


def asked(tape: Tape, name: str, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Returns the plain answer of a function without a gradient; of one that rounds, as a constant."""
    with numpy().errstate(all="ignore"):
        found = function(*map(numbers, args), **{key: numbers(value) for key, value in kwargs.items()})
    return operand(tape, found) if name in ROUNDED else found


def ufunc_called(x: Tracer, ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Returns a ufunc on traced values: `np.exp(x)`, `np.float64(2)*x`, `np.add.reduce(x)`, `np.add.at(out, i, x)`."""
    tape, name = x.tape, ufunc.__name__
    options = {key: value for key, value in options.items() if key not in ("dtype", "casting", "order", "subok")}
    out = options.pop("out", None)
    if options.pop("where", True) is not True:
        raise cannot(f"{name}(..., where=) is not followed; write np.where")
    if name in ASKED or name in ROUNDED or (method == "__call__" and name in ("invert",) and not inputs[0].shape):
        return asked(tape, name, ufunc, inputs, {})
    if method == "at":
        return added_at(tape, name, *inputs)
    full = f"{name}.{method}" if method != "__call__" else name
    if name in ("floor_divide", "remainder", "divmod", "fmod"):
        return operator_like(name, *inputs)
    call = calls.lookup("np", full) or calls.lookup("scipy.special", full)
    if method == "accumulate":
        call = calls.lookup("np", {"add": "cumsum", "multiply": "cumprod"}.get(name, ""))
    elif method == "reduce" and call is not None and options.get("axis", 0) is not None:
        options = {"axis": 0, **options}
    elif method == "outer" and call is None:
        call = calls.lookup("np", name)
        a, b = (operand(tape, value) for value in inputs)
        inputs = (reshape(a, (*a.shape, *(1,) * b.ndim)), b)
    if call is None:
        raise cannot(f"numpy's {name} cannot be followed; `cgviz ops` lists what can")
    made = applied(tape, call, inputs, options)
    return made if out is None else written(out, made)


def operator_like(name: str, x: Any, y: Any) -> Any:
    if name == "remainder" and isinstance(x, Tracer):
        return x % y
    return (x if isinstance(x, Tracer) else y).__floordiv__(y)


def written(out: Any, made: Tracer) -> Any:
    """Returns `made` after it was written into `out=`."""
    target = out[0] if isinstance(out, tuple) else out
    if not isinstance(target, Tracer):
        raise cannot(
            "a traced value is written into an array that was made outside of the function, whose numbers are plain; "
            "make it inside, as in np.zeros(n)"
        )
    target.replace(made)
    return target


def added_at(tape: Tape, name: str, target: Any, key: Any, value: Any = None) -> None:
    """np.add.at(target, key, value): what stands twice in the key is added twice."""
    if name not in ("add", "subtract") or not isinstance(target, Tracer):
        raise cannot(f"{name}.at is followed for add and subtract, into an array that is made inside the function")
    from cgviz.reading.tracing.tracer import keyed

    parts, arrays = keyed(target, key)
    places_ = [operand(tape, array).index for array in arrays or ()]
    shape = tape.record(places.picked_at(parts), [target.index, *places_]).shape
    new = operand(tape, value)
    if new.shape != shape:
        new = tape.record(moving.broadcast_to(shape), [new.index])
    added = tape.record(places.added_at(parts, target.shape), [new.index, *places_])
    target.replace(target + added if name == "add" else target - added)


# methods

ANSWERS: Mapping[str, Callable[..., Any]] = {
    "any": lambda x, *a, **k: numpy().any(x.current, *a, **k),
    "all": lambda x, *a, **k: numpy().all(x.current, *a, **k),
    "argsort": lambda x, *a, **k: numpy().argsort(x.current, *a, **k),
    "argmax": lambda x, *a, **k: numpy().argmax(x.current, *a, **k),
    "argmin": lambda x, *a, **k: numpy().argmin(x.current, *a, **k),
    "nonzero": lambda x: numpy().nonzero(x.current),
    "round": lambda x, *a, **k: operand(x.tape, numpy().round(x.current, *a, **k)),
    "copy": lambda x, *a, **k: x.cgviz_copy(),
    "__copy__": lambda x: x.cgviz_copy(),
    "item": lambda x, *at: x[at[0] if len(at) == 1 else at] if at else reshape_to_number(x),
    "tolist": lambda x: [each.tolist() if each.shape else each for each in x] if x.shape else x,
    "conj": lambda x: x,
    "conjugate": lambda x: x,
}


def reshape_to_number(x: Tracer) -> Tracer:
    return x if not x.shape else x.tape.record(reshaped(()), [x.index])


def astype(x: Tracer, dtype: Any, *_: Any, **__: Any) -> Any:
    """x.astype(float) is a copy; of whole numbers and booleans, the plain numbers, which have no gradient."""
    kind = numpy().dtype(dtype).kind
    if kind == "f":
        return x.cgviz_copy()
    if kind in "iub":
        return x.current.astype(dtype) if x.shape else numpy().asarray(x.current).astype(dtype)[()]
    raise cannot(f"a traced value does not become {numpy().dtype(dtype)}")


def fill(x: Tracer, value: Any) -> None:
    x[...] = value


def reshape_method(x: Tracer, *shape: Any, **options: Any) -> Tracer:
    lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape or options.get("shape", ())
    return reshape(x, tuple(plain(n) for n in ((lengths,) if isinstance(lengths, int) else lengths)))


CHANGING: Mapping[str, Callable[..., Any]] = {
    "astype": astype,
    "fill": fill,
    "reshape": reshape_method,
    "ravel": lambda x, *_: reshape(x, (-1,)),
    "flatten": lambda x, *_: reshape(x, (-1,)).cgviz_copy(),
}


def method(x: Tracer, name: str) -> Any:
    """Returns a method of a traced value, bound; None where there is none."""
    known = CHANGING.get(name) or ANSWERS.get(name)
    if known is not None:
        return partial(known, x)
    call = calls.lookup("method", name)
    if call is None:
        return None
    return lambda *args, **kwargs: applied(x.tape, call, (x, *args), kwargs)


# functions of NumPy that are several of ours, or that only concern Python


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


def median(tape: Tape, x: Any, axis: int | None = None, **_: Any) -> Any:
    x = operand(tape, x)
    x, at = (reshape(x, (-1,)), 0) if axis is None else (x, axis % x.ndim)
    rows, n = x.sort(axis=at), x.shape[at]
    middle = [(slice(None),) * at + (i,) for i in {(n - 1) // 2, n // 2}]
    found = [rows[key] for key in middle]
    return found[0] if len(found) == 1 else (found[0] + found[1]) / 2


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
    return [tape.record(moving.broadcast_to(tuple(shape)), [x.index]) for x in wide]


def broadcast_arrays(tape: Tape, *xs: Any, **_: Any) -> list[Any]:
    found = [operand(tape, x) for x in xs]
    shape = numpy().broadcast_shapes(*(x.shape for x in found))
    return [x if x.shape == shape else tape.record(moving.broadcast_to(shape), [x.index]) for x in found]


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
    "average": average, "median": median, "trapezoid": trapezoid, "trapz": trapezoid, "convolve": convolve,
    "correlate": correlate, "meshgrid": meshgrid, "broadcast_arrays": broadcast_arrays, "polyval": polyval,
    "matrix_power": matrix_power, "multi_dot": multi_dot, "where": where, "nan_to_num": nan_to_num, "ptp": ptp,
    "copyto": copyto, "select": select, "cov": cov, "interp": interp,
    "shape": lambda tape, x: x.shape, "ndim": lambda tape, x: x.ndim, "real": lambda tape, x: x,
    "size": lambda tape, x, axis=None: x.size if axis is None else x.shape[axis],
    "reshape": lambda tape, x, *shape, **options: reshape_method(operand(tape, x), *shape, **options),
    "ravel": lambda tape, x, *_, **__: reshape(operand(tape, x), (-1,)),
    "copy": lambda tape, x, *_, **__: operand(tape, x).cgviz_copy(),
    "fill_diagonal": lambda tape, x, value, **_: x.__setitem__((numpy().arange(min(x.shape)),) * 2, value),
    "ix_": lambda tape, *xs: numpy().ix_(*map(numbers, xs)),
    "array_split": lambda tape, x, sections, axis=0: array_split(x, sections, axis),
    "rot90": lambda tape, x, k=1, **_: [x, x.T[::-1], x[::-1, ::-1], x.T[:, ::-1]][k % 4],
}  # fmt: skip
