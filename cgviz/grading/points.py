"""Where a pass is graded: the run's own inputs, and a few near them, so that luck is not taken for right."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from cgviz.errors import EvaluationError
from cgviz.graph import Node
from cgviz.passes import backward, forward
from cgviz.runs import Run

Point = dict[str, float]
EXTRA, TRIES = 5, 40


def points(run: Run, given: Point) -> list[Point]:
    """Returns the run's inputs, then points near them where no branch is taken otherwise.

    Without inputs of its own a run is graded at `given`, the values in the student's file, or else at numbers drawn.
    Raises EvaluationError where no point gives finite numbers.
    """
    chance = random.Random(20)
    names = [run.bare.nodes[i].name for i in run.bare.inputs]
    base = dict(run.inputs) if run.inputs is not None else given if given.keys() >= set(names) else None
    if base is None:
        base = next((point for point in drawn(names, chance) if pattern(run, point) is not None), None)
    if base is None:
        raise EvaluationError("no inputs give this program finite numbers; give them values")
    base = {name: base[name] for name in names}
    wanted, found = pattern(run, base), []
    for point in near(base, chance) if names else ():
        met = pattern(run, point)
        if met is not None and (wanted is None or met == wanted or any("tie" in f or "kink" in f for f in run.flags)):
            found.append(point)
        if len(found) == EXTRA:
            break
    if wanted is None and not found:
        raise EvaluationError("the program's gradient is not finite here, so there is nothing to compare with")
    return [base, *found]


def near(base: Point, chance: random.Random) -> Iterator[Point]:
    for attempt in range(TRIES):
        scale = (0.15, 0.05, 0.01, 0.001)[attempt * 4 // TRIES]
        yield {name: moved(value, scale, chance) for name, value in base.items()}


def moved(value: float, scale: float, chance: random.Random) -> float:
    return value + max(abs(value), 0.5) * scale * chance.uniform(0.2, 1) * chance.choice((-1, 1))


def drawn(names: list[str], chance: random.Random) -> Iterator[Point]:
    for _ in range(TRIES):
        yield {name: chance.uniform(0.3, 2.0) * chance.choice((1, 1, -1)) for name in names}


def pattern(run: Run, point: Point) -> tuple[object, ...] | None:
    """Returns on which edges a gradient flows at a point; None where a number is not finite there."""
    values = forward(run.bare, point)
    if not all(math.isfinite(g) for g in backward(run.bare, values)) or not math.isfinite(values[run.bare.output]):
        return None
    return tuple(branch(node, values[i], [values[arg] for arg in node.args]) for i, node in enumerate(run.bare.nodes))


def branch(node: Node, out: float, args: list[float]) -> tuple[bool, ...]:
    """Returns on which edges of a node that switches a gradient flows; a slope that happens to be 0 is no switch."""
    if not node.args or not (node.op.rule or node.op.arity[0] > 2):
        return ()
    return tuple(slope is None or slope == 0 for slope in node.op.local(out, *args))
