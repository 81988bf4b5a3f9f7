# ruff: noqa: N803 - matrices are capital letters
"""The language list, as an engineer types it: each program's value and gradients are NumPy's differences."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.cli import main

R = np.random.default_rng(4).normal
Z, X, W, v = R(size=(4, 3)), R(size=(4, 5)), R(size=(5, 3)), R(size=5)
y = np.array([0, 2, 1, 1])


def log_softmax(z: Any) -> Any:
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


PROGRAMS: dict[str, tuple[dict[str, Any], Any]] = {
    "L = -mean(log_softmax(Z)[arange(4), y])": ({"Z": Z, "y": y}, lambda Z, y: -log_softmax(Z)[np.arange(4), y].mean()),
    "L = sum(eye(3)[y]*Z**2)": ({"Z": Z, "y": y}, lambda Z, y: (np.eye(3)[y] * Z**2).sum()),
    "L = sum(one_hot(y, 3)*Z**2)": ({"Z": Z, "y": y}, lambda Z, y: (np.eye(3)[y] * Z**2).sum()),
    "N, D = Z.shape; sum(Z**2)/N + D*Z[0, 0]/Z.size": ({"Z": Z}, lambda Z: (Z**2).sum() / 4 + Z[0, 0] / 4),
    "sum(X @ W/sqrt(X.shape[-1]))*len(W)/np.shape(W)[1]/size(X, 0)": (
        {"X": X, "W": W},
        lambda X, W: (X @ W).sum() / np.sqrt(5) * 5 / 12,
    ),
    "E = Z[[1, 3, 1]]; sum(E**2)": ({"Z": Z}, lambda Z: (Z[[1, 3, 1]] ** 2).sum()),
    "sum(Z[:, y]**2)": ({"Z": R(size=(2, 3)), "y": np.array([2, 0, 2])}, lambda Z, y: (Z[:, y] ** 2).sum()),
    "m = v > 0; sum(v[m]**3)": ({"v": v}, lambda v: (v[v > 0] ** 3).sum()),
    "a, b, c = split(X @ W, [1, 3], axis=0); sum(a)*sum(b**2)": (
        {"X": X, "W": W},
        lambda X, W: (X @ W)[:1].sum() * ((X @ W)[1:3] ** 2).sum(),
    ),
    "m = Z*2; m[arange(4), y] = 0; m[0] += 1; sum(m**2)": (
        {"Z": Z, "y": y},
        lambda Z, y: ((Z * 2 * (1 - np.eye(3)[y]) + np.eye(4)[:, :1]) ** 2).sum(),
    ),
    "S = where(tril(ones((3, 3))) > 0, A, -inf); sum(softmax(S)**2)": (
        {"A": R(size=(3, 3))},
        lambda A: ((np.tril(np.exp(A)) / np.tril(np.exp(A)).sum(1, keepdims=True)) ** 2).sum(),
    ),
    "S = A.masked_fill(triu(ones((3, 3)), 1) > 0, float('-inf')); sum(torch.softmax(S, dim=-1)**2)": (
        {"A": R(size=(3, 3))},
        lambda A: ((np.tril(np.exp(A)) / np.tril(np.exp(A)).sum(1, keepdims=True)) ** 2).sum(),
    ),
    "sum(einsum('bij,bkj->bik', A, A)**2)": ({"A": R(size=(2, 3, 2))}, lambda A: ((A @ A.swapaxes(1, 2)) ** 2).sum()),
    "sum((A @ A.mT)**2)": ({"A": R(size=(2, 3, 2))}, lambda A: ((A @ A.swapaxes(1, 2)) ** 2).sum()),
    "L = norm(v, 1) + norm(v, 3) + norm(v, inf)": (
        {"v": v},
        lambda v: np.abs(v).sum() + (np.abs(v) ** 3).sum() ** (1 / 3) + np.abs(v).max(),
    ),
    "L = std(v) + sum(var(X, axis=0))": ({"v": v, "X": X}, lambda v, X: v.std() + X.var(0).sum()),
    "L = torch.std(v)": ({"v": v}, lambda v: v.std(ddof=1)),
    "m = stack([a, b], axis=1); sum(m[:, 0]*m[:, 1]**2)": (
        {"a": R(size=3), "b": R(size=3)},
        lambda a, b: (a * b**2).sum(),
    ),
    "sum(where((v > -0.5) & (v < 0.5), v**2, abs(v)))": (
        {"v": v},
        lambda v: np.where(np.abs(v) < 0.5, v**2, np.abs(v)).sum(),
    ),
    "v += 1; v *= 2; sum(v**2)": ({"v": v}, lambda v: ((2 * (v + 1)) ** 2).sum()),
    "L = F.cross_entropy(Z, y)": ({"Z": Z, "y": y}, lambda Z, y: -log_softmax(Z)[np.arange(4), y].mean()),
    "L = sum(cumsum(v)**2) + prod(v) + sum(diff(v)**3) + roll(v, 1) @ v": (
        {"v": v},
        lambda v: (np.cumsum(v) ** 2).sum() + v.prod() + (np.diff(v) ** 3).sum() + np.roll(v, 1) @ v,
    ),
    "L = sort(v) @ arange(5) + sum(topk(v, 2)**2)": (
        {"v": v},
        lambda v: np.sort(v) @ np.arange(5) + (np.sort(v)[-2:] ** 2).sum(),
    ),
    "L = logdet(S) + sum(solve(S, v)**2)": (
        {"S": np.eye(5) * 3 + 0.1 * R(size=(5, 5)), "v": v},
        lambda S, v: np.linalg.slogdet(S)[1] + (np.linalg.solve(S, v) ** 2).sum(),
    ),
    "D = abs(v[:, np.newaxis] - u); sum(D*D)": (
        {"v": v, "u": R(size=3)},
        lambda v, u: ((v[:, None] - u) ** 2).sum(),
    ),
}


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_is_what_numpy_computes(text: str) -> None:
    inputs, function = PROGRAMS[text]
    run = cgviz.run(text, inputs)
    assert run.value == pytest.approx(function(**inputs), rel=1e-10)
    for name, value in inputs.items():
        if np.asarray(value).dtype.kind != "f":
            assert not np.any(run.gradient[name])
            continue
        slopes = np.zeros(value.shape)
        for place in np.ndindex(*value.shape):
            sides = []
            for step in (1e-6, -1e-6):
                moved = value.copy()
                moved[place] += step
                sides.append(function(**{**inputs, name: moved}))
            slopes[place] = (sides[0] - sides[1]) / 2e-6
        np.testing.assert_allclose(run.gradient[name], slopes, rtol=1e-5, atol=1e-7, err_msg=name)


def test_a_mask_is_measured_again_at_other_values() -> None:
    run = cgviz.run("sum(x[x > 0]**2)", x=[1.0, -2.0, 3.0])
    again = cgviz.run(run, x=[-1.0, 2.0, -3.0])
    assert again.value == 4
    assert again.gradient["x"].tolist() == [0, 4, 0]


def test_an_inf_that_is_written_is_no_trouble_and_one_that_is_met_is(capsys: Any) -> None:
    assert main(["table", "sum(softmax(x + [0, -inf])*x)", "--x", "[1, 2]", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["output"]["value"] == 1
    assert main(["table", "sum(log(x))", "--x", "[0, 2]"]) == 1
    assert "log of zero" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a, b, c = split(x, 2); a", "3 names for 2 outputs"),
        ("split(x, 2)", "2 outputs: name them"),
        ("y[0] = 1; sum(y)", "no value yet"),
        ("split(x, 2)[5]", "has 2 outputs"),
        ("2*x.shape", "a shape is no number: take a length"),
        ("N, D = x.shape; sum(x)/N", "2 names for the 1 axes"),
        ("einsum('ij->k', x)", "einsum"),
        ("float('one')*x", "float"),
    ],
)
def test_what_does_not_fit_is_said(text: str, message: str) -> None:
    with pytest.raises(cgviz.CgvizError, match=message):
        cgviz.run(text, x=[1.0, 2.0])
