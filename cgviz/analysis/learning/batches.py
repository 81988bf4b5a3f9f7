"""Which examples each step sees: all of them, or a part, dealt anew every epoch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from random import Random

from cgviz.analysis.learning.objective import Rows


def batches(examples: int, size: int | None, seed: int) -> Iterator[Rows]:
    """Yields the rows of batches without end. Without a size every batch is all examples, in their order: None.

    An epoch deals each example once; its last batch is smaller where the size does not divide the examples.
    """
    if size is None:
        yield from repeat(None)
        return
    chance = Random(seed)
    while True:
        order = shuffled(examples, chance)
        for start in range(0, examples, size):
            yield order[start : start + size]


def shuffled(count: int, chance: Random) -> list[int]:
    """Returns 0 ... count - 1 in a random order: sorted by random(), the one method whose numbers Python promises."""
    keys = [chance.random() for _ in range(count)]
    return sorted(range(count), key=keys.__getitem__)


def per_epoch(examples: int, size: int | None) -> int:
    """Returns how many steps an epoch has."""
    return 1 if size is None else -(-examples // size)
