"""Products and sums that leave the range of floats on their way to a number that is in it.

Everything here is the slow path: callers come here where the plain arithmetic overflows or loses digits. A number is
kept as mantissa · 2^power, as `frexp` splits it; where nothing leaves the range the results are those of the plain
arithmetic to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, reduce
from typing import Any

from cgviz.values.arrays import numpy

POWERS = 1000
"""Powers of two that a product may span with room to spare."""
AT_ONCE = 1 << 14
"""A smaller matrix product runs in this thread, and what happens in it is told."""
MOST_TERMS = 1 << 22
NOWHERE = -(1 << 30)
"""The power of a number that is 0."""


IS_PLAIN: ContextVar[bool] = ContextVar("IS_PLAIN", default=False)


@contextmanager
def plain() -> Iterator[None]:
    """Within it products and sums are those of the plain arithmetic, whatever leaves the range on the way."""
    token = IS_PLAIN.set(True)
    try:
        yield
    finally:
        IS_PLAIN.reset(token)


def product_of(factors: Sequence[float]) -> float:
    """Returns the product of numbers, one after the other."""
    if IS_PLAIN.get():
        return math.prod(factors)
    made, power = 1.0, 0
    for factor in factors:
        mantissa, mine = math.frexp(factor)
        made, shift = math.frexp(made * mantissa)
        power += mine + shift
    return Number(made, power).value


class Number:
    """One number mantissa · 2^power."""

    __slots__ = ("mantissa", "power")

    def __init__(self, value: float, power: int = 0) -> None:
        self.mantissa, shift = math.frexp(value)
        self.power = power + shift

    def __mul__(self, other: Number) -> Number:
        return Number(self.mantissa * other.mantissa, self.power + other.power)

    @property
    def value(self) -> float:
        try:
            return math.ldexp(self.mantissa, self.power)
        except OverflowError:
            return math.copysign(math.inf, self.mantissa)


def sum_of(terms: Sequence[float]) -> float:
    """Returns the sum of numbers, one after the other, with room for what carries over."""
    if IS_PLAIN.get():
        return sum(terms, 0.0)
    shift = len(terms).bit_length()
    total = 0.0
    for term in terms:
        total += math.ldexp(term, -shift)
    try:
        return math.ldexp(total, shift)
    except OverflowError:
        return math.copysign(math.inf, total)


class Wide:
    """An array of numbers mantissa · 2^power."""

    __slots__ = ("mantissa", "power")

    def __init__(self, value: Any, power: Any = 0) -> None:
        np = numpy()
        self.mantissa, shift = np.frexp(value)
        moved = np.clip(np.where(np.isfinite(value), shift + np.int64(power), 0), NOWHERE, -NOWHERE)
        self.power = np.where(self.mantissa == 0, NOWHERE, moved)

    def __mul__(self, other: Wide) -> Wide:
        return Wide(self.mantissa * other.mantissa, self.power + other.power)

    def __add__(self, other: Wide) -> Wide:
        np = numpy()
        top = np.maximum(self.power, other.power)
        return Wide(shifted(self.mantissa, self.power - top) + shifted(other.mantissa, other.power - top), top)

    def __getitem__(self, key: Any) -> Wide:
        return Wide(self.mantissa[key], self.power[key])

    def sum(self, axis: Any, keepdims: bool = False, over: int = 1) -> Wide:
        np = numpy()
        top = np.max(self.power, axis=axis, keepdims=True, initial=NOWHERE)
        made = np.sum(shifted(self.mantissa, self.power - top), axis=axis, keepdims=True) / over
        whole = Wide(made, top)
        return whole if keepdims else Wide(np.squeeze(whole.mantissa, axis), np.squeeze(whole.power, axis))

    @property
    def value(self) -> Any:
        return shifted(self.mantissa, self.power)


def shifted(value: Any, power: Any) -> Any:
    """Returns value · 2^power; a power beyond all floats counts as the last one."""
    np = numpy()
    return np.ldexp(value, np.clip(power, -4000, 4000).astype(np.int32))


def within(function: Callable[[], Any], beyond: Callable[[], Any]) -> Any:
    """Returns what a function of NumPy answers; what `beyond` does where a product over- or underflows on the way."""
    np = numpy()
    if IS_PLAIN.get():
        with np.errstate(all="ignore"):
            return function()
    try:
        with np.errstate(over="raise", under="raise", invalid="ignore", divide="ignore"):
            return function()
    except FloatingPointError:
        with np.errstate(all="ignore"):
            return beyond()


def multiplied(*factors: Any) -> Any:
    """Returns the product of arrays, element by element, one after the other."""
    return within(
        lambda: reduce(lambda one, other: one * other, factors),
        lambda: reduce(lambda one, other: one * other, map(Wide, factors)).value,
    )


def running(x: Any) -> Wide:
    """Returns the running products along the last axis."""
    np = numpy()
    made, step, length = Wide(x), 1, x.shape[-1]
    while step < length:
        moved = made[..., step:] * made[..., :-step]
        made = Wide(
            np.concatenate([made.mantissa[..., :step], moved.mantissa], -1),
            np.concatenate([made.power[..., :step], moved.power], -1),
        )
        step *= 2
    return made


def matrix_product(a: Any, b: Any) -> Any:
    """Returns a @ b; where a sum of products overflows, or has few digits, with each row and column brought near 1."""
    np = numpy()
    if np.size(a) * np.size(b) < AT_ONCE or IS_PLAIN.get():
        return within(partial(np.matmul, a, b), partial(brought_in, a, b))
    return brought_in(a, b)


def brought_in(a: Any, b: Any) -> Any:
    np = numpy()
    made = np.matmul(a, b)
    size = np.abs(made)
    least, most = np.minimum.reduce(size, None, initial=np.inf), np.maximum.reduce(size, None, initial=0.0)
    if most == 0 or 2.0**-POWERS <= least <= most < np.inf:
        return made
    odd = ~(size < np.inf) | ((size < 2.0**-POWERS) & (size > 0))
    if not np.any(odd):
        return made
    rows, columns = np.shape(a), np.shape(b)
    left, right = top(a, -1), top(b, -2 if len(columns) > 1 else -1)
    brought = np.matmul(shifted(a, -left), shifted(b, -right))
    by_row = left[..., 0] if len(rows) == 1 or len(columns) == 1 else left
    by_column = right[..., 0] if len(columns) == 1 else right[..., 0, :] if len(rows) == 1 else right
    return np.where(odd, shifted(brought, by_row + by_column), made)


def top(x: Any, axis: int) -> Any:
    """Returns the power of two next above the largest finite element along an axis, which keeps its place."""
    np = numpy()
    size = np.abs(x)
    return np.frexp(np.max(np.where(size < np.inf, size, 0.0), axis=axis, keepdims=True, initial=0.0))[1]


def is_roomy(operands: Sequence[Any]) -> bool:
    """Tells whether no product of one element of each operand, in any order, leaves the range of normal floats."""
    if IS_PLAIN.get():
        return True
    np = numpy()
    low, high = 2.0 ** (-POWERS / len(operands)), 2.0 ** (POWERS / len(operands))
    return all(bool(np.all(((size >= low) & (size <= high)) | (size == 0))) for size in map(np.abs, operands))


def contracted(letters: Sequence[str], right: str, operands: Sequence[Any]) -> Any:
    """Returns the einsum of operands whose indices are the `letters`, over all indices at once; None if too large."""
    np = numpy()
    every = [*right, *sorted(set("".join(letters)) - set(right))]
    lengths: dict[str, int] = {}
    for each, x in zip(letters, operands, strict=True):
        lengths.update(zip(each, x.shape, strict=True))
    if math.prod(lengths.values()) > MOST_TERMS:
        return None
    made: Wide | None = None
    for each, x in zip(letters, operands, strict=True):
        own = sorted(set(each), key=every.index)
        part = np.einsum(f"{each}->{''.join(own)}", x) if "".join(own) != each else x
        wide = Wide(part.reshape([lengths[letter] if letter in own else 1 for letter in every]))
        made = wide if made is None else made * wide
    assert made is not None
    whole = [lengths[letter] for letter in every]
    made = Wide(np.broadcast_to(made.mantissa, whole), np.broadcast_to(made.power, whole))
    return made.sum(tuple(range(len(right), len(every)))).value
