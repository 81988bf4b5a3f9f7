"""Arithmetic of a student's numbers and arrays: where shapes do not fit there is a Misfit, never an exception."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from cgviz.ops.op import Op
from cgviz.ops.rearranging import listed, size
from cgviz.values.arrays import Shape, Value, broadcast, is_array, numpy, on_elements, quiet, settled, shape_of

LARGEST_ARRAY, ROUNDING = 2_000_000, 1e-13
SYMBOLS = {"x[...]": "the index", "matmul": "@", "multiply": "*", "add": "+", "subtract": "−", "divide": "/"}


class Misfit(float):
    """What an operation gives whose operands do not fit together: nan, and `why`."""

    why: str

    def __new__(cls, why: str) -> Misfit:
        made = super().__new__(cls, "nan")
        made.why = why
        return made


def computed(op: Op, args: Sequence[Value]) -> Value:
    """Returns the output of an op on numbers or arrays; a Misfit where one is among them, or where they do not fit."""
    if op.vjp is None and all(type(arg) is float for arg in args):
        return op.forward(*args)
    for arg in args:
        if isinstance(arg, Misfit):
            return arg
    shapes = [shape(arg) for arg in args]
    made = shape_made(op, shapes)
    if isinstance(made, Misfit):
        return made
    op = op.alone() if op.alone and len(args) == 1 and shapes[0] else op
    try:
        with quiet():
            return settled(on_elements(op, args))
    except (ValueError, TypeError, ArithmeticError, IndexError, MemoryError) as error:
        return misfit(op, shapes, str(error).split("\n")[0][:80])


def shape_made(op: Op, shapes: Sequence[Shape]) -> Shape | Misfit:
    """Returns the shape of the output of an op, or a Misfit."""
    if op.alone and len(shapes) == 1 and shapes[0]:
        op = op.alone()
    try:
        made = op.shapes(*shapes) if op.shapes else broadcast(shapes)
    except ValueError as error:
        return misfit(op, shapes, str(error))
    if size(made) > LARGEST_ARRAY:
        return Misfit(f"an array of shape {listed(made)} is too large to be graded")
    return made


def misfit(op: Op, shapes: Sequence[Shape], why: str) -> Misfit:
    said = "" if op.shapes is None else f": {why}"
    shapes = [each if len(each) < 9 else each[:8] for each in shapes]
    fit = "does not fit" if len(shapes) == 1 else "do not fit together"
    called = SYMBOLS.get(op.name, op.name)
    return Misfit(f"{called}: the shape{'s' * (len(shapes) > 1)} {' and '.join(map(listed, shapes))} {fit}{said}")


def shape(value: Value) -> Shape:
    return shape_of(value) or ()


def plus(*values: Value) -> Value:
    """Returns a sum as `+=` makes it; a Misfit where shapes differ so that there is none."""
    if all(type(each) is float for each in values):
        return sum(values)
    try:
        with quiet():
            return reduce(lambda a, b: a if isinstance(a, Misfit) else b if isinstance(b, Misfit) else a + b, values)
    except ValueError:
        return Misfit(f"the shapes {' and '.join(listed(shape(each)) for each in values[:3])} cannot be added")


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


def filled(like: Value, number: float = 0.0) -> Value:
    """Returns an array of one number in the shape of another, or the number."""
    return numpy().full(like.shape, number) if is_array(like) else number


def ratio(a: Value, b: Value) -> Value:
    """Returns a/b element by element, 1 where b is 0."""
    if not is_array(a) and not is_array(b):
        return a / b if b else 1.0
    np = numpy()
    with quiet():
        return np.where(b == 0, 1.0, a / np.where(b == 0, 1.0, b))


def elements(values: Sequence[Any]) -> int:
    """Returns how many elements the largest of some values has."""
    return max((each.size if is_array(each) else 1 for each in values), default=1)
