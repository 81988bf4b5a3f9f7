"""What whole Jacobians are written with: a diagonal matrix, a Kronecker product, the identity, a vector of ones.

They are no gates of programs: a record's `jacobian` runs on formulas, for the eye, and on arrays, for the tests.
"""

from __future__ import annotations

from typing import Any

from cgviz.ops.arithmetic import multiply, neg, subtract
from cgviz.ops.op import Op
from cgviz.ops.rearranging import size, transpose
from cgviz.values.arrays import Shape, numpy, shape_of


def final(*_: Any) -> tuple[Any, ...]:
    raise AssertionError("a Jacobian is shown, not differentiated")


diag = Op(
    name="diag",
    forward=lambda x: numpy().diag(numpy().ravel(x)),
    vjp=final,
    shapes=lambda shape: (size(shape), size(shape)),
    pretty="diag({0})",
    latex=r"\operatorname{{diag}}\left({0}\right)",
    source="vecDerivs notes of CS231n",
)


def kron_shape(a: Shape, b: Shape) -> Shape:
    (high, wide), (tall, broad) = as_matrix(a), as_matrix(b)
    return high * tall, wide * broad


def as_matrix(shape: Shape) -> tuple[int, int]:
    return (1, size(shape)) if len(shape) < 2 else (shape[0], shape[1])


kron = Op(
    name="kron",
    arity=(2, 2),
    forward=lambda a, b: numpy().kron(a, b),
    vjp=final,
    shapes=kron_shape,
    spell=lambda notation, a, b: notation.kronecker(a, b),
    source="Petersen & Pedersen, The Matrix Cookbook, section 10.2",
)


def eye(like: Any, axis: int = 0) -> Any:
    """Returns the identity matrix, as large as an array is long along an axis; the letter I in a formula."""
    shape = shape_of(like) or (1,)
    if hasattr(like, "write"):
        return type(like)("I", shape=(shape[axis], shape[axis]))
    return numpy().eye(shape[axis])


def ones(like: Any) -> Any:
    """Returns a vector of ones, one per element of an array; the sign 1 in a formula."""
    count = size(shape_of(like) or ())
    return type(like)(1, shape=(count,)) if hasattr(like, "write") else numpy().ones(count)


TURNED: dict[Op, Any] = {
    transpose: lambda x: x,
    diag: lambda x: diag(x),
    neg: lambda x: neg(turned(x)),
    subtract: lambda a, b: subtract(turned(a), turned(b)),
    kron: lambda a, b: kron(turned(a), turned(b)),
}
"""The transpose of what an op makes, of its arguments: (A ⊗ B)ᵀ is Aᵀ ⊗ Bᵀ."""


def turned(formula: Any) -> Any:
    """Returns the formula of a Jacobian transposed, as a person writes it."""
    if formula.op is multiply and formula.args[0].shape == ():
        return multiply(formula.args[0], turned(formula.args[1]))
    if formula.op in TURNED:
        return TURNED[formula.op](*formula.args)
    if formula.leaf == "I" or formula.shape == () or is_symmetric(formula):
        return formula
    return transpose(formula)


def is_symmetric(formula: Any) -> bool:
    """Tells whether a formula is an outer product of something with itself."""
    return formula.op is not None and formula.op.name == "outer" and formula.args[0].text == formula.args[1].text
