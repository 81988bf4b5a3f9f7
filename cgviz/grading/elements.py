"""Arithmetic of a student's numbers and arrays: where shapes do not fit there is a Misfit, never an exception."""

from __future__ import annotations

from functools import reduce

from cgviz.ops.rearranging import listed
from cgviz.values.arrays import Value, is_array, numpy, quiet, shape_of

ROUNDING = 1e-13


class Misfit(float):
    """What an operation gives whose operands do not fit together: nan, and `why`."""

    why: str

    def __new__(cls, why: str) -> Misfit:
        made = super().__new__(cls, "nan")
        made.why = why
        return made


def plus(*values: Value) -> Value:
    """Returns a sum as `+=` makes it; a Misfit where shapes differ so that there is none."""
    if all(type(each) is float for each in values):
        return sum(values)
    try:
        with quiet():
            return reduce(lambda a, b: a if isinstance(a, Misfit) else b if isinstance(b, Misfit) else a + b, values)
    except ValueError:
        return Misfit(f"the shapes {' and '.join(listed(shape_of(each) or ()) for each in values[:3])} cannot be added")


def minus(a: Value, b: Value) -> Value:
    return a if isinstance(a, Misfit) else b if isinstance(b, Misfit) else plus(a, -b)


def is_zero(value: Value) -> bool:
    """Tells whether a number, or every element of an array, is 0."""
    return not value.any() if is_array(value) else value == 0


def negligible(value: Value, scale: float) -> bool:
    """Tells whether a number is 0, or an array nothing but the rounding of what is so large."""
    return is_zero(value) or (is_array(value) and largest(value) <= ROUNDING * scale)


def largest(value: Value) -> float:
    """Returns the size of a number, or of the largest element of an array."""
    if not is_array(value):
        return float(abs(value))
    return float(numpy().max(numpy().abs(value), initial=0.0))


def ratio(a: Value, b: Value) -> Value:
    """Returns a/b element by element, 1 where b is 0."""
    if not is_array(a) and not is_array(b):
        return a / b if b else 1.0
    np = numpy()
    with quiet():
        return np.where(b == 0, 1.0, a / np.where(b == 0, 1.0, b))
