"""What the analyses say of many programs, against a table to be read: checks, diagnosis, corners, matrices, paths, names.

Each report stands there by its last words and a digest of all its numbers, to five digits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.analysis.checks import sweep
from cgviz.analysis.difference import compared
from cgviz.analysis.own import judged
from cgviz.runs.corners import corners
from tests.held import asked, digest, hold, number

NOISE = {"relative_error", "error", "noise"}  # what an error comes to differs with the machine
REPORTS = ("check", "diagnose", "jacobian", "hessian", "paths", "forward")
A = np.array([[0.2, -1.5, 0.4], [3.0, 0.25, -0.75]])
V, W3, S3 = (
    np.array([1.0, -2.0, 0.5]),
    np.array([0.3, 0.3, -1.0]),
    np.array([[2.0, 0.5, 0.1], [0.3, 1.5, -0.2], [0.0, 0.4, 1.0]]),
)
PROGRAMS: dict[str, dict[str, Any]] = {
    "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)": {"x": 3.0, "y": -4.0},
    "q = x + y; f = q*z": {"x": -2.0, "y": 5.0, "z": -4.0},
    "relu(x)*y + abs(x)": {"x": 0.0, "y": 2.0},
    "max(x, y)*z": {"x": 2.0, "y": 2.0, "z": 3.0},
    "min(x, y, z)**2": {"x": 1.0, "y": 1.0, "z": 4.0},
    "m = max(x, y); n = max(m, y); m*n": {"x": 1.0, "y": 1.0},
    "where(x > 1, x**2, 3*x)": {"x": 1.0},
    "clip(x, -1, 1)*y": {"x": 1.0, "y": 3.0},
    "leaky_relu(x) + elu(x) + sign(x)": {"x": 0.0},
    "sqrt(x) + y": {"x": 0.0, "y": 1.0},
    "x**y": {"x": 0.0, "y": 0.5},
    "abs(x)**1.5 + x**2": {"x": 0.0},
    "1/x + y": {"x": 0.0, "y": 1.0},
    "log(x)*y": {"x": 0.0, "y": 2.0},
    "log(x - y)": {"x": 1.0, "y": 2.0},
    "exp(x)/(1 + exp(x))": {"x": 800.0},
    "log(1 + exp(x))": {"x": -40.0},
    "log(exp(x) + exp(y))": {"x": 1000.0, "y": 999.0},
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))": {"x": 400.0},
    "1 - cos(x)": {"x": 1e-9},
    "sqrt(x + 1) - sqrt(x)": {"x": 1e15},
    "(x + 1) - x": {"x": 1e17},
    "sigmoid(20*x)*tanh(y)": {"x": 2.0, "y": 15.0},
    "a = tanh(x*10); b = tanh(a*10); c = tanh(b*10); c": {"x": 3.0},
    "relu(x - 5)*y + relu(-x)": {"x": 1.0, "y": 2.0},
    "x*y*z*w + x": {"x": 1e-200, "y": 1e-200, "z": 2.0, "w": 0.5},
    "x**3 - 2*x*y + y**2/x": {"x": 1.5, "y": -0.7},
    "sin(x*y) + cos(x)/y": {"x": 0.4, "y": 2.5},
    "gelu(x) + silu(y) + softplus(x*y)": {"x": 0.4, "y": -1.5},
    "atan2(y, x) + hypot(x, y)": {"x": 0.0, "y": 0.0},
    "besselj(1, x) + erf(y) + gamma(x)": {"x": 1.5, "y": 0.3},
    "x": {"x": 2.0},
    "3 + 4": {},
    "a = x; b = a; b*2": {"x": 5.0},
    "A @ v": {"A": A, "v": V},
    "h = tanh(A @ v); sum(h**2)": {"A": A, "v": V},
    "p = softmax(v); -log(p[1])": {"v": V},
    "relu(v)*w": {"v": np.array([0.0, 1.0, -1.0]), "w": W3},
    "max(v) + norm(w)": {"v": np.array([1.0, 1.0, 0.0]), "w": np.zeros(3)},
    "sum(sort(v)*w)": {"v": np.array([1.0, 1.0, 0.0]), "w": W3},
    "v*w": {"v": V, "w": W3},
    "sum(A*A, axis=0)": {"A": A},
    "det(S) + trace(S @ S)": {"S": S3},
    "inv(S) @ v": {"S": S3, "v": V},
    "norm(A, axis=1)": {"A": np.array([[0.0, 0.0], [3.0, 4.0]])},
    "std(v) + var(w)": {"v": np.array([2.0, 2.0, 2.0]), "w": W3},
    "prod(v)*max(v, w)": {"v": np.array([0.3, 0.0, 2.0]), "w": W3},
    "sum(where(v > 0, sqrt(v), 0))": {"v": np.array([0.0, 1.0, -1.0])},
    "mean((A @ v - y)**2)": {"A": A, "v": V, "y": np.array([1.0, 0.0])},
    "v[0]*v[1] + w[i]": {"v": V, "w": W3, "i": 2.0},
    "sum(log(v)) + 1/s": {"v": np.array([0.0, 1.0, -1.0]), "s": 0.0},
    "sum(sin(v)*w)": {"v": np.linspace(-1, 2, 20), "w": np.linspace(3, 1, 20)},
    "h = tanh(A @ v); sum(h*h)": {"A": np.linspace(-1, 1, 70).reshape(7, 10), "v": np.linspace(0, 1, 10)},
    "sum(relu(v))**2": {"v": np.linspace(-3, 3, 37)},
    "x*y": {},
    "h0 = x\n" + "\n".join(f"h{i + 1} = tanh(w*h{i})" for i in range(14)) + "\nh14**2": {"x": 0.3, "w": 0.2},
}  # fmt: skip


def rounded(found: Any) -> Any:
    """Returns what a report says without what differs with the machine."""
    if isinstance(found, dict):
        return {key: rounded(value) for key, value in found.items() if key not in NOISE}
    if isinstance(found, list):
        return [rounded(each) for each in found]
    return (
        f"{found:.5g}".replace("-0", "0")
        if isinstance(found, float) and abs(found) < 1e-12
        else f"{found:.5g}"
        if isinstance(found, float)
        else found
    )


def facts_of(made: Any) -> str:
    return json.dumps(rounded(json.loads(made.write("json"))))


def report(run: cgviz.Run, name: str) -> str:
    """Returns the last words of a report, and the digest of what it says as JSON."""
    made = getattr(run, name)()
    facts = facts_of(made)
    words = [line.strip() for line in made.write("text").splitlines() if re.search(r"[^\W\d]{3}", line)]
    last = words[-1] if words and name != "check" else ""
    return f"{len(facts)} {digest(facts)} {last}"


def told(text: str, values: dict[str, Any]) -> Iterator[str]:
    run = cgviz.run(text, values, upstream=weights(text, values))
    for name in REPORTS:
        yield f"{name} {asked(lambda name=name: report(run, name))}"
    for corner in [] if run.symbolic else corners(run):
        yield f"corner {number_words(corner)}"
    for node in run.graph.stages[-2:]:
        yield f"explain {asked(lambda node=node: digest(run.explain(run.graph.nodes[node].name).write('text')))}"
    if not run.symbolic:
        yield f"own {asked(own, run)}"
        yield from matrices(run)
    gates = cgviz.run(text, values, upstream=weights(text, values), detail="gate")
    yield f"gates {' '.join(node.shown for node in gates.graph.nodes if node.is_stage)}"
    yield f"stages {' '.join(node.shown for node in run.graph.nodes if node.is_stage)} {sorted(map(str, run.flags))[-1:]}"
    yield f"gradients {number(list(run.gradient.values()))} of gates {number(list(gates.gradient.values()))}"


SPOILT: tuple[Callable[[Any], Any], ...] = (
    lambda g: g, lambda g: None, lambda g: -g, lambda g: 2*g, lambda g: g/3, lambda g: -g/2, lambda g: g.T, lambda g: np.stack([g, g])/2, lambda g: g*np.nan,
    lambda g: 0*g, lambda g: np.ravel(g), lambda g: g + np.arange(g.size).reshape(g.shape), lambda g: np.sign(g), lambda g: np.ones((2, 2)), lambda g: g*(1 + 1e-7), lambda g: g*g,
)  # fmt: skip


def own(run: cgviz.Run) -> str:
    """Returns what is said of gradients that are spoilt in every way."""
    told = []
    for spoil in SPOILT:
        theirs = {name: spoil(np.asarray(gradient, dtype=float)) for name, gradient in run.gradient.items()}
        told.append("; ".join(f"{each.name} {each.cause or each.is_right} {each.note}" for each in judged(run, theirs)))
    return " | ".join(told)


def matrices(run: cgviz.Run) -> Iterator[str]:
    """Yields Jacobians between nodes, in both modes and layouts."""
    names = [run.graph.nodes[index].name for index in (*run.graph.inputs[:2], *run.graph.stages[-3:])]
    if len(names) < 2:
        return
    for of, wrt in [(None, names[0]), (names[-1], names[-2]), (names[-2], names[0]), (names[0], names[-1])]:
        for mode, layout in (("forward", "numerator"), ("reverse", "denominator")):
            made = lambda of=of, wrt=wrt, mode=mode, layout=layout: run.jacobian(of, wrt, mode=mode, layout=layout)  # noqa: E731
            yield f"{of} by {wrt} {mode} {asked(lambda made=made: digest(facts_of(made())))}"


def number_words(found: Any) -> str:
    return re.sub(r"-?\d+\.\d+(e-?\d+)?", lambda match: number(float(match[0])), str(found))[:400]


def weights(text: str, values: dict[str, Any]) -> Any:
    """Returns an upstream gradient where the output is an array."""
    try:
        cgviz.run(text, values)
    except cgviz.CgvizError as error:
        shape = re.search(r"has shape \(([\d, ]+)\)", str(error))
        assert shape
        return np.random.default_rng(2).normal(size=tuple(int(n) for n in shape[1].split(",") if n.strip())).round(2)
    return None


@pytest.mark.parametrize("at", range(len(PROGRAMS)))
def test_reports_of_a_program(at: int) -> None:
    text = list(PROGRAMS)[at]
    hold("reports.txt", text.replace("\n", "; "), told(text, PROGRAMS[text]))


PAIRS = [
    ("x*y", "y*x"), ("x*y + z", "x*y"), ("a = x*y; a + 1", "a = x + y; a + 1"), ("x**2", "x*x"), ("(x+y)**2", "x**2 + 2*x*y + y**2"), ("log(x)", "log(x) + y - y"),
    ("sin(x)**2", "1 - cos(x)**2"), ("x", "x + 1e-12"), ("x", "x + 1e-6"), ("a = 2*x; b = a*y; b", "a = 2*x; b = a*y + x; b"), ("relu(x)", "max(x, 0)"), ("A @ v", "v @ A.T"), ("sum(v)", "v"),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(PAIRS)))
def test_two_programs_side_by_side(at: int) -> None:
    for values in ({}, {"x": 1.5, "y": 0.25, "z": -1.0, "A": A, "v": V}):
        answer = asked(lambda values=values: side_by_side(*PAIRS[at], values))
        hold("reports.txt", f"{' against '.join(PAIRS[at])} {sorted(values)}", [answer])


def side_by_side(one: str, two: str, values: dict[str, Any]) -> str:
    runs = []
    for text in (one, two):
        graph = cgviz.read(text)
        given = {graph.nodes[i].name: values[graph.nodes[i].name] for i in graph.inputs if values}
        runs.append(cgviz.run(text, given, upstream=weights(text, given)))
    made = compared(*runs)
    return f"{made.value} {made.gradients} {made.only} {made.parting} {made.points} {made.is_one}"


def test_errors_by_step() -> None:
    """The first steps alone, whose errors are those of the formulas and not of the rounding."""
    for text, values in (
        ("sin(x)*y", {"x": 0.7, "y": 2.0}),
        ("relu(x)*y + x**3", {"x": 0.0, "y": 2.0}),
        ("exp(x)", {"x": -3.0}),
        ("sum(v**3)*s", {"v": V, "s": 2.0}),
    ):
        run = cgviz.run(text, values)
        for index in run.graph.inputs:
            if np.ndim(run.values[index]) == 0:
                found = sweep(run, index)
                lines = [f"{each.name} {[f'{error:.2g}' for error in each.errors[:9:2]]}" for each in found.series]
                hold(
                    "reports.txt",
                    f"errors by step: {text}, {run.graph.nodes[index].name}",
                    [f"{len(found.steps)} {number(found.steps[:3])} {number(found.gradient)}", *lines],
                )


NAMED = """
x*y + x*z; (x+y)**2 + (x+y)**3; sigmoid(w*x + b); -x; -(x + y); 1/x; x/y/z; x - y - z; x**2**y; exp(-x**2/2); sqrt(x**2 + y**2)
(a+b)*(c+d)/(e+f); log(log(x)); sin(cos(tan(x))); max(x, 0); x*x*x; x**-1; x**0.5; 2*x + 3; theta_1*x_1 + theta_2*x_2; alpha*beta + gamma_
(x + 1)*(x - 1); ((x + y) + z) + w; x + y*z**2; |x| + |y|; x == y; where(x > y, x - y, y - x); (x*y)*(x*y); sigma(x) + sigma(y) + sigma(x + y)
longname*othername + longname; somewhat_long_name + another_long_name; x1*x2*x3*x4*x5*x6*x7*x8; xy + x*y; num/den + num*den; f + f*f; e**x + pi
1/(1 + exp(-x)); log(1 + exp(x)); (exp(x) - exp(-x))/2; tanh(x)**2; x**3 + y**3; dx + dy; x_1 + x1; a*b + b*a; hypot(x, y) + atan2(y, x)
A @ B + c; A.T @ A; sum(x*y); x[0] + x[1]; softmax(A @ x + b); [x, y, z]; norm(x - y); mean((x - mean(x))**2); outer(x, y) @ z
"""


@pytest.mark.parametrize("line", range(NAMED.strip().count("\n") + 1))
def test_names_of_stages(line: int) -> None:
    for text in NAMED.strip().splitlines()[line].split("; "):
        hold("names.txt", text, [f"{detail} {asked(names, text, detail)}" for detail in ("stage", "gate")])


def names(text: str, detail: str) -> str:
    graph = cgviz.run(text, detail=detail).graph
    return ", ".join(f"{graph.nodes[index].shown} = {graph.formula(index).pretty}" for index in graph.stages)
