"""What the interpreter makes of Python and NumPy, beside Python itself; what it makes of PyTorch, against a table."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest

from cgviz.grading.interpreter.machine import Machine, deep
from cgviz.grading.interpreter.objects import Frame
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.listing import plain
from cgviz.grading.source import source
from tests.held import hold, number

PROGRAMS = {
    "objects": """
class Base:
    shared = [1]
    def __init__(self, n=1, *more, scale=2, **rest):
        self.n, self.more, self.scale, self.rest = n, more, scale, rest
    @property
    def double(self): return self.n * 2
    @staticmethod
    def three(): return 3
    @classmethod
    def named(cls, n): return cls(n + 1)
    def __add__(self, other): return Base(self.n + (other.n if isinstance(other, Base) else other))
    def __radd__(self, other): return Base(other + self.n)
    def __iadd__(self, other):
        self.n += other
        return self
    def __mul__(self, k): return self.n * k
    def __neg__(self): return -self.n
    def __lt__(self, other): return self.n < other.n
    def __eq__(self, other): return isinstance(other, Base) and self.n == other.n
    def __hash__(self): return hash(self.n)
    def __len__(self): return self.n
    def __getitem__(self, i):
        if i >= self.n: raise IndexError(i)
        return i * i
    def __contains__(self, k): return k == self.n
    def __call__(self, k): return k + self.n
    def __repr__(self): return f"Base({self.n})"
    def __float__(self): return float(self.n)
    def __enter__(self): return self
    def __exit__(self, *_): self.left = True
class Child(Base):
    def __init__(self, n):
        super().__init__(n, 7, scale=3, key=4)
        self.child = True
    def three(self): return super().three() + 1
    def __getattr__(self, name):
        if name.startswith("lazy"): return name.upper()
        raise AttributeError(name)
    def __str__(self): return "child"
a, b, c = Base(2), Base(3), Child(4)
r = [(a + b).n, (a + 1).n, (5 + a).n, a * 4, -a, a < b, a == Base(2), a != b, a == 2, len(c), list(c), c[2], 4 in c, 5 in c, c(1), repr(a), str(a), str(c), f"{c} {a!r}", float(b), bool(Base(0)), bool(b)]
r += [c.double, c.three(), a.three(), Child.named(1).n, c.more, c.scale, c.rest, c.lazy_one, getattr(c, "none", 5), hasattr(c, "n"), hasattr(a, "m"), isinstance(c, Base), isinstance(a, Child), isinstance(a, (int, Base)), type(c) is Child, a.__class__ is Base, Child.__name__, c.shared is Base.shared, {a: 1}[Base(2)], [each.n for each in sorted([b, a])], max(a, b).n]
a += 4
with c as held:
    r.append(held is c)
r += [a.n, c.left, sum(Base(4)), b.__dict__["n"]]
for wrong in (lambda: b.none, lambda: -Plain(), lambda: Plain()[0], lambda: Plain()(), lambda: list(Plain()), lambda: Plain(1), lambda: float(Plain()), lambda: len(Plain()), lambda: 1 in Plain()):
    class Plain: pass
    try:
        wrong()
    except (TypeError, AttributeError) as error:
        r.append(type(error).__name__)
r += [bool(Plain()), Plain() == Plain(), Plain() != Plain()]
""",
    "errors": """
class Mine(Exception):
    def __init__(self, n): self.n = n
class Other(Mine): pass
r = []
for kind in (1, 2, 3, 4, 5, 6):
    try:
        if kind == 1: raise Mine(3)
        if kind == 2: raise Other(4)
        if kind == 3: raise ValueError("no")
        if kind == 4: raise KeyError
        if kind == 5: [][1]
        r.append("none")
    except Other as error: r.append(("other", error.n))
    except Mine as error: r.append(("mine", error.n))
    except (KeyError, IndexError) as error: r.append(type(error).__name__)
    except Exception as error: r.append(str(error))
    else: r.append("else")
    finally: r.append("end")
def f():
    try:
        return 1
    finally:
        r.append("f")
def g():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: break
        finally:
            r.append(i)
    else:
        r.append("never")
r += [f(), g()]
try:
    try: raise ValueError("inner")
    except ValueError: raise
except ValueError as error: r.append(str(error))
def h():
    try: raise ValueError("lost")
    finally: return "kept"
def k():
    try:
        try: [][1]
        finally: r.append("inside")
    except IndexError: r.append("outside")
r += [h(), k()]
class Held: pass
held = Held(); held.a = 1; del held.a
r.append(hasattr(held, "a"))
""",
    "functions": """
from functools import reduce, partial
import itertools, math, operator
def f(a, b=2, *c, d=4, **e): return [a, b, c, d, sorted(e.items())]
def gen(n):
    while n:
        n -= 1
        got = yield n
        if got: yield got
def counter():
    n = 0
    def up(by=1):
        nonlocal n
        n += by
        return n
    return up
total = 0
def add():
    global total
    total += 3
add(); add()
up = counter(); up(); up(5)
def fact(n): return 1 if n < 2 else n * fact(n - 1)
def rec(n, /, m, *, k): return n + m * k
g = gen(4)
r = [f(1), f(1, 3, 4, d=5, x=6), f(*[1, 2, 3], **{"d": 9, "q": 1}), list(gen(3)), next(g), next(g), up(), total, fact(6), rec(1, 2, k=3), (lambda x, y=3: x * y)(4), [x * y for x in range(3) for y in range(2) if x != y], {k: v for k, v in zip("ab", (1, 2))}, {x % 3 for x in range(9)}, sum(x for x in range(5)), reduce(lambda p, q: p * q, [1, 2, 3, 4]), partial(f, 1)(5), list(map(lambda p, q: p + q, [1, 2], [3, 4])), list(filter(None, [0, 1, 2])), list(enumerate("ab", 1)), list(reversed([1, 2])), sorted([3, 1, 2], key=lambda x: -x), any([0, 1]), all([]), min(3, 1), max([1, 5], key=lambda x: -x), abs(-3), round(2.567, 2), divmod(7, 3), pow(2, 3), int("12"), float("1.5"), str(3), bool([]), list("ab"), tuple([1]), set([1, 1]), dict(a=1), list(range(5, 0, -2)), math.sqrt(2), math.pi, math.exp(1), list(itertools.product([1, 2], [3])), list(itertools.chain([1], [2])), operator.mul(3, 4), (y := 5) + y]
for bad in (lambda: f(), lambda: rec(1, 2, 3), lambda: f(1, a=2), lambda: fact(), lambda: rec(1, 2, k=3, q=4)):
    try: bad()
    except TypeError: r.append("TypeError")
""",
    "statements": """
r = []
x = y = 3
a, (b, *c), d = 1, (2, 3, 4), 5
[e, f] = [6, 7]
n: int = 8
x += 1; x -= 2; x *= 3; x //= 2; x **= 2; x %= 7; x <<= 2; x |= 1; x ^= 3; x &= 14; x >>= 1
r += [x, y, a, b, c, d, e, f, n]
i = 0
while True:
    i += 1
    if i == 2: continue
    if i > 4: break
    r.append(i)
else: r.append("no")
while i < 6: i += 1
else: r.append("yes")
for k in (): pass
else: r.append("empty")
d = {"a": 1, "b": [1, 2]}
d["c"] = 3; d["b"][0] += 5; del d["a"]
l = [1, 2, 3, 4, 5]
l[1:3] = [9]; l[-1] = 7; del l[0]
r += [sorted(d), d["b"], l, l[::-1], l[1:], d.get("q", 4), d.pop("c"), list(d.items()), d.setdefault("z", 1), 1 if l else 2, 1 < 2 <= 2 != 3, not 1, 1 and 0 or 5, "a" in "abc", 2 not in l, None is None, x is not None, "%d %.2f" % (3, 4.5), "x".join("ab"), "a b".split(), f"{3.14159:.2f} {x:>4}", "{} {:.1f}".format(1, 2.0), 7 // 2, -7 // 2, -7 % 3, 7 / 2, 2 ** -1, ~5, 6 & 3, 6 | 3, 6 ^ 3, 1 << 4, 0x1f, 1e3, 1_000]
if x == 100: pass
elif x: r.append("elif")
s = {1, 2}; s.add(3); s.discard(1); r += [sorted(s), len(s)]
lst = [3, 1, 2]; lst.sort(); lst.append(4); lst.extend([5]); lst.insert(0, 0); lst.remove(3); r += [lst, lst.pop(), lst.index(2), lst.count(1)]
import copy
deep = [[1], {"a": [2]}]; twin = copy.deepcopy(deep); twin[0].append(3); twin[1]["a"].append(4); r += [deep, twin]
shared = [1]; pair = copy.deepcopy([shared, shared]); pair[0].append(2); r += [pair]
""",
    "matches": """
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
class Kinds: add = "plus"
def told(value, most=5):
    match value:
        case 0 | 1: return "small"
        case -2.5: return "number"
        case None: return "none"
        case True: return "never, for it is 1"
        case Kinds.add: return "dotted"
        case "mul" | "times" as word: return word
        case str() as text if len(text) > most: return ("long", text)
        case str(text): return ("text", text)
        case []: return "empty"
        case [one]: return ("one", one)
        case (a, *rest, ("last", z)): return (a, rest, z)
        case [int(a), _, *_] if a > most: return ("big", a)
        case [Point(x=0, y=y), Point(a, b)]: return ("points", y, a, b)
        case {"op": "neg", "of": {"name": name}, **more}: return (name, sorted(more))
        case {"op": _}: return "op"
        case Point(x, y=0) | Point(0, x): return ("axis", x)
        case Point(): return "point"
        case float(x): return x
        case more: return ("rest", str(type(more).__name__))
r = [told(v) for v in (0, True, -2.5, None, "plus", "mul", "abc", "abcdefg", b"ab", [], (4,), [1, 2, 3, ("last", 4)], [9, 8, 7], [3, 8], range(2))]
r += [told(v) for v in ([Point(0, 2), Point(3, 4)], {"op": "neg", "of": {"name": "q"}, "k": 1, "a": 2}, {"op": "neg"}, {}, Point(3, 0), Point(0, 5), Point(1, 1), 7.5, 8)]
match r[0], r[1]:
    case ("small", second) if (seen := second == "x"): r.append("wrong")
    case first, _: r += [first, second, seen]
for k in range(4):
    match k:
        case 1: continue
        case 3: break
    r.append(k)
(walrus := 3)
r += [walrus, (other := walrus + 1) * other, [last := each for each in (1, 2)], last]
""",
    "arrays": """
import numpy as np
A = np.arange(12.0).reshape(3, 4) - 4.5
v = np.array([1.0, -2.0, 0.5, 3.0])
r = [A.T, A @ v, A.dot(v), np.outer(v, v[:2]), A.sum(), A.sum(axis=0), A.mean(1, keepdims=True), A.max(axis=1), A.argmax(axis=0), A.std(), A.var(axis=0), np.linalg.norm(v), np.exp(v), np.log1p(abs(v)), np.maximum(A, 0), np.where(A > 0, A, 0.1 * A), np.clip(A, -1, 1), A[A > 0], A[:, 1], A[1, ::2], A[[0, 2], [1, 3]], A[..., None].shape, A[np.arange(3), [0, 1, 2]]]
B = A.copy(); B[B < 0] = 0; B[0] += 1; B[:, 2] *= 2; B[1, 1:3] = [7, 8]; B -= 1; B /= 2
C = np.zeros_like(A); np.add.at(C, ([0, 0, 1], [1, 1, 2]), 1.0); D = np.ones((2, 3)); D.fill(4); E = np.zeros(3); E.sort(); v2 = v.copy(); v2.sort(); np.fill_diagonal(D, 9)
r += [B, C, D, v2, np.concatenate([A, B]), np.stack([v, v]), np.vstack([v, v]), np.hstack([v, v]), np.tile(v, 2), np.repeat(v, 2), np.split(v, 2), np.expand_dims(v, 0), np.squeeze(v[None]), np.transpose(A, (1, 0)), np.swapaxes(A, 0, 1), np.einsum("ij,j->i", A, v), np.tensordot(A, v, 1), np.eye(3), np.eye(2, 3), np.diag(v), np.tril(A), np.linspace(0, 1, 3), np.full((2,), 3.0), np.sign(A), np.dot(v, v), np.matmul(A, A.T), np.sum(A, 1), np.prod(v), np.cumsum(v), np.sort(v), np.argsort(v), np.unique([1, 1, 2]), np.isnan(v).any(), np.allclose(v, v), np.power(v, 2), np.square(v), np.sqrt(abs(v)), np.tanh(v), np.multiply(v, v), np.subtract(v, 1), v.astype(int), v.tolist(), v.shape, v.ndim, v.size, A.ravel().shape, A.flatten()[3], A.reshape(-1, 2).shape, (v > 0).astype(float), v[::-1], v[-1], float(v[0]), int(v[3]), len(A), [row[0] for row in A], v == v, -v, v ** 2, 2 ** v, 1 / v, v // 1, v % 2, abs(v), np.pad(v, 1), np.newaxis is None, np.float64(3) / 2, A.min(), np.median(v), np.count_nonzero(v > 0), np.mean(A, axis=(0, 1)), np.log(np.abs(A)).sum(), np.array([[1, 2], [3, 4]]) @ np.array([1, 2]), np.max(v), np.argmin(v), np.roll(v, 1), np.flip(v), np.add(v, v, out=np.zeros(4)), np.minimum(v, 0), np.logical_and(v > 0, v < 2), np.any(v > 2), np.ix_([0, 1], [1])[0].shape, np.ones(3, dtype=int) / 2, np.lib.stride_tricks.as_strided(v, (2, 3), (8, 8))]
w = v; w += 1; r += [v]
for bad in (lambda: A @ A, lambda: A + np.ones(3), lambda: A[5], lambda: np.zeros(2.0), lambda: v[1.0], lambda: A.reshape(5, 5), lambda: v.none):
    try: bad()
    except Exception as error: r.append(type(error).__name__ in ("ValueError", "IndexError", "TypeError", "AttributeError", "UnreadError"))
""",
    "records": """
from dataclasses import dataclass, field
from collections import namedtuple, defaultdict, OrderedDict, deque, Counter
from typing import NamedTuple
from enum import Enum
@dataclass
class Point:
    x: float
    y: float = 2.0
    def norm(self): return self.x ** 2 + self.y ** 2
@dataclass
class Deep(Point):
    z: float = 3.0
class Kept(NamedTuple):
    a: int
    b: int = 5
Pair = namedtuple("Pair", "p q")
d = defaultdict(list); d["a"].append(1); o = OrderedDict(); o["k"] = 1; q = deque([1, 2]); q.append(3); q.popleft()
p, k, t = Deep(1.0, z=4.0), Kept(3), Pair(1, 2)
a, b = k
r = [Point(3.0).norm(), p.x, p.y, p.z, k.a, k.b, a + b, t.p, t.q, t[1], len(t), dict(d), dict(o), list(q), [x for x in k], d["none"]]
""",
}


def with_python(text: str) -> Any:
    names: dict[str, Any] = {"__name__": __name__}
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "program", "exec"), names)
    return names["r"]


def interpreted(text: str, **kinds: Any) -> tuple[Any, Machine]:
    """Returns what a program holds under `r`, and the machine that ran it."""
    machine, frame = Machine(**kinds), Frame({"__name__": "homework"}, None)
    machine.events = []
    made = source(plain(text))
    with deep():
        machine.top(made.tree, frame)
    return frame.names.get("r", UNKNOWN), machine


def shown(value: Any) -> str:
    """Returns a value as text: objects by their class, numbers to six digits."""
    if isinstance(value, (list, tuple)):
        return f"{'(' if isinstance(value, tuple) else '['}{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{shown(key)}: {shown(each)}' for key, each in value.items())}}}"
    if isinstance(value, (bool, np.bool_)) or value is None:
        return str(bool(value)) if value is not None else "None"
    if isinstance(value, (int, float, np.number, np.ndarray)):
        return number(value)
    return str(value) if isinstance(value, (str, set, range)) else type(value).__name__ if value is not UNKNOWN else "?"


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_python_says(name: str) -> None:
    made, machine = interpreted(PROGRAMS[name])
    assert machine.failure is None, machine.failure
    assert not machine.unread
    wanted = with_python(PROGRAMS[name])
    for at, (theirs, ours) in enumerate(zip(made, wanted, strict=True)):
        assert shown(theirs) == shown(ours), at


TORCH = {
    "modules": """
import torch
from torch import nn
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        ctx.k = 3
        return x * x + w
    @staticmethod
    def backward(ctx, up):
        x, w = ctx.saved_tensors
        return 2 * x * up * ctx.k / 3, up
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(x): return x ** 3
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs)
    @staticmethod
    def backward(ctx, up): return 3 * ctx.saved_tensors[0] ** 2 * up
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(3))
    def forward(self, x): return x * self.w
net = Net()
x, w = torch.tensor([1.0, 2.0, -1.0]), torch.tensor([0.5])
y = Square.apply(x, w)
z = Cube.apply(y)
z.backward(torch.ones(3))
once, bias = x.grad, w.grad
Square.apply(x, w).backward()
net.train(); net.eval(); net.zero_grad()
r = [once, bias, x.grad, y.grad, net(x), net.training, isinstance(net, nn.Module), isinstance(x, torch.Tensor)]
x.data = x * 2
x.grad = None
with torch.no_grad(): x -= 1
r += [x, x.grad]
try: net.none
except AttributeError: r.append("AttributeError")
""",
}


CALLS = """x.sum(); x.sum(1); x.sum(dim=0, keepdim=True); x.mean(-1); x.max(); x.max(1); x.max(dim=1, keepdim=True).values; x.min(0).indices; torch.max(x, torch.zeros(2, 3)); torch.min(x, x * 0); x.argmax(1); x.std(); x.var(0); x.var(0, unbiased=False); x.var(False); torch.var(x, dim=1, keepdim=True); x.norm(); x.norm(1, dim=1); x.norm(2, 0, True); F.softmax(x, 1); torch.softmax(x, dim=0); x.log_softmax(1); F.cross_entropy(x, y); F.cross_entropy(x, y, reduction="sum"); F.nll_loss(F.log_softmax(x, dim=1), y, reduction="none"); F.relu(x); torch.sigmoid(x); torch.tanh(x); x.exp(); x.clamp(min=0); x.clamp(-1, 1); torch.clamp(x, max=0.5); x.abs(); x.t(); x.T; x.transpose(0, 1); x.permute(1, 0); x.view(-1); x.view(3, 2); x.view((1, 6)); x.reshape(6); x.unsqueeze(0).shape; x.unsqueeze(-1).squeeze(-1); x.size(); x.size(1); x.shape; x.dim(); x.numel(); x.flatten(); x[None].flatten(1); x[None, None].flatten(1, 2).shape; x.expand(2, 2, 3); x[:1].expand(4, -1); x[:1].repeat(2, 1); F.one_hot(y); F.one_hot(y, 4); x.gather(1, y.view(-1, 1)); x[torch.arange(2), y]; torch.zeros(2, 3).scatter_(1, y.view(-1, 1), 1.0); torch.zeros(2, 3).scatter_add_(1, y.view(-1, 1), x[:, :1]); torch.zeros(3, 3).index_add_(0, y, x); torch.zeros(3, 3).index_add_(0, y, x, alpha=2); x.masked_fill(x < 0, 9.0); torch.where(x > 0, x, -x); torch.cat([x, x]); torch.cat((x, x), dim=1); torch.stack([x, x], 1).shape; torch.chunk(x, 3, dim=1); torch.split(x, 2, dim=1); torch.split(x, [1, 2], dim=1); x.mm(x.t()); x @ x.T; torch.matmul(x, x.t()); x.mul(2); x.add(1); x.add(x, alpha=2); x.sub(x, alpha=0.5); x.div(2); x.pow(2); torch.eye(2); torch.ones_like(x); torch.zeros(2); torch.full((2,), 3.0); torch.arange(3); torch.linspace(0, 1, 3); torch.outer(x[0], x[1]); torch.einsum("ij,kj->ik", x, x); float(x[1, 1]); (x > 0).float(); x.long(); x.detach().numpy(); x.clone(); x.data; torch.allclose(x, x); x.cumsum(1); x.prod(1); torch.sum(x, (0, 1)); torch.sign(x); x.sum().item(); x.clone().add_(1).mul_(2).clamp_(min=0); x.clone().fill_(3); x.clone().zero_(); x[0, 0].item()""".split(
    "; "
)
PRELUDE = """
import torch
import torch.nn.functional as F
x = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
y = torch.tensor([2, 0])
"""


@pytest.mark.parametrize("name", TORCH)
def test_what_pytorch_would_say(name: str) -> None:
    made, machine = interpreted(TORCH[name])
    lines = [f"{at}: {shown(each)}" for at, each in enumerate(made)]
    hold("parts.txt", f"torch: {name}", [*lines, f"{machine.failure} {machine.unread}"])


def alone(text: str, prelude: str, **kinds: Any) -> str:
    """Returns an expression, what it is worth, and why it is worth nothing."""
    made, machine = interpreted(f"{prelude}\nr = {text}\n", **kinds)
    why = machine.failure.message if machine.failure else "; ".join(machine.unread.values())
    return f"{text}: {shown(made)[:90]} {why}".rstrip()


def test_functions_of_pytorch() -> None:
    hold("parts.txt", "torch: functions", [alone(text, PRELUDE) for text in CALLS])


ALONE = """int(7) / 2; 7 // 2; 3 / 2.0; -7 / 2; [1, 2][1.0]; np.arange(4.0)[2.0]; np.zeros(3)[np.array([1.0])]; (1, 2)[np.float64(0.0)]; {1: 2}[1.0]; np.arange(4.0)[1.5]; [1][0.5]; 10**10**10; 2**70; 1 << 10**10; 1 << 70; 'a'*10**10; 'a'*3; [0]*10**9; 10**400000 * 10**400000; np.zeros((10**5, 10**5)); np.ones(3); np.eye(10**5); np.eye(2, 10**9); np.eye(3, M=10**8); np.outer(np.ones(10**5), np.ones(10**5)); np.ones(10**5)[:, None] + np.ones(10**5); np.ones(3)[:, None] * np.ones(2); '%d' % 3; '%99999d' % 3; '%*d' % (99999, 3); 7 % 3; '{:>99999}'.format(1); '{0.x}'.format(1); '{0[0]} {a:.1f}'.format([1], a=2.0); format(1.5, '.2f'); format('a', '.q'); f'{1:>2000}'; np.lib.stride_tricks.as_strided(np.zeros(2), (9,), (8,)); np.lib.stride_tricks.as_strided(np.zeros(2), (2,), (-8,)); type(1)(2.5); type('A', (), {}); isinstance(np.ones(2), np.ndarray); list(range(5)); max([]); int('a'); abs('a'); len(3); open('a'); np.load('a'); ().__class__; eval('1')""".split(
    "; "
)


def test_expressions() -> None:
    kinds: list[dict[str, bool]] = [{}, {"python2": True}, {"lenient": True}]
    every = [[alone(text, "import numpy as np", **kind) for kind in kinds] for text in ALONE]
    told = [
        [one, *(f"  {kind}: {told}" for kind, told in zip(kinds[1:], more, strict=True) if told != one)]
        for one, *more in every
    ]
    hold("parts.txt", "expressions", [line for each in told for line in each])
