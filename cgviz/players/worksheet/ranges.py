"""What inputs are drawn from: friendly numbers, the friendliest first, within what was asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from cgviz.errors import UsageError, quoted
from cgviz.graph.lookup import find
from cgviz.graph.nodes import Graph

BOTH, POSITIVE = (1, -1), (1,)
SIZES: tuple[tuple[float, ...], ...] = (
    tuple(range(1, 6)),
    tuple(range(1, 10)),
    tuple(half / 2 for half in range(1, 20)),
    tuple(tenth / 10 for tenth in range(1, 51)),
    tuple(range(1, 31)),
)
SHARES = tuple(tenth / 10 for tenth in range(1, 10))
STEPS = 40  # of a narrow range in which no friendly number is
RANGE = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s*")


@dataclass(frozen=True)
class Pool:
    """Sizes of inputs, and the signs that they come with."""

    sizes: tuple[float, ...]
    signs: tuple[int, ...] = BOTH

    def draw(self, random: Random) -> float:
        return random.choice(self.sizes) * random.choice(self.signs)


POOLS = (*(Pool(sizes) for sizes in SIZES), *(Pool(sizes, POSITIVE) for sizes in SIZES[:3]), Pool(SHARES, POSITIVE))
"""The friendliest first; then what logarithms and roots take, and what is a probability."""


@dataclass(frozen=True)
class Range:
    """What one input is drawn from: certain numbers, or those between two."""

    numbers: tuple[float, ...] = ()
    low: float = -math.inf
    high: float = math.inf

    def draw(self, random: Random, pool: Pool) -> float:
        if self.numbers:
            return random.choice(self.numbers)
        inside = [size * sign for size in pool.sizes for sign in BOTH if self.low <= size * sign <= self.high]
        return random.choice(inside or self.steps)

    @property
    def steps(self) -> list[float]:
        """Decimals as short as can be, evenly spaced over the range."""
        step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(n * step, 12) for n in range(first, min(last, first + STEPS * 2) + 1)]


def ranges(graph: Graph, written: Sequence[str], fixed: Mapping[str, object]) -> dict[str, Range]:
    """Returns the ranges of inputs by name, written as `y=0|1` or `x=-3..3`. Raises UsageError for one that is none."""
    found = {}
    for text in written:
        name, equals, told = text.partition("=")
        index = find(graph, name.strip()) if equals else -1
        if index not in graph.inputs:
            raise UsageError(f"--range {quoted(text)}: an input, = and what it is drawn from, such as y=0|1 or x=-3..3")
        key = graph.nodes[index].name
        if key in fixed:
            raise UsageError(f"--range {quoted(text)}: {key} has a value already; leave out one of them")
        found[key] = range_of(text, told)
    return found


def range_of(text: str, told: str) -> Range:
    match = RANGE.fullmatch(told)
    try:
        if not match:
            numbers = tuple(float(part.replace("−", "-")) for part in told.split("|"))
            if all(map(math.isfinite, numbers)):
                return Range(numbers)
        else:
            low, high = (float(part.replace("−", "-")) for part in match.groups())
            if math.isfinite(low) and math.isfinite(high) and low < high:
                return Range((), low, high)
    except ValueError:
        pass
    raise UsageError(f"--range {quoted(text)}: numbers with | between them (0|1), or from low to high (-3..3)")
