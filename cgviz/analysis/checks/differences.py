"""Central differences of the program: what a node, or an element of one, does to the output when it is moved."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cgviz.graph.nodes import INPUT, Graph, Node
from cgviz.ops.matrices import SYMMETRIC, symmetric_part
from cgviz.ops.op import Op
from cgviz.runs.run import Run
from cgviz.values.arrays import Shape, Value, is_array, numpy, on_elements, quiet

EPSILON, SMALLEST = 2.0**-52, 5e-324
LEVELS = 4
FIRST_STEPS = (2.0**-4, 2.0**-11, 2.0**-18, 2.0**-25)
GOOD = 1e-10
MOSTLY_NOISE = 2.0
CONVERGED, MOSTLY_ROUNDING = 0.1, 20.0
NEAR, NEARER = 2.0**-20, 2.0**-25
STEEPER = 4.0


class Downstream:
    """The output as a function of any one node, in any arithmetic.

    base    the value of every node where nothing is moved
    apply   turns an op into a function of that arithmetic
    """

    def __init__(self, graph: Graph, base: Sequence[Any], apply: Callable[[Op], Callable[..., Any]]) -> None:
        self.graph, self.base, self.apply = graph, base, apply
        self.values = list(base)
        self.index, self.end = -1, graph.output
        self.switching: list[int] = []
        self.rows: list[tuple[int, Callable[..., Any], tuple[int, ...]]] = []

    def output(self, index: int, value: Any, end: int | None = None) -> Any:
        """Returns the output where node `index` has this value and nothing else is moved; or node `end`, a neck."""
        self.turn_to(index, self.graph.output if end is None else end)
        values = self.values
        values[index] = value
        for target, function, args in self.rows:
            values[target] = function(values[args[0]]) if len(args) == 1 else function(*[values[arg] for arg in args])
        return values[self.end]

    def pieces(self) -> tuple[Any, ...]:
        """Returns on which piece of its definition each op stands that is made of pieces, as last computed."""
        return tuple(self.piece(index) for index in self.switching)

    def piece(self, index: int) -> Any:
        node = self.graph.nodes[index]
        return piece_of(node.op, [self.values[arg] for arg in node.args])

    def turn_to(self, index: int, end: int) -> None:
        """Makes node `index` the one that moves, on the way to node `end`; the one before is put back."""
        if (index, end) == (self.index, self.end):
            return
        for moved in (self.index, *(row[0] for row in self.rows)):
            if moved >= 0:
                self.values[moved] = self.base[moved]
        nodes = self.graph.nodes
        self.index, self.end, self.rows = index, end, []
        self.switching = []
        for target in cone(self.graph, index, end):
            self.rows.append((target, self.apply(nodes[target].op), nodes[target].args))
            if nodes[target].op.switch is not None:
                self.switching.append(target)


def cone(graph: Graph, index: int, end: int | None = None) -> list[int]:
    """Returns the nodes that depend on node `index` and that the output needs, in order, without itself.

    With a neck as the `end`, those up to it.
    """
    end = graph.output if end is None else end
    known = graph.kept.setdefault("cones", {})
    if (index, end) not in known:
        found: set[int] = set()
        todo = [index]
        while todo:
            for target, _ in graph.edges_out[todo.pop()]:
                if target not in found and graph.reached[target]:
                    found.add(target)
                    if target != end:
                        todo.append(target)
        known[index, end] = sorted(found)
    return known[index, end]  # type: ignore[no-any-return]


def necks(graph: Graph) -> list[int]:
    """Returns for every node the next one through which all of its ways to the output go; of the output itself.

    Source: Cooper, Harvey & Kennedy, A simple, fast dominance algorithm (2001).
    """
    found = [graph.output] * len(graph)
    for index in range(graph.output - 1, -1, -1):
        targets = [target for target, _ in graph.edges_out[index] if graph.reached[target]]
        neck = min(targets, default=graph.output)
        for target in targets:
            while neck != target:
                neck, target = (found[neck], target) if neck < target else (neck, found[target])
        found[index] = neck
    return found


def piece_of(op: Op, args: Sequence[Any]) -> Any:
    """Returns on which piece of its definition an op stands; of arrays on which pieces, element by element."""
    switch: Any = op.switch
    if op.vjp is not None or not any(map(is_array, args)):
        return switch(*args)
    np = numpy()
    flat = (np.ravel(each).tolist() for each in np.broadcast_arrays(*args))
    return list(map(switch, *flat))


@dataclass
class Difference:
    """A slope by differences: its value, an estimate of its error, the step it was found with.

    crossed  the stages whose kink lies within a step that was tried, each with the least such step
    """

    value: float = math.nan
    error: float = math.inf
    step: float = math.nan
    crossed: dict[int, float] = field(default_factory=dict)


def difference(downstream: Downstream, index: int) -> Difference:
    """Returns ∂output/∂node by central differences; nan where every step leaves the domain or crosses a kink."""
    x = float(downstream.base[index])
    best = Difference()
    if not math.isfinite(x):
        return best
    downstream.output(index, x)
    here = downstream.pieces()
    for scale in scales(x):
        for share in FIRST_STEPS:
            noise = extrapolate(downstream, index, x, scale * share, here, best)
            if best.error <= max(GOOD * abs(best.value), MOSTLY_NOISE * noise):
                break
        if best.error <= GOOD * abs(best.value):
            break
    return best


def scales(x: float) -> Iterator[float]:
    """Yields what steps are in proportion to: 1 where x is small or 0, then x itself."""
    if abs(x) < FIRST_STEPS[0]:
        yield 1.0
    if x != 0:
        yield abs(x)


def extrapolate(downstream: Downstream, index: int, x: float, step: float, here: object, best: Difference) -> float:
    """Fills one tableau of Richardson's extrapolation, the step halved each time, and keeps the best of it.

    Returns how much of its last slope may be rounding: a smaller step has more.
    """
    row: list[float] = []
    noise = 0.0
    for _ in range(LEVELS):
        slope, noise = central(downstream, index, x, step, here, best)
        if math.isfinite(slope):
            previous, row = row, [slope]
            for order, before in enumerate(previous, 1):
                row.append(row[-1] + (row[-1] - before) / (4**order - 1))
                error = max(abs(row[-1] - row[-2]), abs(row[-1] - before)) + noise
                if error < best.error and error <= max(CONVERGED * abs(row[-1]), MOSTLY_ROUNDING * noise):
                    best.value, best.error, best.step = row[-1], error, step
        else:
            row, noise = [], 0.0
        step /= 2
    return noise


def central(
    downstream: Downstream, index: int, x: float, step: float, here: object, best: Difference
) -> tuple[float, float]:
    """Returns one central difference and how much of it may be rounding; nan where a kink lies within the step."""
    above, below = x + step, x - step
    if above == below:
        return math.nan, math.inf
    up = downstream.output(index, above)
    crossed = crossings(downstream, here)
    down = downstream.output(index, below)
    crossed += crossings(downstream, here)
    for stage in crossed:
        best.crossed[stage] = step
    if crossed:
        return math.nan, math.inf
    return (up - down) / (above - below), (EPSILON * (abs(up) + abs(down)) + SMALLEST) / (above - below)


def crossings(downstream: Downstream, here: object) -> list[int]:
    """Returns the stages that stand on another piece of their definition than where nothing is moved."""
    now = downstream.pieces()
    if now == here:
        return []
    return [stage for stage, one, two in zip(downstream.switching, now, here, strict=True) if one != two]  # type: ignore[call-overload]


def downstream_of(run: Run) -> Downstream:
    """Returns the output of a run as a function of any one node, in floats and arrays."""
    return Downstream(run.graph, run.values, applied)


def applied(op: Op) -> Callable[..., Any]:
    """Returns an op as a function of floats and arrays; a matrix that counts as symmetric moves as one."""

    def function(*args: Any) -> Any:
        if op.rule is SYMMETRIC:
            args = tuple(map(symmetric_part, args))
        return on_elements(op, args) if op.vjp is not None or any(map(is_array, args)) else op.forward(*args)

    return function


def one_stage(node: Node, args: Sequence[Value], out: Value) -> Downstream:
    """Returns the value of one stage as a function of any one of its arguments."""
    count = len(args)
    graph = Graph((*(Node(INPUT),) * count, node._replace(args=tuple(range(count)))), count, tuple(range(count)))
    return Downstream(graph, [*args, out], applied)


class Element:
    """One element of a node as the number that moves (place () of a single number); it stands in for a `Downstream`.

    weights  the upstream gradient: what every element of the output counts in the one number that is looked at
    """

    def __init__(self, downstream: Downstream, index: int, place: Shape, weights: Value) -> None:
        self.downstream, self.index, self.place, self.weights = downstream, index, place, weights
        self.value = downstream.base[index]
        self.x = float(self.value[place]) if place else float(self.value)
        self.base = {index: self.x}

    @property
    def switching(self) -> list[int]:
        return self.downstream.switching

    def pieces(self) -> tuple[Any, ...]:
        return self.downstream.pieces()

    def output(self, index: int, value: float) -> float:
        moved: Value = value
        if self.place:
            moved = self.value.copy()
            moved[self.place] = value
        with quiet():
            return float(numpy().sum(self.downstream.output(index, moved) * self.weights))

    def slope(self) -> Any:
        """Returns the slope by central differences, with an estimate of its error."""
        return difference(self, self.index)  # type: ignore[arg-type]

    def sides(self) -> tuple[float, float] | None:
        """Returns the slopes to the left and to the right; None where one is infinite, or the function jumps."""
        near, nearer = (self.quotients(step * max(abs(self.x), 1.0)) for step in (NEAR, NEARER))
        for one, two in zip(near, nearer, strict=True):
            if not math.isfinite(two) or abs(two) > STEEPER * max(abs(one), 1.0):
                return None
        return near

    def quotients(self, step: float) -> tuple[float, float]:
        here = self.output(self.index, self.x)
        left, right = (self.output(self.index, self.x + side * step) for side in (-1, 1))
        return (here - left) / step, (right - here) / step
