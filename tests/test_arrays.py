"""Array programs against PyTorch, against central differences, and the worked examples of the course."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.values.ieee import power

SHAPES = {
    "A": (2, 3), "B": (3, 4), "C": (2, 3), "S": (3, 3), "x": (3,), "y": (3,), "b": (4,), "v": (2,), "col": (2, 1),
    "row": (1, 3), "T": (2, 3, 4), "M": (2, 4, 2), "one": (1,), "s": (),
}  # fmt: skip


def torch_functions() -> dict[str, Callable[..., Any]]:
    """Returns, for the text of each program, the same function of tensors."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    return {
        "sum((A @ x)**2)": lambda A, x: ((A @ x) ** 2).sum(),
        "sum(x @ B)": lambda x, B: (x @ B).sum(),
        "x @ y": lambda x, y: x @ y,
        "sum(exp(A @ B))": lambda A, B: (A @ B).exp().sum(),
        "sum(sin(T @ b))": lambda T, b: (T @ b).sin().sum(),
        "sum(sin(T @ M))": lambda T, M: (T @ M).sin().sum(),
        "sum(sin(x @ T))": lambda x, T: (x @ T).sin().sum(),
        "sum(cos(A @ M[:, :3]))": lambda A, M: (A @ M[:, :3]).cos().sum(),
        "sum((A.T @ C)**3)": lambda A, C: ((A.T @ C) ** 3).sum(),
        "sum(transpose(T, (2, 0, 1))[1] * A.T[:2, :1])": lambda T, A: (T.permute(2, 0, 1)[1] * A.T[:2, :1]).sum(),
        "sum(sum(A**2, axis=0) * x)": lambda A, x: ((A**2).sum(0) * x).sum(),
        "sum(A / sum(exp(A), axis=1, keepdims=True))": lambda A: (A / A.exp().sum(1, keepdim=True)).sum(),
        "mean(tanh(A) * row)": lambda A, row: (A.tanh() * row).mean(),
        "sum(mean(T, axis=(0, 2)) ** 2)": lambda T: (T.mean((0, 2)) ** 2).sum(),
        "sum(max(A, axis=1) * v)": lambda A, v: (A.amax(1) * v).sum(),
        "sum(min(T, axis=(0, 1)) * b)": lambda T, b: (T.amin((0, 1)) * b).sum(),
        "max(A) + min(B) - max(x)": lambda A, B, x: A.amax() + B.amin() - x.amax(),
        "dot(x, y)**2 + dot(A, x)[0]": lambda x, y, A: torch.dot(x, y) ** 2 + (A @ x)[0],
        "sum(outer(x, y) * S)": lambda x, y, S: (torch.outer(x, y) * S).sum(),
        "norm(A) * norm(x)": lambda A, x: torch.linalg.norm(A) * torch.linalg.norm(x),
        "sum(norm(A, axis=1))": lambda A: torch.linalg.norm(A, dim=1).sum(),
        "trace(S @ S.T) * s": lambda S, s: torch.trace(S @ S.T) * s,
        "det(S)": lambda S: torch.linalg.det(S),
        "sum(inv(S) * S.T)": lambda S: (torch.linalg.inv(S) * S.T).sum(),
        "sum(softmax(A) * C)": lambda A, C: (F.softmax(A, -1) * C).sum(),
        "sum(softmax(A, axis=0)[1:] ** 2)": lambda A: (F.softmax(A, 0)[1:] ** 2).sum(),
        "sum(log_softmax(A, axis=1) * C)": lambda A, C: (F.log_softmax(A, 1) * C).sum(),
        "logsumexp(A) + sum(logsumexp(B, axis=0))": lambda A, B: A.flatten().logsumexp(0) + B.logsumexp(0).sum(),
        "sum(reshape(A, (3, 2)) @ v)": lambda A, v: (A.reshape(3, 2) @ v).sum(),
        "sum(reshape(A, -1) ** 2)": lambda A: (A.reshape(-1) ** 2).sum(),
        "sum(concat(x, 2*v) ** 2)": lambda x, v: (torch.cat([x, 2 * v]) ** 2).sum(),
        "sum(concat([A, C], axis=1) @ concat([x, y]))": lambda A, C, x, y: (
            torch.cat([A, C], 1) @ torch.cat([x, y])
        ).sum(),
        "x[0]*x[-1] + A[1, 2] + sum(B[:, 1])": lambda x, A, B: x[0] * x[-1] + A[1, 2] + B[:, 1].sum(),
        "sum(A[..., ::2] * col)": lambda A, col: (A[..., ::2] * col).sum(),
        "sum(x[None, :] * v[:, None])": lambda x, v: (x[None, :] * v[:, None]).sum(),
        "sum([x[0], s, 2*x[1]] * y)": lambda x, s, y: (torch.stack([x[0], s, 2 * x[1]]) * y).sum(),
        "sum(sigmoid(A + row) * exp(col) / (1 + C**2))": lambda A, row, col, C: (
            torch.sigmoid(A + row) * col.exp() / (1 + C**2)
        ).sum(),
        "sum(one * A - s)": lambda one, A, s: (one * A - s).sum(),
        "sum(where(A > 0, log(A), A))": lambda A: torch.where(A > 0, torch.where(A > 0, A, 1).log(), A).sum(),
        "sum(max(A, C, 0.1))": lambda A, C: torch.maximum(torch.maximum(A, C), torch.full_like(A, 0.1)).sum(),
        "sum(relu(A) * abs(C) + clip(A, -0.5, 0.5))": lambda A, C: (A.relu() * C.abs() + A.clamp(-0.5, 0.5)).sum(),
        "sum(softplus(A) + silu(C) + gelu(A))": lambda A, C: (
            F.softplus(A, threshold=1e9) + F.silu(C) + F.gelu(A)
        ).sum(),
        "sum(logsigmoid(A @ x)) + sum(log(1 + exp(B)))": lambda A, x, B: (
            F.logsigmoid(A @ x).sum() + (1 + B.exp()).log().sum()
        ),
        "h = tanh(A @ x); p = softmax(h); -log(p[1])": lambda A, x: -F.softmax((A @ x).tanh(), 0)[1].log(),
        "z = A @ B + b; mean(logsumexp(z, axis=1) - z[:, 2])": lambda A, B, b: (
            (A @ B + b).logsumexp(1) - (A @ B + b)[:, 2]
        ).mean(),
    }


TEXTS = [
    line.split('": lambda')[0].strip().strip('"')
    for line in __import__("inspect").getsource(torch_functions).splitlines()
    if '": lambda' in line
]


def values(seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {name: random.normal(size=shape) if shape else float(random.normal()) for name, shape in SHAPES.items()}


def inputs_of(text: str, seed: int = 0) -> dict[str, Any]:
    graph = cgviz.read(text)
    every = values(seed)
    return {graph.nodes[i].name: every[graph.nodes[i].name] for i in graph.inputs}


@pytest.mark.parametrize("text", TEXTS)
def test_agrees_with_pytorch(text: str) -> None:
    torch = pytest.importorskip("torch")
    function = torch_functions()[text]
    for seed in range(3):
        given = inputs_of(text, seed)
        tensors = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in given.items()}
        expected = function(**tensors)
        expected.backward()
        run = cgviz.run(text, given)
        assert run.value == pytest.approx(expected.item(), rel=1e-11, abs=1e-12)
        for name, tensor in tensors.items():
            found = run.gradient[name]
            assert np.shape(found) == tuple(tensor.shape)
            np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=1e-10, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("text", TEXTS)
def test_agrees_with_central_differences(text: str) -> None:
    given = inputs_of(text, 7)
    run = cgviz.run(text, given)
    for name, value in given.items():
        slopes = np.zeros(np.shape(value))
        for place in np.ndindex(np.shape(value)):
            sides = []
            for sign in (1, -1):
                moved = np.array(value, dtype=float)
                moved[place] += sign * 1e-6
                sides.append(cgviz.run(run.bare, {**given, name: moved}).value)
            slopes[place] = (sides[0] - sides[1]) / 2e-6
        np.testing.assert_allclose(run.gradient[name], slopes, rtol=2e-5, atol=2e-7, err_msg=name)


@pytest.mark.parametrize(
    ("x", "flags"), [([-1.0], ("dead",)), ([-1.0, -2.0], ("dead",)), ([-1.0, 0.0], ("kink",)), ([-1.0, 2.0], ())]
)
def test_an_array_is_dead_where_all_of_it_is(x: list[float], flags: tuple[str, ...]) -> None:
    assert cgviz.run("sum(relu(x))", x=x).flags[1] == flags


@pytest.mark.parametrize("b", [401.0, 402.0, 403.0, -1.0, -3.0, -4.0, -5.0, -0.5])
@pytest.mark.parametrize("a", [-10.0, 10.0, -1e300, 0.0, -0.0])
def test_a_power_beyond_floats_is_that_of_c(a: float, b: float) -> None:
    with np.errstate(all="ignore"):
        assert repr(power(a, b)) == repr(float(np.power(a, b)))


def test_contributions_of_both_signs_of_infinity_are_no_warning() -> None:
    run = cgviz.run("sum(x*x) - sum(x*y)", x=[1, np.inf], y=[2, np.inf])  # a warning is an error here
    assert np.array_equal(run.gradient["x"], [0.0, np.nan], equal_nan=True)
