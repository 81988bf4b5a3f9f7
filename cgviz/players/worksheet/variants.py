"""Inputs for many sheets of one program, drawn so that every answer is a short decimal where that is possible."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from random import Random

from cgviz.errors import EvaluationError, UsageError
from cgviz.graph.nodes import Graph
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS

POOLS: tuple[tuple[float, ...], ...] = (
    tuple(range(1, 6)),
    tuple(range(1, 10)),
    tuple(half / 2 for half in range(1, 20)),
    tuple(tenth / 10 for tenth in range(1, 51)),
    tuple(range(1, 31)),
)
"""Sizes of inputs, the friendliest first; each comes with either sign."""

TRIES, SEARCHES, FALLBACK = 60, 5, 40
ALIKE = 4
LEAST = 1e-4
SMALL, LARGE = 0.01, 1000.0
PASSING = frozenset(["dead"])


def variants(graph: Graph, count: int, seed: int, fixed: Mapping[str, float], digits: int = DIGITS) -> list[Run]:
    """Returns `count` runs at inputs that differ, the same ones for the same seed; `fixed` inputs stay as they are.

    All are tidy where such inputs are found, else every number is finite and stands on no corner, and the answers
    are to be rounded. Raises UsageError where there is nothing to draw, EvaluationError where nothing finite is found.
    """
    free = [graph.nodes[index].name for index in graph.inputs if graph.nodes[index].name not in fixed]
    if not free:
        raise UsageError("variants draw the values of inputs, and this program has none that is free")
    return list(Drawing(graph, free, fixed, Random(seed), digits).runs(count))


def tidy(run: Run, digits: int = DIGITS) -> bool:
    """Tells whether every answer of a run is shown exactly: values, gradients, and what each edge hands back."""
    return (
        all(is_short(run.values[index], digits) or not run.taken[index] for index in run.bare.stages)
        and all(is_short(gradient, digits) for gradient in run.gradients)
        and all(is_short(edge.value, digits) for edges in run.contributions for edge in edges)
    )


def is_short(number: float | None, digits: int) -> bool:
    """Tells whether a number is shown exactly with `digits` significant digits, and without an exponent."""
    if number is None or number == 0:
        return True
    if not math.isfinite(number) or not LEAST <= abs(number) < 10 ** max(digits, 4):
        return False
    return abs(float(f"{number:.{digits}g}") - number) <= 1e-12 * abs(number)


class Drawing:
    """Draws inputs one after another and remembers which were there."""

    def __init__(self, graph: Graph, free: list[str], fixed: Mapping[str, float], random: Random, digits: int) -> None:
        self.graph, self.free, self.fixed, self.random, self.digits = graph, free, fixed, random, digits
        self.drawn: set[tuple[float, ...]] = set()
        self.failures, self.most = 0, 1
        self.seen: Counter[tuple[int, float | None]] = Counter()
        self.curved = [i for i in graph.stages if not graph.nodes[i].op.family and graph.nodes[i].op.slopes is None]

    def runs(self, count: int) -> Iterator[Run]:
        self.most = max(1, count // ALIKE)
        for _ in range(count):
            run = self.tidy_run() or self.rounded_run()
            self.drawn.add(self.key(run))
            yield run

    def tidy_run(self) -> Run | None:
        """Returns a run that is tidy; None where none is found. After a few failures it is not tried any more."""
        if self.failures < SEARCHES:
            for pool in POOLS:
                found = (run for run in self.candidates(pool, TRIES) if tidy(run, self.digits) and sound(run))
                best = least(run for run in found if not self.is_worn(run))
                if best is not None:
                    self.note(best)
                    return best
            self.failures += 1
        return None

    def is_worn(self, run: Run) -> bool:
        """Tells whether a stage that is no sum or product has a value that a quarter of the sheets have already.

        A sigmoid is tidy at 0 alone; sheets that all ask for σ(0) examine nothing.
        """
        return any(self.seen[index, run.values[index]] >= self.most for index in self.curved)

    def note(self, run: Run) -> None:
        for index in self.curved:
            self.seen[index, run.values[index]] += 1

    def rounded_run(self) -> Run:
        """Returns a run whose numbers are to be rounded. Raises EvaluationError where none is sound."""
        for pool in POOLS:
            best = least(run for run in self.candidates(pool, FALLBACK) if sound(run))
            if best is not None:
                return best
        raise EvaluationError("no inputs were found at which every number is finite and no stage stands on a corner")

    def candidates(self, pool: tuple[float, ...], tries: int) -> Iterator[Run]:
        """Yields runs at inputs of the pool's sizes that were not drawn before."""
        for _ in range(tries):
            inputs = {name: self.random.choice(pool) * self.random.choice((1, -1)) for name in self.free}
            run = Run(self.graph, {**self.fixed, **{name: float(value) for name, value in inputs.items()}})
            if self.key(run) not in self.drawn:
                yield run

    def key(self, run: Run) -> tuple[float, ...]:
        return tuple((run.inputs or {})[name] for name in self.free)


def least(runs: Iterable[Run]) -> Run | None:
    """Returns the first run without awkward numbers, else the one with the fewest; None where there is no run."""
    best, fewest = None, math.inf
    for run in runs:
        count = awkward(run)
        if count < fewest:
            best, fewest = run, count
        if not count:
            break
    return best


def awkward(run: Run) -> int:
    """Returns how many numbers teach nothing: zero, very small or very large."""
    numbers = [run.values[index] for index in run.bare.stages]
    numbers += [run.gradients[index] for index in (*run.bare.inputs, *run.bare.stages) if run.taken[index]]
    return sum(not SMALL <= abs(number or 0.0) <= LARGE for number in numbers)


def sound(run: Run) -> bool:
    """Tells whether a run is worth a sheet: all finite, on no corner, and a gradient arrives somewhere."""
    if not all(math.isfinite(value or 0.0) for value in run.values):
        return False
    arrives = any(run.gradients[index] for index in run.bare.inputs)
    return arrives and run.trouble is None and all(PASSING.issuperset(flags) for flags in run.flags)
