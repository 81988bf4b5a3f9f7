"""Generated code of array programs: it is run, and finds the run's numbers, in whatever form it was asked for."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.codegen import ARRAYS, LANGUAGES, code
from cgviz.codegen.notation import UnwrittenCodeError
from cgviz.errors import UsageError

SHAPES = {
    "A": (2, 3), "B": (3, 4), "C": (2, 3), "S": (3, 3), "x": (3,), "y": (3,), "b": (4,), "v": (2,), "col": (2, 1),
    "row": (1, 3), "T": (2, 3, 4), "M": (2, 4, 2), "one": (1,), "s": (), "none": (0,), "E": (0, 3), "H": (3, 0),
    "five": (5, 1, 3), "t": (), "L": (2, 2, 2, 2),
}  # fmt: skip
TEXTS = """
sum((A @ x)**2)
sum(x @ B)
x @ y
sum(exp(A @ B))
sum(sin(T @ b))
sum(sin(T @ M))
sum(sin(x @ T))
sum(cos(A @ M[:, :3]))
sum((A.T @ C)**3)
sum((T.T @ [1, 2]) ** 2) + sum(transpose(T)[:, 0])
sum(transpose(T, (2, 0, 1))[1] * A.T[:2, :1])
sum(transpose(x) * y.T)
sum(sum(A**2, axis=0) * x)
sum(sum(T**2, axis=1) * 2)
sum(A / sum(exp(A), axis=1, keepdims=True))
mean(tanh(A) * row)
sum(mean(T, axis=(0, 2)) ** 2)
sum(mean(T, axis=-1, keepdims=True) * T)
sum(max(A, axis=1) * v)
sum(min(T, axis=(0, 1)) * b)
max(A) + min(B) - max(x)
sum(max(A, keepdims=True) * A)
dot(x, y)**2 + dot(A, x)[0]
sum(dot(A, B))
sum(outer(x, y) * S)
sum(outer(x, x) * S)
norm(A) * norm(x)
sum(norm(A, axis=1))
norm(T) * sum(norm(T, axis=(0, 1), keepdims=True))
sum(norm(L, axis=(0, 1, 3)))
trace(S @ S.T) * s
det(S)
sum(inv(S) * S.T)
sum(softmax(A) * C)
sum(softmax(A, axis=0)[1:] ** 2)
sum(softmax(A, axis=None)[1:] ** 2)
sum(log_softmax(A, axis=1) * C)
logsumexp(A) + sum(logsumexp(B, axis=0))
sum(logsumexp(T, axis=(0, 2), keepdims=True) * T)
sum(reshape(A, (3, 2)) @ v)
sum(reshape(A, -1) ** 2)
sum(reshape(A, (2, 3)) * A)
sum(concat(x, 2*v) ** 2)
sum(concat([A, C], axis=1) @ concat([x, y]))
x[0]*x[-1] + A[1, 2] + sum(B[:, 1])
sum(A[..., ::2] * col)
sum(A[..., ::-1] * A[::-1, :])
sum(x[::-2] ** 2) + sum(T[0, ::-1, 1] * x)
sum(x[None, :] * v[:, None])
sum([x[0], s, 2*x[1]] * y)
sum([x, y, 2*x] * S)
sum([s, 3, t] * [1, 2, 3] + x)
sum(sigmoid(A + row) * exp(col) / (1 + C**2))
sum(one * A - s)
sum(five * A * row * s)
sum((five + col)**2 * one)
sum(where(A > 0, 2*A, A**2))
sum(where(A > s, row, col) * A)
sum(max(A, C, 0.1))
sum(min(A, C) * max(A, row))
sum(max(A, 0)) + sum(max(0, C))
sum(relu(A) * abs(C) + clip(A, -0.5, 0.5))
sum(softplus(A) + silu(C) + gelu(A))
sum(logsigmoid(A @ x)) + sum(log(1 + exp(B)))
sum((A > C) * A) + sum(sign(A) * C)
sum(elu(A) + leaky_relu(C) + atan2(A, C) + hypot(A, col))
sum(2**x) + sum(abs(x)**y) + sum((x**2 + 1)**s)
sum(A**3 / C + 1/A - -A*A*C*2)
h = tanh(A @ x); p = softmax(h); -log(p[1])
z = A @ B + b; mean(logsumexp(z, axis=1) - z[:, 2])
i = 2; sum(B[i] * b) + x[i]**2
i = -1; x[i]*s
sum(none) + s
sum(E @ x) + sum(exp(H @ none)) + sum(x)
sum(logsumexp(E, axis=1)) + sum(softmax(E)) + sum(E * row)
s*t + x[0]
sum(x + x) + sum(x*x) + x[0] + x[0]
p = x; q = p; r = q.T; sum(p) + sum(q*q) + r[1] + sum(r)
u = A; w = u.T; z = reshape(w, (2, 3)); sum(z*C) + sum(u) + sum(w @ v)
a = sum(x); c = a; d = c; c*d + a*c + a
k = sum(x); sum(A * k) + k**2 + k
unused = x * 2; sum(y)
dx = x * 2; sum(dx * A)
sum(lambda * np) + lambda[0] * place[1] + softmax
c = A * 2; c = c + A; sum(c)
norm(x, 1) * norm(x, 3)
sum(norm(A, 1, axis=1) * v) + sum(norm(A, 3, axis=0, keepdims=True) * A)
sum(tri(3) * S) + sum(tri(2, 3, 1) * A)
sum(solve(S @ S.T + 9*eye(3), x) * y)
sum(kron(v, x)**2) + sum(cumsum(x) * y) + sum(sort(y) * x)
var(x) + sum(std(A, axis=0) * x) + var(A, ddof=1)
sum(swapaxes(A, 0, 1) @ v) + sum(moveaxis(T, 0, 2)**2)
sum(pad(x, ((1, 2),))**2 * 3) + sum(roll(x, 1) * y) + sum(flip(A) * C)
sum(einsum('ij,kj->ik', A, C) ** 2) + sum(einsum('ij->j', A) * x)
2 * 3
sum([1, 2, 3])
""".strip().splitlines()
TIES = {
    "sum(max(A, C) * C)": {"A": [[1, 2], [3, 3]], "C": [[1, 1], [4, 3]]},
    "sum(max(x, 0)**2 + min(x, 0) + max(x, 0))": {"x": [0.0, 1.0, -1.0]},
    "sum(max(x, y, z) * x)": {"x": [1, 2, 3], "y": [1, 2, 1], "z": [1, 0, 3]},
    "sum(max(A, axis=1) * x)": {"A": [[2, 2, 1], [3, 3, 3]], "x": [3, 4]},
    "max(x)*min(x) + sum(max(x, s))": {"x": [2, 2, 2, 3, 3], "s": 3},
    "sum(relu(x) + abs(x) + clip(x, 0, 1))": {"x": [0, 1, -1]},
    "norm(x) + sum(y * norm(A, axis=1))": {"x": [0, 0], "y": [1, 2], "A": [[0, 0], [3, 4]]},
}
UPSTREAM = {
    "A @ x": [1.0, -2.0],
    "sin(A)": [[1, 2, 3], [4, 5, 6]],
    "A": [[1, 2, 3], [4, 5, 6]],
    "softmax(A @ B)": [[1, 2, 3, 4], [0, 0, 1, 1]],
    "A[:, 1] * s": [1, 3],
    "s * t": 3.0,
}


def values(seed: int = 3) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    found = {name: random.normal(size=shape) if shape else float(random.normal()) for name, shape in SHAPES.items()}
    return found | {"lambda": found["x"], "np": found["y"], "place": found["v"], "softmax": 2.0}


def run_of(text: str, **options: Any) -> cgviz.Run:
    every = values()
    graph = cgviz.read(text, given=("softmax",) * text.endswith("softmax"))
    names = [graph.nodes[i].name for i in graph.inputs]
    return cgviz.run(text, {name: every[name] for name in names if name in every}, **options)


RUNS = [run_of(text) for text in TEXTS]
TIED = [cgviz.run(text, given) for text, given in TIES.items()]
SEEDED = [run_of(text, upstream=seed) for text, seed in UPSTREAM.items()]
EVERY = [run for run in [*RUNS, *TIED, *SEEDED] if run.bare.has_arrays]


def executed(source: str) -> dict[str, Any]:
    """Runs Python that we wrote ourselves; returns its variables."""
    found: dict[str, Any] = {"__name__": "__main__"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "divide by zero|overflow|invalid value")
        exec(compile(source, "generated", "exec"), found)
    return found


def as_array(value: Any) -> Any:
    return value.detach().numpy() if hasattr(value, "detach") else np.asarray(value)


def agree(run: cgviz.Run, source: str, renamed: bool = False) -> None:
    """Holds the variables of a program against the run: values, gradients and their shapes."""
    found = executed(source)
    new = {old: name for name, old in (p.split(" is ") for p in renaming(source))}
    output = run.graph.nodes[run.graph.output].name
    pairs = [(new.get(output, output), run.value)]
    pairs += [(f"d{new.get(name, name)}", gradient) for name, gradient in run.gradient.items()]
    for name, expected in pairs:
        assert np.shape(found[name]) == np.shape(expected), f"{name}\n{source}"
        np.testing.assert_allclose(as_array(found[name]), expected, rtol=1e-12, atol=1e-12, err_msg=f"{name}\n{source}")


def renaming(source: str) -> list[str]:
    marks = [line for line in source.splitlines() if line.startswith("# Renamed")]
    return marks[0].rpartition(": ")[2].rstrip(".").split(", ") if marks else []


@pytest.mark.parametrize("run", EVERY, ids=lambda run: run.graph.program)
@pytest.mark.parametrize("lang", ["numpy", "torch"])
def test_finds_the_numbers_of_the_run(run: cgviz.Run, lang: str) -> None:
    pytest.importorskip(lang)
    agree(run, code(run, lang))
    agree(run, code(run, lang, function=True, test=lang != "torch" or run not in TIED))
    agree(run, code(run, lang, teach=True, stable=True))


@pytest.mark.parametrize("run", EVERY, ids=lambda run: run.graph.program)
def test_jax_finds_them_where_it_is_installed(run: cgviz.Run) -> None:
    pytest.importorskip("jax")
    agree(run, code(run, "jax"))
    agree(run, code(run, "jax", test=run not in TIED, stable=True))


def test_jax_is_python_and_nothing_of_numpy() -> None:
    for at, run in enumerate(EVERY):
        source = code(run, "jax", test=at % 2 == 0 and run not in TIED, stable=at % 3 == 0)
        compile(source, "generated", "exec")
        assert "np." not in source.replace("jnp.", "").replace("np.ndim", "")


def lines_of(source: str) -> list[str]:
    """Returns the assignments of a program without the numbers of their stages."""
    return [line.partition("  #(")[0].strip() for line in source.splitlines() if "#(" in line]


def test_a_linear_layer_reads_as_a_person_writes_it() -> None:
    source = code(cgviz.run("q = W @ x; f = sum(q**2)", W=[[0.1, 0.5], [-0.3, 0.8]], x=[0.2, 0.4]), "numpy")
    assert lines_of(source) == [
        "q = W @ x",
        "qsqr = q**2",
        "f = np.sum(qsqr)",
        "dqsqr = np.ones_like(qsqr)",
        "dq = (2 * q) * dqsqr",
        "dW = np.outer(dq, x)",
        "dx = W.T @ dq",
    ]
    assert "q = W @ x         #(1)  # (2,)\n" in source
    assert "# Written for these shapes: W (2, 2), x (2,).\n" in source
    assert "W = np.array([[0.1, 0.5], [-0.3, 0.8]])\n" in source


NETWORK = "h = max(X @ W1 + b1, 0); s = h @ W2 + b2; L = mean(logsumexp(s, axis=1) - s[:, 0])"


def network(rows: int) -> dict[str, Any]:
    random = np.random.default_rng(rows)
    shapes = {"X": (rows, 3), "W1": (3, 4), "b1": (4,), "W2": (4, 2), "b2": (2,)}
    return {name: random.normal(size=shape) for name, shape in shapes.items()}


def test_a_network_reads_as_a_person_writes_it() -> None:
    lines = lines_of(code(cgviz.run(NETWORK, network(5)), "numpy"))
    assert lines[lines.index("L = np.mean(diff)") + 1 :] == [
        "ddiff = np.full_like(diff, 1 / diff.size)",
        "dlses = ddiff",
        "dparts = -ddiff",
        "ds = place(dparts, s, np.s_[:, 0])",
        "ds += dlses[..., None] * np.exp(s - lses[..., None])",
        "dhW2 = ds",
        "db2 = np.sum(ds, axis=0)",
        "dh = dhW2 @ W2.T",
        "dW2 = h.T @ dhW2",
        "dXW1pb1 = ((XW1pb1 > 0) + 0.5 * (XW1pb1 == 0)) * dh",
        "dXW1 = dXW1pb1",
        "db1 = np.sum(dXW1pb1, axis=0)",
        "dX = dXW1 @ W1.T",
        "dW1 = X.T @ dXW1",
    ]


def test_the_function_of_a_network_takes_another_batch() -> None:
    function = executed(code(cgviz.run(NETWORK, network(5)), "numpy", function=True))["value_and_gradient"]
    other = cgviz.run(NETWORK, network(7))
    value, gradients = function(*network(7).values())
    assert value == pytest.approx(other.value, rel=1e-12)
    for found, expected in zip(gradients, other.gradient.values(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_what_is_another_variable_is_never_added_to_in_place() -> None:
    program = "y = x; f = sum(y * b) + sum(x * x)"
    source = code(cgviz.run(program, x=[1, 2], b=[3, 4]), "numpy")
    found = executed(source)
    assert found["dx"].tolist() == [5, 8]
    assert found["dy"].tolist() == [3, 4]
    last = code(cgviz.run("y = 2*x; z = y.T; f = sum(z * z) + sum(y) + y @ x", x=[1, 2]), "numpy")
    np.testing.assert_allclose(executed(last)["dx"], [14, 26])


def test_a_test_fails_for_other_numbers() -> None:
    run = cgviz.run("q = W @ x; f = sum(q**2)", W=[[0.1, 0.5], [-0.3, 0.8]], x=[0.2, 0.4])
    source = code(run, "numpy", test=True)
    executed(source)
    with pytest.raises(AssertionError):
        executed(source.replace("x = np.array([0.2, 0.4])", "x = np.array([0.2, 0.5])"))


def test_taught_factors_stay() -> None:
    run = cgviz.run("f = sum(x + y)", x=[1, 2], y=[3, 4])
    assert "dx = (1) * dxpy" in lines_of(code(run, "numpy", teach=True))
    assert "dx = dxpy" in lines_of(code(run, "numpy"))


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang not in ARRAYS])
def test_languages_without_arrays_say_who_has_them(lang: str) -> None:
    with pytest.raises(UsageError, match=r"^arrays have no form in \w+; numpy, torch, jax have them$"):
        code(cgviz.run("sum(x)", x=[1, 2]), lang)


def test_what_cannot_be() -> None:
    with pytest.raises(UnwrittenCodeError, match=r"^digamma has no form in NumPy; torch, jax have it$"):
        code(cgviz.run("sum(digamma(x))", x=[1, 2]), "numpy")
    with pytest.raises(UsageError, match="depends on their shapes, which are not known without values"):
        code(cgviz.run("sum(W @ x)"), "numpy")


def test_long_literals_stand_in_rows() -> None:
    source = code(cgviz.run("sum(A) + sum(x)", A=np.arange(60.0).reshape(3, 20), x=np.arange(40.0)), "numpy")
    assert max(map(len, source.splitlines())) <= 90
    assert executed(source)["f"] == 1770 + 780


@pytest.mark.parametrize("lang", ["python", "numpy", "torch"])
def test_an_upstream_gradient_of_a_scalar(lang: str) -> None:
    pytest.importorskip(lang if lang != "python" else "math")
    run = cgviz.run("x*y", {"x": 2.0, "y": 3.0}, upstream=0.5)
    agree(run, code(run, lang, test=True))
