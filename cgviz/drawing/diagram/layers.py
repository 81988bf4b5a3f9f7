"""The ranks of a layout while they are ordered: boxes and passing wires as numbers, and how many wires cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, pairwise
from sys import byteorder
from typing import NamedTuple

LANE = 32  # bits
FAR = 8  # how far an item is moved at once to let fewer wires cross


class Lanes(NamedTuple):
    """Long integers with a lane for each item of a rank: a one in each lane; in all, and its highest bit in all.

    behind  for each item the highest bits of those that stand not too far behind it
    """

    each: Sequence[int]
    ones: int
    highest: int
    behind: Sequence[int]


@lru_cache(maxsize=256)
def lanes(count: int) -> Lanes:
    each = [1 << LANE * i for i in range(count)]
    ones = sum(each)
    highest, near = ones << LANE - 1, (1 << LANE * FAR) - 1
    return Lanes(each, ones, highest, [highest & near << LANE * (i + 1) for i in range(count)])


@dataclass
class Layers:
    """The boxes (first) and the places where wires pass, as numbers, rank by rank in their order.

    before, after  the neighbours of each in the rank before and after
    room           what each takes across, before and after its middle
    pitch          how far apart the wires into each reach it
    other          the ranks in another order to begin with
    """

    rows: list[list[int]]
    before: list[list[int]]
    after: list[list[int]]
    room: list[tuple[float, float]]
    boxes: int
    passes: dict[str, list[int]] = field(default_factory=dict)
    at: list[int] = field(default_factory=list)
    pitch: list[float] = field(default_factory=list)
    other: list[list[int]] = field(default_factory=list)

    def number(self) -> None:
        """Notes the place of every item in its rank."""
        self.at = [0] * len(self.before)
        for row in self.rows:
            self.renumber(row)

    def renumber(self, row: Sequence[int]) -> None:
        for place, item in enumerate(row):
            self.at[item] = place

    def swap(self, row: list[int], i: int) -> None:
        """Exchanges the items `i` and `i + 1` of a rank."""
        row[i : i + 2] = row[i + 1], row[i]
        self.at[row[i]], self.at[row[i + 1]] = i, i + 1

    def crossings(self) -> int:
        self.number()
        return sum(self.crossings_after(n) for n in range(len(self.rows) - 1))

    def crossings_after(self, n: int) -> int:
        """Returns how many wires cross between rank `n` and the next."""
        place = self.at
        seen: list[int] = []
        found = 0
        for item in self.rows[n]:
            ends = sorted([place[other] for other in self.after[item]])
            if seen and ends and seen[-1] > ends[0]:
                for end in ends:
                    found += len(seen) - bisect_right(seen, end)
                for end in ends:
                    insort(seen, end)
            else:
                seen += ends
        return found

    def sums(self, n: int) -> list[int]:
        """Returns, for the items of rank `n` in their order, how many crossings less there are the other way round.

        The number of item i at j is that of the crossings of the wires of the two where i stands before j, less that
        where j stands before i. It holds as long as the ranks beside stay as they are.

        Each sum is one long integer that has a lane of its own for every j, so that one addition adds them all; its
        zero is the highest bit of the lane.
        """
        row, place = self.rows[n], self.at
        each, _, highest, _ = lanes(len(row))
        sums = [highest] * len(row)
        for neighbours, beside in ((self.before, n - 1), (self.after, n + 1)):
            if not 0 <= beside < len(self.rows):
                continue
            counts = [0] * (len(self.rows[beside]) + 1)
            every = 0
            for item, lane in zip(row, each, strict=True):
                ends = neighbours[item]
                every += lane * len(ends)
                for end in ends:
                    counts[place[end] + 1] += lane
            earlier = list(accumulate(counts))  # of each place: how many wires of j end before it
            weighed = [a + b - every for a, b in pairwise(earlier)]  # less how many end behind it
            for i, item in enumerate(row):
                for end in neighbours[item]:
                    sums[i] += weighed[place[end]]
        return sums

    def gains(self, n: int) -> list[list[int]]:
        """Returns the sums of rank `n` one by one: at [i][j] how many crossings less there are with i behind j."""
        return opened(self.sums(n))


def opened(sums: Sequence[int]) -> list[list[int]]:
    """Returns the numbers in the lanes of sums."""
    highest, size = lanes(len(sums)).highest, len(sums) * LANE // 8
    return [memoryview((found ^ highest).to_bytes(size, byteorder)).cast("i").tolist() for found in sums]


def gains_any(sums: Sequence[int]) -> bool:
    """Tells whether an item gains behind one that stands not too far behind it."""
    _, ones, _, behind = lanes(len(sums))
    for found, far in zip(sums, behind, strict=True):  # noqa: SIM110 (a generator takes twice as long)
        if (found - ones) & far:
            return True
    return False
