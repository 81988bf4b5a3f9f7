"""`cgviz grade` on whole files as students hand them in: right is right, a slip is named in its line, nothing runs."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.cli import main
from cgviz.grading import grade, judge
from cgviz.grading.confined import graded
from cgviz.grading.exercise import Exercise
from cgviz.grading.listing import plain
from cgviz.grading.report import Grade
from cgviz.grading.submissions import Submission

X = np.array([[0.4, -1.2, 0.7], [1.5, 0.3, -0.8], [-0.6, 0.9, 0.2], [0.1, -0.5, 1.1]])
W = np.array([[0.5, -0.4], [0.2, 0.8], [-1.1, 0.3]])
B = np.array([0.15, -0.25])
UP = np.array([[0.6, -1.3], [0.2, 0.9], [-0.7, 0.4], [1.1, -0.2]])

COURSE = '''
from builtins import range
import numpy as np
from course.fast_layers import *

def affine_forward(x, w, b):
    """Computes the forward pass. Returns (out, cache)."""
    out = None
    # *****START OF YOUR CODE*****
    out = x.reshape(x.shape[0], -1).dot(w) + b
    # *****END OF YOUR CODE*****
    cache = (x, w, b)
    return out, cache

def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = None, None, None
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

def test():
    print("error", rel_error(1, 2))
'''
LAYER = """
import numpy as np

class Module:
    def __call__(self, *args):
        return self.forward(*args)

class Linear(Module):
    def __init__(self, w, b):
        super().__init__()
        self.params = {"w": w, "b": b}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["w"] + self.params["b"]

    def backward(self, dout):
        self.grads["w"] = self.x.T @ dout
        self.grads["b"] = dout.sum(axis=0)
        return dout @ self.params["w"].T
"""
LOOPS = """
import numpy as np

def affine_forward(x, w, b):
    N, M = x.shape[0], w.shape[1]
    out = np.zeros((N, M))
    for i in range(N):
        for j in range(M):
            out[i, j] = sum(x[i, k] * w[k, j] for k in range(x.shape[1])) + b[j]
    return out, [x, w, b]

def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            dx[i] += dout[i, j] * w[:, j]
            dw[:, j] += dout[i, j] * x[i]
            db[j] += dout[i, j]
    return dx, dw, db
"""
TORCH = """
import torch

class Affine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return x.mm(w) + b

    @staticmethod
    def backward(ctx, grad_output):
        x, w = ctx.saved_tensors
        return grad_output.mm(w.t()), x.t().mm(grad_output), grad_output.sum(0)
"""
CALL = "out, cache = affine_forward(x, w, b); dx, dw, db = affine_backward(dout, cache)"
LAYER_CALL = (
    "layer = Linear(w, b); out = layer(x); dx = layer.backward(dout); dw = layer.grads['w']; db = layer.grads['b']"
)
TORCH_CALL = "out = Affine.apply(x, w, b); out.backward(dout); dx = x.grad; dw = w.grad; db = b.grad"


def affine(text: str, call: str = CALL) -> Grade:
    run = cgviz.run("out = x @ w + b", x=X, w=W, b=B, upstream=UP)
    return judge(Exercise(run=run, call=call, inputs={"x": X, "w": W, "b": B}, upstream=UP), plain(text))


@pytest.mark.parametrize(
    ("text", "call"),
    [(COURSE, CALL), (LAYER, LAYER_CALL), (LOOPS, CALL), (TORCH, TORCH_CALL)],
    ids=["course", "layer", "loops", "torch"],
)
def test_right_files_are_right(text: str, call: str) -> None:
    made = affine(text, call)
    assert made.all_right, made.first
    wanted = {"x": UP @ W.T, "w": X.T @ UP, "b": UP.sum(axis=0)}
    for each in made.gradients:
        np.testing.assert_allclose(np.asarray(each.theirs), wanted[each.name], rtol=1e-12)


SLIPS = [
    (COURSE, CALL, "dout.dot(w.T)", "dout.dot(w.T) / x.shape[0]", {"mean-twice", "extra-factor"}),
    (COURSE, CALL, "np.sum(dout, axis=0)", "np.sum(dout, axis=1)", {"axis"}),
    (COURSE, CALL, "np.sum(dout, axis=0)", "np.mean(dout, axis=0)", {"mean"}),
    (COURSE, CALL, "np.sum(dout, axis=0)", "dout", {"sum-missing"}),
    (COURSE, CALL, "np.sum(dout, axis=0)", "-np.sum(dout, axis=0)", {"sign"}),
    (COURSE, CALL, "-1).T.dot(dout)", "-1).T.dot(out)", {"wrong-value", "unknown-name", "wrong-upstream"}),
    (LAYER, LAYER_CALL, "self.x.T @ dout", "dout.T @ self.x", {"transposed", "swapped"}),
    (LAYER, LAYER_CALL, "= dout.sum(axis=0)", "= dout.sum()", {"axis"}),
    (LOOPS, CALL, "dx[i] += dout", "dx[i] = dout", {"overwrites"}),
    (LOOPS, CALL, "db[j] += dout[i, j]", "db[j] -= dout[i, j]", {"sign"}),
    (LOOPS, CALL, "dw[:, j] += dout[i, j] * x[i]", "dw[:, j] += x[i]", {"upstream-forgotten", "factor-forgotten"}),
    (TORCH, TORCH_CALL, "mm(grad_output), grad", "mm(grad_output) * 2, grad", {"extra-factor", "wrong-number"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "call", "right", "wrong", "causes"), SLIPS, ids=[each[3] for each in SLIPS])
def test_one_slip_is_named_in_its_line(text: str, call: str, right: str, wrong: str, causes: set[str]) -> None:
    assert text.count(right) == 1
    made = affine(text.replace(right, wrong), call)
    assert not made.all_right
    assert made.first is not None
    assert made.first.line == text[: text.index(right)].count("\n") + 1
    assert made.first.cause in causes
    assert made.first.mended


def test_a_file_without_a_forward_pass_gets_the_programs_cache() -> None:
    backward = COURSE[COURSE.index("def affine_backward") : COURSE.index("def test")]
    assert affine(f"import numpy as np\n{backward}").all_right


POOL = """
import numpy as np

def pool_forward(x, size):
    H, W = x.shape
    out = np.zeros((H // size, W // size))
    for i in range(H // size):
        for j in range(W // size):
            out[i, j] = np.max(x[i*size:(i+1)*size, j*size:(j+1)*size])
    return out, (x, size)

def pool_backward(dout, cache):
    x, size = cache
    dx = np.zeros(x.shape)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            window = x[i*size:(i+1)*size, j*size:(j+1)*size]
            mask = (window == np.max(window))
            dx[i*size:(i+1)*size, j*size:(j+1)*size] += mask * dout[i, j]
    return dx
"""
IMAGE = np.array([[0.3, 1.4, -0.2, 0.9], [0.8, -0.5, 1.7, 0.1], [-1.0, 0.6, 0.4, -0.3], [1.2, 0.7, -0.9, 2.1]])
POOL_CALL = "out, cache = pool_forward(x, 2); dx = pool_backward(dout, cache)"


@pytest.mark.parametrize("witness", ["right", "own"])
def test_what_cannot_be_typed_as_a_program(witness: str) -> None:
    def graded_as(text: str) -> Grade:
        given: dict[str, Any] = {"right": plain(POOL)} if witness == "right" else {"own": True}
        return judge(Exercise(call=POOL_CALL, inputs={"x": IMAGE}, upstream=UP[:2], **given), plain(text))

    assert graded_as(POOL).all_right
    made = graded_as(POOL.replace("mask * dout[i, j]", "mask"))
    assert made.first is not None
    assert (made.first.line, made.first.cause) == (19, "upstream-forgotten")


def test_a_teachers_forward_function_is_a_witness() -> None:
    teacher = "import numpy as np\ndef forward(x, w, b):\n    return x @ w + b\n"
    asked = Exercise(teacher=plain(teacher), call=CALL, inputs={"x": X, "w": W, "b": B}, upstream=UP)
    assert judge(asked, plain(COURSE)).all_right
    assert not judge(asked, plain(COURSE.replace("axis=0", "axis=1"))).all_right


SVM = """
from typing import NamedTuple
import numpy as np
class Kept(NamedTuple):
    x: np.ndarray
    live: np.ndarray
def loss(w, x, y):
    s = x @ w
    n = len(y)
    m = np.maximum(0, s - s[range(n), y][:, None] + 1)
    return m.sum(), Kept(x, m > 0)
def back(kept, y):
    n = len(y)
    ds = kept.live.astype(float)
    ds[range(n), y] -= ds.sum(axis=1)
    dw = np.zeros((kept.x.shape[1], ds.shape[1]))
    it = np.nditer(dw, flags=["multi_index"])
    while not it.finished:
        i, j = it.multi_index
        dw[i, j] = kept.x[:, i] @ ds[:, j]
        it.iternext()
    return dw
"""


@pytest.mark.parametrize(
    ("right", "wrong", "cause"),
    [
        ("", "", ""),
        ("-= ds.sum(axis=1)", "-= 1", "wrong-value"),
        ("ds[range(n), y] -= ds.sum(axis=1)", "ds[range(n), y] -= 0", "wrong-value"),
    ],
)
def test_labels_and_records(right: str, wrong: str, cause: str) -> None:
    inputs = {"w": np.array([[0.3, -0.2, 0.5], [1.0, 0.4, -0.7]]), "x": X[:, :2], "y": np.array([2, 0, 1, 1])}
    solution = plain(SVM)
    exercise = Exercise(right=solution, call="L, kept = loss(w, x, y); dw = back(kept, y)", inputs=inputs)
    made = judge(exercise, plain(SVM.replace(right, wrong, 1)) if right else solution)
    assert made.all_right == (not right)
    assert not cause or (made.first is not None and (made.first.line, made.first.cause) == (15, cause))


TRAINING = """
import numpy as np

N, D, H = 64, 1000, 100
x = np.random.randn(N, D)
w1 = np.random.randn(D, H) / np.sqrt(D)
w2 = np.random.randn(H, 1)
y = np.zeros((N, 1))
for t in range(500):
    h = np.maximum(x.dot(w1), 0)
    y_pred = h.dot(w2)
    loss = np.square(y_pred - y).sum()
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h.T.dot(grad_y_pred)
    grad_h = grad_y_pred.dot(w2.T)
    grad_h[h <= 0] = 0
    grad_w1 = x.T.dot(grad_h)
    w1 -= 1e-2 * grad_w1
    w2 -= 1e-2 * grad_w2
"""


@pytest.mark.parametrize(("wrong", "line"), [("2.0", None), ("1.0", 13)])
def test_a_training_script_is_judged_at_its_first_pass(wrong: str, line: int | None) -> None:
    run = cgviz.run("h = relu(x @ w1); y_pred = h @ w2; sum((y_pred - y)**2)", x=X, w1=W, w2=[[0.3], [0.7]], y=B[:1])
    made = judge(Exercise(run=run, data=frozenset("xy")), plain(TRAINING.replace("2.0 * (y", f"{wrong} * (y")))
    assert made.all_right == (line is None)
    assert line is None or made.first.line == line


def test_conventions_on_the_way_are_remarks() -> None:
    program = "z = w*x + b; a = sigmoid(z); L = -mean(y*log(a) + (1 - y)*log(1 - a))"
    values = {"w": 0.7, "b": -0.2, "x": np.array([0.5, -1.0, 2.0]), "y": np.array([1.0, 0.0, 1.0])}
    text = "import numpy as np\nm = 3\ndz = a - y\ndw = np.sum(dz*x)/m\ndb = np.sum(dz)/m\n"
    asked = Exercise(run=cgviz.run(program, values), data=frozenset(("x", "y")))
    made = judge(asked, plain(text))
    assert made.all_right
    assert any("3 times the gradient" in each.note for each in made.lines)


def test_a_wrong_forward_pass_is_named() -> None:
    made = affine(COURSE.replace(".dot(w) + b", ".dot(w) - b"))
    assert made.all_right  # the backward pass of this layer does not depend on it
    text = "import numpy as np\ndef f(x):\n    return np.tanh(2*x)\ndef df(x):\n    y = f(x)\n    return 1 - y**2\n"
    asked = Exercise(run=cgviz.run("y = tanh(x)", x=0.3), call="y = f(x); dx = df(x)", inputs={"x": 0.3})
    wrong = judge(asked, plain(text))
    assert wrong.first is not None
    assert wrong.first.line == 3


def test_python_2_is_read_and_told() -> None:
    text = "dq = z\ndz = q\ndx = dq * (3/2)\ndy = dq\nprint 'dx', dx\n"
    made = judge(Exercise(run=cgviz.run("q = x + y; f = q*z", x=-2, y=5, z=-4)), plain(text))
    assert made.all_right  # 3/2 is 1 in Python 2
    assert any("Python 2" in note for note in made.notes)


HOSTILE = {
    "endless": "while True:\n    pass\n",
    "endless call": "def f():\n    while True:\n        pass\ndx = f()\n",
    "recursion": "def f(n): return f(n + 1)\ndx = f(0)\n",
    "memory": "a = [0]\nwhile True:\n    a = a + a\ndx = a\n",
    "zeros": "import numpy as np\ndx = np.zeros((10**6, 10**6))\n",
    "text": "s = 'a' * 10**10\ndx = s\n",
    "width": "dx = f'{1:>9999999999}'\n",
    "power": "dx = 10**10**10\n",
    "shift": "dx = 1 << 10**10\n",
    "sum": "dx = sum(range(10**12))\n",
    "open": "open('owned', 'w').write('x')\ndx = 1\n",
    "import": "import os\nos.system('touch owned')\ndx = 1\n",
    "from": "from os import system\nsystem('touch owned')\ndx = 1\n",
    "subprocess": "import subprocess\nsubprocess.run(['touch', 'owned'])\ndx = 1\n",
    "dunder import": "__import__('os').system('touch owned')\ndx = 1\n",
    "eval": "eval(\"__import__('os').system('touch owned')\")\ndx = 1\n",
    "exec": "exec('import os')\ndx = 1\n",
    "classes": "dx = ().__class__.__bases__[0].__subclasses__()\n",
    "globals": "def f(): pass\ndx = f.__globals__\n",
    "code": "def f(): pass\ndx = f.__code__\n",
    "method": "import numpy as np\ndx = np.zeros.__self__\n",
    "format": "dx = '{0.__class__.__mro__}'.format(1)\n",
    "getattr": "dx = getattr((), '__class__')\n",
    "instance": "class A: pass\ndx = A().__class__.__bases__\n",
    "numpy file": "import numpy as np\nnp.save('owned', np.ones(3))\ndx = np.load('owned.npy')\n",
    "numpy text": "import numpy as np\nnp.savetxt('owned', np.ones(3))\ndx = 1\n",
    "tofile": "import numpy as np\nnp.ones(3).tofile('owned')\ndx = 1\n",
    "memmap": "import numpy as np\ndx = np.memmap('owned', shape=(3,), mode='w+')\n",
    "strides": "import numpy as np\ndx = np.lib.stride_tricks.as_strided(np.zeros(1), (10**9,), (8,))\n",
    "ctypes": "import ctypes\nctypes.string_at(0)\ndx = 1\n",
    "socket": "import socket\ndx = socket.socket()\n",
    "exit": "import sys\nsys.exit(0)\ndx = 1\n",
    "raise": "raise SystemExit\ndx = 1\n",
    "kill": "import os\nos.kill(os.getpid(), 9)\ndx = 1\n",
    "signal": "import signal\nsignal.alarm(1)\ndx = 1\n",
    "fork": "import os\nwhile True: os.fork()\ndx = 1\n",
    "nested": "dx = " + "[" * 3000 + "]" * 3000 + "\n",
    "sums": "dx = " + "+".join("1" * 20_000) + "\n",
    "generator": "def g():\n    while True:\n        yield 1\ndx = list(g())\n",
    "iterator": "class A:\n    def __iter__(self): return self\n    def __next__(self): return 1\ndx = list(A())\n",
    "length": "class A:\n    def __len__(self): return -1\ndx = len(A())\n",
    "hash": "class A:\n    def __hash__(self): return hash(self)\ndx = {A(): 1}\n",
    "repr": "class A:\n    def __repr__(self): return repr(self)\ndx = str(A())\n",
    "equal": "class A:\n    def __eq__(self, o): return self == o\ndx = A() == A()\n",
    "catch": "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass\ndx = 1\n",
    "setattr": "import numpy as np\nnp.sum = 3\ndx = np.sum\n",
    "builtins": "__builtins__['open']('owned', 'w')\ndx = 1\n",
    "input": "dx = input()\n",
    "breakpoint": "breakpoint()\ndx = 1\n",
    "product": "import itertools\ndx = list(itertools.product(range(10**4), repeat=9))\n",
    "sort": "import numpy as np\ndx = np.sort(np.random.randn(10**9))\n",
    "einsum": "import numpy as np\na = np.ones((2000, 2000))\ndx = np.einsum('ij,kl,mn->', a, a, a)\n",
    "decorator": "@open\ndef f(): pass\ndx = 1\n",
    "bytes": "dx = b'\\0' * 10**11\n",
    "join": "dx = ','.join(['a' * 10**6] * 10**6)\n",
    "deepcopy": "import copy\na = []\na.append(a)\ndx = copy.deepcopy(a)\n",
    "cycle": "import itertools\ndx = list(itertools.cycle([1]))\n",
    "star": "from os import *\nsystem('touch owned')\ndx = 1\n",
    "nul": "dx = 1\0\n",
    "latin": "# -*- coding: rot13 -*-\nqk = 1\n",
}


def test_hostile_files_cost_their_own_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = Exercise(run=cgviz.run("f = x*y", x=3, y=4))
    handed_in = [Submission(f"{name}.py", content=text.encode()) for name, text in HOSTILE.items()]
    found = dict(graded(asked, handed_in, jobs=2, seconds=0.1))
    assert found.keys() == set(range(len(handed_in)))
    for number, made in found.items():
        assert not (isinstance(made, Grade) and made.all_right), handed_in[number].name
    (_, good), *others = graded(asked, [Submission("good.py", content=b"dx = y\ndy = x\n")])
    assert isinstance(good, Grade)
    assert good.all_right
    assert not others
    assert not list(tmp_path.iterdir())


class TestClass:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        made = tmp_path / "class"
        (made / "anna" / "deep").mkdir(parents=True)
        (made / "anna" / "deep" / "hw.py").write_text("dq = z\ndz = q\ndx = dq\ndy = dq\n")
        (made / "bert").mkdir()
        (made / "bert" / "first.py").write_text("x = 1\n")
        (made / "bert" / "second.py").write_text("dq = z\ndz = q\ndx = dq\ndy = -dq\n")
        (made / "carl").mkdir()
        (made / "link.py").symlink_to("/etc/passwd")
        if hasattr(os, "mkfifo"):
            os.mkfifo(made / "pipe.py")
        with zipfile.ZipFile(made / "dora.zip", "w") as archive:
            archive.writestr("../../dora/hw.py", "dq = z\ndz = q\ndx = dq\ndy = dq\n")
        (made / "exercise.toml").write_text(
            'program = "q = x + y; f = q*z"\n[inputs]\nx = -2\ny = 5\nz = -4\n[points]\ny = 3\n'
        )
        return made

    def test_a_row_per_student_whatever_happens(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", "--exercise", str(folder / "exercise.toml"), str(folder), "--csv", "--jobs", "2"]) == 1
        rows = {row["file"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
        assert rows["anna/deep/hw.py"]["score"] == "1"
        assert rows["bert/second.py"]["score"] == "0.4"
        assert rows["bert/second.py"]["cause"] == "sign"
        assert rows["carl"]["error"] == "holds no .py and no .ipynb"
        assert rows["dora.zip/dora/hw.py"]["score"] == "1"
        assert rows["link.py"]["error"] == "a link"
        assert all(row["error"] == "no regular file" for name, row in rows.items() if name == "pipe.py")

    def test_a_summary_for_the_teacher(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", "--exercise", str(folder / "exercise.toml"), str(folder)]) == 1
        out = capsys.readouterr().out
        assert "2 of" in out
        assert "first mistakes: sign 1" in out
        assert main(["grade", "--exercise", str(folder / "exercise.toml"), str(folder), "--format", "json"]) == 1
        assert json.loads(capsys.readouterr().out)["summary"]["right"] == 2

    def test_hints_and_gradescope(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["grade", "--exercise", str(folder / "exercise.toml"), str(folder / "bert" / "second.py")]
        said = []
        for level in "0123":
            assert main([*words, "--hints", level]) == 1
            said.append(capsys.readouterr().out)
        assert "line 4" not in said[0]
        assert "verdict" not in said[0]  # no heading without rows
        assert "only follow" not in "".join(said)  # the one gradient that is wrong has its own mistake
        assert "line 4" in said[1]
        assert "sign" not in said[1]
        assert "sign" in said[2]
        main([*words, "--format", "gradescope"])
        told = json.loads(capsys.readouterr().out)
        assert told["score"] == 2
        assert sum(each["max_score"] for each in told["tests"]) == 5


PASS = "p = 1 / (1 + np.exp(-(x @ {w} + {b})))\n{i}dz = (p - y) / len(y)\n{i}"
STEPS = {
    "a function": "def train(x, y, w, b):\n  for _ in range(9):\n    "
    + PASS.format(w="w", b="b", i="    ")
    + "dw = x.T @ dz\n    db = dz.sum()\n    w -= 0.1 * dw\n    b -= 0.1 * db\ntrain(x, y, w, b)\n",
    "a dictionary": "params = {'w': w, 'b': b}\nfor _ in range(9):\n  "
    + PASS.format(w="params['w']", b="params['b']", i="  ")
    + "grads = {'dw': x.T @ dz, 'db': dz.sum()}\n  for k in params: params[k] = params[k] - 0.1 * grads['d' + k]\n",
    "arrays by another name": "import argparse\nfrom tqdm import tqdm\nparser = argparse.ArgumentParser()\n"
    + "parser.add_argument('--lr', type=float, default=0.1)\nargs = parser.parse_args()\n"
    + "for _ in tqdm(range(9)):\n  "
    + PASS.format(w="w", b="b", i="  ")
    + "dw = x.T @ dz\n  db = dz.sum()\n  for q, g in zip([w], [dw]):\n    q -= args.lr * g\n  b -= args.lr * db\n",
    "batches of a loader": "from torch.utils.data import DataLoader\nloader = DataLoader(x)\nfor xb in loader:\n  "
    + PASS.format(w="w", b="b", i="  ")
    + "dw = x.T @ dz\n  db = dz.sum()\n  w[:] = w - 0.1 * dw\n  b -= 0.1 * db\n",
    "an object": "class Net:\n  def __init__(self): self.w, self.b = w.copy(), b\n  def step(self):\n    "
    + PASS.format(w="self.w", b="self.b", i="    ")
    + "self.dw = x.T @ dz\n    self.db = dz.sum()\n    self.w -= self.dw\n    self.b -= self.db\n"
    + "net = Net()\nfor _ in range(9): net.step()\n",
    "an optimizer": "class SGD:\n  def step(self, params, grads):\n    for k in params: params[k] -= 0.1 * grads[k]\n"
    + "params = {'w': w.copy(), 'b': np.array(b)}\nfor _ in range(9):\n  "
    + PASS.format(w="params['w']", b="params['b']", i="  ")
    + "grads = {'w': x.T @ dz, 'b': dz.sum()}\n  SGD().step(params, grads)\n",
}


@pytest.mark.parametrize("where", STEPS)
def test_a_step_of_training_ends_the_pass_wherever_it_stands(where: str) -> None:
    run = cgviz.run(
        "z = x @ w + b; p = sigmoid(z); loss = -mean(y*log(p) + (1 - y)*log(1 - p))",
        x=[[1.0, 2.0], [0.5, -1.0], [-1.0, 0.3]], w=[0.3, -0.2], b=0.1, y=[1.0, 0.0, 1.0],
    )  # fmt: skip
    text = "import numpy as np\n" + STEPS[where]
    assert grade(run, plain(text), data=("x", "y")).all_right
    slipped = grade(run, plain(text.replace("(p - y)", "(p + y)")), data=("x", "y"))
    assert slipped.first is not None
    assert "(p + y)" in slipped.first.code


def test_a_row_names_options_as_they_are_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.py").write_text("class Nothing:\n    pass\n")
    assert main(["grade", "f = x*y", str(tmp_path), "--x", "2", "--y", "3", "--csv"]) == 1
    assert "--call and --map tell where it is" in capsys.readouterr().out


def test_a_tuple_of_what_is_not_known_is_no_gradient() -> None:
    other = "q = x + y\nf = q*z\ndf = 1\ndq = z*df\ndz = q*df\ndx = 1*dq\ndy = dq,\n"
    made = grade(cgviz.run("w = x*y; f = w + s", x=-2, y=5, s=-4), plain(other))
    assert {each.name for each in made.gradients if each.verdict == "right"} == {"f", "s"}
