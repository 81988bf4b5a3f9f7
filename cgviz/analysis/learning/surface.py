"""The loss over a rectangle of two parameters: what the contours round a descent are drawn from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

from cgviz.analysis.learning.descent import Descent
from cgviz.analysis.learning.objective import Objective
from cgviz.records import record

FEWEST, MOST, WORK, MARGIN, WILD = 25, 91, 400_000, 0.18, 100.0
Place = tuple[float, float]
Each = Callable[[range], Iterable[int]]


@record
class Surface:
    """The mean loss over all examples at every (x, y) of a grid: `losses[j][i]` is at `xs[i]`, `ys[j]`.

    path   the places of the descent; of one that went wild those before it did, and one more, off the grid
    """

    names: tuple[str, str]
    path: tuple[Place, ...]
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    losses: tuple[tuple[float, ...], ...]


def surface(objective: Objective, descent: Descent, each: Each = iter) -> Surface:
    """Returns the loss round the path of a descent in two parameters; `each` goes through the rows of the grid.

    The grid is the finer the fewer examples there are.
    """
    first, second = descent.start
    size = int(min(MOST, max(FEWEST, math.sqrt(WORK / objective.examples))))
    tame = tame_steps(descent)
    path = tuple((place[first], place[second]) for place in descent.kept.values())[: tame + 1]
    xs, ys = (tuple(spread(size, *around(values))) for values in zip(*path[:tame], strict=True))
    rows = (tuple(objective.loss({first: x, second: ys[j]}) for x in xs) for j in each(range(size)))
    return Surface((first, second), path, xs, ys, tuple(rows))


def tame_steps(descent: Descent) -> int:
    """Returns how many of the places that were kept lie before the loss went wild: all, unless it ended far above."""
    if not (descent.before and descent.after) or descent.after.loss <= descent.before.loss:
        return len(descent.kept)
    most = WILD * abs(descent.before.loss)
    wild = (count for count, step in enumerate(descent.kept) if step and not descent.losses[step] <= most)
    return next(wild, len(descent.kept))


def around(values: Iterable[float]) -> tuple[float, float]:
    """Returns an interval that holds all finite values, with a margin; about a single one as long as that, or 2."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    half = (high / 2 - low / 2) * (1 + 2 * MARGIN) or max(1.0, abs(low) / 2)
    middle = low / 2 + high / 2
    return middle - half, middle + half


def spread(count: int, low: float, high: float) -> Iterator[float]:
    """Yields `count` numbers from low to high, evenly."""
    for i in range(count):
        share = i / (count - 1)
        yield low * (1 - share) + high * share
