"""Where a pass is graded: the run's own inputs, and a few near them, so that luck is not taken for right."""

from __future__ import annotations

import random
from collections.abc import Container, Iterator

from cgviz.errors import EvaluationError
from cgviz.graph.nodes import Node
from cgviz.runs.corners import has_corner
from cgviz.runs.passes import backward, forward
from cgviz.runs.run import Run
from cgviz.values import arrays
from cgviz.values.arrays import Value, every_finite, handed_back, is_array, numpy, shape_of

Point = dict[str, Value]
EXTRA, TRIES = 5, 40
MANY = 100_000  # elements: with more of them two points are enough


def points(run: Run, given: Point, held: Container[str] = ()) -> list[Point]:
    """Returns the run's inputs, then points near them where no branch is taken otherwise; `held` are not moved.

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
    for moved_to in near(base, chance) if names else ():
        point = {name: base[name] if name in held else value for name, value in moved_to.items()}
        met = pattern(run, point)
        if met is not None and (wanted is None or met == wanted or has_corner(run)):
            found.append(point)
        if len(found) == (EXTRA if size(base) < MANY else 1):
            break
    if wanted is None and not found:
        raise EvaluationError("the program's gradient is not finite here, so there is nothing to compare with")
    return [base, *found]


def near(base: Point, chance: random.Random) -> Iterator[Point]:
    scales = (0.15, 0.05, 0.01, 0.001) if size(base) == len(base) else (0.15, 0.01, 0.001, 0.0001)
    for attempt in range(TRIES):
        scale = scales[attempt * 4 // TRIES]
        yield {name: moved(value, scale, chance) for name, value in base.items()}


def size(point: Point) -> int:
    """Returns how many numbers a point is."""
    return sum(value.size if is_array(value) else 1 for value in point.values())


def moved(value: Value, scale: float, chance: random.Random) -> Value:
    """Returns a number near another; of an array, every element is moved by an amount of its own."""
    if is_array(value):
        np = numpy()
        dice = np.random.default_rng(chance.randrange(2**32))
        far = scale * dice.uniform(0.2, 1, value.shape) * dice.choice((-1, 1), value.shape)
        return value + np.maximum(abs(value), 0.5) * far
    return value + max(abs(value), 0.5) * scale * chance.uniform(0.2, 1) * chance.choice((-1, 1))


def drawn(names: list[str], chance: random.Random) -> Iterator[Point]:
    for _ in range(TRIES):
        yield {name: chance.uniform(0.3, 2.0) * chance.choice((1, 1, -1)) for name in names}


def pattern(run: Run, point: Point) -> tuple[object, ...] | None:
    """Returns on which edges a gradient flows at a point; None where a number is not finite there."""
    values = forward(run.bare, point)
    gradients = backward(run.bare, values, run.upstream)
    if not all(map(every_finite, gradients)) or not every_finite(values[run.bare.output]):
        return None
    return tuple(branch(node, values[i], [values[arg] for arg in node.args]) for i, node in enumerate(run.bare.nodes))


def branch(node: Node, out: Value, args: list[Value]) -> tuple[object, ...]:
    """Returns on which edges of a node that switches a gradient flows; a slope that happens to be 0 is no switch."""
    if not node.args or not (node.op.rule or node.op.arity[0] > 2):
        return ()
    if node.op.vjp is not None:
        return routed(node, out, args) if node.op.family == "choice" else ()
    if node.shape:
        slopes = arrays.slopes(node.op, out, args)
        return tuple(slope is None or numpy().equal(slope, 0).tobytes() for slope in slopes)
    return tuple(slope is None or slope == 0 for slope in node.op.local(out, *args))


def routed(node: Node, out: Value, args: list[Value]) -> tuple[object, ...]:
    """Returns which elements of an array a gradient is routed to."""
    parts = handed_back(node.op, arrays.one(shape_of(out) or ()), None, out, args)
    return tuple(part is None or numpy().equal(part, 0).tobytes() for part, _ in parts)
