"""Random programs of arrays whose shapes fit, as text and as what PyTorch makes of the same steps."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Shape = tuple[int, ...]
INPUTS: dict[str, Shape] = {
    "A": (2, 3), "B": (3, 2), "S": (3, 3), "T": (2, 3, 4), "M": (2, 4, 3), "x": (3,), "y": (3,), "v": (2,), "one": (1,),
    "col": (2, 1), "row": (1, 3), "s": (), "t": (), "E": (0, 3), "e": (0,),
}  # fmt: skip
LARGEST = 200


@dataclass
class Program:
    """Statements, and a function of a dictionary of tensors to their values; `shapes` of all that has a name."""

    chance: random.Random
    torch: Any
    lines: list[str] = field(default_factory=list)
    steps: list[tuple[str, Callable[[dict[str, Any]], Any]]] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=lambda: dict(INPUTS))
    fresh: list[str] = field(default_factory=list)

    def evaluated(self, given: dict[str, Any]) -> Any:
        """Returns the last value, by PyTorch."""
        known = dict(given)
        for name, step in self.steps:
            known[name] = step(known)
        return known[self.steps[-1][0]]

    def pick(self, fits: Callable[[Shape], bool] = lambda shape: True) -> str | None:
        """Returns a name whose shape fits; one that was just made, rather than an input."""
        names = [name for name, shape in self.shapes.items() if fits(shape)]
        late = [name for name in names if name in self.fresh]
        pool = late if late and self.chance.random() < 0.7 else names
        return self.chance.choice(pool) if pool else None

    def add(self, text: str, step: Callable[[dict[str, Any]], Any], shape: Shape) -> None:
        name = f"n{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        self.steps.append((name, step))
        self.shapes[name] = tuple(shape)
        self.fresh.append(name)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def program(seed: int, torch: Any) -> Program:
    """Returns a program of 3 to 12 steps that ends in a single number."""
    made = Program(random.Random(seed), torch)
    length = made.chance.randint(3, 12)
    while len(made.lines) < length - 1:
        made.chance.choice(MOVES)(made)
    last = made.fresh[-2:]
    shown = " + ".join(f"sum(tanh({name}))" for name in last)
    made.add(shown, lambda k: sum(k[name].tanh().sum() for name in last), ())
    return made


def unary(p: Program) -> None:
    name = p.pick()
    text, step = p.chance.choice(UNARY)
    p.add(text.format(name), lambda k: step(p.torch, k[name]), p.shapes[name])


UNARY: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("tanh({})", lambda t, x: x.tanh()),
    ("sigmoid({})", lambda t, x: x.sigmoid()),
    ("-{}", lambda t, x: -x),
    ("{}**2 / 3", lambda t, x: x**2 / 3),
    ("sqrt(1 + {}**2)", lambda t, x: (1 + x**2).sqrt()),
    ("exp(-{0}*{0})", lambda t, x: (-x * x).exp()),
    ("relu({})", lambda t, x: x.relu()),
    ("abs({}) + 0.5", lambda t, x: x.abs() + 0.5),
    ("where({0} > 0.1, {0}, 0.2*{0})", lambda t, x: t.where(x > 0.1, x, 0.2 * x)),
    ("sin({}) + 1", lambda t, x: x.sin() + 1),
    ("softplus({})", lambda t, x: t.nn.functional.softplus(x, threshold=1e9)),
    ("gelu({})", lambda t, x: t.nn.functional.gelu(x)),
    ("clip({}, -0.7, 0.9)", lambda t, x: x.clamp(-0.7, 0.9)),
)


def binary(p: Program) -> None:
    one = p.pick()
    two = p.pick(lambda shape: fits(shape, p.shapes[one]))
    shape = np.broadcast_shapes(p.shapes[one], p.shapes[two])
    text, step = p.chance.choice(BINARY)
    p.add(text.format(one, two), lambda k: step(p.torch, k[one], k[two]), shape)


def fits(one: Shape, two: Shape) -> bool:
    try:
        return bool(np.prod(np.broadcast_shapes(one, two)) <= LARGEST)
    except ValueError:
        return False


BINARY: tuple[tuple[str, Callable[[Any, Any, Any], Any]], ...] = (
    ("{} + {}", lambda t, a, b: a + b),
    ("{} - {}", lambda t, a, b: a - b),
    ("{} * {}", lambda t, a, b: a * b),
    ("{} / (1.5 + {}**2)", lambda t, a, b: a / (1.5 + b**2)),
    ("(1 + {}**2)**({}/4)", lambda t, a, b: (1 + a**2) ** (b / 4)),
    ("max({}, {})", lambda t, a, b: t.maximum(a, b)),
    ("min({}, {}, 0.3)", lambda t, a, b: t.minimum(t.minimum(a, b), t.tensor(0.3, dtype=a.dtype))),
    ("where({0} < {1}, {0}, {1}*{0})", lambda t, a, b: t.where(a < b, a, b * a)),
    ("hypot({}, 1 + {}**2)", lambda t, a, b: t.hypot(a, 1 + b**2)),
    ("0.5*{0} - {1} + {0}*{1}*{1}", lambda t, a, b: 0.5 * a - b + a * b * b),
    ("3 - {}*2*{}", lambda t, a, b: 3 - a * 2 * b),
)


def three(p: Program) -> None:
    one = p.pick()
    two = p.pick(lambda shape: fits(shape, p.shapes[one]))
    wide = np.broadcast_shapes(p.shapes[one], p.shapes[two])
    last = p.pick(lambda shape: fits(shape, wide))
    text, step = p.chance.choice(THREE)
    shape = np.broadcast_shapes(wide, p.shapes[last])
    p.add(text.format(one, two, last), lambda k: step(p.torch, k[one], k[two], k[last]), shape)


THREE: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("{} - {} + {}", lambda t, a, b, c: a - b + c),
    ("{} * {} * {}", lambda t, a, b, c: a * b * c),
    ("where({} > 0, {}, {})", lambda t, a, b, c: t.where(a > 0, b, c)),
)


def matrices(p: Program) -> None:
    one = p.pick(lambda shape: len(shape) > 0)
    two = p.pick(lambda shape: multiplies(p.shapes[one], shape))
    if two:
        shape = np.matmul(np.zeros(p.shapes[one]), np.zeros(p.shapes[two])).shape
        p.add(f"0.5*({one} @ {two})", lambda k: 0.5 * (k[one] @ k[two]), shape)


def multiplies(one: Shape, two: Shape) -> bool:
    try:
        return len(two) > 0 and np.matmul(np.zeros(one), np.zeros(two)).size <= LARGEST
    except ValueError:
        return False


def reduction(p: Program) -> None:
    name = p.pick(lambda shape: len(shape) > 0)
    shape = p.shapes[name]
    function = p.chance.choice(["sum", "mean", "max", "min", "logsumexp", "norm"])
    axis = p.chance.choice([None, *range(-len(shape), len(shape))])
    axes = tuple(range(len(shape))) if axis is None else (axis,)
    keep = p.chance.random() < 0.3
    if function != "sum" and not all(shape):
        return
    options = [f"axis={axis}"] * (axis is not None) + ["keepdims=True"] * keep
    new = np.zeros(shape).sum(axis=axes, keepdims=keep).shape
    p.add(
        f"{function}({', '.join([name, *options])})", lambda k: REDUCTIONS[function](p.torch, k[name], axes, keep), new
    )


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "sum": lambda t, x, axes, keep: x.sum(axes, keep),
    "mean": lambda t, x, axes, keep: x.mean(axes, keep),
    "max": lambda t, x, axes, keep: x.amax(axes, keep),
    "min": lambda t, x, axes, keep: x.amin(axes, keep),
    "logsumexp": lambda t, x, axes, keep: t.logsumexp(x, axes, keep),
    "norm": lambda t, x, axes, keep: t.linalg.vector_norm(x, dim=axes, keepdim=keep),
}


def along(p: Program) -> None:
    name = p.pick(lambda shape: len(shape) > 0)
    axis = p.chance.randrange(-len(p.shapes[name]), len(p.shapes[name]))
    function = p.chance.choice(["softmax", "log_softmax"])
    p.add(f"{function}({name}, axis={axis})", lambda k: getattr(p.torch, function)(k[name], axis), p.shapes[name])


def turned(p: Program) -> None:
    name = p.pick(lambda shape: len(shape) > 1)
    order = list(range(len(p.shapes[name])))
    p.chance.shuffle(order)
    axes = tuple(order)
    shape = tuple(p.shapes[name][i] for i in axes)
    p.add(f"transpose({name}, {axes})", lambda k: k[name].permute(axes), shape)


def reshaped(p: Program) -> None:
    name = p.pick(lambda shape: len(shape) > 0 and all(shape))
    count = int(np.prod(p.shapes[name]))
    rows = p.chance.choice([n for n in range(1, count + 1) if count % n == 0])
    p.add(f"reshape({name}, ({rows}, -1))", lambda k: k[name].reshape(rows, -1), (rows, count // rows))


def part(p: Program) -> None:
    name = p.pick(lambda shape: len(shape) > 0 and all(shape))
    rank = len(p.shapes[name])
    key = p.chance.choice(KEYS[min(rank, 3)])
    new = eval(f"x[{key}]", {"x": np.zeros(p.shapes[name])}).shape  # our own table of keys
    p.add(f"{name}[{key}]", lambda k: eval(f"x[{key}]", {"x": k[name]}), new)


KEYS = {
    1: ["0", "-1", ":1", "None", "::2", "..., None", "1:"],
    2: ["0", "-1", ":, 0", "0, -1", ":, None, :", ":1, ::2", "..., 0"],
    3: ["0", ":, -1", "..., :1", "0, :, 0", "None, 0"],
}


def joined(p: Program) -> None:
    one = p.pick(lambda shape: len(shape) > 0)
    two = p.pick(lambda shape: shape[1:] == p.shapes[one][1:] and len(shape) == len(p.shapes[one]))
    shape = (p.shapes[one][0] + p.shapes[two][0], *p.shapes[one][1:])
    p.add(
        f"concat([{one}, {two}, {one}])",
        lambda k: p.torch.cat([k[one], k[two], k[one]]),
        (shape[0] + p.shapes[one][0], *shape[1:]),
    )


def stacked(p: Program) -> None:
    one = p.pick()
    two = p.pick(lambda shape: shape == p.shapes[one])
    p.add(f"[{one}, {two}]", lambda k: p.torch.stack([k[one], k[two]]), (2, *p.shapes[one]))


def square(p: Program) -> None:
    name = p.pick(lambda shape: len(shape) > 1 and shape[-1] == shape[-2])
    lead = p.shapes[name][:-2]
    choice = p.chance.choice(["trace", "det", "inv"])
    if choice == "trace":
        p.add(f"trace({name})", lambda k: k[name].diagonal(dim1=-2, dim2=-1).sum(-1), lead)
    elif choice == "det":
        p.add(f"det({name})", lambda k: p.torch.linalg.det(k[name]), lead)
    else:
        n = p.shapes[name][-1]
        eye = str((3 * np.eye(n)).tolist())
        text = f"inv({eye} + tanh({name}))"
        p.add(
            text,
            lambda k: p.torch.linalg.inv(3 * p.torch.eye(n, dtype=p.torch.float64) + k[name].tanh()),
            p.shapes[name],
        )


MOVES = (
    unary,
    unary,
    binary,
    binary,
    three,
    matrices,
    matrices,
    reduction,
    along,
    turned,
    reshaped,
    part,
    joined,
    stacked,
    square,
)
