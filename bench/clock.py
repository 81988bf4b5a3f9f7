"""The clock of the benchmark: seconds of processor time, of this process and of those that it has waited for.

Others on the machine do not change it much, so that rows can be measured while it is not quiet.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Sequence

Row = tuple[str, str, float, float, float]
"""What is measured, against what, our figure, theirs, and the goal of their ratio: 0 where the row only informs."""
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""A command that is installed has its modules compiled."""


def spent() -> float:
    """Returns the seconds of processor time so far."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in each)


def best(functions: Sequence[Callable[[], object]], runs: int, calls: int = 1) -> list[float]:
    """Returns the best seconds of one call of each function, measured in turn, `calls` at a time."""
    found = [float("inf")] * len(functions)
    for _ in range(runs):
        for which, function in enumerate(functions):
            start = spent()
            for _ in range(calls):
                function()
            found[which] = min(found[which], (spent() - start) / calls)
    return found


def commands(ours: list[str], rival: list[str], runs: int) -> list[float]:
    """Returns the best seconds of two commands, run in turn as whole processes after one warm-up each."""

    def run(command: list[str]) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=INSTALLED)

    run(ours)
    run(rival)
    return best([lambda: run(ours), lambda: run(rival)], runs)
