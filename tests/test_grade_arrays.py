"""`cgviz grade` on arrays: right NumPy passes are right, one slip is found in its line and named, nothing hangs it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.cli import main
from cgviz.documents.writing import spelling_for
from cgviz.errors import CgvizError, EvaluationError
from cgviz.grading import grade
from cgviz.grading.listing import plain
from cgviz.grading.report import Grade
from cgviz.runs.run import Run
from cgviz.views.grade import report
from tests.array_passes import LINE, PASSES, SHAPES, Pass, mutants, some

Arrays = dict[str, Any]
NAMES = list(PASSES)


def inputs(program: str, seed: int = 0) -> Arrays:
    graph, random = cgviz.read(program), np.random.default_rng(seed)
    names = [graph.nodes[i].name for i in graph.inputs]
    return {n: random.normal(size=SHAPES[n]) if SHAPES[n] else float(random.normal()) for n in names}


@cache
def run_of(program: str) -> Run:
    return cgviz.run(program, inputs(program))


def graded(program: str, text: str, **values: Any) -> Grade:
    return grade(cgviz.run(program, **values) if values else run_of(program), plain(text))


def first(made: Grade) -> tuple[int, str] | None:
    return made.first and (made.first.line, made.first.cause)


# right passes, and one slip


def executed(made: Pass, backward: str, seed: int) -> dict[str, Any] | None:
    """Returns the gradients that Python itself computes; None where it stops."""
    names = {match["target"] for line in made.backward.splitlines() if (match := LINE.match(line))}
    space = {"np": np} | {name: np.copy(value) for name, value in inputs(made.program, seed).items()}
    try:
        exec(made.forward + backward, space)
    except (NameError, ValueError, IndexError, TypeError):
        return None
    return {name: np.asarray(space[name], float) for name in names if name in space}


def alike(one: dict[str, Any] | None, two: dict[str, Any] | None) -> bool:
    if one is None or two is None or one.keys() != two.keys():
        return False
    pairs = [(one[name], two[name]) for name in one]
    return all(a.shape == b.shape and np.allclose(a, b, rtol=1e-7, atol=1e-12) for a, b in pairs)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_pass_is_right(name: str) -> None:
    made = PASSES[name]
    run, found = run_of(made.program), executed(made, made.backward, 0)
    assert found is not None
    for key, gradient in run.gradient.items():
        np.testing.assert_allclose(found[f"d{key}"], gradient, rtol=1e-9, atol=1e-12)
    graded_ = graded(made.program, "import numpy as np\n" + made.forward + made.backward)
    assert graded_.all_right
    assert graded_.score == 1


def test_slips_are_found_in_their_lines_and_most_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.grading.mending.MOST_RUNS", 100)  # those that are found at all are found early
    slips = {name: slips_of(PASSES[name], 8) for name in NAMES}
    for name, found in slips.items():
        assert len(found) > 3
        assert sum(line for line, _ in found) >= len(found) - 1, name
    found = [each for of_name in slips.values() for each in of_name]
    assert len(found) > 80
    assert sum(line for line, _ in found) >= 0.98 * len(found)
    assert sum(cause for _, cause in found) >= 0.9 * len(found)


def slips_of(made: Pass, most: int) -> list[tuple[bool, bool]]:
    """Returns, for slips, whether the line was found, and whether the cause was named, too.

    The witness is Python: a slip counts where it changes a number, a shape, or stops the program.
    """
    right, before = [executed(made, made.backward, seed) for seed in (0, 1)], made.forward.count("\n")
    found = []
    for mutant in some(made, most, 1):
        if all(alike(executed(made, mutant.text, seed), right[seed]) for seed in (0, 1)):
            continue
        met = first(graded(made.program, made.forward + mutant.text))
        in_line = met is not None and met[0] == before + mutant.line + 1
        found.append((in_line, in_line and met is not None and met[1] in mutant.causes))
    return found


def test_mutants_are_many() -> None:
    assert sum(1 for made in PASSES.values() for _ in mutants(made)) > 400


# the catalogue

NETWORK = "z = X @ V + b\nh = relu(z)\no = h @ U + c\nL = mean((o - Y)**2)"
RIGHT = """\
do = 2 * (o - Y) / o.size
dU = h.T @ do
dc = np.sum(do, axis=0)
dh = do @ U.T
dz = dh * (z > 0)
dV = np.dot(X.T, dz)
db = dz.sum(axis=0)
dX = dz.dot(V.T)
dY = -do
"""
CATALOGUE = [
    ("h.T @ do", "do.T @ h", "swapped"),
    ("h.T @ do", "h @ do", "transposed"),
    ("do @ U.T", "do @ U", "transposed"),
    ("h.T @ do", "(h.T @ do).T", "transposed"),
    ("np.dot(X.T, dz)", "np.dot(X, dz)", "transposed"),
    ("np.sum(do, axis=0)", "do", "sum-missing"),
    ("np.sum(do, axis=0)", "np.sum(do)", "axis"),
    ("dz.sum(axis=0)", "dz.sum(axis=1)", "axis"),
    ("dz.sum(axis=0)", "dz.sum(axis=0, keepdims=True)", "keepdims"),
    ("dz.sum(axis=0)", "dz.mean(axis=0)", "mean"),
    (" / o.size", "", "mean-forgotten"),
    ("/ o.size", "/ len(o)", "mean-forgotten"),
    ("dh * (z > 0)", "dh", "mask-forgotten"),
    ("dh * (z > 0)", "dh * (z < 0)", "mask"),
    ("dh * (z > 0)", "np.where(z > 0, 0, dh)", "mask"),
    ("dh * (z > 0)", "(z > 0)", "upstream-forgotten"),
    ("np.dot(X.T, dz)", "np.dot(X.T, dh)", "mask-forgotten"),
    ("dz.dot(V.T)", "dz * V", "elementwise"),
    ("do @ U.T", "do * U", "elementwise"),
    ("h.T @ do", "z.T @ do", "wrong-value"),
    ("-do", "do", "sign"),
]


@pytest.mark.parametrize(("right", "wrong", "cause"), CATALOGUE, ids=[f"{w}: {c}" for _, w, c in CATALOGUE])
def test_the_catalogue(right: str, wrong: str, cause: str) -> None:
    assert right in RIGHT
    made = graded(NETWORK, RIGHT.replace(right, wrong))
    assert made.first is not None
    assert made.first.cause == cause
    assert wrong in made.first.code
    assert sum(bool(each.cause) for each in made.lines) == 1


PRODUCT = "q = W @ x\nf = sum(q**2)"
PRODUCT_RIGHT = "dq = 2*q\ndW = np.outer(dq, x)\ndx = W.T @ dq\n"


@pytest.mark.parametrize(
    ("text", "line", "cause", "says"),
    [
        ("dq = 2*q\ndW = np.outer(x, dq)\ndx = W.T @ dq", 2, "outer-swapped", "dW has shape (4, 3); W has (3, 4)"),
        ("dq = 2*q\ndW = np.outer(dq, x).T\ndx = W.T @ dq", 2, "transposed", "dW has shape (4, 3); W has (3, 4)"),
        ("dq = 2*q\ndW = dq * x\ndx = W.T @ dq", 2, "elementwise", "the shapes (3,) and (4,) do not fit together"),
        ("dq = 2*q\ndW = x\ndx = W.T @ dq", 2, "upstream-forgotten", "bring in the upstream gradient, dq"),
        ("dq = 2*q\ndW = np.outer(dq, x)\ndx = W @ dq", 3, "transposed", "W stands the wrong way round here"),
        ("dq = 2*q\ndW = np.outer(dq, x)\ndx = dq @ W.T", 3, "transposed", "W is turned round here"),
        ("dq = 2*q\ndW = np.outer(dq, x)\ndx = 7", 3, "shape", "dx has shape () (a single number); x has (4,)"),
        ("dq = q\ndW = np.outer(dq, x)\ndx = W.T @ dq", 1, "factor-forgotten", "the factor 2 is missing"),
    ],
)
def test_the_wrong_shape_is_said_in_words(text: str, line: int, cause: str, says: str) -> None:
    made = graded(PRODUCT, text)
    assert first(made) == (line, cause)
    assert made.first is not None
    assert says in made.first.says


def test_a_gradient_that_every_element_gets_is_spread() -> None:
    made = graded("s = sum(v)\nf = s**2", "ds = 2*s\ndv = ds\n")
    assert first(made) == (2, "spread-missing")
    assert graded("s = sum(v)\nf = s**2", "ds = 2*s\ndv = ds * np.ones_like(v)\n").all_right


def test_bookkeeping_of_arrays() -> None:
    program, text = PASSES["fan-out"].program, PASSES["fan-out"].forward + PASSES["fan-out"].backward
    assert first(graded(program, text.replace("da += ", "da = "))) == (6, "overwrites")
    assert first(graded(program, text.replace("da += A.T @ dr\n", ""))) == (5, "branch-forgotten")
    assert first(graded(program, text.replace("dv = (1 - a**2) * da", "dv = (1 - v**2) * da"))) == (
        9,
        "input-for-output",
    )


def test_what_follows_is_no_mistake_of_its_own() -> None:
    made = graded(NETWORK, RIGHT.replace("do @ U.T", "do @ U"))
    assert [each.line for each in made.lines if each.cause] == [4]
    assert {each.line for each in made.lines if each.follows == 4} == {5, 6, 7, 8}
    assert (made.score, made.own_score) == (pytest.approx(4 / 9), pytest.approx(8 / 9))


def test_luck_is_not_right() -> None:
    made = graded("f = sum(x**2)", "dx = x * x", x=[2.0, 2.0])
    assert first(made) == (1, made.first.cause if made.first else "")
    assert made.lines[0].verdict == "wrong"


def test_rounded_arrays_are_close() -> None:
    made = graded("f = sum(x**2)", "dx = np.array([2.001, 4.0])", x=[1.0, 2.0])
    assert [each.verdict for each in made.gradients] == ["close"]
    assert graded("f = sum(x**2)", "dx = np.array([2.0, 4.0])", x=[1.0, 2.0]).all_right


BATCH_NORM = """\
m = mean(X, axis=0)
d = X - m
var = mean(d**2, axis=0)
sd = sqrt(var + 0.001)
h = d / sd
f = sum((g * h + b4) * G)"""
BATCH_NORM_RIGHT = """\
N = X.shape[0]
dG = g*h + b4
db4 = G.sum(0)
dg = np.sum(G*h, axis=0)
dh = G*g
dd = dh/sd
dsd = -np.sum(dh*d, axis=0)/sd**2
dvar = 0.5*dsd/sd
dd += 2*d*dvar/N
dm = -np.sum(dd, axis=0)
dX = dd + dm/N
"""


def test_batch_norm_in_stages_and_in_one_formula() -> None:
    random = np.random.default_rng(3)
    values = {"X": random.normal(size=(5, 3)), "G": random.normal(size=(5, 3))}
    run = cgviz.run(BATCH_NORM, **values, g=random.normal(size=3), b4=random.normal(size=3))
    assert grade(run, plain(BATCH_NORM_RIGHT)).all_right
    stages = BATCH_NORM_RIGHT.partition("dd =")[0]
    whole = stages + "dX = (N*dh - dh.sum(0) - h*np.sum(dh*h, axis=0)) / (N*sd)\n"
    assert grade(run, plain(whole)).all_right
    for right, wrong, line, cause in (
        ("dd += 2", "dd = 2", 9, "overwrites"),
        ("0.5*dsd/sd", "0.5*dsd/var", 8, "wrong-value"),
        ("/sd**2", "/sd", 7, "square-forgotten"),
        ("dm/N", "dm", 11, "mean-forgotten"),
    ):
        assert first(grade(run, plain(BATCH_NORM_RIGHT.replace(right, wrong)))) == (line, cause)


# how NumPy is written

SPELLINGS = {
    "dot": "dq = 2*q\ndW = np.dot(dq[:, None], x[None, :])\ndx = W.T.dot(dq)\n",
    "matmul": "dq = 2*q\ndW = np.matmul(dq.reshape(-1, 1), x.reshape(1, -1))\ndx = np.matmul(dq, W)\n",
    "transpose": "dq = 2*q\ndW = np.outer(dq, x)\ndx = np.transpose(W) @ dq\n",
    "newaxis": "dq = 2*q\ndW = dq[:, np.newaxis] * x\ndx = (W.T @ dq[:, None]).squeeze()\n",
    "sum": "dq = 2*q\ndW = np.outer(dq, x)\ndx = np.sum(W * dq[:, None], axis=0)\n",
    "multiply": "dq = np.multiply(2, q)\ndW = np.multiply(dq.reshape(3, 1), x)\ndx = (W.T * dq).sum(1)\n",
    "ravel": "dq = 2*q\ndW = np.outer(dq, x)\ndx = (dq[None] @ W).ravel()\n",
    "rows": "dq = 2*q\ndW = np.array([dq[0]*x, dq[1]*x, dq[2]*x])\ndx = dq[0]*W[0] + dq[1]*W[1] + dq[2]*W[-1]\n",
    "stack": "dq = 2*q\ndW = np.vstack([dq[:1] * x[None], dq[1:, None] * x])\ndx = W.T @ dq\n",
    "zeros": "dq = 2*q\ndW = np.zeros(W.shape)\ndW += np.outer(dq, x)\ndx = np.zeros_like(x)\ndx += W.T @ dq\n",
    "rows of zeros": "dq = 2*q\ndW = np.zeros((3, 4))\ndW[0] = dq[0]*x\ndW[1] = dq[1]*x\ndW[2, :] += dq[2]*x\n"
    "dx = W.T @ dq\n",
    "elements": "dq = np.zeros(3)\ndq[0] = 2*q[0]\ndq[1] = 2*q[1]\ndq[2] += q[2]\ndq[2] += q[2]\ndW = np.outer(dq, x)\n"
    "dx = np.zeros_like(x)\ndx += W[0]*dq[0]\ndx += W[1]*dq[1]\ndx += W[2]*dq[2]\n",
    "function": "def back(W, x):\n    q = W @ x\n    dq = 2 * q\n    return np.outer(dq, x), W.T @ dq\n"
    "def outer(a, b, flip=False):\n    return np.outer(b, a) if flip else np.outer(a, b)\n"
    "dq = 2*q\ndW = outer(x, dq, flip=True)\ndx = W.T @ dq\n",
    "lengths": "n, m = W.shape\ndq = 2*q/n*len(q)\ndW = np.outer(dq, x) * m / x.size\ndx = W.T @ dq\n",
    "random": "W = np.random.randn(3, 4)\nx = np.random.default_rng(0).normal(size=4)\nq = W @ x\n" + PRODUCT_RIGHT,
    "diag": "dq = 2 * np.eye(3) @ q\ndW = np.diag(dq) @ np.ones((3, 4)) * x\ndx = W.T @ dq\n",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_numpy_is_read(name: str) -> None:
    """The witness is Python itself, which computes the same gradients from the text."""
    run, text = run_of(PRODUCT), SPELLINGS[name]
    space: Arrays = {"np": np, "x": inputs(PRODUCT)["x"], "W": inputs(PRODUCT)["W"]}
    space["q"] = space["W"] @ space["x"]
    exec(text, space)
    if name != "random":
        np.testing.assert_allclose(space["dW"], run.gradient["W"])
        np.testing.assert_allclose(space["dx"], run.gradient["x"])
    made = graded(PRODUCT, text)
    assert made.all_right, report(made).text
    assert made.score == 1


RELU = "z = X @ V + b\nh = relu(z)\nf = sum(h**2)"
MASKS = {
    "product": "dz = dh * (z > 0)\n",
    "where": "dz = np.where(z > 0, dh, 0)\n",
    "astype": "dz = dh * (h > 0).astype(float)\n",
    "heaviside in place": "dz = dh\ndz *= (z > 0)\n",
    "assigned": "dz = dh.copy()\ndz[z <= 0] = 0\n",
    "not": "dz = np.array(dh)\ndz[~(z > 0)] = 0\n",
}
AFTER = "db = dz.sum(0)\ndV = X.T @ dz\ndX = dz @ V.T\n"


@pytest.mark.parametrize("name", MASKS)
def test_masks_of_relu(name: str) -> None:
    assert graded(RELU, "dh = 2*h\n" + MASKS[name] + AFTER).all_right


def test_a_sum_is_scaled_as_a_whole() -> None:
    program = "a = tanh(v)\nf = mean(a * t) + mean(a**2)"
    text = "da = t\nda += 2*a\nda /= 3\ndt = a/3\ndv = (1 - a**2)*da\n"
    assert graded(program, text).all_right
    assert first(graded(program, text.replace("da /= 3\n", ""))) is not None


@pytest.mark.parametrize("mask", ["dh[h <= 0] = 0\n", "dh[z <= 0] = 0\n", "dh *= (z > 0)\n", "dh = dh * (h > 0)\n"])
def test_a_mask_in_place_turns_one_gradient_into_the_next(mask: str) -> None:
    """The pass of CS231n's case study: dhidden is masked where it is, and means the gradient before relu from there."""
    text = "h = np.maximum(0, X @ V + b)\ndh = 2*h\n" + mask + AFTER.replace("dz", "dh")
    made = graded(RELU, text)
    assert made.all_right
    assert [each.gradient for each in made.lines] == ["h", "z", "b", "V", "X"]
    forgotten = graded(RELU, text.replace(mask, ""))
    assert {each.cause for each in forgotten.lines if each.cause} <= {"mask-forgotten", "wrong-upstream"}
    wrong = graded(RELU, text.replace(mask, "dh[h > 0] = 0\n"))
    assert first(wrong) == (3, "mask")


def test_the_line_in_which_a_gradient_is_begun_is_blamed_for_its_own_mistake() -> None:
    text = "dh = 2*h\ndz = -dh\n\ndz[z <= 0] = 0\n" + AFTER
    made = graded(RELU, text)
    assert first(made) in {(2, "sign"), (4, "sign")}
    assert made.lines[1].code == "dz = -dh; dz[z <= 0] = 0"


def test_at_a_kink_either_convention_is_right() -> None:
    values = {"x": [0.0, 1.0, -1.0]}
    for mask in ("x > 0", "x >= 0"):
        assert graded("h = relu(x)\nf = sum(3*h)", f"dh = 3*np.ones(3)\ndx = dh*({mask})", **values).all_right
    assert not graded("h = relu(x)\nf = sum(3*h)", "dh = 3*np.ones(3)\ndx = dh*(x < 0)", **values).all_right


SOFTMAX = "z = X @ V + b\nh = relu(z)\no = h @ U + c\nlogp = log_softmax(o, axis=1)\nL = -sum(Y * logp) / N"
CS231N = """\
import numpy as np
N = X.shape[0]
hidden = np.maximum(0, np.dot(X, V) + b)
o = np.dot(hidden, U) + c
o -= np.max(o, axis=1, keepdims=True)
exp_scores = np.exp(o)
p = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
loss = np.sum(-Y * np.log(p)) / N
do = (p - Y) / N
dU = np.dot(hidden.T, do)
dc = np.sum(do, axis=0)
dhidden = np.dot(do, U.T)
dhidden[hidden <= 0] = 0
dV = np.dot(X.T, dhidden)
db = np.sum(dhidden, axis=0)
dX = np.dot(dhidden, V.T)
dY = -np.log(p) / N
"""


def test_the_two_layer_network_of_the_course() -> None:
    values = {name: inputs(NETWORK)[name] for name in ("X", "V", "b", "U", "c")}
    run = cgviz.run(SOFTMAX, **values, Y=np.eye(2)[[0, 1, 1, 0, 1]], N=5.0)
    assert grade(run, plain(CS231N)).all_right
    for right, wrong, line, cause in (
        ("(p - Y)", "(p + Y)", 9, "sign"),
        ("(p - Y) / N", "(p - Y)", 9, "mean-forgotten"),
        ("do, U.T", "do, U", 12, "transposed"),
        ("np.sum(dhidden, axis=0)", "np.sum(dhidden, axis=1)", 15, "axis"),
    ):
        assert first(grade(run, plain(CS231N.replace(right, wrong)))) == (line, cause)


# what is not read, and what is too large

HOSTILE = {
    "zeros": "dx = np.zeros((10**6, 10**6))",
    "many zeros": "dx = np.zeros((1000000, 1000000))",
    "identity": "dx = np.eye(100000)",
    "growing": "a = np.outer(x, x)\n" + "a = np.outer(a, a)\n" * 10 + "dx = a",
    "growing gradient": "a = np.outer(dx, x)\n" + "a = np.outer(a, a)\n" * 10 + "dW = a",
    "broadcast": "dx = np.ones((300, 1, 1)) + np.ones((1, 300, 1)) + np.ones((1, 1, 300))",
    "ragged": "dx = np.array([[1, 2], [3]])",
    "nested": "dx = " + "[" * 70 + "1" + "]" * 70,
    "empty": "dx = np.array([])",
    "axis": "dx = np.sum(W, axis=7)",
    "step": "dx = x[::0]",
    "far": "dx = x[999999]",
    "negative lengths": "dx = x.reshape(-1, -1)",
    "scalar product": "dx = 3 @ 4",
    "no place": "dx[0] += 1",
    "no mask": "dx[x > 0] = 0",
    "wrong place": "dx = np.zeros_like(x)\ndx[7] = 1\ndx[0] = x",
    "many places": "dx = np.zeros_like(x)\n" + "dx[0] += 1\n" * 50,
    "infinite": "dq = 2*q\ndx = W.T @ dq * np.inf",
    "array to a scalar": "df = np.ones(3)\ndq = 2*q*df",
    "broken forward": "q = x @ W\ndq = 2*q\ndx = W.T @ dq",
    "recursion": "def g(a, k=0):\n    return g(a, k=1)\ndx = g(x)",
    "power": "dx = W ** 1e9",
    "import": "dx = np.__import__('os')",
    "attribute": "dx = x.__class__",
    "load": "dx = np.load('owned')",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_array_crashes_or_hangs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cgviz.grading.mending.MOST_RUNS", 50)  # what is tried longer is no other thing
    assert 0 < len(shown(HOSTILE[name])) < 4000
    assert not list(tmp_path.iterdir())


def shown(text: str) -> str:
    """Returns what a person sees of a file: its grade, which is not all right, or why it has none."""
    try:
        made = graded(PRODUCT, text)
    except CgvizError as error:
        return str(error)
    assert not made.all_right
    assert 0 <= json.loads(report(made).json)["score"] < 1
    page = report(made).plain(spelling_for("utf-8", 4), 80)
    assert max(map(len, page.splitlines())) <= 80
    return page if len(made.lines) < 20 else page[:1000]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dx = W[np.arange(3), x]", "Python stops here: IndexError"),
        ("z = W @ W\ndx = W.T @ dq", ""),
        ("dx = W['a']", "Python stops here: IndexError"),
    ],
)
def test_where_python_stops_is_told(text: str, message: str) -> None:
    made = graded(PRODUCT, text)
    assert not made.all_right
    assert message in (made.first.says if made.first else "")


# values from elsewhere


def test_arrays_of_the_students_file_are_taken_where_there_are_no_others() -> None:
    text = "W = np.array([[1, 2], [3, 4]])\nx = np.array([1, -1])\n"
    run = cgviz.run(PRODUCT)
    made = grade(run, plain(text + PRODUCT_RIGHT))
    assert made.all_right
    np.testing.assert_allclose(made.lines[-1].ours, 2 * np.array([[1, 2], [3, 4]]).T @ [-1, -1])
    with pytest.raises(EvaluationError, match="arrays have no shape without values; give W="):
        grade(run, plain(PRODUCT_RIGHT))


def test_an_array_output_begins_with_the_upstream_gradient() -> None:
    from cgviz.runs.starting import start

    run = start(cgviz.read("q = W @ x"), inputs("q = W @ x"), upstream=np.array([1.0, -2.0, 3.0]))
    text = "dq = np.array([1, -2, 3])\ndW = np.outer(dq, x)\ndx = W.T @ dq"
    assert grade(run, plain(text)).all_right
    made = grade(run, plain(text.replace("-2", "2")))
    assert first(made) == (1, "seed")


@pytest.mark.parametrize("name", NAMES)
def test_the_code_that_we_write_is_right(name: str) -> None:
    from cgviz.codegen import code

    run = run_of(PASSES[name].program)
    try:
        text = code(run, "numpy")
    except (CgvizError, TypeError, ValueError, AttributeError, AssertionError):
        pytest.skip("cgviz code does not write arrays yet")
    made = grade(run, plain(text))
    assert made.all_right, report(made).text


# what is shown


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path: Path) -> str:
        path = tmp_path / "hw.py"
        path.write_text("q = W @ x\ndq = 2*q\ndW = np.outer(x, dq)\ndx = W.T @ dq\n")
        return str(path)

    VALUES = ("--W", "[[.1,.5,1],[-.3,.8,2]]", "--x", "[.2,.4,.6]")

    def test_right_is_0_and_wrong_is_1(self, file: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", PRODUCT, file, *self.VALUES]) == 1
        out = " ".join(capsys.readouterr().out.split())
        assert "line 3: dW has shape (3, 2); W has (2, 3); the operands of outer are the wrong way round" in out
        text = Path(file).read_text().replace("x, dq)", "dq, x)")
        Path(file).write_text(text)
        assert main(["grade", PRODUCT, file, *self.VALUES]) == 0
        assert "3 of 3 gradients are right" in capsys.readouterr().out

    def test_json_has_nested_lists(self, file: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", PRODUCT, file, *self.VALUES, "--format", "json"]) == 1
        found = json.loads(capsys.readouterr().out)
        assert found["first_wrong"]["cause"] == "outer-swapped"
        assert np.shape(found["lines"][1]["theirs"]) == (3, 2)
        assert np.shape(found["lines"][1]["ours"]) == (2, 3)
        np.testing.assert_allclose(found["gradients"][0]["ours"], 2 * np.array([0.82, 1.46]))

    def test_data_needs_no_gradient(self, file: str, capsys: pytest.CaptureFixture[str]) -> None:
        Path(file).write_text("dq = 2*q\ndW = np.outer(dq, x)\n")
        assert main(["grade", PRODUCT, file, *self.VALUES]) == 1
        assert "x: its gradient is missing" in capsys.readouterr().out
        assert main(["grade", PRODUCT, file, *self.VALUES, "--data", "x"]) == 0
        assert main(["grade", PRODUCT, file, *self.VALUES, "--data", "y"]) == 2
        assert "'y' is not an input of the program" in capsys.readouterr().err

    def test_a_class(self, file: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", PRODUCT, str(Path(file).parent), *self.VALUES, "--csv"]) == 1
        assert "hw.py,0.6667,0.6667,2,3,line 3,outer-swapped" in capsys.readouterr().out

    @pytest.mark.parametrize("columns", [40, 80, 120])
    def test_a_narrow_terminal(
        self, file: str, columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        main(["grade", PRODUCT, file, *self.VALUES])
        assert max(map(len, capsys.readouterr().out.splitlines())) <= max(columns, 80)


def test_the_element_that_differs_most_is_shown() -> None:
    made = graded(NETWORK, RIGHT.replace("do @ U.T", "-do @ U.T"))
    text = report(made).plain(spelling_for("utf-8", 4), 80)
    place = np.unravel_index(np.argmax(np.abs(made.lines[3].theirs)), made.lines[3].theirs.shape)
    assert f"dh[{place[0]}, {place[1]}] is " in text
    assert "15 of 15 elements differ." in text
