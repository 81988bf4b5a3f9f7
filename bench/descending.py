"""The rows of `make bench` on learning: full batches against NumPy by hand, single examples against PyTorch."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from clock import Row, best

EXAMPLES, COLUMNS, STEPS = 10_000, 20, 100_000


def rows() -> Iterator[Row]:
    for where, weight in (("first step", 0.0), ("later step", 0.5)):
        ours, columns, rival = full_batch(weight)
        yield f"a {where}, logistic regression, 10⁴ × 20", "NumPy by hand", ours, rival, 1.1
    yield "  the same, a weight and a column each", "NumPy by hand", columns, rival, 20
    ours, rival = stochastic()
    yield "10⁵ stochastic steps on (w*x + b - y)**2", "PyTorch, eager", ours, rival, 3


def table(examples: int, columns: int) -> tuple[list[list[float]], list[int]]:
    """Returns features and classes, 1 or -1, of a noisy linear rule."""
    chance = random.Random(1)
    features = [[chance.uniform(-1, 1) for _ in range(columns)] for _ in range(examples)]
    return features, [1 if sum(row) + chance.uniform(-1, 1) > 0 else -1 for row in features]


def full_batch(weight: float) -> tuple[float, float, float]:
    """Returns seconds per step: ours with a vector, ours with twenty numbers, and the same stages by hand in NumPy.

    All weights are `weight`; 0 is where a descent begins, and what is the same for all examples is quickly computed.
    """
    import numpy as np

    import cgviz
    from cgviz.analysis.learning import problem, read_sheet

    features, classes = table(EXAMPLES, COLUMNS)
    names, weights = ([f"{letter}{i}" for i in range(1, COLUMNS + 1)] for letter in "xw")
    lines = [",".join([*names, "y"]), *(",".join(map(str, [*x, y])) for x, y in zip(features, classes, strict=True))]
    sheet = read_sheet("\n".join(lines))
    score = " + ".join(f"{w}*{x}" for w, x in zip(weights, names, strict=True))
    tail = "margin = y*score; loss = -log(sigmoid(margin))"
    whole = problem(cgviz.read(f"score = w @ x + b; {tail}"), {"w": np.zeros(COLUMNS)}, ["w", "b"], sheet)
    apart = problem(cgviz.read(f"score = {score} + b; {tail}"), {}, [*weights, "b"], sheet)
    by_hand = in_numpy(features, classes, weight)
    at = [{name: value * 0 + weight for name, value in task.start.items()} for task in (whole, apart)]
    loss, dw, db = by_hand()
    steps = [lambda task=t, at=a: task.objective.loss_and_gradient(at, None) for t, a in zip((whole, apart), at)]  # noqa: B905
    for step, found in zip(steps, (lambda g: [*g["w"], g["b"]], lambda g: list(g.values())), strict=True):
        ours, gradient = step()
        assert abs(ours - loss) < 1e-9
        assert np.abs(np.array(found(gradient)) - [*dw, db]).max() < 1e-9
    best([*steps, by_hand], 10)
    (ours, rival), (columns,) = best([steps[0], by_hand], 200), best([steps[1]], 50)
    return ours, columns, rival


def in_numpy(features: list[list[float]], classes: list[int], weight: float) -> Callable[[], tuple[float, Any, float]]:
    """Returns a function that gives loss and gradient where all weights are one number, stage by stage."""
    import numpy as np

    x, y, w, b = np.array(features), np.array(classes, dtype=float), np.full(COLUMNS, weight), weight

    def loss_and_gradient() -> tuple[float, Any, float]:
        score = x @ w + b
        margin = y * score
        losses = np.logaddexp(0, -margin)
        dmargin = -1 / (1 + np.exp(margin)) / len(y)
        dscore = dmargin * y
        return float(losses.mean()), dscore @ x, float(dscore.sum())

    return loss_and_gradient


def stochastic() -> tuple[float, float]:
    """Returns seconds for 10⁵ steps of one example each: ours as `descend` makes them, and PyTorch's loop."""
    import torch

    import cgviz
    from cgviz.analysis.learning import OPTIMIZERS, DescentPlan, Settings, descend, problem, read_sheet
    from cgviz.analysis.learning.descent import batches

    points = [(i / 50 - 1, 2 * (i / 50 - 1) + 1 + 0.1 * (i % 7)) for i in range(100)]
    sheet = read_sheet("x,y\n" + "\n".join(f"{x},{y}" for x, y in points))
    task = problem(cgviz.read("(w*x + b - y)**2"), {}, ["w", "b"], sheet)
    start = time.perf_counter()
    found = descend(task.objective, task.start, DescentPlan(OPTIMIZERS["sgd"], Settings(0.01), STEPS, 1))
    ours, start = time.perf_counter() - start, time.perf_counter()
    torch.set_num_threads(1)
    w, b = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
    optimizer = torch.optim.SGD([w, b], lr=0.01)
    tensors = [(torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)) for x, y in points]
    for _, chosen in zip(range(STEPS), batches(len(points), 1, 0)):  # noqa: B905 - the batches have no end
        x, y = tensors[(chosen or [0])[0]]
        optimizer.zero_grad()
        loss = (w * x + b - y) ** 2
        loss.backward()
        optimizer.step()
    theirs = time.perf_counter() - start
    assert abs(found.reached[1]["w"] - w.item()) < 1e-9
    assert abs(found.reached[1]["b"] - b.item()) < 1e-9
    return ours, theirs
