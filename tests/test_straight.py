"""The straight line of a graph finds the numbers of the passes, bit for bit; where it cannot, the passes do."""

from __future__ import annotations

import math
import random
import re
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.errors import ExpressionError, UsageError
from cgviz.graph.nodes import Graph
from cgviz.ops.op import REGISTRY, ops
from cgviz.runs.bold import MOST_STOPS, Bold
from cgviz.runs.compiling import straight
from cgviz.runs.passes import PAYS_AFTER, backward, carried, forward, gradient, quickly
from cgviz.runs.straight import SPELLED_OUT
from cgviz.values.arrays import is_sound

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
TEXTS = [
    LECTURE,
    "tanh(x*y) - x/y + exp(x)*log(y) - (-x)**3*relu(y) + max(x, y)",
    "sin(x)*cos(y) + sqrt(y) + hypot(x, y) + log1p(y) + atan2(x, y) + abs(x) + x**y + softplus(x) + silu(x)",
    "-x - y + 3 - x*y*x/7 + 2**x + min(x, y, 1)*leaky_relu(-x)",
    "x",
    "a = x + 1; y",
]


def slowly(graph: Graph, at: dict[str, Any], seed: Any = None) -> tuple[Any, dict[str, Any]]:
    values = forward(graph, at)
    gradients = backward(graph, values, seed)
    return values[graph.output], {graph.nodes[i].name: gradients[i] for i in graph.inputs}


def test_a_graph_is_compiled_once_when_it_is_asked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, compiled = cgviz.read(LECTURE), list[Graph]()
    monkeypatch.setattr("cgviz.runs.passes.straight", lambda each: compiled.append(each) or straight(each))
    counts = [len(compiled) for _ in range(PAYS_AFTER + 4) if gradient(graph, {"x": 3.0, "y": -4.0})]
    assert counts == [0] * PAYS_AFTER + [1] * 4


def same(one: Any, two: Any) -> bool:
    return bool(np.array_equal(one, two, equal_nan=True)) and np.shape(one) == np.shape(two)


def agree(graph: Graph, at: dict[str, Any], seed: Any = None) -> None:
    value, slopes = slowly(graph, at, seed)
    for _ in range(PAYS_AFTER + 2):
        found, made = gradient(graph, at, seed)
        assert same(found, value)
        assert list(made) == list(slopes)
        assert all(same(made[name], slopes[name]) for name in slopes)


@pytest.mark.parametrize("text", TEXTS)
def test_numbers(text: str) -> None:
    graph, dice = cgviz.read(text), random.Random(3)
    names = [graph.nodes[i].name for i in graph.inputs]
    assert straight(graph) is not None
    for _ in range(5):
        agree(graph, {name: dice.uniform(0.1, 2) for name in names})
    agree(graph, dict.fromkeys(names, 0.5), 0.25)


@pytest.mark.parametrize("at", [{"x": 0.0, "y": 0.0}, {"x": 1e200, "y": 1e-200}, {"x": 800.0, "y": -3.0}])
@pytest.mark.parametrize("text", [*TEXTS, "1/x + log(y)*exp(x) + x**-2"])
def test_numbers_that_leave_the_range(text: str, at: dict[str, float]) -> None:
    graph = cgviz.read(text)
    agree(graph, {name: at[name] for name in (graph.nodes[i].name for i in graph.inputs)})


def test_every_op() -> None:
    for op in (op for op in ops() if op.vjp is None and not op.fixed):
        count = op.arity[1] or 3
        names = "xyz"[:count]
        graph = cgviz.read(f"{op.name}({', '.join(names)})")
        agree(graph, {name: 1.25 + 0.5 * i for i, name in enumerate(names)})


@pytest.mark.parametrize("name", sorted(SPELLED_OUT))
def test_ops_that_are_spelled_out(name: str) -> None:
    op, dice = REGISTRY[name], random.Random(7)
    for x in [0.0, -0.0, 745.2, -745.2, *(dice.gauss(0, 20) for _ in range(2000))]:
        out = op.forward(x)
        assert SPELLED_OUT[name](x) == out
        assert op.careful(out, x) == op.stable(out, x)


def test_a_slope_is_sound_where_every_element_is_a_normal_number() -> None:
    sound = [[1.0, -2.0], [-3.0], [1e-300, 5], []]
    odd = [[1.0, -math.inf], [math.inf, 1.0], [0.0, 1.0], [-1e-310, 1.0], [-2.0, -1e-310], [math.nan, 1.0], [-math.inf]]
    assert all(is_sound(np.array(each)) for each in sound)
    assert not any(is_sound(np.array(each)) for each in odd)


def test_a_gradient_is_no_part_of_the_run() -> None:
    graph = cgviz.read("x*y")
    for _ in range(PAYS_AFTER + 2):
        run = cgviz.run(graph, x=np.array([1.0, 2.0]), y=np.array([3.0, 4.0]), upstream=1.0)
    run.gradient["x"][:] = 0.0
    assert run.inputs is not None
    assert run.inputs["y"].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("size", [7, 40_000])
@pytest.mark.parametrize("text", [*TEXTS[:1], "a*x**2 + b*x + x/y", "sin(x)*exp(-y) - x*3"])
def test_columns(text: str, size: int) -> None:
    chance = np.random.default_rng(5)
    graph = cgviz.read(text)
    at = {graph.nodes[i].name: chance.uniform(0.5, 2, size) for i in graph.inputs} | (
        {"a": 2.0, "b": 0.5} if "a*" in text else {}
    )
    run = cgviz.run(graph, at, upstream=chance.normal(size=size))
    agree(run.bare, at, run.upstream)
    at["y" if "y" in at else "x"][3] = 0.0
    agree(run.bare, at, run.upstream)


def test_branches_go_the_long_way() -> None:
    graph = cgviz.read("where(x > 0, log(x), x)")
    assert straight(graph) is None
    agree(graph, {"x": -1.0})


PROGRAMS = [
    "sum(transpose(W) @ x)",
    "h = tanh(A @ W + b); p = softmax(h); -sum(log(p[:, 0])) + 0.1*sum(W**2)",
    "r = A @ x - mean(A @ x); sum(r*r*r/(1 + r*r)) - norm(transpose(A) @ r)",
    "h = relu(transpose(A) * 2 - 1); sum(h * cumsum(h, axis=0)) + sum(x) * max(x) - trace(A @ transpose(A))",
    "s = sum(x); t = tanh(s); y = x*t - (-x)/s; sum(sort(y) * leaky_relu(-y)) + s*sum(c)",
    "m = mean(A, axis=1, keepdims=True); z = (A - m) / sum(A, axis=0); sum(mean(z*A, axis=1) * sum(z, axis=(1,)))",
    "q = x @ W; p = A @ (x*2); mean(q) * dot(x, x) + sum(p)*mean(transpose(A), axis=0) @ p + sum(q @ transpose(W))",
    "a = mean(mean(A, axis=0)*x); -a*sum(sum(A, axis=1, keepdims=True) - A) + sum(mean(x) - b) + mean(softmax(A, 0))",
    "z = A @ W - b; sum(max(0, z) * min(z, 0.5, b)) + mean(clip(z, -0.1, 1)**2) + sum(max(A, x)) + sum(max(A, A*1))",
    "t = x[0]; sum(-(t*A) @ W) + mean(-(x[1] * mean(A, axis=1, keepdims=True))*A)",
    "z = A @ W + b; h = where(z > 0, z, 0.1*z); sum(h**2) + mean(where(z < b, log(abs(z)), z - 1) @ transpose(W))",
    "h = where(A > 9, A*x, A + c[0]); u = where(A @ x > 9, A @ x, 2); sum(h) + sum(where(x > 0, x, exp(x))) + sum(u)",
    "sum(gelu(A) + silu(-A) + hypot(A, 2) + A**3) + sum(logsigmoid(x) - softplus(-x*x)) + sum(A**x[0])",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_programs_of_arrays(text: str) -> None:
    chance = np.random.default_rng(7)
    known = {"A": chance.uniform(0.1, 2, (5, 4)), "W": chance.uniform(-1, 1, (4, 3)), "b": chance.normal(size=3)}
    known |= {"x": chance.uniform(0.2, 1, 4), "c": np.arange(3.0)}
    graph = cgviz.read(text)
    at = {graph.nodes[i].name: known[graph.nodes[i].name] for i in graph.inputs}
    for order in (np.asfortranarray, np.ascontiguousarray):
        run = cgviz.run(graph, {name: order(value) for name, value in at.items()})
        assert straight(run.bare) is not None
        agree(run.bare, dict(run.inputs or {}))


@pytest.mark.parametrize(
    ("x", "stops"), [(1.0, 0), (1e200, MOST_STOPS), (1e-200, MOST_STOPS), (math.inf, 0), (math.nan, 0)]
)
def test_a_bold_line_that_stops_is_done_carefully(x: float, stops: int) -> None:
    graph = cgviz.read("h = A @ v; sum(h*h)/3 + sum(A*A, axis=1) @ h")
    at = {"A": np.arange(1.0, 7).reshape(2, 3) * x, "v": np.arange(1.0, 4)}
    run = cgviz.run(graph, at)
    agree(run.bare, dict(run.inputs or {}))
    line = run.bare.asked[-1].unit
    assert (type(line), line.stops) == (Bold, stops)
    agree(run.bare, {**at, "A": np.ones((2, 3))})


def test_every_op_of_columns_at_odd_numbers() -> None:
    odd = np.array([0.0, -0.0, 1e-310, -1e308, 745.2, -0.5, math.inf, math.nan])
    for op in (op for op in ops() if (op.array or op.composed) and not op.fixed and op.reaches is None):
        names = "xyz"[: op.arity[1] or 3]
        at = dict(zip(names, map(np.ravel, np.meshgrid(*[odd] * len(names))), strict=True))
        run = cgviz.run(f"{op.name}({', '.join(names)})", at, upstream=1.0)
        line = straight(run.bare)
        assert line is not None
        value, slopes = slowly(run.bare, dict(run.inputs or {}), run.upstream)
        found = carried(line, (run.inputs or {}).values(), run.upstream)
        assert found is not None or op.name == "reciprocal"
        if found is not None:
            assert same(found[0], value)
            assert all(map(same, found[1], slopes.values()))


def test_results_are_nobodys_buffers() -> None:
    graph, x = cgviz.read("sigmoid(x)*y + x"), np.linspace(-1, 1, 50)
    runs = [cgviz.run(graph, x=x * k, y=x, upstream=1.0) for k in range(PAYS_AFTER + 4)]
    for k, run in enumerate(runs):
        again = cgviz.run("sigmoid(x)*y + x", x=x * k, y=x, upstream=1.0)
        assert same(run.value, again.value)
        assert all(same(run.gradient[name], again.gradient[name]) for name in "xy")


def test_a_run_of_a_graph_that_is_asked_often_is_the_same_run() -> None:
    graph = cgviz.read(LECTURE)
    first = cgviz.run(graph, x=3, y=-4)
    runs = [cgviz.run(graph, x=3, y=-4) for _ in range(PAYS_AFTER + 2)]
    for run in runs:
        assert run.value == first.value
        assert run.gradient == first.gradient
        assert run.values == first.values
        assert run.gradients == first.gradients
    assert "values" not in vars(cgviz.run(graph, x=3, y=-4))
    assert cgviz.run(graph, x=0.0, y=-1e9).gradient == cgviz.run(LECTURE, x=0.0, y=-1e9).gradient


def test_divisions_out_of_range_are_still_one_gate() -> None:
    graph = cgviz.read("x/y")
    for _ in range(PAYS_AFTER + 2):
        assert cgviz.run(graph, x=0.001, y=1.3e-310).value == 0.001 / 1.3e-310
        assert math.isclose(cgviz.run(graph, x=3, y=4).gradient["y"], -3 / 16)
    assert quickly(graph, {"x": 0.001, "y": 1.3e-310}) is None


def test_a_run_again_of_other_shapes_and_numbers_is_as_the_first_one() -> None:
    graph = cgviz.read("x*y + x")
    for _ in range(PAYS_AFTER + 2):
        cgviz.run(graph, x=2.0, y=3.0)
    assert cgviz.run(graph, y=3, x=2).gradient == {"x": 4.0, "y": 2.0}
    assert list(cgviz.run(graph, y=3, x=2).inputs or {}) == ["x", "y"]
    assert cgviz.run(graph, x=2.0, y=3.0, upstream=2).gradient == {"x": 8.0, "y": 4.0}
    assert cgviz.run(graph, x=2.0, y=3.0, upstream=2.0).gradient == {"x": 8.0, "y": 4.0}
    wide = cgviz.run(graph, x=2.0, y=[3.0, 5.0], upstream=1.0)
    assert (wide.gradient["x"], np.array(wide.gradient["y"]).tolist()) == (10.0, [2.0, 2.0])
    with pytest.raises(UsageError):
        cgviz.run(graph, x=2.0)


def test_every_kind_of_number_is_run_again_by_the_line() -> None:
    scalars, wide = cgviz.read("x*y_1 + x"), cgviz.read("A*x + sum(A)")
    matrix = np.asfortranarray(np.random.default_rng(3).normal(size=(9, 7)))
    calls: list[tuple[Graph, dict[str, Any]]] = [
        (scalars, {"x": np.float64(2.5), "y_1": 3}),
        (scalars, {"x": np.float32(2.5), "y_1": np.array(3)}),
        (scalars, {"y_1": True, "x": 1e-3}),
        (scalars, {"x": 2.5, "y_1": 3.0, "upstream": 2}),
        (wide, {"A": matrix, "x": 2, "upstream": 1}),
        (wide, {"A": matrix.astype(np.float32), "x": 2.0, "upstream": matrix}),
        (wide, {"A": matrix.tolist(), "x": np.float64(2.0), "upstream": np.float64(3.0)}),
    ]
    for graph, given in calls:
        first = cgviz.run(Graph(graph.nodes, graph.output, graph.inputs, graph.program), **given)
        made = [cgviz.run(graph, **given) for _ in range(PAYS_AFTER + 3)]
        assert all(type(run.value) is type(first.value) and same(run.value, first.value) for run in made)
        assert all(same(run.gradient[name], first.gradient[name]) for run in made for name in first.gradient)
        assert all(same(made[-1].inputs[name], each) for name, each in (first.inputs or {}).items())  # type: ignore[index]
        assert "values" not in vars(made[-1])
    assert "values" not in vars(cgviz.run(cgviz.run(scalars, x=1, y_1=1), {"x": 2.5, "y_1": 3.0}))


@pytest.mark.parametrize(
    "odd", [{"x": "2"}, {"x": None}, {"x": 1j}, {"x": 10**400}, {"x": [[1], [1, 2]]}, {"z": 1.0}, {}]
)
def test_what_is_no_number_is_refused_by_a_graph_that_is_run_again(odd: dict[str, Any]) -> None:
    for size in (1.0, np.ones(2)):
        graph = cgviz.read("x*y")
        for _ in range(PAYS_AFTER + 2):
            cgviz.run(graph, x=size, y=size, upstream=1.0)
        with pytest.raises((UsageError, ExpressionError)) as refused:
            cgviz.run(graph, **{"y": size, **odd}, upstream=1.0)
        with pytest.raises(type(refused.value), match=re.escape(str(refused.value))):
            cgviz.run("x*y", **{"y": size, **odd}, upstream=1.0)
