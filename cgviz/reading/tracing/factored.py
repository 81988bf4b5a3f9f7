"""Functions of numpy.linalg and scipy that are several of our gates: factors, least squares, spectra; on tracers."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any

from cgviz.ops.moving import flipped, widened
from cgviz.ops.spectra import EIGVALSH, EIGVECSH, SVDVALS
from cgviz.reading.tracing.tape import Tape, cannot
from cgviz.reading.tracing.tracer import operand, reshape
from cgviz.values.arrays import numpy

Qr = namedtuple("Qr", "Q R")
Svd = namedtuple("Svd", "U S Vh")
Eigh = namedtuple("Eigh", "eigenvalues eigenvectors")


def turned(x: Any) -> Any:
    return numpy().swapaxes(x, -1, -2)


def qr(tape: Tape, x: Any, mode: str = "reduced") -> Any:
    """np.linalg.qr of a matrix of full column rank: R is the Cholesky factor of XᵀX, with the signs of LAPACK."""
    np, x = numpy(), operand(tape, x)
    if mode not in ("reduced", "r") or x.shape[-2] < x.shape[-1]:
        raise cannot("qr is followed for matrices with no more columns than rows, mode='reduced'")
    signs = np.sign(np.diagonal(np.linalg.qr(x.current)[1], axis1=-2, axis2=-1))
    if not np.all(signs):
        raise cannot("qr is followed for matrices of full column rank")
    r = signs[..., None] * turned(np.linalg.cholesky(turned(x) @ x))
    return r if mode == "r" else Qr(x @ np.linalg.inv(r), r)


def pinv(tape: Tape, x: Any, *_: Any, **__: Any) -> Any:
    """np.linalg.pinv of a matrix of full rank, by its normal equations."""
    np, x = numpy(), operand(tape, x)
    high, wide = x.shape[-2:]
    if np.any(np.linalg.matrix_rank(x.current) < min(high, wide)):
        raise cannot("pinv is followed for matrices of full rank")
    return np.linalg.solve(turned(x) @ x, turned(x)) if high >= wide else turned(np.linalg.solve(x @ turned(x), x))


def lstsq(tape: Tape, a: Any, b: Any, *_: Any, **__: Any) -> Any:
    np, a, b = numpy(), operand(tape, a), operand(tape, b)
    found = pinv(tape, a) @ b
    left = ((b - a @ found) ** 2).sum(axis=0)
    return found, reshape(left, (-1,)), min(a.shape), np.linalg.svd(a.current, compute_uv=False)


def eigh(tape: Tape, x: Any, UPLO: str = "L") -> Any:  # noqa: N803 - NumPy's name
    return Eigh(eigenvalues(tape, x), EIGVECSH(operand(tape, x)))


def eigenvalues(tape: Tape, x: Any, *_: Any, **__: Any) -> Any:
    return EIGVALSH(operand(tape, x))


def svd(tape: Tape, x: Any, full_matrices: bool = True, compute_uv: bool = True, **_: Any) -> Any:
    x = operand(tape, x)
    if not compute_uv:
        return SVDVALS(x)
    if full_matrices and x.shape[-2] != x.shape[-1]:
        raise cannot("svd is followed with full_matrices=False, or for the singular values, compute_uv=False")
    return Svd(*with_vectors(x, *numpy().linalg.svd(x.current, full_matrices=False)[::2]))


def with_vectors(x: Any, left: Any, right: Any) -> tuple[Any, Any, Any]:
    """Returns U, σ and Vᵀ with the signs of those that are given: V of the eigenvectors of XᵀX, U = X V / σ."""
    if x.shape[-2] < x.shape[-1]:
        u, values, v = with_vectors(turned(x), turned(right), turned(left))
        return turned(v), values, turned(u)
    found, values = flipped(-1)(EIGVECSH(turned(x) @ x)), SVDVALS(x)
    vectors = found * numpy().sign((found.current * turned(right)).sum(axis=-2, keepdims=True))
    return x @ vectors / widened(-2)(values), values, turned(vectors)


FACTORED: Mapping[str, Callable[..., Any]] = {
    "qr": qr, "pinv": pinv, "lstsq": lstsq, "eigh": eigh, "eigvalsh": eigenvalues, "svd": svd,
    "svdvals": lambda tape, x: SVDVALS(operand(tape, x)),
}  # fmt: skip


# scipy.linalg, whose functions do not ask their arguments


def scipy_cholesky(tape: Tape, a: Any, lower: bool = False, **_: Any) -> Any:
    made = numpy().linalg.cholesky(a)
    return made if lower else turned(made)


def triangular(tape: Tape, a: Any, b: Any, trans: Any = 0, lower: bool = False, **_: Any) -> Any:
    np = numpy()
    half = (np.tril if lower else np.triu)(a)
    return np.linalg.solve(turned(half) if trans in (1, "T") else half, b)


def cho_solve(tape: Tape, factor: tuple[Any, bool], b: Any, **_: Any) -> Any:
    c, lower = factor
    half = turned(numpy().triu(c)) if not lower else numpy().tril(c)
    return numpy().linalg.solve(turned(half), numpy().linalg.solve(half, b))


SCIPY: Mapping[str, Callable[..., Any]] = {
    "solve": lambda tape, a, b, **_: numpy().linalg.solve(a, b), "inv": lambda tape, a, **_: numpy().linalg.inv(a),
    "det": lambda tape, a, **_: numpy().linalg.det(a), "cholesky": scipy_cholesky, "solve_triangular": triangular,
    "cho_factor": lambda tape, a, lower=False, **_: (scipy_cholesky(tape, a, lower), lower), "cho_solve": cho_solve,
    "eigh": lambda tape, a, *_, **__: tuple(eigh(tape, a)), "norm": lambda tape, *a, **k: numpy().linalg.norm(*a, **k),
}  # fmt: skip
"""Functions of scipy.linalg by name, of a tape and their arguments."""
