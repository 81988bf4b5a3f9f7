"""What grading says of files that stand for a kind each, and what its search did on the way, against a table to be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.grading import judge
from cgviz.grading.exercise import Exercise
from cgviz.grading.listing import plain
from tests.test_grade_tables import held
from tests.test_grade_tables import watched as watched  # a fixture

X = np.array([[0.4, -1.2, 0.7], [1.5, 0.3, -0.8], [-0.6, 0.9, 0.2]])
W = np.array([[0.5, -0.4], [0.2, 0.8], [-1.1, 0.3]])
Y = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
UP = np.array([[0.6, -1.3], [0.2, 0.9], [-0.7, 0.4]])

DENSE = "z = x @ w + b; a = tanh(z); L = mean((a - y)**2)"
DENSE_AT = {"x": X, "w": W, "b": np.array([0.1, -0.2]), "y": Y}
NP = "import numpy as np\n"
DENSE_PASS = """
def forward(x, w, b):
    z = x @ w + b
    a = np.tanh(z)
    return a, (x, w, z, a)
def backward(y, cache):
    x, w, z, a = cache
    da = 2*(a - y)/y.size
    dz = da*(1 - a**2)
    dw = x.T @ dz
    db = dz.sum(axis=0)
    dx = dz @ w.T
    return dx, dw, db
"""
DENSE_CALL = "a, cache = forward(x, w, b); L = np.mean((a - y)**2); dx, dw, db = backward(y, cache)"
LINE = "q = x + y; f = q*z"
LINE_AT = {"x": -2.0, "y": 5.0, "z": -4.0}


def exercise(program: str, values: Mapping[str, Any] | None = None, **given: Any) -> Exercise:
    run = cgviz.run(program, values or {}, **({"upstream": given["upstream"]} if "upstream" in given else {}))
    return Exercise(run=run, **({"inputs": dict(values)} if values and given.get("call") else {}), **given)


def dense(**given: Any) -> Exercise:
    return exercise(DENSE, DENSE_AT, call=DENSE_CALL, data=frozenset("y"), **given)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.grading.interpreter.machine.Machine.most_steps", 30_000)
    monkeypatch.setattr("cgviz.grading.mending.MOST_RUNS", 460)


SLIPS = {
    "right": ("", ""), "a factor at the head": ("2*(a - y)/y.size", "2*(a - y)"), "a factor too small": ("2*(a - y)/y.size", "(a - y)/y.size"), "a factor on the way": ("dw = x.T @ dz", "dw = x.T @ dz / 3"), "sign": ("db = dz.sum", "db = -dz.sum"), "another shape": ("dz.sum(axis=0)", "dz.sum(axis=1)"),
    "no mend": ("da*(1 - a**2)", "np.exp(da)*np.cos(a) + 7*a**5"), "a name": ("dw = x.T @ dz", "dw = x.T @ dzz"), "raises": ("dx = dz @ w.T", "dx = dz @ w"), "forward": ("z = x @ w + b", "z = x @ w - b"), "two": ("dw = x.T @ dz\n    db = dz.sum", "dw = x.T @ dz * 2\n    db = -dz.sum"),
    "an early return": ("da = 2*", "return None\n    da = 2*"), "one is missing": ("return dx, dw, db", "return dx, dw, None"), "swapped": ("return dx, dw, db", "return dw, dx, db"), "returned wrong": ("return dx, dw, db", "return dx, -dw, db"), "an endless loop": ("dw = x.T @ dz", "dw = 0\n    while True: dw = dw + 1"),
    "aliased": ("db = dz.sum(axis=0)", "dz *= 2\n    db = dz.sum(axis=0)"), "mask": ("dz = da*(1 - a**2)", "dz = da.copy()\n    dz[a > 0] *= 1 - a[a > 0]**2"), "an import that is not read": ("dx = dz @ w.T", "import lib\n    dx = lib.dot(dz, w.T)"), "not finite": ("dw = x.T @ dz", "dw = x.T @ dz / 0"), "close": ("dw = x.T @ dz", "dw = x.T @ dz * 1.001"), "text": ("dw = x.T @ dz", "dw = 'dw'"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_a_pass_that_is_called(name: str) -> None:
    text = NP + DENSE_PASS.replace(*SLIPS[name]) if SLIPS[name][0] else NP + DENSE_PASS
    held(f"called: {name}", text, lambda text: judge(dense(), plain(text)), "searches.txt")


KINDS: dict[str, tuple[Any, ...]] = {
    "a cache of the program's": (DENSE_PASS[DENSE_PASS.index("def backward") :], {"call": "out, cache = forward(x, w, b); dx, dw, db = backward(y, cache)"}),
    "by names": (DENSE_PASS, {}), "by names, a slip": (DENSE_PASS.replace("dw = x.T @ dz", "dw = x.T @ da"), {}), "only backward": (DENSE_PASS[DENSE_PASS.index("def backward") :], {}), "without a cache": (DENSE_PASS.replace("(y, cache)", "(y, a, x, w)").replace("    x, w, z, a = cache\n", ""), {}),
    "called by itself": (DENSE_PASS + "a, c = forward(x, w, b)\ndx, dw, db = backward(y, c)\n", {}), "with its own numbers": (DENSE_PASS + "x = np.random.randn(3, 3)\nw = np.ones((3, 2))\na, c = forward(x, w, b)\ndx, dw, db = backward(y, c)\n", {}),
    "a dictionary": ("z = x @ w + b\na = np.tanh(z)\ngrads = {}\ngrads['z'] = 2*(a - y)/y.size*(1 - a**2)\ngrads['w'] = x.T @ grads['z']\ngrads['b'] = grads['z'].sum(0)\ngrads['x'] = grads['z'] @ w\n", {}),
    "a dictionary that is returned": ("def back(x, w, b, y):\n    z = x @ w + b\n    a = np.tanh(z)\n    dz = 2*(a - y)/y.size*(1 - a**2)\n    return {'dw': x.T @ dz, 'db': dz.sum(0), 'dx': dz @ w.T}\ng = back(x, w, b, y)\n", {}),
    "an object": ("class Net:\n    def __init__(self, w, b):\n        self.w, self.b = w, b\n    def forward(self, x):\n        self.x = x\n        self.a = np.tanh(x @ self.w + self.b)\n        return self.a\n    def backward(self, y):\n        dz = 2*(self.a - y)/y.size*(1 - self.a**2)\n        self.dw = self.x.T @ dz\n        self.db = dz.sum(0)\n        return dz @ self.w.T * 2\nnet = Net(w, b)\na = net.forward(x)\ndx = net.backward(y)\n", {}),
    "an object, called": ("class Net:\n    def __init__(self, w, b):\n        self.w, self.b = w, b\n    def forward(self, x):\n        self.x = x\n        self.a = np.tanh(x @ self.w + self.b)\n        return self.a\n    def backward(self, y):\n        dz = 2*(self.a - y)/y.size*(self.a**2)\n        self.grads = {'w': self.x.T @ dz, 'b': dz.sum(0)}\n        return dz @ self.w.T\n", {"call": "net = Net(w, b); a = net.forward(x); dx = net.backward(y); grads = net.grads", "names": {"w": "grads['w']", "b": "net.grads['b']"}}),
    "mapped": ("z = x @ w + b\na = np.tanh(z)\nd3 = 2*(a - y)/y.size*(1 - a**2)\ntheta_grad = x.T @ d3\nres = [d3.sum(0), d3 @ w.T]\n", {"names": {"w": "theta_grad", "b": "res[0]", "x": "res[1]"}}), "mapped to nothing": ("dw = x\n", {"names": {"w": "none[1]", "b": "d b", "x": "dw"}}),
    "a mean that is taken later": ("m = 3\nz = x @ w + b\na = np.tanh(z)\ndz = 2*(a - y)/2*(1 - a**2)\ndw = x.T @ dz / m\ndb = dz.sum(0) / m\ndx = dz @ w.T / m\n", {}), "a mean that is forgotten later": ("m = 3\nz = x @ w + b\na = np.tanh(z)\ndz = 2*(a - y)/2*(1 - a**2)\ndw = x.T @ dz\ndb = dz.sum(0) / m\ndx = dz @ w.T / m\n", {}),
    "a training script": ("for t in range(3):\n    z = x @ w + b\n    a = np.tanh(z)\n    dz = 2*(a - y)/y.size*(1 - a**2)\n    dw = x.T @ dz\n    db = dz.sum(axis=0)\n    w -= 0.1*dw\n    b -= 0.1*db\n", {"data": frozenset("xy")}), "a training script that ends early": ("for t in range(3):\n    z = x @ w + b\n    a = np.tanh(z)\n    dz = 2*(a - y)/y.size*(1 - a**2)\n    dw = x.T @ dz\n    w -= 0.1*dw\n    db = dz.sum(axis=0)\n    b = b - 0.1*db\n", {"data": frozenset("xy")}),
    "nothing of it": ("print('hello')\nn = 3\n", {}), "only functions of others": ("def rel_error(p, q):\n    return np.max(np.abs(p - q))\ndef plot(p, n=3):\n    return n\n", {}), "names of its own": ("z = x @ w + b\nh = np.tanh(z)\nloss = np.mean((h - y)**2)\ndh = 2*(h - y)/y.size\ndpre = dh*(1 + h**2)\ndw = x.T @ dpre\ndb = dpre.sum(axis=0)\ndx = dpre @ w.T\n", {}),
    "torch": ("import torch\nx = torch.tensor(x)\nw = torch.tensor(w, requires_grad=True)\nz = x.mm(w) + b\na = torch.tanh(z)\ndz = 2*(a - y)/6*(1 - a**2)\ndw = x.t().mm(dz)\ndb = dz.sum(dim=1)\ndx = dz.mm(w.t())\n", {}), "points": (DENSE_PASS.replace("x.T @ dz", "x.T @ dz * 2"), {"credits": {"w": 3.0}}), "loose": (DENSE_PASS.replace("x.T @ dz", "x.T @ dz * 1.2"), {"tolerance": 0.3}),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_file_of_its_own_kind(name: str) -> None:
    text, given = KINDS[name]
    held(
        f"kind: {name}",
        NP + text,
        lambda text: judge(exercise(DENSE, DENSE_AT, **{"data": frozenset("y"), **given}), plain(text)),
        "searches.txt",
    )


FILES: dict[str, tuple[Any, ...]] = {
    "a stage that hands on": ("s = z + c; f = s*x", {"z": 2.0, "c": 3.0, "x": 4.0}, "def g(x):\n    return x\nds = g(x)\ndx = z + c\n", {}), "a stage that hands on another": ("s = 2*z + c; f = s*x", {"z": 2.0, "c": 3.0, "x": 4.0}, "def g(x):\n    return x\nds = g(x)\ndx = 2*z + c\n", {}), "at a corner": ("f = relu(x)*y", {"x": 0.0, "y": 3.0}, "def g(x): return x >= 0\ndx = g(x)*y\ndy = max(x, 0)\n", {}), "at a tie": ("f = max(x, y)*z", {"x": 2.0, "y": 2.0, "z": 3.0}, "if x > y:\n    dx, dy = z, 0\nelse:\n    dx, dy = 0, z\ndz = max(x, y)\n", {}),
    "off a corner": ("f = relu(x)*y", {"x": 0.5, "y": 3.0}, "def g(x): return 1.0\ndx = g(x)\ndy = max(x, 0)\n", {}), "a length": ("f = sum(x)/n", {"x": np.ones(3) * 2, "n": 3}, "import numpy as np\nn = x.shape[0]\ndef g(): return np.ones(3)/n\ndx = g()\n", {}), "Python 2": (LINE, LINE_AT, "def g(v): return v*(3/2)\ndq = z\ndz = q\ndx = g(dq)\ndy = dq\nprint dx\n", {}), "Python 2, a slip": (LINE, LINE_AT, "def g(v): return v*(1/2)\ndq = z\ndz = q\ndx = g(dq)\ndy = dq\nprint dx\n", {}),
    "a step too many": (LINE, LINE_AT, "def back(x, y, z):\n    i = 0\n    while i >= 0: i += 1\n    return z\ndx = back(x, y, z)\ndy = z\ndz = x + y\n", {}), "luck": ("f = x**2 + y", {"x": 2.0, "y": 1.0}, "def g(x): return x + 2\ndx = g(x)\ndy = 1.0\n", {}), "without values": ("f = x*sin(y)", {}, "x = 0.5\ny = 2.0\ndef g(y): return np.cos(y)\nimport numpy as np\ndx = np.sin(y)\ndy = x*g(y)\n", {}), "without values, a slip": ("f = x*sin(y)", {}, "import numpy as np\ndef g(y): return -np.cos(y)\ndx = np.sin(y)\ndy = x*g(y)\n", {}), "arrays without values": ("f = sum((A @ v)**2)", {}, "dv = 2*A.T @ (A @ v)\n", {}), "its own arrays": ("f = sum((A @ v)**2)", {}, "import numpy as np\nA = np.array([[1.0, 2.0], [0.5, -1.0]])\nv = np.array([1.0, 3.0])\nr = A @ v\ndr = 2*r\ndv = A.T @ dr\ndA = np.outer(v, dr)\n", {}),
    "without values, twice": ("f = x*y", {}, "x = 'none'\nx = 0.5\ny = 2.0\ndef g(v): return v\ndx = g(y)\ndy = g(x)\nx = 7.0\ny = 8.0\n", {}), "without values, beside gradients": ("f = dx*x", {}, "dx_ = 2.0\nx = 3.0\ndef g(v): return v\nddx = g(x)\ndx = g(dx_)\n", {}), "without values, a step of training": ("f = sum((x - w)**2)", {}, "import numpy as np\nx = np.array([1.0, 2.0])\nw = np.array([0.5, -1.0])\nfor i in range(3):\n    dw = 2*(w - x)\n    dx = -dw\n    w = w - 0.1*dw\n", {}), "without values, some": ("f = x*y", {}, "x = 0.5\ndef g(v): return v\ndx = g(y)\ndy = g(x)\n", {}),
    "an input dx": ("f = dx*x", {"dx": 2.0, "x": 3.0}, "def g(v): return v\nddx = g(x)\ndx_ = dx\ndx = dx_\n", {}), "an upstream gradient": ("z = x*w", {"x": np.array([1.0, 2.0]), "w": np.array([3.0, 4.0])}, "def back(dz, x, w):\n    return dz*w, dz*w\ndx, dw = back(dz, x, w)\n", {"upstream": np.array([0.5, -1.0])}), "an upstream gradient by call": ("z = x*w", {"x": np.array([1.0, 2.0]), "w": np.array([3.0, 4.0])}, "def back(up, x, w):\n    return up*w, w\n", {"upstream": np.array([0.5, -1.0]), "call": "z = x*w; dx, dw = back(g, x, w)"}), "many statements": (LINE, LINE_AT, "def g(v): return v\n" + "".join(f"t{i} = x + {i}\n" for i in range(90)) + "dq = g(z)\ndx = dq\ndy = -dq\ndz = g(x + y)\n" + "".join(f"u{i} = x + {i}\n" for i in range(20)), {}),
    "many statements by call": (LINE, LINE_AT, "def back(x, y, z):\n" + "".join(f"    t{i} = x + {i}\n" for i in range(90)) + "    dq = z\n    dx = dq\n    dy = -dq\n    dz = x + y\n    return dx, dy, dz\n", {"call": "dx, dy, dz = back(x, y, z)"}),
    "whole numbers": ("f = x**2*y", {"x": 3.0, "y": 2.0}, "def g(x, y): return 2*x*y\ndx = g(x, y)\ndy = x**2//1\n", {}), "big numbers": ("f = x*y", {"x": 2.0, "y": 3.0}, "def g(y): return 10**400\ndx = g(y)\ndy = x\n", {}), "a tuple": ("f = x*y", {"x": 2.0, "y": 3.0}, "def back():\n    dx = y\n    dy = x\n    return dx, (dy,)\ndx, dy = back()\n", {}), "a function with an unknown": ("f = x*y", {"x": 2.0, "y": 3.0}, "import mylib\ndef back(x, y):\n    dx = mylib.f(y)\n    dy = x\n    return dx, dy\n", {}), "functions by what they take": ("s = sigmoid(x); f = s*y", {"x": 0.5, "y": 3.0}, "import math\ndef sigmoid(x): return 1/(1 + math.exp(-x))\ndef sigmoid_backward(x, df=1.0, k=2):\n    s = sigmoid(x)\n    dx = df*s*(1 + s)*3.0\n    return dx\ndef mul_backward(s, y):\n    ds, dy = y, s\n    return ds, dy\n", {}), "a stage by call": ("h = x*w; f = h*h", {"x": 2.0, "w": 3.0}, "def back(x, w):\n    h = x*w\n    dh = h\n    return dh, dh*w, dh*x\n", {"call": "dh, dx, dw = back(x, w)"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_numbers(name: str) -> None:
    program, values, text, given = FILES[name]
    held(f"file: {name}", text, lambda text: judge(exercise(program, values, **given), plain(text)), "searches.txt")


ARGMAX = """
import numpy as np
def forward(s, k):
    p = np.exp(s - s.max())
    p = p / p.sum()
    return -np.log(p[k]), p
def backward(p, k):
    ds = p.copy()
    ds[k] -= 1
    return ds
"""
ARGMAX_CALL = "loss, p = forward(s, k); ds = backward(p, k)"
ARGMAX_AT: dict[str, Any] = {"s": np.array([0.5, -1.0, 2.0]), "k": 1}
LINEAR = "import numpy as np\ndef forward(x, w):\n    return x @ w\ndef backward(dout, x, w):\n    return dout @ w.T, x.T @ dout\n"
LINEAR_CALL = "out = forward(x, w); dx, dw = backward(dout, x, w)"
WITNESSES: dict[str, tuple[Any, ...]] = {
    "right": (ARGMAX, {"right": plain(ARGMAX), "call": ARGMAX_CALL, "inputs": ARGMAX_AT}), "a slip": (ARGMAX.replace("-= 1", "+= 1"), {"right": plain(ARGMAX), "call": ARGMAX_CALL, "inputs": ARGMAX_AT}), "its own": (ARGMAX.replace("p.copy()", "2*p"), {"own": True, "call": ARGMAX_CALL, "inputs": ARGMAX_AT}), "its own, right": (ARGMAX, {"own": True, "call": ARGMAX_CALL, "inputs": ARGMAX_AT}), "none": (ARGMAX, {"call": ARGMAX_CALL, "inputs": ARGMAX_AT}),
    "a solution that lacks": (ARGMAX, {"right": plain(ARGMAX.replace("ds[k] -= 1", "ds = missing")), "call": ARGMAX_CALL, "inputs": ARGMAX_AT}), "a solution that gives nothing": (ARGMAX, {"right": plain("x = 1\n"), "call": ARGMAX_CALL, "inputs": ARGMAX_AT}), "its own without an output": (ARGMAX.replace("-np.log(p[k]), p", "None, p"), {"own": True, "call": ARGMAX_CALL, "inputs": ARGMAX_AT}),
    "a teacher": (LINEAR.replace("x.T @ dout", "dout.T @ x"), {"teacher": plain("def forward(x, w):\n    return x @ w\n"), "call": LINEAR_CALL, "inputs": {"x": X, "w": W}, "upstream": UP}), "a teacher, right": (LINEAR, {"teacher": plain("def forward(x, w):\n    return x @ w, 3\n"), "call": LINEAR_CALL, "inputs": {"x": X, "w": W}, "upstream": UP}), "a teacher without forward": (LINEAR, {"teacher": plain("def f(x): return x\n"), "call": LINEAR_CALL, "inputs": {"x": X, "w": W}, "upstream": UP}), "a teacher who wants more": (LINEAR, {"teacher": plain("def forward(x, v):\n    return x\n"), "call": LINEAR_CALL, "inputs": {"x": X, "w": W}, "upstream": UP}), "a teacher who stops": (LINEAR, {"teacher": plain("def forward(x, w):\n    return w @ x[:1]\n"), "call": LINEAR_CALL, "inputs": {"x": X, "w": W}, "upstream": UP}),
    "by names, no program": ("dx = 2*x\n", {"own": True, "inputs": {"x": 2.0}}), "a call that is no Python": (ARGMAX, {"right": plain(ARGMAX), "call": "dx = = 1", "inputs": ARGMAX_AT}), "no data": (ARGMAX, {"right": plain(ARGMAX), "call": ARGMAX_CALL, "inputs": ARGMAX_AT, "data": frozenset("sk")}), "outputs with gradients": (LINEAR.replace("return x @ w\n", "return x @ w, 1.0\n").replace("dout @ w.T", "dout @ w.T * 2"), {"own": True, "call": "out, k = forward(x, w); dx, dw = backward(dout, x, w)", "inputs": {"x": X, "w": W, "dout": UP}, "data": frozenset({"dout"})}),
}  # fmt: skip


@pytest.mark.parametrize("name", WITNESSES)
def test_a_file_beside_another_witness(name: str) -> None:
    text, given = WITNESSES[name]
    held(f"witness: {name}", text, lambda text: judge(Exercise(**given), plain(text)), "searches.txt")
