"""While a function is traced, `math.exp(x)` and `np.array([x, y])` work on traced values: ours stand in for Python's.

The functions of `math`, and those of NumPy that make arrays (which NumPy does not let others answer for), are replaced
for as long as the traced function runs, and answer as ever to plain numbers and to other libraries.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import Any

from cgviz.reading import calls
from cgviz.reading.operations import operation
from cgviz.reading.tracing.factored import SCIPY
from cgviz.reading.tracing.tape import Tape, cannot, is_library
from cgviz.reading.tracing.tracer import Tracer, gathered, operand, traced_inside
from cgviz.values.arrays import is_array, numpy

FRESH = ("zeros", "ones", "empty", "full", "array", "asarray", "copy", "ascontiguousarray", "asanyarray")
SPECIAL = ("logsumexp", "softmax", "log_softmax")
FLAT = frozenset(("floor", "ceil", "trunc", "isfinite", "isnan", "isinf", "isclose", "fmod", "frexp", "modf"))


@contextmanager
def standing_in(tape: Tape, function: Callable[..., Any]) -> Iterator[None]:
    """While it lasts, functions of `math` and those of NumPy that make arrays know of traced values."""
    swapped: list[tuple[dict[Any, Any], Any, Any]] = []
    try:
        for own, module, names in replaced(tape):
            for name in names:
                swap(module.__dict__, name, own(name, getattr(module, name)), swapped)
        bare = {id(before): scope[name] for scope, name, before in swapped}
        for scope in scopes(function):
            for name, value in list(scope.items()):
                if id(value) in bare:
                    swap(scope, name, bare[id(value)], swapped)
        yield
    finally:
        for scope, name, before in reversed(swapped):
            scope[name] = before


def swap(scope: dict[Any, Any], name: Any, new: Any, swapped: list[tuple[dict[Any, Any], Any, Any]]) -> None:
    swapped.append((scope, name, scope[name]))
    scope[name] = new


class Closure(dict[int, Any]):
    """The names that a function has from the functions around it; what is put in is theirs, too."""

    def __init__(self, function: Any) -> None:
        self.cells = getattr(function, "__closure__", None) or ()
        super().__init__((place, cell.cell_contents) for place, cell in enumerate(self.cells) if is_filled(cell))

    def __setitem__(self, place: int, value: Any) -> None:
        self.cells[place].cell_contents = value
        super().__setitem__(place, value)


def is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def scopes(function: Callable[..., Any]) -> list[dict[Any, Any]]:
    """Returns the global names of the function's module, where `from math import exp` has put them, and its closure."""
    found = getattr(function, "__globals__", None)
    return [] if found is None or is_library(str(found.get("__name__", ""))) else [found, Closure(function)]


def replaced(tape: Tape) -> list[tuple[Callable[[str, Any], Any], ModuleType, Sequence[str]]]:
    of_math = [name for name, value in vars(math).items() if callable(value) and not name.startswith("_")]
    found: list[Any] = [(lambda name, before: of_numbers(name, before), math, of_math)]
    if "numpy" in sys.modules:
        np = numpy()
        found.append((lambda name, before: making(tape, name, before), np, [n for n in FRESH if hasattr(np, n)]))
    for module, names in (("scipy.special", SPECIAL), ("scipy.linalg", tuple(SCIPY))):
        if module in sys.modules:
            found.append((lambda name, before: of_scipy(tape, name, before), sys.modules[module], names))
    return found


def of_scipy(tape: Tape, name: str, before: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function of SciPy that does not ask its arguments, so that it records where one is traced."""

    @wraps(before)
    def made(*args: Any, **options: Any) -> Any:
        if not any(map(traced_inside, (*args, *options.values()))):
            return before(*args, **options)
        if name in SPECIAL:
            call = calls.lookup("scipy.special", name)
            assert call is not None
            return tape.library.applied(tape, call, args, options)
        return SCIPY[name](tape, *args, **options)

    return made


def of_numbers(name: str, before: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function of `math` that records where it is given a traced value."""

    @wraps(before)
    def made(*args: Any, **keywords: Any) -> Any:
        traced = next((arg for arg in args if isinstance(arg, Tracer)), None)
        if traced is None and not any(isinstance(arg, (list, tuple)) and traced_inside(arg) for arg in args):
            return before(*args, **keywords)
        if name in FLAT:
            return before(*(arg.current if isinstance(arg, Tracer) else arg for arg in args), **keywords)
        return recorded(name, args)

    return made


def recorded(name: str, args: Sequence[Any]) -> Any:
    """Returns a function of `math` on traced numbers."""
    if name in ("fsum", "sumprod", "dist", "prod"):
        return of_lists(name, args)
    call = calls.lookup("math", name)
    tape = next(arg.tape for arg in args if isinstance(arg, Tracer))
    if call is None:
        raise cannot(f"math.{name}() of a traced value cannot be followed; `cgviz ops` lists what can")
    if any(isinstance(arg, Tracer) and arg.shape for arg in args):
        raise cannot(f"math.{name}() takes one number, not an array; write np.{name}")
    try:
        return operation(calls.bind(call, [operand(tape, arg) for arg in args], {}))
    except calls.BindingError as error:
        raise cannot(f"math.{name}() {error}") from None


def of_lists(name: str, args: Sequence[Any]) -> Any:
    if name == "fsum":
        return sum(args[0])
    if name == "prod":
        made: Any = 1.0
        for each in args[0]:
            made = made * each
        return made
    pairs = list(zip(*args, strict=True))
    return sum(a * b for a, b in pairs) if name == "sumprod" else sum((a - b) ** 2 for a, b in pairs) ** 0.5


def making(tape: Tape, name: str, before: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function of NumPy that makes arrays, for the traced function such that take traced values."""

    @wraps(before)
    def made(*args: Any, **options: Any) -> Any:
        if is_library(str(sys._getframe(1).f_globals.get("__name__", ""))):
            return before(*args, **options)
        if args and isinstance(args[0], Tracer) and name not in ("zeros", "ones", "empty", "full"):
            return args[0] if name in ("asarray", "ascontiguousarray", "asanyarray") else args[0].cgviz_copy()
        if name in ("array", "asarray", "asanyarray") and args and traced_inside(args[0]):
            return gathered(tape, args[0])
        if name == "full" and len(args) > 1 and isinstance(args[1], Tracer):
            return operand(tape, before(args[0], 1.0)) * args[1]
        found = before(*args, **options)
        if name in ("zeros", "ones", "empty", "full") and is_array(found) and found.dtype.kind == "f":
            return fresh(tape, numpy().zeros_like(found) if name == "empty" else found)
        return found

    return made


def fresh(tape: Tape, value: Any) -> Tracer:
    """Returns an array of plain numbers that may be written into."""
    return gathered(tape, value)
