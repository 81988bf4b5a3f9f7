"""Hessians: against PyTorch, mpmath and central differences; corners, and rules that cannot be differentiated again."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from cgviz.analysis.hessians import hessian
from cgviz.cli import main
from cgviz.errors import UsageError
from cgviz.graph.nodes import Builder, Graph
from cgviz.ops.exponential import exp
from cgviz.ops.op import Op, ops
from cgviz.runs.gradients import UntraceableError, gradient_graph
from cgviz.runs.passes import backward, forward
from cgviz.runs.run import Run
from cgviz.runs.starting import start
from cgviz.views.jacobian import picture, report
from cgviz.views.jacobian.facts import MatrixFacts, of_hessian
from tests.test_jacobian import run_of, some
from tests.tex import compiled


def facts(program: str, wrt: str | None, of: str | None = None, mode: str = "auto", **inputs: Any) -> MatrixFacts:
    return of_hessian(run_of(program, inputs), of, wrt, mode)


def entries(program: str, wrt: str | None, of: str | None = None, mode: str = "auto", **inputs: Any) -> Any:
    return facts(program, wrt, of, mode, **inputs).matrix.entries


PROGRAMS = [
    ("sum((W @ x)**2)", {"W": (2, 3), "x": (3,)}),
    ("sum(softmax(W @ x) * y)", {"W": (3, 2), "x": (2,), "y": (3,)}),
    ("logsumexp(x) - x[0]", {"x": (4,)}),
    ("sum(log_softmax(x)[1] * y)", {"x": (3,), "y": (2,)}),
    ("sum(tanh(x + y) * x)", {"x": (2, 1), "y": (1, 2)}),
    ("sum(relu(W @ x) * sigmoid(x))", {"W": (2, 2), "x": (2,)}),
    ("max(x) * min(x) + norm(x)", {"x": (3,)}),
    ("sum(inv(A) @ b)", {"A": (2, 2), "b": (2,)}),
    ("det(A) + trace(A @ A)", {"A": (3, 3)}),
    ("sum(where(x > 0, exp(x), x**3))", {"x": (4,)}),
    ("sum(max(x, y) ** 2)", {"x": (3,), "y": (3,)}),
    ("mean(exp(x), axis=0)[1] * sum(x)", {"x": (2, 3)}),
    ("sum(x / y)", {"x": (2,), "y": (1,)}),
    ("sum(outer(x, y) * outer(x, y))", {"x": (2,), "y": (2,)}),
    ("(x*y*z + sin(x))/(1 + z**2)", {"x": (), "y": (), "z": ()}),
    ("concat([x, y*y]) @ concat([y, x])", {"x": (2,), "y": (2,)}),
    ("reshape(x.T, (4,)) @ reshape(x, (4,))", {"x": (2, 2)}),
    ("sum(x**2)", {"x": (0,)}),
    ("sum(abs(x) * x)", {"x": (1, 1)}),
]


def differences(run: Run) -> Any:
    """Central differences of the gradient in all inputs, computed by the passes alone."""
    graph, inputs = run.graph, dict(run.inputs or {})
    names = [graph.nodes[i].name for i in graph.inputs]

    def gradient(given: dict[str, Any]) -> Any:
        gradients = backward(graph, forward(graph, given))
        return np.concatenate([np.ravel(gradients[i]) for i in graph.inputs])

    columns = []
    for name in names:
        value = np.array(inputs[name], dtype=float)
        for place in range(value.size):
            ends = []
            for by in (1e-5, -1e-5):
                moved = value.copy()
                moved.flat[place] += by
                ends.append(gradient({**inputs, name: moved if moved.ndim else float(moved)}))
            columns.append((ends[0] - ends[1]) / 2e-5)
    count = len(columns)
    return np.array(columns).reshape(count, count)


@pytest.mark.parametrize(("program", "shapes"), PROGRAMS, ids=[case[0] for case in PROGRAMS])
def test_hessians_are_symmetric_and_agree_with_central_differences(program: str, shapes: dict[str, Any]) -> None:
    run = run_of(program, {name: some(*shape) if shape else float(some()) for name, shape in shapes.items()})
    for mode in ("reverse", "forward"):
        found = hessian(run, run.graph.inputs, mode=mode)
        assert found.why == ""
        ours = found.matrix.entries
        assert ours == pytest.approx(differences(run), rel=1e-5, abs=1e-6)
        assert ours == pytest.approx(ours.T, rel=1e-9, abs=1e-11)
        assert not ours[found.matrix.blank].any()


TORCH = [
    ("sum(softmax(x) ** 2)", lambda t, x: (t.softmax(x, 0) ** 2).sum(), (4,)),
    ("logsumexp(x)", lambda t, x: t.logsumexp(x, 0), (3,)),
    ("sum(relu(x) * tanh(x))", lambda t, x: (t.relu(x) * t.tanh(x)).sum(), (2, 3)),
    ("det(x)", lambda t, x: t.linalg.det(x), (3, 3)),
    ("norm(x)", lambda t, x: t.linalg.norm(x), (3,)),
    ("sum(gelu(x))", lambda t, x: t.nn.functional.gelu(x).sum(), (3,)),
    ("sum(max(x, axis=0) ** 3)", lambda t, x: (t.amax(x, 0) ** 3).sum(), (2, 2)),
]


@pytest.mark.parametrize(("program", "function", "shape"), TORCH, ids=[case[0] for case in TORCH])
def test_hessians_are_those_of_pytorch(program: str, function: Any, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    x = some(*shape)
    theirs = torch.autograd.functional.hessian(lambda t: function(torch, t), torch.tensor(x))
    ours = entries(program, "x", x=x)
    assert ours == pytest.approx(theirs.numpy().reshape(ours.shape), rel=1e-9, abs=1e-12)


POINTS = {
    1: [(0.4,), (-2.3,)],
    2: [(2.0, 3.0), (-0.7, 0.6)],
    3: [(0.3, -0.5, 0.9)],
}


def alone(op: Op, count: int) -> Graph:
    """Returns the graph of one op; where its first argument must be a number, that is 2."""
    builder = Builder()
    places = [builder.constant(2.0) if op.fixed and i == 0 else builder.input(f"x{i}") for i in range(count)]
    return builder.finish(builder.apply(op, places, name="f"))


def test_every_op_has_the_second_derivatives_of_mpmath() -> None:
    checked = 0
    for op in ops():
        least, most = op.arity
        if op.vjp is not None or (op.exact is None and not hasattr(mpmath.mp, op.name)):
            continue
        for count in range(max(least, 1), (most or 3) + 1):
            graph = alone(op, count)
            for point in POINTS.get(count, []):
                checked += second_derivatives_agree(op, graph, point)
    assert checked > 150


def second_derivatives_agree(op: Op, graph: Graph, point: tuple[float, ...]) -> int:
    """Compares all of them at a point in the op's domain; returns how many there were."""
    at = (2.0, *point[1:]) if op.fixed else point
    names = {graph.nodes[i].name: i for i in graph.inputs}
    run = start(graph, {name: at[int(name[1:])] for name in names})
    if not all(map(math.isfinite, (run.value, *run.gradient.values()))):
        return 0
    found = hessian(run, list(names.values()))
    assert found.why == "", op
    count = 0
    for a, first in enumerate(names):
        for b, second in enumerate(names):
            orders = [0] * len(at)
            orders[int(first[1:])] += 1
            orders[int(second[1:])] += 1
            expected = exactly(op, at, orders)
            if expected is not None:
                assert found.matrix.entries[a, b] == pytest.approx(expected, rel=1e-7, abs=1e-8), (op, at, orders)
                count += 1
    return count


def exactly(op: Op, at: tuple[float, ...], orders: list[int]) -> float | None:
    """Returns the derivative by mpmath, or None where it is not real there."""
    with mpmath.workdps(50):
        try:
            point, order = (at[0], 2) if len(at) == 1 else (at, tuple(orders))
            made = complex(mpmath.diff(lambda *xs: op.in_mpmath(mpmath.mp, *xs), point, order))
        except (ValueError, ArithmeticError, NotImplementedError, TypeError):
            return None
    return made.real if abs(made.imag) < 1e-9 else None


def test_the_example_of_calculus() -> None:
    x, y = 2.0, 3.0
    ours = entries("f = x**2*y + sin(x)*y", "x,y", x=x, y=y)
    mixed = 2 * x + math.cos(x)
    assert ours == pytest.approx(np.array([[2 * y - math.sin(x) * y, mixed], [mixed, 0]]))
    assert entries("f = x**2*y + sin(x)*y", "y", x=x, y=y).tolist() == [[0]]


def test_a_quadratic_form_has_the_sum_of_its_matrix_and_the_transpose() -> None:
    a = some(3, 3)
    assert entries("x @ A @ x", "x", x=some(3), A=a) == pytest.approx(a + a.T)


def test_of_a_stage_and_in_a_stage() -> None:
    program = "h = x*x\nq = h**3\nf = sin(q)"
    assert entries(program, "h", "q", x=2).tolist() == [[24]]
    assert entries(program, "x", "q", x=2).tolist() == [[30 * 2**4]]
    assert entries("h = x*x\nf = h*x", "h", x=3).tolist() == [[0]]


def test_relu_has_no_second_derivative_and_its_kink_is_said() -> None:
    text = report(facts("f = relu(x)*x", "x", x=0)).text
    assert "stands on a kink: relu'(0) = 0; there is no second derivative, and it is taken as 0" in " ".join(
        text.split()
    )
    assert entries("relu(x)", "x", x=0).tolist() == [[0]]
    assert entries("relu(x)", "x", x=3).tolist() == [[0]]
    assert "kink" not in report(facts("f = relu(x)*x", "x", x=1)).text
    assert facts("max(x, y)**2", "x,y", x=2, y=2).second.corners  # type: ignore[union-attr]


def test_a_branch_that_is_not_taken_stays_out() -> None:
    assert entries("where(x > 0, log(x), x**2)", "x", x=0).tolist() == [[2]]
    assert entries("sum(where(x > 0, log(x), x**2))", "x", x=[1, -1]).tolist() == [[-1, 0], [0, 2]]


def test_a_branch_that_is_not_taken_is_no_zero_of_the_structure() -> None:
    found = facts("f = where(x > 0, x, y*y)", "y", x=1, y=2).matrix
    assert (found.entries.tolist(), found.blanks) == ([[0]], 0)


def test_where_the_rule_has_no_number_differences_say_so() -> None:
    found = facts("det(A)", "A", A=[[1, 2], [2, 4]])
    assert found.matrix.mode == "differences"
    expected = [[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]]
    assert found.matrix.entries == pytest.approx(np.array(expected), abs=1e-8)
    text = " ".join(report(found).text.split())
    assert "central differences of the gradient (20 backward passes), good to about 9 digits" in text
    assert "the second derivative by the rules is not finite here" in text


def test_a_rule_that_looks_at_numbers_falls_back_on_differences() -> None:
    odd = replace(exp, name="odd", partials=lambda out, x: (float(out),), careful=None)
    graph = alone(odd, 1)
    with pytest.raises(UntraceableError):
        gradient_graph(graph, graph.inputs)
    found = hessian(start(graph, {"x0": 0.3}), graph.inputs)
    assert found.matrix.mode == "differences"
    assert "looks at numbers" in found.why
    assert found.matrix.entries[0, 0] == pytest.approx(math.exp(0.3), rel=1e-8)


def test_the_gradient_graph_computes_the_gradient() -> None:
    run = run_of("h = tanh(W @ x + b)\nf = sum(h*h) + x[0]", {"W": some(2, 3), "x": some(3), "b": some(2)})
    made = gradient_graph(run.graph, run.graph.inputs)
    values = forward(made.graph, run.inputs or {})
    for index, place in made.at.items():
        assert values[place] == pytest.approx(run.gradients[index], rel=1e-13)
        assert made.graph.nodes[place].shape == run.graph.nodes[index].shape
    assert made.graph.nodes[: len(run.graph.nodes)] == run.graph.nodes
    assert {"dx", "dW", "dh"} <= {node.name for node in made.graph.nodes}


def test_the_gradient_graph_of_a_symbolic_program() -> None:
    graph = run_of("f = x*y + x", {}).graph
    made = gradient_graph(graph, graph.inputs)
    assert [forward(made.graph, {"x": 2.0, "y": 5.0})[place] for place in made.at.values()] == [6, 2]


def test_a_deep_program() -> None:
    program = "a0 = x*x\n" + "\n".join(f"a{i} = a{i - 1} + x*{i % 3}" for i in range(1, 3000))
    assert entries(program, "x", x=0.5).tolist() == [[2]]


def test_an_array_is_no_number_unless_it_has_an_upstream() -> None:
    with pytest.raises(UsageError, match=r"has shape \(2,\): reduce it, as in sum\(q\)"):
        facts("q = W @ x", "x", W=[[1, 2], [3, 4]], x=[1, 2])
    run = run_of("q = x*x", {"x": [1, 2]}, upstream=[3, 5])
    assert of_hessian(run, None, "x").matrix.entries.tolist() == [[6, 0], [0, 10]]
    with pytest.raises(UsageError, match=r"the inputs have no values; give x=\.\.\."):
        facts("x**2", "x")


def test_the_command(capsys: Any, tmp_path: Path) -> None:
    path = tmp_path / "H.svg"
    assert main(["hessian", "x**2*y", "--x", "3", "--y", "2", "-o", str(path)]) == 0
    said = capsys.readouterr()
    assert "∂²f/∂(x, y)²: 2×2" in said.out
    assert "   x  y\nx  4  6\ny  6  ·\n" in said.out
    assert "reverse mode: 2 passes, one per element of the gradient" in said.out
    assert path.read_bytes().startswith(b"<?xml")


def test_json_latex_and_pictures(tmp_path: Path) -> None:
    found = facts("f = sum(x_1**3)", "x_1", x_1=[1, 2])
    made = json.loads(report(found).json)
    assert (made["kind"], made["entries"], made["rows"]) == ("hessian", [[6, 0], [0, 12]], ["x_1[0]", "x_1[1]"])
    latex = report(found).latex
    assert r"\frac{\partial^{2} f}{\partial {x_1}^{2}}" in latex
    both = report(facts("f = x*y", None, x=1, y=2)).latex
    source = (
        "\\documentclass{article}\\usepackage{amsmath,amssymb,booktabs,graphicx,xcolor}\\begin{document}\n"
        + latex
        + both
        + "\\end{document}"
    )
    compiled(source, tmp_path, needs="amsmath.sty")
    assert picture(found, "png").startswith(b"\x89PNG")
    assert "symmetric" in report(found).markdown


@pytest.mark.parametrize(("program", "sign"), [("logsumexp(x)", 1), ("softmax(x)[0]", -1), ("-log_softmax(x)[0]", 1)])
def test_a_share_near_1_loses_no_digits_in_second_derivatives(program: str, sign: int) -> None:
    small = sign * math.exp(-40.5)  # p(1 − p) = exp(−40.5)/(1 + exp(−40.5))²
    found = facts(program, "x", x=[40.5, 0.0]).matrix
    assert found.mode != "differences"
    np.testing.assert_allclose(found.entries, [[small, -small], [-small, small]], rtol=1e-12)
