"""Generated code of array programs: it is run, and finds the run's numbers, in whatever form it was asked for."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.views.code import code
from cgviz.views.code.notation import UnwrittenError

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
    graph = cgviz.read(text)
    every = values()
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


def is_refused(run: cgviz.Run, lang: str, **options: Any) -> bool:
    try:
        code(run, lang, **options)
    except UnwrittenError:
        return True
    return False


@pytest.mark.parametrize("run", EVERY, ids=lambda run: run.graph.program)
@pytest.mark.parametrize("lang", ["numpy", "torch"])
def test_finds_the_numbers_of_the_run(run: cgviz.Run, lang: str) -> None:
    pytest.importorskip(lang)
    agree(run, code(run, lang))
    agree(run, code(run, lang, function=True, test=lang != "torch" or run not in TIED))
    agree(run, code(run, lang, teach=True, stable=True))
