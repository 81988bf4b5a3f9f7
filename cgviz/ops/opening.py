"""How gates for arrays open into scalar gates: sums and products over the elements of arrays of operands.

The arrays are numpy's, of dtype object; each element is a scalar operand under Python's operators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import prod
from operator import mul
from typing import Any

from cgviz.ops.arithmetic import signed_sum
from cgviz.ops.piecewise import is_equal, where
from cgviz.values.arrays import Shape, numpy


def plus(terms: Sequence[Any]) -> Any:
    """Returns the sum of operands as one gate; a single operand is its own sum."""
    return terms[0] if len(terms) == 1 else signed_sum(*(1,) * len(terms))(*terms)


def filled(shape: Shape, element: Callable[[Shape], Any]) -> Any:
    """Returns the array whose element at each place is `element(place)`, made in the order of reading."""
    np = numpy()
    made = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        made[place] = element(place)
    return made


def along(function: Callable[[Sequence[Any]], Any], x: Any, axes: Sequence[int], keepdims: bool) -> Any:
    """Returns `function` of the elements along axes, in the shape of a reduction."""
    last = numpy().moveaxis(x, axes, range(x.ndim - len(axes), x.ndim))
    lead = last.shape[: x.ndim - len(axes)]
    groups = last.reshape(*lead, prod(x.shape[axis] for axis in axes))
    made = filled(lead, lambda place: function(list(groups[place])))
    return numpy().expand_dims(made, tuple(sorted(axes))) if keepdims else made


def times(terms: Sequence[Any]) -> Any:
    """Returns the product of operands."""
    return reduce(mul, terms)


def spread_of(terms: Sequence[Any], ddof: int) -> Any:
    """Returns the variance of operands: the sum of squared distances from their mean over n − ddof."""
    middle = plus(terms) / len(terms)
    return plus([(term - middle) ** 2 for term in terms]) / (len(terms) - ddof)


def is_at(i: Any, place: int, count: int) -> Any:
    """Returns 1 where i means that place of `count`, counted from either end, and else 0."""
    return is_equal(i, place) + is_equal(i, place - count)


def selected(i: Any, options: Sequence[Any]) -> Any:
    """Returns the operand at place i; where there is no such place, nan."""
    nothing = is_equal(options[0], options[0]) - 1
    found = plus(options) * (nothing / nothing)
    for place, option in reversed(list(enumerate(options))):
        found = where(is_at(i, place, len(options)), option, found)
    return found


def inner(rows: Any, columns: Any) -> Any:
    """Returns the products of matrices, given as `rows` (..., n, k) and `columns` (..., m, k): sums of products."""
    left, right = numpy().broadcast_arrays(rows[..., :, None, :], columns[..., None, :, :])
    return filled(left.shape[:-1], lambda place: plus([a * b for a, b in zip(left[place], right[place], strict=True)]))


def matrix_product(a: Any, b: Any) -> Any:
    """Returns the elements of `a @ b`; a vector on the left is a row, on the right a column."""
    rows = a if a.ndim > 1 else a[None, :]
    columns = numpy().swapaxes(b, -1, -2) if b.ndim > 1 else b[None, :]
    made = inner(rows, columns)
    made = made if b.ndim > 1 else made[..., 0]
    return made if a.ndim > 1 else made[(..., 0, slice(None))[: 3 if b.ndim > 1 else 2]]


def minor(x: Any, row: int, column: int) -> Any:
    """Returns a matrix without one row and one column."""
    np = numpy()
    return np.delete(np.delete(x, row, 0), column, 1)


def determinant(x: Any) -> Any:
    """Returns the determinant by the first row, for at most three rows. Raises ValueError."""
    if x.ndim > 2:
        raise ValueError("a stack of matrices does not open; pick one of them first")
    if len(x) > 3:
        raise ValueError("a determinant opens for a matrix of at most 3×3; larger ones are computed by elimination")
    if len(x) == 1:
        return x[0, 0]
    if len(x) == 2:
        return x[0, 0] * x[1, 1] - x[0, 1] * x[1, 0]
    terms = [x[0, j] * determinant(minor(x, 0, j)) for j in range(3)]
    return signed_sum(1, -1, 1)(*terms)


def adjugate_inverse(x: Any) -> Any:
    """Returns the inverse of a matrix of at most three rows: its cofactors, turned, over its determinant."""
    if len(x) == 1:
        return filled((1, 1), lambda place: 1 / x[place])
    scale = 1 / determinant(x)

    def element(place: Shape) -> Any:
        row, column = place
        cofactor = determinant(minor(x, column, row))
        return (cofactor if (row + column) % 2 == 0 else -cofactor) * scale

    return filled(x.shape, element)
