"""NumPy's functions, methods and ufuncs on traced values, by the one table of call names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cgviz.ops import pieces, places
from cgviz.reading import calls
from cgviz.reading.operations import operation
from cgviz.reading.tracing.combined import OWN, numbers, plain, reshape_to_number
from cgviz.reading.tracing.factored import FACTORED
from cgviz.reading.tracing.picked import NEUTRAL, PICKED, in_order, kept, reshape_method
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


def function_called(x: Tracer, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Returns a function of NumPy on traced values."""
    tape, name = x.tape, function.__name__
    module = function.__module__ or "numpy"
    if name in ASKED or name in ROUNDED:
        return asked(tape, name, function, args, kwargs)
    if kwargs.get("where") is not None and name in NEUTRAL:
        return kept(tape, name, *args, **kwargs)
    own = OWN.get(name) or PICKED.get(name) or FACTORED.get(name)
    if own is not None:
        return own(tape, *(args if name == "block" else (on_tape(tape, arg) for arg in args)), **kwargs)
    call = calls.lookup("np.linalg" if "linalg" in module else "np", name)
    if call is None:
        raise cannot(f"numpy's {name} cannot be followed; `cgviz ops` lists what can")
    out = kwargs.get("out")
    made = applied(tape, call, args, {key: value for key, value in kwargs.items() if key != "out"})
    return made if out is None else written(out, made)


def of_table(name: str, tape: Tape, *args: Any, **kwargs: Any) -> Any:
    """Returns a function of NumPy as the table of calls has it."""
    call = calls.lookup("np", name)
    assert call is not None
    return applied(tape, call, args, kwargs)


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
        new = tape.record(pieces.broadcast_to(shape), [new.index])
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


CHANGING: Mapping[str, Callable[..., Any]] = {
    "astype": astype,
    "fill": fill,
    "reshape": reshape_method,
    "ravel": lambda x, order="C": in_order(x, (-1,), order),
    "flatten": lambda x, order="C": in_order(x, (-1,), order).cgviz_copy(),
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
