"""Which examples each step sees: all of them, or a part, dealt anew every epoch."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from cgviz.learning.objective import Rows


class Batch(NamedTuple):
    """The examples of one step, and the epoch that it belongs to, from 1; `rows` is None for all examples."""

    epoch: int
    rows: Rows


def batches(examples: int, size: int | None, seed: int) -> Iterator[Batch]:
    """Yields batches without end. Without a size every batch is all examples, in their order.

    An epoch deals each example once; its last batch is smaller where the size does not divide the examples.
    """
    chance, epoch = Random(seed), 0
    while True:
        epoch += 1
        if size is None:
            yield Batch(epoch, None)
            continue
        order = shuffled(examples, chance)
        for start in range(0, examples, size):
            yield Batch(epoch, order[start : start + size])


def shuffled(count: int, chance: Random) -> list[int]:
    """Returns 0 ... count - 1 in a random order: sorted by random(), the one method whose numbers Python promises."""
    keys = [chance.random() for _ in range(count)]
    return sorted(range(count), key=keys.__getitem__)


def per_epoch(examples: int, size: int | None) -> int:
    """Returns how many steps an epoch has."""
    return 1 if size is None else -(-examples // size)
