"""What there is to say about the paths of a run: the listed ones, all of them in numbers, and their sums."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.analysis.paths import Counts, Path, Web, check_scalars, counts, listed
from cgviz.runs.run import Run

MOST = 10


@dataclass(frozen=True)
class Paths:
    """The paths from node `source` to the output.

    listed  the first of them, the largest product first
    """

    run: Run
    source: int
    counts: Counts
    listed: Sequence[Path]

    @property
    def left_out(self) -> int:
        """How many paths are not listed."""
        return self.counts.paths - len(self.listed)

    @property
    def gradient(self) -> float | None:
        """What all paths sum to, from the backward pass."""
        return self.run.gradients[self.source]

    @property
    def total(self) -> float | None:
        """What the listed paths sum to; None where there are no numbers."""
        if self.run.symbolic:
            return None
        products = [path.product or 0.0 for path in self.listed]
        try:
            return math.fsum(products)
        except (ValueError, OverflowError):
            return sum(products)

    @property
    def agrees(self) -> bool:
        """Whether all paths are listed and their sum is the gradient, up to rounding."""
        if self.left_out or self.total is None or self.gradient is None:
            return False
        both_undefined = self.total != self.total and self.gradient != self.gradient
        return both_undefined or math.isclose(self.total, self.gradient, rel_tol=1e-6)

    @property
    def rest(self) -> float | None:
        """What the paths that are not listed sum to: the gradient without the listed ones."""
        return None if self.gradient is None or self.total is None else self.gradient - self.total


def paths_of(run: Run, wrt: str | None = None, most: int = MOST) -> Paths:
    """Returns the paths from the input or stage `wrt` (None: the first input) to the output, `most` of them listed.

    Raises UsageError for a name that there is not, and in a program with arrays.
    """
    web, source = Web(run), run.index(wrt)
    check_scalars(run, source)
    return Paths(run, source, counts(web, source), listed(web, source, most))
