"""The rows of `make bench` on what is computed again and again: a network's step, many points, one point."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from clock import Row, best

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
LAYERS, EXAMPLES = (2, 16, 16, 1), 100


# points


def staged(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """The lecture's function, its value and both gradients, stage by stage in NumPy."""
    import numpy as np

    sigy = 1 / (1 + np.exp(-y))
    num = x + sigy
    sigx = 1 / (1 + np.exp(-x))
    xpy = x + y
    den = sigx + xpy**2
    inv = 1 / den
    dden = -inv * inv * num
    dx = inv + sigx * (1 - sigx) * dden + 2 * xpy * dden
    return num * inv, dx, (1 - sigy) * sigy * inv + 2 * xpy * dden


BLOCK = 1 << 13


def in_blocks(x: Any, y: Any) -> list[Any]:
    """The same in blocks that fit the cache."""
    import numpy as np

    made = [np.empty(x.size) for _ in range(3)]
    for start in range(0, x.size, BLOCK):
        part = slice(start, start + BLOCK)
        for column, block in zip(made, staged(x[part], y[part]), strict=True):
            column[part] = block
    return made


def by_jax() -> Callable[..., Any] | None:
    """Returns the same function compiled by JAX, its gradient JAX's own; None where it is not installed."""
    try:
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)

    def function(x: Any, y: Any) -> Any:
        return (x + jax.nn.sigmoid(y)) / (jax.nn.sigmoid(x) + (x + y) ** 2)

    compiled = jax.jit(jax.vmap(jax.value_and_grad(function, argnums=(0, 1))))
    return lambda x, y: jax.block_until_ready(compiled(x, y))


def lambdified() -> Callable[..., Any]:
    """Returns value and gradient as sympy writes them for NumPy, common subexpressions taken out."""
    import sympy

    x, y = sympy.symbols("x y")
    f = (x + 1 / (1 + sympy.exp(-y))) / (1 / (1 + sympy.exp(-x)) + (x + y) ** 2)
    found: Callable[..., Any] = sympy.lambdify((x, y), [f, f.diff(x), f.diff(y)], "numpy", cse=True)
    return found


def points() -> Iterator[Row]:
    import numpy as np

    import cgviz

    graph, chance = cgviz.read(LECTURE), np.random.default_rng(1)
    rival = lambdified()
    for count, goal, against in ((1_000_000, 0.8, "NumPy staged by hand"), (1000, 1.4, "sympy's lambdify with cse")):
        x, y = chance.uniform(1, 2, count), chance.uniform(-1, 1, count)

        def asked(x: Any = x, y: Any = y) -> None:
            run = cgviz.run(graph, x=x, y=y, upstream=1.0)
            assert run.value is not None
            assert run.gradient is not None

        theirs, runs, calls = (staged, 5, 1) if count > 1000 else (rival, 9, 50)
        best([asked], 20)
        ours, other = best([asked, lambda x=x, y=y, theirs=theirs: theirs(x, y)], runs, calls)  # type: ignore[misc]
        yield f"{count:,} points, ns a point", against, ours * 1e9 / count, other * 1e9 / count, goal

        for name, other_way in (("NumPy in blocks", in_blocks), ("JAX, compiled", by_jax())) if count > 1000 else ():
            if other_way is not None:
                (other,) = best([lambda x=x, y=y, way=other_way: way(x, y)], runs + 1)  # type: ignore[misc]
                yield "  the same", name, ours * 1e9 / count, other * 1e9 / count, 0

    def once() -> None:
        run = cgviz.run(graph, x=1.5, y=0.5)
        assert run.value is not None
        assert run.gradient is not None

    x, y = np.float64(1.5), np.float64(0.5)
    best([once], 20)
    ours, other = best([once, lambda: rival(x, y)], 9, 200)
    yield "one point, µs", "sympy's lambdify with cse", ours * 1e6, other * 1e6, 1.5


# a small program of arrays

NETWORK = "h = tanh(X @ V + b); p = h @ W + c; sum((p - Y)**2)/3"


def by_hand(X: Any, V: Any, b: Any, W: Any, c: Any, Y: Any) -> tuple[Any, ...]:  # noqa: N803
    """The network's loss and the gradients of all inputs in NumPy."""
    import numpy as np

    h = np.tanh(X @ V + b)
    apart = h @ W + c - Y
    dp = 2 * apart / 3
    dz = dp @ W.T * (1 - h * h)
    return (apart**2).sum() / 3, dz @ V.T, X.T @ dz, dz.sum(0), h.T @ dp, dp.sum(0), -dp


def three_examples() -> Iterator[Row]:
    import numpy as np

    import cgviz

    graph, chance = cgviz.read(NETWORK), np.random.default_rng(1)
    shapes = {"X": (3, 4), "V": (4, 8), "b": (8,), "W": (8, 2), "c": (2,), "Y": (3, 2)}
    at = {name: chance.normal(size=shape) for name, shape in shapes.items()}

    def asked() -> None:
        assert cgviz.run(graph, at).gradient is not None

    best([asked], 20)
    ours, rival = best([asked, lambda: by_hand(**at)], 9, 200)
    yield "a network of arrays, 3 examples, µs", "NumPy by hand", ours * 1e6, rival * 1e6, 2


# micrograd's moons: a network of scalars


def moons() -> tuple[list[list[float]], list[int]]:
    chance, rows, classes = random.Random(1), [], []
    for i in range(EXAMPLES):
        angle, side = math.pi * i / EXAMPLES, 1 if i % 2 else -1
        x, y = math.cos(angle), math.sin(angle)
        rows.append([(x if side > 0 else 1 - x) + chance.gauss(0, 0.1), (y if side > 0 else 0.5 - y)])
        classes.append(side)
    return rows, classes


def network() -> tuple[str, list[str]]:
    """Returns the loss of the network over all examples as a program, and the names of its parameters."""
    rows, classes = moons()
    names: list[str] = []
    lines: list[str] = []
    for layer, (wide, high) in enumerate(pairwise(LAYERS)):
        names += [f"w{layer}_{i}_{j}" for i in range(high) for j in range(wide)] + [
            f"b{layer}_{i}" for i in range(high)
        ]
    for k, (row, side) in enumerate(zip(rows, classes, strict=True)):
        inner = [repr(value) for value in row]
        for layer, high in enumerate(LAYERS[1:]):
            outer = []
            for i in range(high):
                sums = " + ".join(f"w{layer}_{i}_{j}*{value}" for j, value in enumerate(inner))
                text = f"{sums} + b{layer}_{i}"
                lines.append(f"a{k}_{layer}_{i} = {f'relu({text})' if layer < len(LAYERS) - 2 else text}")
                outer.append(f"a{k}_{layer}_{i}")
            inner = outer
        lines.append(f"l{k} = relu(1 - {side}*{inner[0]})")
    total = " + ".join(f"l{k}" for k in range(EXAMPLES))
    return "\n".join([*lines, f"loss = ({total})/{EXAMPLES}"]), names


def by_micrograd() -> Callable[[], None]:
    """Returns micrograd's step: the same loss, its graph made anew, and its gradient."""
    from micrograd.nn import MLP

    rows, classes = moons()
    model = MLP(LAYERS[0], list(LAYERS[1:]))

    def step() -> None:
        scores = [model(row) for row in rows]
        losses = [(1 - side * score).relu() for side, score in zip(classes, scores, strict=True)]
        model.zero_grad()
        (sum(losses) * (1.0 / EXAMPLES)).backward()

    return step


def moons_step() -> Iterator[Row]:
    import cgviz
    from cgviz.runs.passes import gradient

    text, names = network()
    chance = random.Random(2)
    at = {name: chance.uniform(-1, 1) for name in names}
    step = by_micrograd()

    def first() -> None:
        assert cgviz.run(text, at).gradient is not None

    ours, rival = best([first, step], 3)
    yield "a scalar network's step from text, first gradient", "micrograd", ours, rival, 1.6
    run = cgviz.run(text, at)
    best([lambda: gradient(run.bare, at)], 10)
    (ours,) = best([lambda: gradient(run.bare, at)], 9)
    yield "  the next", "micrograd", ours, rival, 0.0083


def rows() -> Iterator[Row]:
    yield from points()
    yield from three_examples()
    yield from moons_step()
