"""Functions of NumPy and SciPy that are several gates, against central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.errors import UsageError

Windows = np.lib.stride_tricks.sliding_window_view
KEPT = np.array([[True, False, True, True], [True, True, False, True], [False, True, True, True]])
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "windows": lambda x: (Windows(x, (2, 3))[::2] ** 2).sum() + (Windows(x, 2, axis=1).max(axis=-1)).sum(),
    "padded by places": lambda x: sum(
        (np.pad(x, ((1, 1), (2, 0)), mode=mode) ** (k + 2)).sum()
        for k, mode in enumerate(("edge", "reflect", "symmetric", "wrap", "constant"))
    ),
    "order": lambda x: (x.ravel("F") * np.arange(12)).sum() + (x.reshape(2, 6, order="F")[1] ** 3).sum(),
    "a part in the order of columns is a part": lambda x: columns_changed(x),
    "quantiles": lambda x: (
        np.quantile(x, [0.2, 0.7], axis=1)[0].sum() * np.percentile(x, 35) + np.median(x, axis=0)[1] * np.median(x)
    ),
    "partition": lambda x: (np.partition(x, 2, axis=1)[:, :3] ** 2).sum(),
    "diff": lambda x: (np.diff(x, n=2, axis=0) ** 2).sum() + (np.diff(x, prepend=0.0) ** 2).sum(),
    "gradient": lambda x: (np.gradient(x, 0.5, axis=1) ** 2).sum() + (np.gradient(x)[0] * x).sum(),
    "block": lambda x: (np.block([[x, x[:, :1]], [np.ones((1, 4)), 2.0]]) ** 2)[1:, 2:].sum(),
    "splits": lambda x: (np.hsplit(x, 2)[0] * np.vsplit(x, [1])[1][0, 2]).sum(),
    "along an axis": lambda x: np.apply_along_axis(lambda row: row @ row, 1, x).prod() + cumulated(x).sum(),
    "kept": lambda x: (
        np.mean(x, where=KEPT) + np.sum(x**2, axis=0, where=KEPT).prod() + np.max(x, where=KEPT, initial=0.1)
    ),
    "without nan": lambda x: np.nansum(np.where(KEPT, x**2, np.nan)) * np.nanmean(np.where(KEPT, x, np.nan), axis=1)[0],
    "spread without nan": lambda x: np.nanstd(np.where(KEPT, x, np.nan)) + np.nanvar(x, axis=0, ddof=1).sum(),
    "qr": lambda x: (np.linalg.qr(x.T)[0][:, 1] ** 3).sum() + np.linalg.qr(x.T)[1][0].sum(),
    "pinv": lambda x: (np.linalg.pinv(x) ** 2).sum() + (np.linalg.pinv(x.T) ** 3).sum(),
    "lstsq": lambda x: (np.linalg.lstsq(x.T, x[0] ** 2, rcond=None)[0] ** 2).sum(),
    "eigh": lambda x: (lambda w, v: w[0] * w[2] ** 2 + (v[:, 0] ** 4).sum())(*np.linalg.eigh(x @ x.T)),
    "singular vectors": lambda x: (lambda u, s, v: (u[:, 0] ** 4).sum() * s[0] + (v[1] ** 3).sum())(
        *np.linalg.svd(x, full_matrices=False)
    ),
    "singular values": lambda x: (np.linalg.svd(x, compute_uv=False) ** 3).sum(),
}


def columns_changed(x: Any) -> Any:
    y = x * 1.0
    part = y.reshape(6, 2, order="F")
    part[0] *= 3.0
    return (y**2).sum()


def cumulated(x: Any) -> Any:
    return np.apply_along_axis(lambda row: np.cumsum(row) * row[0], 1, x)


def differences(function: Callable[..., Any], x: Any, h: float = 1e-6) -> Any:
    found = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        found[place] = (function(up) - function(down)) / (2 * h)
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_agrees_with_numpy_and_with_differences(name: str) -> None:
    function, x = FUNCTIONS[name], np.random.default_rng(4).normal(size=(3, 4))
    run = cgviz.trace(function, x)
    np.testing.assert_allclose(run.value, function(x), rtol=1e-10)
    np.testing.assert_allclose(run.gradient["x"], differences(function, x), rtol=2e-5, atol=2e-6)


def test_functions_of_scipy_that_do_not_ask_their_arguments() -> None:
    pytest.importorskip("scipy")
    from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
    from scipy.special import logsumexp, softmax

    def likelihood(x: Any) -> Any:
        k = x @ x.T + 2 * np.eye(3)
        low = cholesky(k, lower=True)
        white = solve_triangular(low, x[:, 0], lower=True)
        return white @ white + cho_solve(cho_factor(k), x[:, 1]).sum() + np.log(np.diag(low)).sum()

    def shares(x: Any) -> Any:
        return logsumexp(x, axis=1).sum() + (softmax(x, axis=0) ** 2).sum()

    x = np.random.default_rng(5).normal(size=(3, 4))
    for function in (likelihood, shares):
        run = cgviz.trace(function, x)
        np.testing.assert_allclose(run.value, function(x), rtol=1e-10)
        np.testing.assert_allclose(run.gradient["x"], differences(function, x), rtol=2e-5, atol=2e-6)
    assert logsumexp(x).shape == ()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: np.pad(x, 1, mode="mean").sum(), "pad\\(\\) is followed with mode"),
        (lambda x: np.linalg.svd(x)[0].sum(), "full_matrices=False"),
        (lambda x: np.linalg.pinv(x[:, :1] @ x[:1]).sum(), "full rank"),
        (lambda x: np.linalg.qr(x)[0].sum(), "no more columns than rows"),
    ],
)
def test_what_cannot_be_followed_is_said(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        cgviz.trace(function, np.random.default_rng(4).normal(size=(3, 4)))
