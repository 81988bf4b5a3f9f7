"""A number or an array that records what is done to it under Python's operators, indexing and NumPy's functions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cgviz.ops import places
from cgviz.ops.arithmetic import add, divide, multiply, pow_, subtract
from cgviz.ops.indexing import indexed
from cgviz.ops.joining import stacked
from cgviz.ops.matrices import matmul
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.operators import Operators
from cgviz.ops.rearranging import reshaped, transposed
from cgviz.reading.tracing.parts import View, add_places, check_places
from cgviz.reading.tracing.tape import Tape, WholeNumberError, cannot, place
from cgviz.values.arrays import Shape, Value, is_array, numpy

FLAT = "is flat between its jumps, and stops the gradient; write stop_gradient, or compute it from plain numbers"
LOST = "float(), and so math.exp(), would lose the gradient; use cgviz.exp() and its like"


def binary(op: Op, swapped: bool = False) -> Callable[[Tracer, Any], Any]:
    """Returns the method of a Tracer for an operator with two operands; two tracers of numbers are the fast lane."""
    forward = op.forward

    def method(self: Tracer, other: Any) -> Any:
        tape = self.tape
        if type(other) is Tracer and other.tape is tape and not swapped:
            one, two = self.value, other.value
            if type(one) is float and type(two) is float:
                value = forward(one, two)
                tape.add_op(op)
                tape.add_args((self._index, other._index))
                tape.add_value(value)
                return Tracer(tape, len(tape.values) - 1, value)
            return tape.record(op, (self.index, other.index))
        index = operand_index(tape, other)
        if index is None:
            return NotImplemented
        return tape.record(op, (index, self.index) if swapped else (self.index, index))

    return method


def operand_index(tape: Tape, value: Any) -> int | None:
    """Returns the node of an operand: a tracer of this tape, a number, an array, a list of them; else None."""
    if isinstance(value, Tracer):
        if value.tape is not tape:
            raise cannot("a value of one traced function is used in another")
        return value.index
    if isinstance(value, (int, float)):
        return tape.constant(float(value))
    if is_array(value) or isinstance(value, (list, tuple)):
        return gathered(tape, value).index
    if hasattr(value, "__float__"):
        return tape.constant(float(value))
    return None


def operand(tape: Tape, value: Any) -> Tracer:
    """Returns an operand as a tracer. Raises UsageError for what is none."""
    index = operand_index(tape, value)
    if index is None:
        raise cannot(f"{type(value).__name__} is no number or array that can be followed")
    return Tracer(tape, index, tape.values[index])


def gathered(tape: Tape, value: Any) -> Tracer:
    """Returns nested lists, or an array of objects, as one tracer: stacked, or a constant."""
    np = numpy()
    if is_array(value) and value.dtype != object:
        if value.dtype.kind not in "biuf":
            raise cannot(f"an array of {value.dtype} is no array of real numbers")
        plain = np.asarray(value, dtype=float)
        return Tracer(tape, tape.constant(plain), plain)
    items = list(value)
    if not any(map(traced_inside, items)):
        try:
            plain = np.asarray(items, dtype=float)
        except (TypeError, ValueError):
            raise cannot("these rows are no array of numbers") from None
        return Tracer(tape, tape.constant(plain), plain)
    parts = [operand(tape, item) for item in items]
    return tape.record(stacked(len(parts)), [part.index for part in parts])  # type: ignore[no-any-return]


def traced_inside(value: Any) -> bool:
    """Tells whether a tracer stands somewhere in nested lists or an array of objects."""
    if isinstance(value, Tracer):
        return True
    if is_array(value):
        return value.dtype == object and any(map(traced_inside, value.ravel().tolist()))
    return isinstance(value, (list, tuple)) and any(map(traced_inside, value))


added_to = binary(add, swapped=True)


def comparison(name: str, compare: Callable[[Any, Any], Any]) -> Callable[[Tracer, Any], Any]:
    """Returns the method for a comparison: of numbers by their values, so that branches run; of arrays a stage."""

    def method(self: Tracer, other: Any) -> Any:
        plain = other.value if isinstance(other, Tracer) else other
        if not is_array(self.value) and not is_array(plain) and not isinstance(plain, (list, tuple)):
            return compare(self.value, plain)
        index = operand_index(self.tape, other)
        if index is None:
            return NotImplemented
        return self.tape.record(REGISTRY[name], (self.index, index))

    return method


class Tracer(Operators):
    """A number or an array that records what is done to it. Compares by its value, so loops and branches run as usual.

    `view` is the array that it is a part of, with the ways there and back: what is written into a part is written into
    the whole. A number is never changed in place, an array may be.
    """

    __slots__ = ("_index", "tape", "value", "version", "view")
    __array_priority__ = 1000

    def __init__(self, tape: Tape, index: int, value: Value) -> None:
        self.tape, self._index, self.value = tape, index, value
        self.version = 0
        self.view: View | None = None

    @property
    def index(self) -> int:
        """The node that holds the value now: of a part of an array that was changed since, what stands there now."""
        if self.view is not None and self.view.is_old():
            self.become(self.view.read())
        return self._index

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Tracer:
        made = self.tape.record(op, [operand(self.tape, arg).index for arg in args])
        return made  # type: ignore[no-any-return]

    __add__ = binary(add)
    __sub__, __rsub__ = binary(subtract), binary(subtract, swapped=True)
    __mul__, __rmul__ = binary(multiply), binary(multiply, swapped=True)
    __truediv__, __rtruediv__ = binary(divide), binary(divide, swapped=True)
    __pow__, __rpow__ = binary(pow_), binary(pow_, swapped=True)
    __matmul__, __rmatmul__ = binary(matmul), binary(matmul, swapped=True)
    __lt__, __le__ = comparison("less", operator.lt), comparison("less_equal", operator.le)
    __gt__, __ge__ = comparison("greater", operator.gt), comparison("greater_equal", operator.ge)
    __eq__, __ne__ = comparison("equal", operator.eq), comparison("not_equal", operator.ne)
    __hash__ = object.__hash__

    def __radd__(self, other: Any) -> Any:
        """other + self; the integer 0 that `sum()` starts with is left out of the figure."""
        return self if type(other) is int and other == 0 else added_to(self, other)

    def __and__(self, other: Any) -> Tracer:
        return self.cgviz_apply(REGISTRY["logical_and"], (self, other))

    def __or__(self, other: Any) -> Tracer:
        return self.cgviz_apply(REGISTRY["logical_or"], (self, other))

    def __invert__(self) -> Tracer:
        return self.cgviz_apply(REGISTRY["logical_not"], (self,))

    __rand__, __ror__ = __and__, __or__

    def __floordiv__(self, other: Any) -> Any:
        raise cannot(f"// {FLAT}")

    __rfloordiv__ = __divmod__ = __rdivmod__ = __floordiv__

    def __mod__(self, other: Any) -> Any:
        """x % n for plain n: x minus a constant multiple of n."""
        if isinstance(other, Tracer):
            raise cannot("x % y jumps where y moves; only the remainder by a plain number is followed")
        return self - numpy().floor(self.current / other) * other

    # numbers out of it

    @property
    def current(self) -> Value:
        """The value as plain numbers."""
        return self.tape.values[self.index]

    def __bool__(self) -> bool:
        if is_array(self.current) and self.current.size != 1:
            raise cannot("the truth of an array of several elements is not clear; use .any() or .all()")
        return bool(self.current)

    def __float__(self) -> float:
        raise cannot(LOST)

    def __complex__(self) -> complex:
        raise cannot("complex numbers are not followed")

    def __int__(self) -> int:
        return int(self.current)

    __trunc__ = __int__

    def __index__(self) -> int:
        name = self.tape.names.get(self.index, ("this value", ""))[0]
        raise WholeNumberError(
            name,
            f"{name} is used as a whole number (range, an index, a shape); whole numbers are held fixed as soon as "
            f"another input is a float, as in x=2.0{place()}",
        )

    def __round__(self, digits: int | None = None) -> Any:
        return round(float(self.current), digits)

    def __floor__(self) -> int:
        return int(numpy().floor(self.current))

    def __ceil__(self) -> int:
        return int(numpy().ceil(self.current))

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise cannot("a traced value would become plain numbers here, and lose its gradient")

    def __format__(self, spec: str) -> str:
        return format(self.current, spec) if not is_array(self.current) else str(self.current)

    def __repr__(self) -> str:
        return f"Tracer({self.current!r})"

    def __str__(self) -> str:
        return str(self.current)

    # what arrays have

    @property
    def shape(self) -> Shape:
        return tuple(numpy().shape(self.value)) if is_array(self.value) else ()

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(numpy().size(self.value))

    @property
    def dtype(self) -> Any:
        return numpy().dtype(bool if self.is_condition else float)

    @property
    def is_condition(self) -> bool:
        """Whether it is the answer of a comparison: what picks elements rather than counts them."""
        return self.tape.ops[self.index].name in places.CONDITIONS

    @property
    def T(self) -> Tracer:  # noqa: N802 - NumPy's name
        return self.viewed(transposed(), transposed()) if self.ndim > 1 else self

    @property
    def mT(self) -> Tracer:  # noqa: N802 - NumPy's name
        turned = REGISTRY["swapaxes"]
        return self.viewed(turned, turned)

    @property
    def real(self) -> Tracer:
        return self

    @property
    def flat(self) -> Iterator[Tracer]:
        return iter(self.ravel())

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a number has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tracer]:
        if not self.shape:
            raise TypeError("a number has no elements")
        return iter([self[i] for i in range(len(self))])

    def __contains__(self, item: Any) -> bool:
        return bool(numpy().any(self.current == (item.current if isinstance(item, Tracer) else item)))

    def __getattr__(self, name: str) -> Any:
        """The methods of arrays, by the one table of call names: `x.sum(axis=0)`, `x.exp()`."""
        if name.startswith("__"):
            raise AttributeError(name)
        found = self.tape.library.method(self, name)
        if found is None:
            raise AttributeError(f"a traced value has no attribute {name!r}")
        return found

    # parts, and changes in place

    def __getitem__(self, key: Any) -> Tracer:
        parts, arrays = keyed(self, key)
        if arrays is None:
            return self.viewed(indexed(parts), None, parts)
        return self.tape.record(places.picked_at(parts), [self.index, *self.constants(arrays)])  # type: ignore[no-any-return]

    def constants(self, arrays: Sequence[Any]) -> list[int]:
        return [operand(self.tape, array).index for array in arrays]

    def viewed(self, op: Op, back: Op | None, key: Any = None) -> Tracer:
        """Returns a part of an array, or the array turned, as numpy's view: what is written into it is written here."""
        made: Tracer = self.tape.record(op, [self.index])
        if is_array(made.value):
            made.view = View(self, self.version, op, back, key)
        return made

    def __setitem__(self, key: Any, value: Any) -> None:
        parts, arrays = keyed(self, key)
        new = operand(self.tape, value)
        at = parts if parts != () else (Ellipsis,)
        self.replace(self.tape.record(places.put_at(at), [self.index, new.index, *self.constants(arrays or ())]))

    def replace(self, made: Tracer) -> None:
        """Makes this array, and the array that it is a part of, what was written."""
        if made.shape != self.shape:
            made = self.tape.record(REGISTRY["broadcast_to"].options(shape=self.shape), [made.index])  # type: ignore[misc]
        self.become(made)
        self.version += 1
        if self.view is not None:
            self.view.write(self)

    def become(self, made: Tracer) -> None:
        self._index, self.value = made._index, made.value

    def __iadd__(self, other: Any) -> Any:
        return self.changed(self + other)

    def __isub__(self, other: Any) -> Any:
        return self.changed(self - other)

    def __imul__(self, other: Any) -> Any:
        return self.changed(self * other)

    def __itruediv__(self, other: Any) -> Any:
        return self.changed(self / other)

    def __ipow__(self, other: Any) -> Any:
        return self.changed(self**other)

    def __imatmul__(self, other: Any) -> Any:
        return self.changed(self @ other)

    def changed(self, made: Any) -> Any:
        """Returns what `x += y` makes: an array is changed where it stands, a number is a new one."""
        if made is NotImplemented or not self.shape:
            return made
        self.replace(made)
        return self

    # NumPy's functions

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return self.tape.library.ufunc_called(self, ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.tape.library.function_called(self, function, args, kwargs)

    def cgviz_copy(self) -> Tracer:
        """Returns the same value as an array of its own."""
        return Tracer(self.tape, self.index, self.current)


def keyed(x: Tracer, key: Any) -> tuple[Any, list[Any] | None]:
    """Returns a key of indexing as our ops take it, and the arrays of places in it; None where there are none."""
    np = numpy()
    parts: list[Any] = []
    arrays: list[Any] = []
    for part in key if isinstance(key, tuple) else (key,):
        if part is None or part is Ellipsis:
            parts.append(part)
        elif isinstance(part, slice):
            parts.append(
                ("slice", *(None if n is None else operator.index(n) for n in (part.start, part.stop, part.step)))
            )
        elif isinstance(part, Tracer):
            add_places(x, part.current, part.is_condition, parts, arrays)
        elif is_array(part) or isinstance(part, (list, tuple)):
            found = np.asarray(
                [p.current if isinstance(p, Tracer) else p for p in part] if isinstance(part, list) else part
            )
            add_places(x, found, found.dtype == bool, parts, arrays)
        elif isinstance(part, (bool, np.bool_)):
            add_places(x, np.asarray(part), True, parts, arrays)
        else:
            parts.append(operator.index(part))
    check_places(x, tuple(parts), arrays)
    return tuple(parts), arrays or None


def reshape(x: Tracer, shape: Shape) -> Tracer:
    """Returns x in another shape, as a view."""
    return x.viewed(reshaped(shape), reshaped(x.shape))
