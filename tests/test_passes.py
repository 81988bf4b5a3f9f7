"""The run: the lecture's numbers, contributions, flags, what is not finite, and steps that end in the run's state."""

from __future__ import annotations

import math
import random

import pytest

import cgviz
from cgviz.graph.nodes import CONSTANT
from cgviz.runs.passes import completed, gradient
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward, Seed

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"


def by_name(run: Run) -> dict[str, tuple[float | None, float | None]]:
    return {node.name: (run.values[i], run.gradients[i]) for i, node in enumerate(run.graph.nodes) if node.name}


def test_the_lecture() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    stages = [run.graph.nodes[i].name for i in run.graph.stages]
    assert stages == ["sigy", "num", "sigx", "xpy", "xpysqr", "den", "invden", "f"]
    sigx, sigy = 1 / (1 + math.exp(-3)), 1 / (1 + math.exp(4))
    num, den = 3 + sigy, sigx + 1
    # the listing of the lecture, by hand
    dnum, dinvden = 1 / den, num
    dden = -1 / den**2 * dinvden
    dxpy = 2 * (-1) * dden
    dx = dxpy + (1 - sigx) * sigx * dden + dnum
    dy = dxpy + (1 - sigy) * sigy * dnum
    expected = {"num": (num, dnum), "den": (den, dden), "invden": (1 / den, dinvden), "xpy": (-1, dxpy)}
    for name, pair in expected.items():
        assert by_name(run)[name] == pytest.approx(pair, rel=1e-14)
    assert run.gradient == pytest.approx({"x": dx, "y": dy}, rel=1e-14)


def test_contributions_sum_to_the_gradient() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    x = run.graph.inputs[0]
    assert [run.graph.nodes[edge.target].name for edge in run.contributions[x]] == ["xpy", "sigx", "num"]
    assert sum(edge.value or 0.0 for edge in run.contributions[x]) == run.gradients[x]


def test_a_value_used_twice_in_one_gate_has_two_edges() -> None:
    run = cgviz.run("x*x", x=3)
    assert run.gradient == {"x": 6.0}
    assert [(edge.slot, edge.value) for edge in run.contributions[run.graph.inputs[0]]] == [(0, 3.0), (1, 3.0)]


@pytest.mark.parametrize(
    ("program", "inputs", "message"),
    [
        ("f = (x + 1)/(x + y)", {"x": 2, "y": -2}, "invden = 1/den: division by zero, den = 0"),
        ("log(x)*y", {"x": -1, "y": 2}, "logx = log(x): log of a negative number, x = −1"),
        ("exp(x)*y", {"x": 800, "y": 2}, "expx = exp(x): overflow, x = 800"),
        ("sqrt(x)*y", {"x": 0, "y": 2}, "sqrtx = √x: its local derivative"),
        ("x*1e200*1e200", {"x": 1e200}, "overflow"),
    ],
)
def test_what_is_not_finite_is_located(program: str, inputs: dict[str, float], message: str) -> None:
    assert message in cgviz.run(program, inputs).explain_trouble()


def test_a_branch_not_taken_poisons_nothing() -> None:
    run = cgviz.run("where(x > 0, log(x), x**2)", x=-1.5)
    assert (run.value, run.gradient, run.trouble) == (2.25, {"x": -3.0}, None)
    assert any("nonfinite" in flags for flags in run.flags)


@pytest.mark.parametrize(("program", "x"), [("1/(1+exp(-x))", -800), ("softplus(x)", 800), ("silu(x)", -800)])
def test_gate_detail_overflows_honestly_and_says_what_helps(program: str, x: float) -> None:
    run = cgviz.run(program, x=x, detail="gate")
    assert run.explain_trouble().endswith("the fused gates of --detail stage do not")
    assert cgviz.run(program, x=x).trouble is None


def test_opened_gates_close_again() -> None:
    gates = cgviz.run("softplus(x) + gelu(x)", x=1, detail="gate")
    assert [node.op.name for node in cgviz.read(gates)] == ["input", "softplus", "gelu", "add"]


def test_the_stable_log_sigmoid() -> None:
    run = cgviz.run("log(1/(1+exp(-x)))", x=-800)
    assert (run.value, run.gradient) == (-800.0, {"x": 1.0})


def test_a_statement_that_the_output_does_not_need_stays_with_gradient_zero() -> None:
    run = cgviz.run("q = x*y; p = x + y; f = q*2", x=2, y=3)
    assert by_name(run)["p"] == (5.0, 0.0)
    index = next(i for i, node in enumerate(run.graph.nodes) if node.name == "p")
    assert not run.graph.reached[index]


def test_symbolic_runs_have_no_numbers() -> None:
    run = cgviz.run("x*y + 1")
    assert run.symbolic
    assert run.gradient == {"x": None, "y": None}
    pairs = zip(run.values, run.graph.nodes, strict=True)
    assert all(value is None for value, node in pairs if node.op is not CONSTANT)


def test_some_values_but_not_all_is_an_error_that_names_the_missing_ones() -> None:
    with pytest.raises(cgviz.UsageError, match="no value for 'y'"):
        cgviz.run("x*y", x=1)
    with pytest.raises(cgviz.UsageError, match="'z' is not an input"):
        cgviz.run("x*y", x=1, y=2, z=3)


@pytest.mark.parametrize("program", [LECTURE, "x*x", "max(x, y)*x + relu(y)", "c = x + y; c = c*c; d = x; c/d"])
@pytest.mark.parametrize("detail", ["stage", "gate"])
def test_the_steps_end_in_the_state_of_the_run(program: str, detail: str) -> None:
    names = [node.name for node in cgviz.read(program).nodes if node.op.name == "input"]
    run = cgviz.run(program, dict(zip(names, [3.0, -4.0], strict=False)), detail=detail)
    values: dict[int, float | None] = {}
    gradients: dict[int, float | None] = {}
    for step in run.steps:
        assert "\n" not in step.caption()
        if isinstance(step, Forward):
            values[step.index] = step.value
        elif isinstance(step, Seed):
            gradients[step.index] = step.value
        elif isinstance(step, Backward):
            assert step.adds == (step.index in gradients)
            gradients[step.index] = (gradients.get(step.index) or 0.0) + (step.value or 0.0)
            assert gradients[step.index] == step.total
    assert values == {i: run.values[i] for i in run.graph.stages}
    for index, total in gradients.items():
        assert total == run.gradients[index]


def test_captions_of_the_lecture() -> None:
    captions = [step.caption() for step in cgviz.run(LECTURE, x=3, y=-4).steps]
    assert "den = sigx + xpysqr = 0.9526 + 1 = 1.953" in captions
    assert "dden = dinvden · (−1/den²) = 3.018 · (−0.2623) = −0.7916" in captions
    assert captions[8] == "df = ∂f/∂f = 1"
    assert sum("+=" in caption for caption in captions) == 3


def test_the_steps_of_a_stage_share_its_number() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    order = [step.number for step in run.steps if not isinstance(step, Seed)]
    assert order == [1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 7, 6, 6, 5, 4, 4, 3, 2, 2, 1]


def test_what_is_known_is_not_computed_again() -> None:
    graph = cgviz.read("q = x*y\nf = q + 1")
    names = [node.name for node in graph.nodes]
    known = [
        {"x": 3.0, "y": 4.0}.get(name) if node.op is not CONSTANT else node.value
        for name, node in zip(names, graph.nodes, strict=True)
    ]
    assert completed(graph, known)[-1] == 13.0
    known[names.index("q")] = 100.0
    assert completed(graph, known)[-1] == 101.0


def test_a_deep_chain_is_no_trouble() -> None:
    run = cgviz.trace(lambda x: chain(x, 40_000), x=1.0)
    assert run.gradient["x"] == pytest.approx(1.0)


def chain(x: float, depth: int) -> float:
    for _ in range(depth):
        x = -x
    return x


def test_the_lean_gradient_is_the_run_s() -> None:
    random.seed(4)
    for _ in range(20):
        at = {"x": random.uniform(-2, 2), "y": random.uniform(-2, 2)}
        run = cgviz.run(LECTURE, at)
        assert gradient(run.bare, at) == (run.value, run.gradient)
