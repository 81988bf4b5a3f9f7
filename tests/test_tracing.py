"""Python functions as graphs."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.runs.passes import forward


def names(run: cgviz.Run) -> list[str]:
    return [run.graph.nodes[i].name for i in run.graph.stages]


def lecture(x: Any, y: Any) -> Any:
    sigy = 1.0 / (1 + cgviz.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + cgviz.exp(-x))
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr
    invden = 1.0 / den
    f = num * invden
    return f


def test_the_lecture_s_listing_gives_the_lecture_s_stages() -> None:
    run = cgviz.trace(lecture, x=3, y=-4)
    assert names(run) == ["sigy", "num", "sigx", "xpy", "xpysqr", "den", "invden", "f"]
    text = cgviz.run("(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)", x=3, y=-4)
    assert run.gradient == text.gradient
    assert [run.graph.formula(i).text for i in run.graph.stages] == [
        text.graph.formula(i).text for i in text.graph.stages
    ]


def test_loops_and_branches_run_as_usual() -> None:
    def power(x: Any, n: int) -> Any:
        out = 1.0
        for _ in range(int(n)):
            out = out * x
        return out if out > 0 else -out

    assert cgviz.trace(lambda x: power(x, 3), x=-2.0).gradient == {"x": -12.0}


def test_a_variable_bound_again_is_printed_with_a_prime() -> None:
    def twice(x: Any) -> Any:
        h = x * 2
        h = h * h
        return h

    run = cgviz.trace(twice, x=3.0)
    assert [(node.name, node.shown) for node in run.graph.nodes if node.is_stage] == [("h", "h"), ("h_2", "h′")]
    assert run.gradient == {"x": 24.0}


def test_after_many_lines_names_are_those_at_the_return(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.reading.tracing.frames.MOST_NAMED_LINES", 4)
    kept = []

    def looped(x: float) -> Any:
        first = x * 2
        middle = first
        for _ in range(3):
            middle = cgviz.sin(middle)
            kept.append(sys.gettrace())
        last = cgviz.exp(middle)
        return last * first

    before = sys.gettrace()
    run = cgviz.trace(looped, 0.5)
    assert names(run)[:1] + names(run)[-3:] == ["first", "middle", "last", "f"]
    assert (kept[-1], sys.gettrace()) == (before, before)  # nobody is watched any longer


def test_a_function_that_binds_nothing_is_not_watched() -> None:
    before, kept = sys.gettrace(), []

    def doubled(x: float) -> float:
        inner = x * 2
        kept.append(sys.gettrace())
        return inner + x

    run = cgviz.trace(lambda x: doubled(x), x=0.5)
    assert (kept, run.gradient) == ([before], {"x": 3.0})


def test_chains_are_one_sum_and_division_is_a_product_with_a_reciprocal() -> None:
    run = cgviz.trace(lambda a, b, c: (a + b - c) / (a * b * c), 1.0, 2.0, 4.0)
    assert names(run) == ["num", "den", "invden", "f"]
    assert run.gradient["c"] == pytest.approx(-1 / 8 + 1 / (8 * 4))


def test_lists_are_inputs_one_by_one() -> None:
    def dot(w: list[Any], x: list[Any]) -> Any:
        return sum(a * b for a, b in zip(w, x, strict=True))

    run = cgviz.trace(dot, w=[1.0, 2.0], x=[3.0, 4.0])
    assert run.value == 11
    assert run.gradient == {"w_0": 3.0, "w_1": 4.0, "x_0": 1.0, "x_1": 2.0}


def test_the_zero_of_sum_is_no_operand() -> None:
    run = cgviz.trace(lambda a, b: sum([a, b]), 1.0, 2.0)
    assert run.graph.formula(run.graph.output).text == "a + b"


def test_a_constant_power_has_the_form_that_text_has() -> None:
    run = cgviz.trace(lambda x: x**0.5 + x**-1 + x**3 + 2**x, 4.0)
    assert [node.op.name for node in run.graph if node.is_stage] == ["sqrt", "reciprocal", "power", "pow", "add"]


def test_arrays_of_numpy_are_inputs_as_a_whole() -> None:
    run = cgviz.trace(lambda w, x: w @ x + np.sum(w), np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    assert {name: slope.tolist() for name, slope in run.gradient.items()} == {"w": [4.0, 5.0], "x": [1.0, 2.0]}
    assert [run.graph.nodes[i].op.name for i in run.graph.stages] == ["matmul", "sum", "add"]


def test_numpy_s_functions() -> None:
    run = cgviz.trace(lambda x: np.exp(x) * np.float64(2) + np.maximum(x, 0.0), x=1.5)
    assert run.gradient == pytest.approx({"x": 2 * math.exp(1.5) + 1})


def test_constants_and_inputs_can_be_the_output() -> None:
    assert cgviz.trace(lambda x: x, x=2.0).gradient == {"x": 1.0}
    assert cgviz.trace(lambda x: 7.0, x=2.0).gradient == {"x": 0.0}


def test_a_run_can_be_run_again_at_other_inputs() -> None:
    run = cgviz.trace(lecture, x=3, y=-4)
    again = cgviz.run(run, x=1.0, y=1.0)
    assert again.gradient == pytest.approx(cgviz.trace(lecture, x=1.0, y=1.0).gradient)


@pytest.mark.parametrize(
    ("function", "args", "message"),
    [
        (lambda x: float(x), (1.0,), "cgviz.exp"),
        (lambda x: math.gcd(x, 2), (1.0,), "gcd"),
        (lambda x: (x, x), (1.0,), "returns tuple"),
        (lambda x: None, (1.0,), "returns NoneType"),
        (lambda x, y: x, (1.0,), "missing"),
    ],
)
def test_what_cannot_be_traced_is_said(function: Any, args: tuple[float, ...], message: str) -> None:
    with pytest.raises(cgviz.UsageError, match=message):
        cgviz.trace(function, *args)


def test_gradients_are_found_by_their_paths() -> None:
    def loss(params: dict[str, Any], x: Any) -> Any:
        return (params["W1"] @ x).sum() * params["scale"]

    run = cgviz.trace(loss, {"W1": np.eye(2), "scale": 2.0}, np.array([1.0, 3.0]))
    assert list(run.gradient) == ["params_W1", "params_scale", "x"]
    assert run.gradient['params["W1"]'].tolist() == [[2, 6], [2, 6]]
    assert run.graph.nodes[0].shown == "W1"
    with pytest.raises(KeyError):
        run.gradient["params[0]"]


def test_views_are_written_through_and_numbers_are_not() -> None:
    def function(x: Any) -> Any:
        out = np.zeros((2, 2))
        row = out[0]
        row += x
        out[0, 1] *= 3
        total = first = x[0]
        total += 1
        return (out.T[0] * np.array([1.0, 2.0])).sum() + row[1] + first * total

    run = cgviz.trace(function, np.array([2.0, 5.0]))
    assert run.value == 2 + 15 + 2 * 3
    assert run.gradient["x"].tolist() == [1 + 2 + 3, 3]


def test_what_cannot_be_followed_is_said_with_file_and_line() -> None:
    with pytest.raises(cgviz.UsageError, match=r"fft cannot be followed.*\(test_tracing\.py, line \d+\)"):
        cgviz.trace(lambda x: np.fft.fft(x).sum(), np.array([1.0, 2.0]))
    outer = np.zeros(2)
    with pytest.raises(cgviz.UsageError, match="outside of the function"):
        cgviz.trace(lambda x: np.add(x, 1, out=outer).sum(), np.array([1.0, 2.0]))


def test_statistics_of_numpy_are_followed() -> None:
    def function(x: Any, y: Any) -> Any:
        basis = np.vander(x, 2)
        pieces = np.piecewise(x, [x < 0, x >= 0], [lambda v: -v, lambda v: v**2])
        return np.corrcoef(x, y)[0, 1] + np.linalg.solve(basis.T @ basis, basis.T @ y)[0] + pieces.sum()

    x, y, h = np.array([0.3, -0.7, 1.2, 0.5]), np.array([0.1, 0.4, -0.3, 0.8]), 1e-6
    run = cgviz.trace(function, x, y)
    assert run.value == pytest.approx(function(x, y))
    moves = [(function(x + h * e, y) - function(x - h * e, y)) / (2 * h) for e in np.eye(4)]
    np.testing.assert_allclose(run.gradient["x"], moves, rtol=1e-6)


def test_what_was_recorded_is_not_computed_again_but_at_other_numbers_it_is() -> None:
    def scaled(x: Any, w: Any) -> Any:
        y = np.exp(x - x.mean()) * w - 2.0 * w + x / x.sum()
        return (y**2).sum()

    at = {"x": np.array([1.0, 2.5, -0.5]), "w": np.array([0.5, -1.0, 2.0])}
    run = cgviz.trace(scaled, **at)
    assert "values" in run.__dict__
    assert [np.asarray(v).tolist() for v in run.values] == [
        np.asarray(v).tolist() for v in forward(run.bare, run.inputs or {})
    ]
    other = {name: value * 3 for name, value in at.items()}
    assert cgviz.run(run.bare, other).value == pytest.approx(scaled(**other), rel=1e-13)


def test_numbers_without_names_or_places_are_no_silent_constants() -> None:
    for numbers in ({1.0, 2.0}, frozenset([1.0]), {"a": 1.0}.values()):
        with pytest.raises(cgviz.UsageError, match="give a list, a dict or an array"):
            cgviz.trace(lambda p, x: sum(p) * x, numbers, 2.0)
    assert cgviz.trace(lambda p, x: sum(p) * x, {1, 2}, 2.0).gradient == {"x": 3.0}
