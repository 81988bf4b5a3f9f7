"""Recognised results: every row of the table is proved by the passes, by sympy where it can, and met in programs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

import cgviz
from cgviz.analysis.recognised import RESULTS, Result, found
from cgviz.analysis.recognised.found import evaluated
from cgviz.analysis.recognised.telling import ratio_of_columns, ratio_of_numbers
from cgviz.values.arrays import settled

FILLS = [{"axis": -1, "keep": True}, {"axis": 0, "keep": True}, {"axis": 0, "keep": False}]
CODED = [result for result in RESULTS if result.in_code]
PLAIN = [r for r in RESULTS if not any(word in r.program for word in ("{axis}", "sum", "@", "norm", "soft"))]


def at_random(result: Result, names: list[str]) -> dict[str, Any]:
    random = np.random.default_rng(4)
    return {name: random.uniform(0.2, 0.9, result.example.get(name, ())) for name in names}


@pytest.mark.parametrize("fills", FILLS, ids=str)
@pytest.mark.parametrize("result", CODED, ids=lambda result: result.program)
def test_the_short_form_is_what_the_passes_find(result: Result, fills: dict[str, Any]) -> None:
    text = result.program.format(**fills)
    graph = cgviz.read(text)
    inputs = at_random(result, [graph.nodes[i].name for i in graph.inputs])
    up = settled(np.random.default_rng(5).normal(size=np.shape(value_of(text, inputs))))
    run = cgviz.run(text, inputs, upstream=up)
    (match,) = [each for each in found(run.graph) if each.result is result or each.result.name == result.name]
    assert match.root == run.graph.output
    values = {name: run.values[index] for name, index in match.nodes.items()} | {"up": up}
    for name, index in match.sources.items():
        short = np.asarray(match.gradient(name, values)) * np.ones(np.shape(run.values[index]))
        np.testing.assert_allclose(short, run.gradients[index], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("result", [r for r in RESULTS if not r.in_code], ids=lambda result: result.program)
def test_what_is_only_told_is_what_the_passes_find(result: Result) -> None:
    graph = cgviz.read(result.program)
    run = cgviz.run(graph, at_random(result, [graph.nodes[i].name for i in graph.inputs]), upstream=0.7)
    values = {node.name: value for node, value in zip(run.graph.nodes, run.values, strict=True) if node.name}
    values |= {"up": 0.7, "e": np.eye(4)[1]}
    for name, short in result.gradients.items():
        np.testing.assert_allclose(evaluated(short, values), run.gradient[name], rtol=1e-10)


def value_of(text: str, inputs: dict[str, Any]) -> Any:
    """Returns the value of a program, whatever its shape."""
    from cgviz.runs.starting import without_seed

    return without_seed(cgviz.read(text), inputs).value


@pytest.mark.parametrize("result", PLAIN, ids=lambda result: result.program)
def test_sympy_agrees(result: Result) -> None:
    names: dict[str, Any] = {"sigmoid": lambda z: 1 / (1 + sympy.exp(-z)), "up": sympy.Integer(1)}
    for statement in result.program.split(";"):
        name, _, body = statement.rpartition(" = ")
        names[name.strip() or "last"] = sympy.sympify(body, locals=names)
    for name, short in result.gradients.items():
        slope = sympy.diff(names["last"], sympy.Symbol(name))
        rest = slope - sympy.sympify(short, locals=names)
        assert abs(rest.subs({"z": 0.3, "y": 0.7, "p": 0.4}).evalf(30)) < 1e-15


def named(program: str, **inputs: Any) -> list[str]:
    return [each.result.name for each in found(cgviz.run(program, inputs).graph)]


def test_they_are_met_in_programs() -> None:
    z, y = [[1.0, 2.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]
    assert named("p = softmax(z); -sum(y*log(p))", z=z, y=y) == ["softmax with cross-entropy"]
    assert named("-mean(sum(log(softmax(z, axis=0))*y, axis=0))", z=z, y=y) == ["softmax with cross-entropy"]
    assert named("q = sigmoid(w*x + b); -(y*log(q) + (1-y)*log(1-q))", w=1, x=2, b=3, y=1) == [
        "sigmoid with binary cross-entropy"
    ]
    centred = "m = mean(x, axis={0}, keepdims=True); d = x - m; "
    norm = centred + "s = d/sqrt(mean(d**2, axis={1}, keepdims=True) + 1e-5); sum(s*y)"
    assert named(norm.format(-1, -1), x=z, y=y) == ["normalisation"]
    assert named(norm.format(-1, 0), x=z, y=y) == ["normalisation by the root mean square"]  # of d
    assert named("0.5*(p - t)**2", p=1, t=2) == ["half the squared error"]
    assert named("x @ A @ x", x=[1, 2], A=z) == ["quadratic form"]
    assert named("y @ A @ x", x=[1, 2], y=[3, 4], A=z) == []


def test_what_is_broadcast_is_no_cross_entropy() -> None:
    assert named("p = sigmoid(z); sum(-(y*log(p) + (1-y)*log(1-p)))", z=[1, 2], y=1) == []


@pytest.mark.parametrize(
    ("program", "form"),
    [
        (r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} \\ L = -\sum_i y_i \log p_i", "p − y"),
        ("p = exp(z)/sum(exp(z)); L = -sum(y*log(p))", "p − y"),
        ("e = exp(z - max(z)); p = e/sum(e); L = -sum(y*log(p))", "p − y"),
        (r"L = \log\sum_j e^{z_j} - \sum_j y_j z_j", "softmax(z) − y"),
        ("p = exp(z)/sum(exp(z)); L = -sum(y*log(p)**2)", ""),
    ],
)
def test_softmax_written_out_ends_in_p_minus_y(program: str, form: str) -> None:
    text = str(cgviz.run(program, z=[1, 2, 3], y=[0, 1, 0]).explain("z"))
    said = [line for line in text.splitlines() if "error of the output" in line]
    assert [f"∂L/∂z = {form}, the error" in line for line in said] == ([True] if form else [])


@pytest.mark.parametrize(
    ("gradients", "forms", "factor"),
    [
        ([2.0, 4.0, 6.0], [1.0, 2.0, 3.0], 2.0),
        ([-0.5, -1.0, -1.5], [1.0, 2.0, 3.0], -0.5),
        ([1.0, 2.0, 3.0001], [1.0, 2.0, 3.0], None),
        ([1.5, 3.0, 4.5], [1.0, 2.0, 3.0], None),  # no whole number, nor one over one
        ([3.0, 3.0, 3.0], [1.0, 1.0, 1.0], None),  # a constant is proportional to anything
        ([0.0, 0.0], [0.0, 0.0], None),
    ],
)
def test_a_constant_ratio_of_numbers_and_of_columns(
    gradients: list[float], forms: list[float], factor: float | None
) -> None:
    assert ratio_of_numbers(gradients, forms) == factor
    assert ratio_of_columns(np.array(gradients), np.array(forms)) == factor
