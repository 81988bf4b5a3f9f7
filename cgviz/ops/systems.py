"""Gates of linear systems: solve, the Cholesky factor, the logarithm of a determinant.

Rules: Giles, Collected matrix derivative results for forward and reverse mode algorithmic differentiation, 2008.
"""

from __future__ import annotations

from typing import Any

from cgviz.ops.arithmetic import neg, subtract
from cgviz.ops.coded import coded
from cgviz.ops.exponential import log
from cgviz.ops.matrices import (
    SYMMETRIC,
    each_matrix,
    inv,
    is_symmetric,
    matmul,
    outer,
    same_square,
    square,
    symmetric_domain,
    trace,
    turned,
)
from cgviz.ops.op import Op, register
from cgviz.ops.opening import adjugate_inverse, determinant, matrix_product
from cgviz.ops.piecewise import absolute
from cgviz.ops.rearranging import folded_to
from cgviz.ops.triangles import TRIL, triangle
from cgviz.values.arrays import Shape, broadcast, numpy, shape_of

GILES = "Giles, Collected matrix derivative results, 2008"


def solution(a: Any, b: Any) -> Any:
    """Returns the x with a @ x = b; all nan where there is none."""
    np = numpy()
    vector = np.ndim(b) == 1
    try:
        found = np.linalg.solve(a, np.asarray(b)[..., None] if vector else b)
    except np.linalg.LinAlgError:
        return np.full(solve_shape(np.shape(a), np.shape(b)), np.nan)
    return found[..., 0] if vector else found


def solve_shape(a: Shape, b: Shape) -> Shape:
    lead = square(a)
    if not b or b[-1 if len(b) == 1 else -2] != a[-1]:
        raise ValueError(f"{a[-1]} unknowns need as many rows on the right")
    return (*lead, a[-1]) if len(b) == 1 else (*broadcast([lead, b[:-2]]), *b[-2:])


def solve_vjp(up: Any, out: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """db = A⁻ᵀ·dX and dA = −db·Xᵀ."""
    by_b = SOLVE(turned(a), up)
    one, two = shape_of(a), shape_of(b)
    by_a = neg(
        outer(by_b, out) if two is not None and len(two) == 1 and len(one or ()) == 2 else product(by_b, out, two)
    )
    if one is None or two is None:
        return by_a, by_b
    return folded_to(by_a, one), folded_to(by_b, two)


def product(by_b: Any, out: Any, b: Shape | None) -> Any:
    from cgviz.ops.moving import widened

    if b is not None and len(b) == 1:
        return matmul(widened(-1)(by_b), widened(-2)(out))
    return matmul(by_b, turned(out))


SOLVE: Op = register(
    Op(
        name="solve",
        code=coded("np.linalg.solve({0}, {1})"),
        arity=(2, 2),
        forward=solution,
        shapes=solve_shape,
        vjp=solve_vjp,
        jvp=lambda tangents, out, a, b: SOLVE(a, subtract(tangents[1], matmul(tangents[0], out))),
        glyph="A⁻¹b",
        pretty="{0.atom}⁻¹ {1.atom}",
        latex=r"{{{0.atom}^{{-1}}}} \, {1.atom}",
        by="inverse rule",
        gate="scales",
        says="scales by A⁻ᵀ; the matrix gets minus that times the solution, turned",
        corners="no solution of a singular matrix",
        domain=lambda a, b: "a singular matrix has no one solution" if numpy().isnan(solution(a, b)).any() else "",
        source=GILES,
        opens=lambda a, b: matrix_product(adjugate_inverse(a), b),
    )
)


def lower(x: Any) -> Any:
    """Returns the lower triangle of a matrix, its diagonal halved."""
    return (TRIL(x) + triangle("tril", -1)(x)) * 0.5


def factor(x: Any) -> Any:
    np = numpy()
    try:
        found = np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        return np.full(np.shape(x), np.nan)
    return found if is_symmetric(x) else np.full(np.shape(x), np.nan)


def cholesky_vjp(up: Any, out: Any, x: Any) -> tuple[Any]:
    """dS is the symmetric part of L⁻ᵀ·Φ(Lᵀ·dL)·L⁻¹, Φ the lower triangle with half the diagonal."""
    inverse = inv(out)
    inner = matmul(turned(inverse), matmul(lower(matmul(turned(out), up)), inverse))
    return ((inner + turned(inner)) * 0.5,)


CHOLESKY: Op = register(
    Op(
        name="cholesky",
        code=coded("np.linalg.cholesky({0})"),
        forward=factor,
        shapes=same_square,
        vjp=cholesky_vjp,
        jvp=lambda tangents, out, x: matmul(out, lower(matmul(inv(out), matmul(tangents[0], turned(inv(out)))))),
        glyph="LLᵀ",
        stem="chol",
        spell=lambda notation, x: notation.along("cholesky", x, ""),
        by="Cholesky rule",
        gate="scales",
        says="scales by the inverse of the factor from both sides; the gradient of a symmetric matrix is symmetric",
        corners="no factor where the matrix is not positive definite",
        domain=lambda x: (
            symmetric_domain(x) or ("the matrix is not positive definite" if numpy().isnan(factor(x)).any() else "")
        ),
        rule=SYMMETRIC,
        source=GILES,
    )
)

LOGDET: Op = register(
    Op(
        name="logdet",
        code=coded("np.linalg.slogdet({0})[1]"),
        forward=lambda x: numpy().linalg.slogdet(x)[1],
        shapes=square,
        vjp=lambda up, out, x: (each_matrix(up, x) * turned(inv(x)),),
        jvp=lambda tangents, out, x: trace(matmul(inv(x), tangents[0])),
        glyph="log|X|",
        spell=lambda notation, x: notation.along("logdet", x, ""),
        by="Jacobi formula for the determinant",
        gate="scales",
        says="scales the transposed inverse, X⁻ᵀ",
        corners="−∞ for a singular matrix",
        domain=lambda x: (
            "the determinant of a singular matrix is 0"
            if not numpy().isfinite(numpy().linalg.slogdet(x)[1]).all()
            else ""
        ),
        source="Petersen & Pedersen, The Matrix Cookbook, section 2.1",
        opens=lambda x: log(absolute(determinant(x))),
    )
)
