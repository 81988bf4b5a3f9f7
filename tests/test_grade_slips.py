"""Slips that whole files of students make: each is named in its line, with its cause, and the right file is right."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import cgviz.grading
from cgviz.grading import judge
from cgviz.grading.exercise import Exercise
from cgviz.grading.listing import plain

RNN = """
import numpy as np

def forward(x, h0, w, u):
    hs, h = np.zeros((3, 2)), h0
    for t in range(3):
        h = np.tanh(x[t] @ w + h @ u)
        hs[t] = h
    return hs, (x, h0, hs, w, u)

def backward(dhs, cache):
    x, h0, hs, w, u = cache
    dx, dw, du = np.zeros_like(x), np.zeros_like(w), np.zeros_like(u)
    dprev = np.zeros(2)
    for t in reversed(range(3)):
        dh = dhs[t] + dprev
        da = dh * (1 - hs[t] ** 2)
        before = hs[t - 1] if t > 0 else h0
        dx[t] = w @ da
        dw += np.outer(x[t], da)
        du += np.outer(before, da)
        dprev = u @ da
    return dx, dprev, dw, du
"""
NET = """
import numpy as np

class Tanh:
    def forward(self, z):
        self.out = np.tanh(z)
        return self.out

    def backward(self, up):
        t = self.out
        return up * (1 - t ** 2)

def forward(x, w, v):
    layer = Tanh()
    h = layer.forward(x @ w)
    pre = h @ v
    return np.maximum(pre, 0), (layer, x, h, pre, w, v)

def backward(dout, cache):
    layer, x, h, pre, w, v = cache
    dpre = dout.copy()
    dpre[pre <= 0] = 0
    dv = h.T @ dpre
    dz = layer.backward(dpre @ v.T)
    dw = x.T @ dz
    return dz @ w.T, dw, dv
"""
SOFTMAX = """
import numpy as np

def forward(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p

def backward(dout, p):
    inner = (dout * p).sum(axis=1, keepdims=True)
    ds = p * (dout - inner)
    return ds
"""
POOL = """
import numpy as np

def forward(x, stride=2):
    out, where = np.zeros((2, 2)), {}
    for i in range(2):
        for j in range(2):
            top, left = i * stride, j * stride
            patch = x[top:top + 2, left:left + 2]
            r, q = np.unravel_index(np.argmax(patch), patch.shape)
            where[i, j] = (top + r, left + q)
            out[i, j] = patch[r, q]
    return out, where

def backward(dout, where):
    dx = np.zeros((4, 4))
    for (i, j), (r, q) in where.items():
        dx[r, q] += dout[i, j]
    return dx
"""
EXERCISES = {
    RNN: ("hs, c = forward(x, h0, w, u); dx, dh0, dw, du = backward(dhs, c)",
          {"x": (3, 2), "h0": (2,), "w": (2, 2), "u": (2, 2)}, (3, 2)),
    NET: ("out, c = forward(x, w, v); dx, dw, dv = backward(dout, c)", {"x": (4, 3), "w": (3, 2), "v": (2, 3)}, (4, 3)),
    SOFTMAX: ("p, c = forward(s); ds = backward(dp, c)", {"s": (3, 4)}, (3, 4)),
    POOL: ("out, c = forward(x); dx = backward(dout, c)", {"x": (4, 4)}, (2, 2)),
}  # fmt: skip


def asked(file: str) -> Exercise:
    call, shapes, up = EXERCISES[file]
    chance = np.random.RandomState(5)
    inputs = {name: chance.randn(*shape) for name, shape in shapes.items()}
    return Exercise(right=plain(file), call=call, inputs=inputs, upstream=chance.randn(*up))


@pytest.mark.parametrize("file", EXERCISES, ids=["rnn", "net", "softmax", "pool"])
def test_the_right_file_agrees_with_differences_of_its_own_forward_pass(file: str) -> None:
    exercise = asked(file)
    own = Exercise(own=True, call=exercise.call, inputs=exercise.inputs, upstream=exercise.upstream)
    assert judge(own, plain(file)).all_right


@pytest.mark.parametrize(
    ("file", "right", "wrong", "cause"),
    [
        (RNN, "hs[t - 1] if t > 0 else h0", "hs[t]", "off-by-one"),
        (NET, "out = np.tanh(z)\n        return self.out", "out = z\n        return np.tanh(z)", "input-for-output"),
        (NET, "    dpre[pre <= 0] = 0\n", "", "mask-forgotten"),
        (NET, "return dz @ w.T, dw, dv", "return -dz @ w.T, dw, dv", "sign"),
        (SOFTMAX, "(dout * p).sum", "dout.sum", "factor-forgotten"),
        (POOL, "(top + r, left + q)", "(i + r, j + q)", "index"),
    ],
)  # fmt: skip
def test_the_line_and_its_cause(file: str, right: str, wrong: str, cause: str) -> None:
    line = file[: file.index(right)].count("\n") + 1
    made = judge(asked(file), plain(file.replace(right, wrong)))
    assert not made.all_right
    assert made.first is not None
    assert made.first.cause == cause
    assert made.first.line in (line, line - 1)  # a line that is missing has no number of its own


WORDED = ("edit", "Slip", "TreeRow", "blame", "Changed", "exchanged", "moved", "after", "blame_at")


def test_every_cause_is_in_the_list_of_causes() -> None:
    folder, told = Path(cgviz.grading.__file__).parent, set[str]()
    for path in (*folder.glob("slips/*.py"), *folder.glob("lines/*.py"), folder / "blames.py"):
        for call in (each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Call)):
            if getattr(call.func, "attr", getattr(call.func, "id", "")) in WORDED:
                words = [each.value for each in call.args if isinstance(each, ast.Constant)]
                told |= {each for each in words if isinstance(each, str) and re.fullmatch("[a-z]+(-[a-z]+)*", each)}
    page = (Path(__file__).parent.parent / "docs" / "grading.md").read_text()
    listed = page[page.index("Causes:") : page.index("`--hints 0`")]
    assert len(told) > 40
    assert {each for each in told - {"typo"} if f"`{each}`" not in listed} == set()
