"""A sympy expression that is bounded in size, and the errors that say why one is not made."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NoReturn

import sympy

MOST_OPERATIONS, MOST_LEVELS, MOST_BITS = 300, 50, 2000


class NoClosedFormError(Exception):
    """Says why there is no closed form."""

    said = "sympy has no closed form here"


class TooLargeError(NoClosedFormError):
    """Says why a closed form is left out."""

    said = "The closed form is left out"


class Closed:
    """A sympy expression under Python's operators, which never decides a comparison.

    size  how many operations it takes, every one written out
    deep  how deeply they are nested
    """

    __slots__ = ("deep", "expression", "size")

    def __init__(self, expression: Any, size: int = 0, deep: int = 0) -> None:
        self.expression, self.size, self.deep = expression, size, deep

    def __add__(self, other: Any) -> Closed:
        return combined(lambda a, b: a + b, self, other)

    def __sub__(self, other: Any) -> Closed:
        return combined(lambda a, b: a - b, self, other)

    def __mul__(self, other: Any) -> Closed:
        return combined(lambda a, b: a * b, self, other)

    def __truediv__(self, other: Any) -> Closed:
        return combined(divided, self, other)

    def __pow__(self, other: Any) -> Closed:
        return combined(raised, self, other)

    def __rsub__(self, other: Any) -> Closed:
        return combined(lambda a, b: b - a, self, other)

    def __rtruediv__(self, other: Any) -> Closed:
        return combined(lambda a, b: divided(b, a), self, other)

    def __rpow__(self, other: Any) -> Closed:
        return combined(lambda a, b: raised(b, a), self, other)

    def __neg__(self) -> Closed:
        return combined(lambda a: -a, self)

    def __abs__(self) -> Closed:
        return combined(sympy.Abs, self)

    def undecided(self, *_: Any) -> NoReturn:
        raise NoClosedFormError("it takes a decision that depends on the inputs")

    __radd__, __rmul__ = __add__, __mul__
    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = undecided
    __hash__ = None  # type: ignore[assignment]


def combined(function: Callable[..., Any], *operands: Any) -> Closed:
    """Returns `function` of operands. Raises TooLargeError where that is too large to be worth reading."""
    closed = [operand if isinstance(operand, Closed) else Closed(number(operand)) for operand in operands]
    size = 1 + sum(operand.size for operand in closed)
    deep = 1 + max(operand.deep for operand in closed)
    if size > MOST_OPERATIONS:
        raise TooLargeError(f"written out it takes more than {MOST_OPERATIONS} operations")
    if deep > MOST_LEVELS:
        raise TooLargeError(f"written out it is nested more than {MOST_LEVELS} levels deep")
    return Closed(function(*(operand.expression for operand in closed)), size, deep)


def divided(a: Any, b: Any) -> Any:
    if b.is_zero:
        raise NoClosedFormError("it divides by zero")
    return a / b


def raised(base: Any, exponent: Any) -> Any:
    """Returns a power. sympy writes powers of numbers out, so that a large one is refused."""
    if exponent.is_number:
        coefficient = base if base.is_Rational else base.as_coeff_Mul()[0]
        bits = coefficient.p.bit_length() + coefficient.q.bit_length() - 1 if coefficient.is_Rational else 1
        if bits > 1 and bits * abs(float(exponent)) > MOST_BITS:
            raise TooLargeError("it holds a very large power of a number")
        if base.is_zero and not exponent.is_positive:
            raise NoClosedFormError("it divides by zero")
    return base**exponent


def number(value: float) -> Any:
    """Returns a number as the simple fraction or the decimal that it was written as."""
    near = Fraction(value).limit_denominator(1000)
    if float(near) == value:
        return sympy.Rational(near.numerator, near.denominator)
    return sympy.Rational(repr(float(value))) if 1e-12 < abs(value) < 1e12 else sympy.Float(value, 17)
