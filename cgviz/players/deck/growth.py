"""Gradients that several edges add to, while they grow."""

from __future__ import annotations

from cgviz.runs.run import Run
from cgviz.runs.steps import Backward


def so_far(run: Run, step: int) -> dict[int, float]:
    """Returns the running sum of every gradient that has begun but is not whole after `step` steps, by node."""
    begun: dict[int, float] = {}
    for happens in run.steps[:step]:
        if isinstance(happens, Backward) and happens.total is not None:
            begun[happens.index] = happens.total
    whole = {happens.index for happens in run.steps[step:] if isinstance(happens, Backward)}
    return {index: total for index, total in begun.items() if index in whole}
