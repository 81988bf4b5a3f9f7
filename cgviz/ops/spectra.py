"""Gates of spectra: eigenvalues and eigenvectors of a symmetric matrix, singular values.

Rules: Giles, Collected matrix derivative results for forward and reverse mode algorithmic differentiation, 2008,
sections 3.1 and 3.2.
"""

from __future__ import annotations

from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.matrices import SYMMETRIC, is_symmetric, matmul, same_square, square, symmetric_domain, turned
from cgviz.ops.moving import flipped, widened
from cgviz.ops.op import Op, register
from cgviz.ops.piecewise import is_equal
from cgviz.values.arrays import Shape, numpy, shape_of

GILES = "Giles, Collected matrix derivative results, 2008, section 3"


def rows(x: Any) -> Any:
    """Returns a vector of weights as a row, so that it scales the columns of a matrix."""
    return widened(-2)(x)


def values_vjp(up: Any, out: Any, x: Any) -> tuple[Any]:
    """dA = V·diag(dλ)·Vᵀ."""
    vectors = EIGVECSH(x)
    return (matmul(vectors * rows(up), turned(vectors)),)


def vectors_vjp(up: Any, out: Any, x: Any) -> tuple[Any]:
    """dA is the symmetric part of V·(F ∘ VᵀdV)·Vᵀ, F_ij = 1/(λ_j − λ_i) off the diagonal."""
    values = EIGVALSH(x)
    apart = rows(values) - widened(-1)(values)
    same = is_equal(apart, 0)
    inner = matmul(turned(out), up) * ((1 - same) / (apart + same))
    made = matmul(matmul(out, inner), turned(out))
    return ((made + turned(made)) * 0.5,)


def eigenvalues(x: Any) -> Any:
    found = numpy().linalg.eigvalsh(x)
    return found if is_symmetric(x) else numpy().full(numpy().shape(found), numpy().nan)


def vectors(x: Any) -> Any:
    return numpy().linalg.eigh(x)[1] if is_symmetric(x) else numpy().full(numpy().shape(x), numpy().nan)


def vectors_jvp(tangents: Any, out: Any, x: Any) -> Any:
    np = numpy()
    values = np.linalg.eigvalsh(x)
    apart = values[..., None, :] - values[..., :, None]
    same = apart == 0
    return out @ ((1 - same) / (apart + same) * (np.swapaxes(out, -1, -2) @ tangents[0] @ out))


EIGVALSH: Op = register(
    Op(
        name="eigvalsh",
        code=coded("np.linalg.eigvalsh({0})"),
        forward=eigenvalues,
        shapes=lambda x: (*square(x), x[-1]),
        vjp=values_vjp,
        jvp=lambda tangents, out, x: numpy().einsum("...ji,...jk,...ki->...i", vectors(x), tangents[0], vectors(x)),
        glyph="λ",
        stem="eig",
        spell=lambda notation, x: notation.along("eigvalsh", x, ""),
        by="eigenvalue rule",
        gate="distributes",
        says="hands each eigenvalue's gradient back along the square of its eigenvector",
        corners="where two eigenvalues are equal, their order has a kink",
        domain=symmetric_domain,
        rule=SYMMETRIC,
        source=GILES,
    )
)

EIGVECSH: Op = register(
    Op(
        name="eigvecsh",
        code=coded("np.linalg.eigh({0})[1]"),
        forward=vectors,
        shapes=same_square,
        vjp=vectors_vjp,
        jvp=vectors_jvp,
        glyph="V",
        stem="vec",
        spell=lambda notation, x: notation.along("eigvecsh", x, ""),
        by="eigenvector rule",
        gate="scales",
        says="scales by one over the distance of the eigenvalues",
        corners="no gradient where two eigenvalues are equal",
        domain=symmetric_domain,
        rule=SYMMETRIC,
        source=GILES,
    )
)


def singular_vjp(up: Any, out: Any, x: Any) -> tuple[Any]:
    """dX = U·diag(dσ)·Vᵀ, U = X·V·diag(1/σ), V the eigenvectors of XᵀX, the greatest first."""
    high, wide = (shape_of(x) or (0, 0))[-2:]
    if high < wide:
        return (turned(singular_vjp(up, out, turned(x))[0]),)
    right = flipped(-1)(EIGVECSH(matmul(turned(x), x)))
    return (matmul(matmul(x, right) * rows(up / out), turned(right)),)


def singular_stable(up: Any, out: Any, x: Any) -> tuple[Any]:
    np = numpy()
    left, _, right = np.linalg.svd(x, full_matrices=False)
    return ((left * np.asarray(up)[..., None, :]) @ right,)


def singular_jvp(tangents: Any, out: Any, x: Any) -> Any:
    np = numpy()
    left, _, right = np.linalg.svd(x, full_matrices=False)
    return np.einsum("...ji,...jk,...ik->...i", left, tangents[0], right)


def singular_shape(x: Shape) -> Shape:
    if len(x) < 2:
        raise ValueError("singular values are those of a matrix")
    return (*x[:-2], min(x[-2:]))


SVDVALS: Op = register(
    Op(
        name="svdvals",
        code=coded("np.linalg.svd({0}, compute_uv=False)", "torch.linalg.svdvals({0})"),
        forward=lambda x: numpy().linalg.svd(x, compute_uv=False),
        shapes=singular_shape,
        vjp=singular_vjp,
        stable=singular_stable,
        jvp=singular_jvp,
        glyph="σᵢ",
        stem="svd",
        spell=lambda notation, x: notation.along("svdvals", x, ""),
        by="singular value rule",
        gate="distributes",
        says="hands each singular value's gradient back along its two singular vectors",
        corners="no gradient of a singular value that is 0",
        source=GILES,
    )
)
