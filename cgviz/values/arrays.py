"""Arithmetic on arrays: an op on every element, broadcasting forward, summing backward. numpy is loaded when needed.

A value is a float where its shape is (), else a float64 array.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from cgviz.values.ieee import SMALLEST_NORMAL

if TYPE_CHECKING:
    from cgviz.ops.op import Op

Shape: TypeAlias = tuple[int, ...]
Value: TypeAlias = Any  # a float, or a numpy array of float64


@cache
def numpy() -> Any:
    """Returns numpy, which is imported the first time that somebody has an array."""
    import numpy as np

    return np


def quiet() -> Any:
    """Returns a context in which arrays carry IEEE values on without a warning; it decorates functions, too."""
    return numpy().errstate(all="ignore")


def is_array(value: Any) -> bool:
    """Tells whether a value is an array rather than a single number."""
    return bool(getattr(value, "ndim", 0))


def shape_of(value: Any) -> Shape | None:
    """Returns the shape of a number, an array, a formula or a tracer; None where it is not known."""
    return getattr(value, "shape", ())


def shape_text(shape: Shape | None) -> str:
    """Returns a shape for the eye: `2×3`, of a vector `(3,)`; "scalar", and "?" where it is not known."""
    if shape is None:
        return "?"
    return f"({shape[0]},)" if len(shape) == 1 else "×".join(map(str, shape)) or "scalar"


def settled(value: Any) -> Value:
    """Returns a float for what has no axes, any other value as it is."""
    return value if is_array(value) else float(value)


def as_array(value: Any) -> Any:
    """Returns numbers in nested lists, or an array of numbers, as an array of float64 (its own copy).

    Raises ValueError where the rows differ in length, TypeError for what is no number.
    """
    np = numpy()
    with np.errstate(all="ignore"):
        made = np.array(value)
    if made.dtype == object or made.dtype.kind not in "biuf":
        raise TypeError(f"its elements are {made.dtype}, not real numbers")
    return made.astype(np.float64, copy=False)


def every_finite(value: Value) -> bool:
    """Tells whether a value has only finite elements; None counts as finite."""
    if value is None:
        return True
    return bool(numpy().isfinite(value).all()) if is_array(value) else math.isfinite(value)


def first_odd(value: Value) -> Shape | None:
    """Returns the place of the first element that is not finite, () of a single number; None where all are finite."""
    if every_finite(value):
        return None
    if not is_array(value):
        return ()
    np = numpy()
    return tuple(map(int, np.argwhere(~np.isfinite(value))[0]))


def element_of(value: Value, place: Shape) -> float:
    return float(value[place] if place else value)


def element_name(name: str, place: Shape) -> str:
    """Returns an element as it is typed: `W[0, 1]`; the name itself for a single number."""
    return f"{name}[{', '.join(map(str, place))}]" if place else name


def places(shape: Shape, most: int) -> Iterator[Shape]:
    """Yields places of an array of that shape, at most so many, evenly spaced; () of a single number."""
    count = math.prod(shape)
    for i in range(min(count, most)):
        yield tuple(int(each) for each in numpy().unravel_index(i * count // min(count, most), shape)) if shape else ()


def own_place(shape: Shape, place: Shape) -> Shape:
    """Returns where the element of an operand stands that was repeated to `place` of what it was broadcast to."""
    return tuple(0 if n == 1 else i for n, i in zip(shape, place[len(place) - len(shape) :], strict=True))


def zero(shape: Shape) -> Value:
    return numpy().zeros(shape) if shape else 0.0


def one(shape: Shape) -> Value:
    return numpy().ones(shape) if shape else 1.0


# an op on every element


def on_elements(op: Op, args: Sequence[Any]) -> Value:
    """Returns the output of an op on arrays: a structural op as a whole, any other on every element, broadcast."""
    np = numpy()
    with np.errstate(all="ignore"):
        if op.vjp is not None:
            return computed(op.forward, *args)
        if isinstance(op.array, str):
            return getattr(np, op.array)(*args)
        if op.array is not None:
            return as_arrays(partial(op.array, np), args)
        if op.composed is not None:
            return as_arrays(op.composed, args)
        return one_by_one(op.forward, args)


def as_arrays(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Returns a function of arrays; where it divides by a single number that is 0, all arguments are repeated first."""
    try:
        return function(*args)
    except ArithmeticError:
        return function(*numpy().broadcast_arrays(*args))


def one_by_one(function: Callable[..., float], args: Sequence[Any]) -> Value:
    """Returns a function of floats applied to every element, broadcast."""
    made = numpy().frompyfunc(lambda *each: function(*map(float, each)), len(args), 1)(*args)
    return made.astype(float) if is_array(made) else float(made)


def slopes(op: Op, out: Value, args: Sequence[Value]) -> tuple[Value | None, ...]:
    """Returns the local derivative of an op in each argument, element by element: numbers, or arrays like `out`."""
    if op.slopes is not None:
        return op.slopes
    rule = op.careful or (None if op.stable else op.partials)
    if is_long_product(op):
        return op.stable(out, *args)  # type: ignore[misc]
    if rule is None:
        return slopes_one_by_one(op, out, args)
    with quiet():
        made = as_arrays(rule, (out, *args))
    return within_range(op, made, out, args) if op.careful and op.stable else made  # type: ignore[no-any-return]


def within_range(op: Op, made: Any, out: Value, args: Sequence[Value]) -> Any:
    """Returns slopes; by the rule of numbers, which knows the ends of the range, where they or the output leave it."""
    np = numpy()
    size = np.abs(out)
    if np.min(size, initial=math.inf) >= SMALLEST_NORMAL and all(map(every_finite, made)):
        return made
    short = (out != 0) & (size < SMALLEST_NORMAL)  # of few digits
    odd = [s for s, each in enumerate(made) if each is not None and np.any(short | ~np.isfinite(each))]
    if not odd:
        return made
    all_out, *all_args = np.broadcast_arrays(out, *args)
    mended = list(made)
    for slot in odd:
        mended[slot] = np.array(np.broadcast_to(made[slot], all_out.shape), dtype=float)
        for place in np.argwhere(short | ~np.isfinite(mended[slot])):
            at = tuple(place)
            mended[slot][at] = op.local(float(all_out[at]), *(float(each[at]) for each in all_args))[slot]
    return tuple(mended)


def slopes_one_by_one(op: Op, out: Value, args: Sequence[Value]) -> tuple[Value | None, ...]:
    np = numpy()
    flat = zip(*(np.ravel(each).tolist() for each in np.broadcast_arrays(out, *args)), strict=True)
    rows = [op.local(value, *each) for value, *each in flat]
    if not rows:
        return tuple(np.zeros(np.shape(out)) for _ in args)
    return tuple(
        None if column[0] is None else np.reshape(np.array(column, dtype=float), np.shape(out))
        for column in zip(*rows, strict=True)
    )


# broadcasting


def broadcast(shapes: Iterable[Shape]) -> Shape:
    """Returns the shape that shapes have together by numpy's rules. Raises ValueError."""
    found: Shape = ()
    for shape in shapes:
        width = max(len(found), len(shape))
        pairs = zip((1,) * (width - len(found)) + found, (1,) * (width - len(shape)) + shape, strict=True)
        found = tuple(one_length(a, b) for a, b in pairs)
    return found


def one_length(a: int, b: int) -> int:
    if a != b and a != 1 and b != 1:
        raise ValueError(f"{a} and {b}")
    return b if a == 1 else a


def summed_axes(wide: Shape, narrow: Shape) -> tuple[int, ...]:
    """Returns the axes of `wide` along which a value of shape `narrow` was repeated: they are summed backward."""
    lead = len(wide) - len(narrow)
    return (*range(lead), *(lead + i for i, n in enumerate(narrow) if n == 1 and wide[lead + i] != 1))


def folded(value: Value, shape: Shape) -> Value:
    """Returns `value` summed to `shape`: what was broadcast forward is summed backward."""
    if not is_array(value) or value.shape == shape:
        return value
    with quiet():
        return summed(value, shape)


def summed(value: Value, shape: Shape) -> Value:
    """Returns the same of an array of another shape, in a context in which arrays are quiet."""
    if not shape:
        return float(value.sum())
    return value.sum(axis=summed_axes(value.shape, shape)).reshape(shape)


def spread(value: Value, shape: Shape) -> Value:
    """Returns `value` repeated to `shape`, one number in the memory of one."""
    if not shape:
        return float(value)
    np = numpy()
    if type(value) is not float:
        return settled(np.broadcast_to(value, shape))
    made = np.ndarray(shape, np.float64, np.array(value), 0, (0,) * len(shape))
    made.flags.writeable = False
    return made


# the backward pass through one node


def handed_back(
    op: Op, upstream: Value, reached: Any, out: Value, args: Sequence[Value]
) -> Iterator[tuple[Value | None, Any]]:
    """Yields for every argument what it gets, in its own shape, and a mask of the elements that a gradient reaches.

    None in the place of a contribution: nothing flows. None in the place of a mask: all elements are reached.
    `reached` is the mask of the node itself; an element that is not reached hands nothing on, whatever its slope is.
    """
    if op.vjp is not None:
        with quiet():
            handed = through(op.stable or op.vjp, upstream, out, *args)
        yield from ((part, None) for part in handed)
        return
    if is_long_product(op) and reached is None:
        with quiet():
            parts = op.scaled(upstream, out, *args)  # type: ignore[misc]
        yield from ((folded(part, shape_of(arg) or ()), None) for part, arg in zip(parts, args, strict=True))
        return
    masks: Sequence[Any] = (None,) * len(args)
    if op.reaches:  # the slope of what is chosen is 1
        masks = op.reaches(out, *args)
        every: Sequence[Any] = [None if mask is None else 1 for mask in masks]
    else:
        every = slopes(op, out, args)
    for slot, (arg, slope, chosen) in enumerate(zip(args, every, masks, strict=True)):
        if slope is None:
            yield None, None
            continue
        shape, mask = shape_of(arg) or (), both(reached, chosen)
        as_it_is = type(slope) is int and slope == 1
        if mask is None and type(slope) is int and abs(slope) == 1:
            part = folded(upstream, shape)
            yield part if as_it_is else -part if part is upstream else 0.0 - part, None
            continue
        part = upstream
        if not as_it_is:
            with quiet():
                part = moved(op, slot, slope, upstream, out, args)
        yield (folded(part, shape), None) if mask is None else chosen_of(part, mask, shape, as_it_is and chosen is None)


def chosen_of(part: Value, mask: Any, shape: Shape, is_whole: bool) -> tuple[Value | None, Any]:
    """Returns a contribution, and its mask, where a mask lets it through; `is_whole` is one that is 0 elsewhere."""
    np = numpy()
    if not is_whole:
        part = np.where(mask, part, 0.0)
    if not part.shape == shape == shape_of(mask):
        mask = folded(np.broadcast_to(mask, part.shape) * 1.0, shape) > 0
        part = folded(part, shape)
    if is_array(mask):
        return (part, None if mask.all() else mask) if mask.any() else (None, None)
    return (part if mask else None), None


def computed(forward: Callable[..., Any], *values: Value) -> Value:
    """Returns the output of a structural op."""
    return settled(forward(*values))


def through(rule: Callable[..., Iterable[Any]], *values: Value) -> list[Value | None]:
    """Returns what a structural op hands back by its rule, a vjp of the upstream gradient, the output and operands."""
    float64 = numpy().float64
    parts = rule(*[float64(each) if type(each) is float else each for each in values])
    return [None if part is None else settled(part) for part in parts]


def folded_back(op: Op, upstream: Value, out: Value, *args: Value) -> list[Value | None]:
    """Returns for every argument what it gets, in its own shape, where all elements are reached."""
    return [part for part, _ in handed_back(op, upstream, None, out, args)]


def is_long_product(op: Op) -> bool:
    """Tells whether an op is a product of more than two factors, which knows itself where it leaves the range."""
    return op.family == "product" and op.scaled is not None


def moved(op: Op, slot: int, slope: Value, by: Value, out: Value, args: Sequence[Value]) -> Value:
    """Returns by · slope, where `by` is a gradient or a tangent; right where only the product is in range."""
    product = by * slope
    if op.scaled is None:
        return product
    if not is_array(product):
        return op.handed(by, out, args)[slot]
    if is_sound(slope):
        return product
    np, size = numpy(), abs(slope)
    return np.where((size >= SMALLEST_NORMAL) & (size < np.inf), product, op.scaled(by, out, *args)[slot])


LOOKED_AT_ONCE = 1 << 16


def is_sound(slope: Value) -> bool:
    """Tells whether every element of a slope is a normal number; looks at a part that fits the cache at a time."""
    if not is_array(slope):
        return bool(SMALLEST_NORMAL <= abs(slope) < math.inf)
    if slope.size <= LOOKED_AT_ONCE:
        np = numpy()
        least, most = (
            np.minimum.reduce(slope, None, initial=math.inf),
            np.maximum.reduce(slope, None, initial=-math.inf),
        )
        if most < 0:
            least, most = -most, -least
        elif least <= 0:
            size = abs(slope)
            least, most = np.minimum.reduce(size, None, initial=1.0), np.maximum.reduce(size, None, initial=1.0)
        return bool(least >= SMALLEST_NORMAL and most < math.inf) or not slope.size
    flat = slope.reshape(-1)
    return all(is_sound(flat[at : at + LOOKED_AT_ONCE]) for at in range(0, flat.size, LOOKED_AT_ONCE))


def both(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a & b


def either(a: Any, b: Any) -> Any:
    """Returns the mask of what one of two contributions reaches; None is everything."""
    return None if a is None or b is None else a | b


# corners

MOST_LOOKED_AT = 100_000


def corner(op: Op, out: Value, args: Sequence[Value]) -> str:
    """Returns the flag of a stage: of an array, a tie or kink of any element, but dead or saturated only where all are.

    An array of more than 100 000 elements is looked at in as many of them, evenly spaced.
    """
    if op.vjp is not None or not is_array(out):
        return op.corner(out, *args)
    found = corners(op, out, args)
    for flag in ("tie", "kink"):
        if flag in found:
            return flag
    return found[0] if found and all(found) else ""


def corners(op: Op, out: Value, args: Sequence[Value]) -> list[str]:
    """Returns the flag of every element that is looked at: those of `out.ravel()[:: looked_at_every(out)]`."""
    flat = [numpy().ravel(each) for each in numpy().broadcast_arrays(out, *args)]
    step = looked_at_every(out)
    return [op.corner(*each) for each in zip(*(each[::step].tolist() for each in flat), strict=True)]


def looked_at_every(out: Value) -> int:
    """Returns how many elements on the next one is that is looked at: 1 looks at all of them."""
    return max(1, int(out.size) // MOST_LOOKED_AT)
