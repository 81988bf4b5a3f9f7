"""Gates of linear algebra: matrix product, dot and outer product, trace, determinant, inverse.

The rules are those of the vecDerivs notes of CS231n and of Petersen & Pedersen, The Matrix Cookbook.
"""

from __future__ import annotations

from typing import Any

from cgviz.ops.arithmetic import neg
from cgviz.ops.coded import FUNCTIONS, coded
from cgviz.ops.op import Op, register
from cgviz.ops.opening import adjugate_inverse, along, determinant, filled, matrix_product, plus
from cgviz.ops.rearranging import folded_to, in_shape, size, spread, transpose, transposed
from cgviz.ops.whole import eye, final, kron
from cgviz.values import wide
from cgviz.values.arrays import Shape, broadcast, numpy, shape_of, shape_text

VECTORS = "CS231n, vecDerivs notes; Petersen & Pedersen, The Matrix Cookbook"


SYMMETRIC = "the matrix counts as symmetric: its gradient is the symmetric part"
ASYMMETRY = 1e-5
"""What rounding may make of a symmetric matrix, beside its largest element."""


def is_symmetric(x: Any) -> bool:
    """Tells whether a matrix, or each of a stack, is its own transpose but for rounding."""
    gap = numpy().abs(x - numpy().swapaxes(x, -1, -2))
    return not numpy().any(gap > ASYMMETRY * numpy().max(numpy().abs(x), axis=(-1, -2), keepdims=True, initial=0.0))


def symmetric_part(x: Any) -> Any:
    return (x + numpy().swapaxes(x, -1, -2)) / 2


def symmetric_domain(x: Any) -> str:
    """Returns what is wrong with a matrix that must be symmetric; "" where nothing is."""
    return "" if is_symmetric(x) else "the matrix is not symmetric (as (A + A.T)/2 is)"


def turned(x: Any) -> Any:
    """Returns a matrix turned round, of a stack of matrices each."""
    shape = shape_of(x)
    if shape is None or len(shape) <= 2:
        return transpose(x)
    order = tuple(range(len(shape)))
    return transposed((*order[:-2], order[-1], order[-2]))(x)


def product_shape(a: Shape, b: Shape) -> Shape:
    """The shape rule of numpy.matmul: a vector on the left is a row, on the right a column."""
    if not a or not b:
        raise ValueError("a scalar is no matrix; use * instead")
    rows, columns = a if len(a) > 1 else (1, *a), b if len(b) > 1 else (*b, 1)
    if rows[-1] != columns[-2]:
        raise ValueError(f"the inner lengths {rows[-1]} and {columns[-2]} differ")
    try:
        lead = broadcast([rows[:-2], columns[:-2]])
    except ValueError:
        raise ValueError("the axes before the last two do not broadcast") from None
    return (*lead, *rows[-2:-1][: len(a) > 1], *columns[-1:][: len(b) > 1])


def product_vjp(up: Any, out: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """dA = dY·Bᵀ and dB = Aᵀ·dY; with a vector in the place of a matrix, an outer product or a scaled vector."""
    one, two = shape_of(a), shape_of(b)
    if one is not None and two is not None and max(len(one), len(two)) > 2:
        return stacks_vjp(up, a, b)
    if one is not None and len(one) == 1:
        if two is not None and len(two) == 1:
            return up * b, up * a
        return matmul(b, up), outer(a, up)
    if two is not None and len(two) == 1:
        return outer(up, b), matmul(transpose(a), up)
    return matmul(up, transpose(b)), matmul(transpose(a), up)


def stacks_vjp(up: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The same for stacks of matrices: vectors become matrices of one row or column, what was broadcast is summed."""
    one, two, made = shape_of(a) or (), shape_of(b) or (), shape_of(up) or ()
    rows, columns = one if len(one) > 1 else (1, *one), two if len(two) > 1 else (*two, 1)
    whole = (*made[: len(made) - (len(one) > 1) - (len(two) > 1)], rows[-2], columns[-1])
    left, right, upstream = in_shape(a, rows), in_shape(b, columns), in_shape(up, whole)
    by_left, by_right = matmul(upstream, turned(right)), matmul(turned(left), upstream)
    return in_shape(folded_to(by_left, rows), one), in_shape(folded_to(by_right, columns), two)


def product_jacobian(a: Any, b: Any) -> tuple[Any, Any]:
    """The whole Jacobian of a product in each factor; None for stacks of matrices."""
    one, two = len(shape_of(a) or ()), len(shape_of(b) or ())
    if max(one, two) > 2:
        return None, None
    by_a = transpose(b) if one == 1 else kron(eye(a), transpose(b))
    by_b = (transpose(a) if one == 1 else a) if two == 1 else kron(transpose(a) if one == 1 else a, eye(b, 1))
    return by_a, by_b


matmul: Op = register(
    Op(
        name="matmul",
        arity=(2, 2),
        forward=wide.matrix_product,
        shapes=product_shape,
        vjp=product_vjp,
        jvp=lambda tangents, out, a, b: matmul(tangents[0], b) + matmul(a, tangents[1]),
        jacobian=lambda out, a, b: product_jacobian(a, b),
        multiplies=lambda out, a, b: size(out) * a[-1],
        glyph="@",
        marks=("", ""),
        spell=lambda notation, a, b: notation.matrix_product(a, b),
        by="matrix product rule",
        many="product",
        gate="swaps",
        says="swaps its inputs: each gets the gradient times the other one, turned so that the shapes fit",
        source=VECTORS,
        opens=matrix_product,
    )
)


def dot_shape(a: Shape, b: Shape) -> Shape:
    if len(a) == 0 or len(b) == 0 or len(a) > 2 or len(b) > 2:
        raise ValueError("dot takes vectors or matrices")
    return product_shape(a, b)


dot = register(
    Op(
        name="dot",
        code=coded("np.dot({0}, {1})", "torch.matmul({0}, {1})"),
        arity=(2, 2),
        forward=wide.matrix_product,
        shapes=dot_shape,
        vjp=product_vjp,
        jvp=lambda tangents, out, a, b: matmul(tangents[0], b) + matmul(a, tangents[1]),
        jacobian=lambda out, a, b: product_jacobian(a, b),
        multiplies=lambda out, a, b: size(out) * a[-1],
        glyph="·",
        marks=("", "dot"),
        spell=lambda notation, a, b: notation.along("dot", f"{a}{notation.comma}{b}", ""),
        by="product rule",
        many="product",
        gate="swaps",
        says="swaps its inputs: each gets the gradient times the other one",
        source=VECTORS,
        opens=matrix_product,
    )
)


def outer_shape(a: Shape, b: Shape) -> Shape:
    if len(a) != 1 or len(b) != 1:
        raise ValueError("outer takes two vectors")
    return (*a, *b)


outer: Op = register(
    Op(
        name="outer",
        code=coded("np.outer({0}, {1})"),
        arity=(2, 2),
        forward=lambda a, b: numpy().multiply.outer(a, b),
        shapes=outer_shape,
        vjp=lambda up, out, a, b: (matmul(up, b), matmul(transpose(up), a)),
        jvp=lambda tangents, out, a, b: outer(tangents[0], b) + outer(a, tangents[1]),
        multiplies=lambda out, a, b: size(out),
        glyph="a bᵀ",
        marks=("", "o"),
        spell=lambda notation, a, b: notation.outer(a, b),
        by="product rule",
        many="outer",
        gate="swaps",
        says="swaps its inputs: each gets the gradient matrix times the other vector",
        source=VECTORS,
        opens=lambda a, b: filled((len(a), len(b)), lambda place: a[place[0]] * b[place[1]]),
    )
)


def square(shape: Shape) -> Shape:
    """Returns the lengths before the last two. Raises ValueError for what is no square matrix, nor a stack of them."""
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ValueError(f"a square matrix is needed, not {shape_text(shape)}")
    return shape[:-2]


def same_square(shape: Shape) -> Shape:
    return (*square(shape), *shape[-2:])


def each_matrix(value: Any, x: Any) -> Any:
    """Returns one number per matrix of a stack, repeated to the shape of the stack; of one matrix as it is."""
    shape = shape_of(x)
    if shape is None or len(shape) <= 2:
        return value
    return spread(shape, (len(shape) - 2, len(shape) - 1))(value)


def identity(like: Any) -> Any:
    """Returns the identity matrix for a square one; the letter I in a formula."""
    if hasattr(like, "write"):
        return type(like)("I", shape=like.shape)
    return numpy().eye((shape_of(like) or (1,))[-1])


trace = register(
    Op(
        name="trace",
        code=coded(
            lambda shape: "np.trace({0})" if len(shape) == 2 else "np.trace({0}, axis1=-2, axis2=-1)",
            lambda shape: "torch.trace({0})" if len(shape) == 2 else "torch.diagonal({0}, 0, -2, -1).sum(-1)",
        ),
        aliases=("tr",),
        forward=lambda x: numpy().trace(x, axis1=-2, axis2=-1),
        shapes=square,
        vjp=lambda up, out, x: (each_matrix(up, x) * identity(x),),
        glyph="tr",
        pretty="tr({0})",
        latex=r"\operatorname{{tr}}\left({0}\right)",
        by="trace rule",
        gate="distributes",
        says="distributes the gradient to the diagonal; the other elements get 0",
        source=VECTORS,
        opens=lambda x: along(plus, x.diagonal(axis1=-2, axis2=-1), (x.ndim - 2,), False),
    )
)


def matrix_of_cofactors(x: Any) -> Any:
    """Returns the matrix of cofactors, by singular values: it exists where no inverse does; nan of inf and nan."""
    np = numpy()
    finite = np.isfinite(x).all(axis=(-2, -1), keepdims=True)
    u, s, vt = np.linalg.svd(np.where(finite, x, 0.0))
    n = s.shape[-1]
    others = np.prod(np.where(np.eye(n, dtype=bool), 1.0, s[..., None, :]), axis=-1)
    turns = np.linalg.det(u) * np.linalg.det(vt)
    return np.where(finite, turns[..., None, None] * ((u * others[..., None, :]) @ vt), np.nan)


cofactors = Op(
    name="cofactors",
    code=dict.fromkeys(("numpy", "torch", "jax"), "cofactors({0})"),
    helper=FUNCTIONS["cofactors"],
    forward=matrix_of_cofactors,
    shapes=same_square,
    vjp=final,
)
"""A gate of written code."""


def det_tangent(tangents: Any, out: Any, x: Any) -> Any:
    """The trace of the adjugate, det(X)·X⁻¹, times the tangent; of numbers by the cofactors."""
    if hasattr(x, "write"):
        return trace(matmul(out * inv(x), tangents[0]))
    return numpy().sum(tangents[0] * cofactors(x), axis=(-2, -1))


det = register(
    Op(
        name="det",
        code=coded("np.linalg.det({0})"),
        forward=lambda x: numpy().linalg.det(x),
        shapes=square,
        vjp=lambda up, out, x: (each_matrix(up * out, x) * turned(inv(x)),),
        stable=lambda up, out, x: (each_matrix(up, x) * cofactors(x),),
        precise=lambda up, out, x: (each_matrix(up, x) * cofactors(x),),
        jvp=det_tangent,
        latex=r"\det\left({0}\right)",
        by="Jacobi formula for the determinant",
        gate="scales",
        says="scales the matrix of cofactors, det(X)·X⁻ᵀ (Jacobi's formula)",
        corners="none; the cofactors exist for a singular matrix, too",
        source=VECTORS,
        opens=determinant,
    )
)


def inverse(x: Any) -> Any:
    """Returns the inverse; all nan where there is none, of a stack for each matrix by itself."""
    np = numpy()
    try:
        return np.linalg.inv(x)
    except np.linalg.LinAlgError:
        if np.ndim(x) == 2:
            return np.full(np.shape(x), np.nan)
        return np.stack([inverse(each) for each in x])


inv: Op = register(
    Op(
        name="inv",
        code=coded("np.linalg.inv({0})"),
        aliases=("inverse",),
        forward=inverse,
        shapes=same_square,
        vjp=lambda up, out, x: (neg(matmul(matmul(turned(out), up), turned(out))),),
        jvp=lambda tangents, out, x: neg(matmul(matmul(out, tangents[0]), out)),
        jacobian=lambda out, x: (neg(kron(out, transpose(out))),),
        glyph="X⁻¹",
        pretty="{0.atom}⁻¹",
        latex=r"{{{0.atom}^{{-1}}}}",
        by="inverse rule",
        gate="scales",
        says="scales by −X⁻ᵀ from the left and X⁻ᵀ from the right",
        corners="no inverse of a singular matrix",
        domain=lambda x: "a singular matrix has no inverse" if singular(x) else "",
        source=VECTORS,
        opens=adjugate_inverse,
    )
)


def singular(x: Any) -> bool:
    return bool(numpy().isnan(inverse(x)).any())
