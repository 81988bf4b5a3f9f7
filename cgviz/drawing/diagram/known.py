"""When each number of a run becomes known: the step, counted from 1, at which a player may show it."""

from __future__ import annotations

from dataclasses import field

from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward


@record
class KnownSteps:
    """Steps of values and gradients by node, and the backward steps themselves by edge (target, slot).

    Inputs have their values from the start, step 0. A gradient is known when its last contribution is added.
    """

    value: dict[int, int] = field(default_factory=dict)
    gradient: dict[int, int] = field(default_factory=dict)
    edge: dict[tuple[int, int], int] = field(default_factory=dict)
    backward: dict[tuple[int, int], Backward] = field(default_factory=dict)


def known(run: Run) -> KnownSteps:
    """Returns when everything in `run` becomes known."""
    found = KnownSteps(dict.fromkeys(run.graph.inputs, 0))
    for number, step in enumerate(run.steps, 1):
        if isinstance(step, Forward):
            found.value[step.index] = number
            continue
        found.gradient[step.index] = number
        if isinstance(step, Backward):
            where = step.edge.target, step.edge.slot
            found.edge[where], found.backward[where] = number, step
    return found
