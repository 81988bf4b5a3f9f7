"""Hand-written backward passes judged: NumPy pairs, torch.autograd.Function, jax.custom_vjp; and `cgviz diff`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cgviz.cli import main

NUMPY = """
import numpy as np

def affine_forward(x, w, b):
    return x @ w + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    return {dx}, {dw}, {db}

def layer(x, w):
    h = np.tanh(w * x)
    return h * x

def layer_backward(up, x, w):
    h = np.tanh(w * x)
    return {{"dx": {lx}, "dw": {lw}}}

class Mean:
    @staticmethod
    def forward(x):
        return x.mean()
    @staticmethod
    def backward(up, x):
        return {mean}
"""
RIGHT = {
    "dx": "dout @ w.T", "dw": "x.T @ dout", "db": "dout.sum(0)", "lx": "up * (h + x * (1 - h**2) * w)",
    "lw": "up * x * x * (1 - h**2)", "mean": "up * np.ones_like(x) / x.size",
}  # fmt: skip
VALUES = {
    "affine_forward": ["--x", "[[1,2],[3,4],[5,7]]", "--w", "[[1,0.5],[0.2,0.3]]", "--b", "[1,2]"],
    "layer": ["--x", "[1,2]", "--w", "[0.3,0.4]"],
    "Mean": ["--x", "[1,2,3]"],
}


def judged(folder: Path, capsys: Any, name: str, **changed: str) -> tuple[int, dict[str, str]]:
    """Returns the exit status, and the cause for each gradient of a pair in which something is changed."""
    (folder / "own.py").write_text(NUMPY.format(**{**RIGHT, **changed}), encoding="utf-8")
    status = main(["check", f"{folder / 'own.py'}:{name}", *VALUES[name], "--format", "json"])
    made = json.loads(capsys.readouterr().out)
    assert made["right"] == all(row["right"] for row in made["gradients"])
    return status, {row["name"]: row["cause"] for row in made["gradients"]}


@pytest.fixture(autouse=True)
def every_file_is_run_anew() -> None:
    from cgviz.cli.functions import named

    named.cache_clear()


@pytest.mark.parametrize("name", VALUES)
def test_right_passes_are_right(tmp_path: Path, capsys: Any, name: str) -> None:
    status, causes = judged(tmp_path, capsys, name)
    assert status == 0
    assert not any(causes.values())


@pytest.mark.parametrize(
    ("name", "changed", "which", "cause"),
    [
        ("affine_forward", {"db": "dout"}, "b", "not summed over axis 0"),
        ("affine_forward", {"dw": "(x.T @ dout).T"}, "w", "transposed"),
        ("affine_forward", {"dx": "-(dout @ w.T)"}, "x", "the sign is turned"),
        ("affine_forward", {"dw": "2 * x.T @ dout"}, "w", "2 times too large"),
        ("affine_forward", {"db": "dout.mean(0)"}, "b", "3 times too small, the length of an axis"),
        ("affine_forward", {"dx": "np.ones_like(dout) @ w.T"}, "x", "the upstream gradient is not used"),
        ("affine_forward", {"dx": "None"}, "x", "no gradient is returned"),
        ("layer", {"lw": "up * x * x"}, "w", "local derivative of stage (2) h = tanh(wx), 1 − h², is left out"),
        ("layer", {"lx": "up * h"}, "x", "the contribution through stage (1)"),
        ("layer", {"lx": "up * (h + x * (1 - h**2) * w) + np.array([0, 1.0])"}, "x", "1 of 2 elements differ"),
        ("Mean", {"mean": "up * np.ones_like(x)"}, "x", "3 times too large, the length of an axis"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, capsys: Any, name: str, changed: dict[str, str], which: str, cause: str
) -> None:
    status, causes = judged(tmp_path, capsys, name, **changed)
    assert status == 1
    assert cause in causes.pop(which)
    assert not any(causes.values())


@pytest.mark.parametrize(("slope", "status"), [("(x > 0)", 0), ("(x >= 0)", 0), ("(x > 1)", 1)])
def test_another_convention_at_a_kink_is_right(tmp_path: Path, capsys: Any, slope: str, status: int) -> None:
    text = "import numpy as np\ndef relu(x):\n    return np.sum(np.maximum(x, 0))\n"
    (tmp_path / "own.py").write_text(f"{text}def relu_backward(up, x):\n    return up * {slope}\n", encoding="utf-8")
    path = f"{tmp_path / 'own.py'}:relu"
    assert main(["check", path, "--x", "[0.0, 1.0, -2.0]", "--format", "json"]) == status
    [found] = json.loads(capsys.readouterr().out)["gradients"]
    assert found["right"] == (status == 0) == found["note"].startswith("another convention")


def test_a_function_of_pytorch(tmp_path: Path, capsys: Any) -> None:
    pytest.importorskip("torch")
    text = """
import torch
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x**3 * y
    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * 3 * x**2 * y, -g * x**3
"""
    (tmp_path / "own.py").write_text(text, encoding="utf-8")
    assert main(["check", f"{tmp_path / 'own.py'}:Cube", "--x", "[1,2]", "--y", "[0.3,0.4]"]) == 1
    out = capsys.readouterr().out
    assert "1 of 2 gradients of Cube are wrong" in out
    assert "the sign is turned" in out
    assert "line 11: return (g * 3 * x ** 2 * y, -g * x ** 3)" in out
    assert "with return (g * 3 * x ** 2 * y, g * x ** 3), right: y" in out


def test_a_rule_of_jax(tmp_path: Path, capsys: Any) -> None:
    pytest.importorskip("jax")
    text = """
import jax, jax.numpy as jnp
@jax.custom_vjp
def soft(x):
    return jnp.log1p(jnp.exp(x))
soft.defvjp(lambda x: (soft(x), x), lambda x, g: (g * jax.nn.sigmoid(x) * 2,))
"""
    (tmp_path / "own.py").write_text(text, encoding="utf-8")
    assert main(["check", f"{tmp_path / 'own.py'}:soft", "--x", "[1,-2]"]) == 1
    out = capsys.readouterr().out
    assert "2 times too large" in out
    assert "line" not in out  # nobody names a line of a lambda


def test_a_rule_of_jax_with_arguments_that_are_held(tmp_path: Path, capsys: Any) -> None:
    pytest.importorskip("jax")
    text = """
import functools, jax, jax.numpy as jnp
@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def power(x, k, w):
    return jnp.sum((x*w)**k)
def forward(x, k, w):
    return power(x, k, w), (x, w)
def backward(k, saved, g):
    x, w = saved
    return k*(x*w)**(k - 1)*w*g, k*(x*w)**(k - 1)*g
power.defvjp(forward, backward)
"""
    (tmp_path / "own.py").write_text(text, encoding="utf-8")
    assert main(["check", f"{tmp_path / 'own.py'}:power", "--x", "[1,2]", "--k", "3", "--w", "[0.5,1]"]) == 1
    out = capsys.readouterr().out
    assert "1 of 2 gradients" in out
    assert "right: w" in " ".join(out.split())


# diff


@pytest.mark.parametrize(
    ("one", "two", "values", "same"),
    [
        ("log(1 + exp(x))", "softplus(x)", [], True),
        ("(x + y)**2", "x**2 + 2*x*y + y**2", [], True),
        ("h = tanh(w*x); h**2", "h = sin(w*x); h**2", ["--w", "2", "--x", "0.3"], False),
        ("x*y", "x*y*z", [], False),
        ("sum(W @ x)", "sum(x @ W.T)", ["--W", "[[1,2],[3,4]]", "--x", "[1,2]"], True),
        ("x**2", "x**2 + 1", [], False),
    ],
)
def test_two_programs_are_compared(one: str, two: str, values: list[str], same: bool, capsys: Any) -> None:
    assert main(["diff", one, two, *values, "--format", "json"]) == (0 if same else 1)
    assert json.loads(capsys.readouterr().out)["same"] is same


def test_where_two_programs_part_is_named(capsys: Any) -> None:
    assert main(["diff", "h = tanh(w*x); h**2", "h = sin(w*x); h**2", "--w", "2", "--x", "0.3"]) == 1
    out = capsys.readouterr().out
    assert "They part at h" in out
    assert "tanh(wx) = 0.537" in out


@pytest.mark.parametrize("format", ["text", "markdown", "latex", "html", "terminal"])
def test_the_difference_has_every_format(format: str, capsys: Any) -> None:
    assert main(["diff", "x*y", "x + y", "--format", format]) == 1
    assert "x" in capsys.readouterr().out


def test_arrays_without_values_are_asked_for(capsys: Any) -> None:
    assert main(["diff", "sum(W @ x)", "sum(x @ W)"]) == 2
    assert "VALUE" in capsys.readouterr().err


# the line

ATTENTION = """
import numpy as np

def attention(Q, K, V):
    S = Q @ K.T / np.sqrt(Q.shape[1])
    E = np.exp(S)
    A = E / E.sum(axis=1, keepdims=True)
    return A @ V

def attention_backward(dO, Q, K, V):
    d = Q.shape[1]
    E = np.exp(Q @ K.T / np.sqrt(d))
    A = E / E.sum(axis=1, keepdims=True)
    dV = A.T @ dO
    dA = dO @ V.T
    dS = A * (dA - (dA * A).sum(axis=0, keepdims=True))
    dQ = dS @ K / np.sqrt(d)
    dK = dS.T @ Q
    return dQ, dK, dV
"""


def test_two_wrong_lines_are_named_and_mended_one_after_the_other(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "own.py").write_text(ATTENTION, encoding="utf-8")
    at = ["--Q", "[[1,2],[0,1]]", "--K", "[[1,2],[0,1],[0.3,-1]]", "--V", "[[1,2],[0,1],[0.5,-1]]"]
    assert main(["check", f"{tmp_path / 'own.py'}:attention", *at, "--format", "json"]) == 1
    one, two = json.loads(capsys.readouterr().out)["lines"]
    assert (one["line"], one["gradients"], one["says"]) == (16, ["Q"], "the sum goes along axis=1, not along axis=0")
    assert (two["line"], two["gradients"]) == (18, ["K"])
    assert two["mended"] == "dK = dS.T @ Q / np.sqrt(d)"


def test_where_no_slip_is_known_the_stage_is_named_at_which_the_passes_part(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgviz.grading.handwritten.MOST_RUNS", 300)
    wrong = ATTENTION.replace("dS = A * (dA - (dA * A).sum(axis=0, keepdims=True))", "dS = np.cos(A) ** 3 - A ** 5 * 7")
    (tmp_path / "own.py").write_text(wrong, encoding="utf-8")
    at = ["--Q", "[[1,2]]", "--K", "[[1,2],[0,1]]", "--V", "[[1,2],[0,1]]"]
    assert main(["check", f"{tmp_path / 'own.py'}:attention", *at]) == 1
    out = capsys.readouterr().out
    assert "line 16: dS = np.cos(A) ** 3 - A ** 5 * 7" in out
    assert "here it parts: dS is not the gradient of S" in out
