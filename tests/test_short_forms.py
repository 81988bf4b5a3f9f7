"""Short forms of gradients: each row of the table is found where a course has it, told nowhere else, and true."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

import cgviz
from cgviz.analysis.recognised import RESULTS, recognised

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("yhat = sigmoid(z); L = -(y*log(yhat) + (1-y)*log(1-yhat))", {"z": 0.3, "y": 1}, "z", "ŷ − y"),
    ("L = softplus(z) - y*z", {"z": 0.3, "y": 1}, "z", "σ(z) − y"),
    ("p = softmax(z); L = -sum(y*log(p))", {"z": [1, 2, 0.5], "y": [0, 1, 0]}, "z", "p − y"),
    ("p = softmax(z); L = -log(p[1])", {"z": [1, 2, 0.5]}, "z", "p − 𝐞₁"),
    ("L = logsumexp(z) - z[0]", {"z": [1, 2, 0.5]}, "z", "softmax(z) − 𝐞₀"),
    ("h = tanh(z); L = (h - y)**2/2", {"z": 0.4, "y": 0.2}, "z", "(h − y)·(1 − h²)"),
    ("h = sigmoid(z); L = (h - y)**2/2", {"z": 0.4, "y": 0.2}, "z", "(h − y)·h·(1 − h)"),
    ("a = w*x; L = (a - y)**2", {"w": 0.5, "x": 2, "y": 1}, "a", "2·(a − y)"),
    ("r = norm(x); L = 3*r", {"x": [3, 4]}, "x", "3·(x/r)"),
    ("L = logsumexp(z)", {"z": [1, 2, 0.5]}, "z", "softmax(z)"),
    ("L = logsumexp(z) - sum(y*z)", {"z": [1, 2, 0.5], "y": [0, 0.5, 0.2]}, "z", "softmax(z) − y"),
    ("L = 2*softplus(z)", {"z": 0.3}, "z", "2·σ(z)"),
]


@pytest.mark.parametrize(("program", "values", "name", "short"), CASES, ids=[case[3] for case in CASES])
def test_a_result_is_recognised_and_is_the_gradient(
    program: str, values: dict[str, Any], name: str, short: str
) -> None:
    run = cgviz.run(program, values)
    found = recognised(run)[run.index(name)]
    assert found.formula.pretty == short
    text = run.explain(name).text
    assert short in text
    assert short in run.derive().text


def test_every_row_that_is_told_is_told_somewhere() -> None:
    told = {recognised(run)[run.index(name)].known for run, name in ((cgviz.run(p, v), n) for p, v, n, _ in CASES)}
    assert told == {result.told for result in RESULTS if result.told is not None}


def test_the_logistic_rows_are_identities() -> None:
    z, y = sympy.symbols("z y", real=True)
    p = 1 / (1 + sympy.exp(-z))
    loss = -(y * sympy.log(p) + (1 - y) * sympy.log(1 - p))
    assert sympy.simplify(sympy.diff(loss, z) - (p - y)) == 0
    h = sympy.tanh(z)
    assert sympy.simplify(sympy.diff((h - y) ** 2 / 2, z) - (h - y) * (1 - h**2)) == 0


def test_softmax_with_cross_entropy_is_p_minus_y_by_differences() -> None:
    z, y, h = np.array([0.2, -1.0, 0.7]), np.array([0.0, 0.0, 1.0]), 1e-6

    def loss(z: np.ndarray) -> float:
        return float(np.log(np.exp(z).sum()) - (y * z).sum())

    slopes = [(loss(z + h * e) - loss(z - h * e)) / (2 * h) for e in np.eye(3)]
    p = np.exp(z) / np.exp(z).sum()
    assert slopes == pytest.approx(list(p - y), abs=1e-8)


def test_a_condition_is_said_where_it_is_needed() -> None:
    run = cgviz.run("p = softmax(z); L = -sum(y*log(p))", z=[1, 2, 0.5], y=[0, 1, 0])
    assert recognised(run)[run.index("z")].condition == "as y sums to 1"
    other = cgviz.run("p = softmax(z); L = -sum(y*log(p))", z=[1, 2, 0.5], y=[0.5, 1, 0])
    assert run.index("z") not in recognised(other)


@pytest.mark.parametrize(
    "program", ["x*y + sin(x)", "p = sigmoid(z); L = -(y*log(p) + (1-y)*log(1-p)) + z", "tanh(x)*y"]
)
def test_nothing_is_recognised_elsewhere(program: str) -> None:
    assert recognised(cgviz.run(program)) == {}
