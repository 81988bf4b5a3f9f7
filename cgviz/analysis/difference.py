"""Two programs side by side: are they one function, have they one gradient, and where do they part?"""

from __future__ import annotations

from cgviz.errors import UsageError
from cgviz.graph.nodes import Graph
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.runs.starting import start
from cgviz.values.arrays import Value, numpy, shape_of

POINTS, TOLERANCE = 3, 1e-9


@record
class ProgramDifference:
    """What two programs have in common at the points where they were compared.

    runs       a run of each at the last point
    value      whether the values agree; `gradients` likewise for each input of both
    only       the inputs that one of them lacks
    parting    the first stage of a name that both have whose values differ, (name, index, index); None where none does
    points     how many points were compared
    """

    runs: tuple[Run, Run]
    value: bool
    gradients: dict[str, bool]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    parting: tuple[str, int, int] | None
    points: int

    @property
    def is_one(self) -> bool:
        """Whether they are one function, as far as it was seen."""
        return self.value and all(self.gradients.values())


def compared(one: Run, two: Run) -> ProgramDifference:
    """Returns what differs between two programs, at the inputs of the runs; without values, at random points.

    Raises UsageError where the outputs have different shapes, or an input without a value is an array.
    """
    pairs = [(one, two)] if not one.symbolic and not two.symbolic else drawn(one.bare, two.bare)
    names = [[run.bare.nodes[i].name for i in run.bare.inputs] for run in (one, two)]
    common = [name for name in names[0] if name in names[1]]
    value, gradients = True, dict.fromkeys(common, True)
    for a, b in pairs:
        value = value and agree(a.value, b.value)
        for name in common:
            gradients[name] = gradients[name] and agree(a.gradient[name], b.gradient[name])
    only = tuple(tuple(name for name in names[i] if name not in names[1 - i]) for i in (0, 1))
    last = pairs[-1]
    return ProgramDifference(last, value, gradients, (only[0], only[1]), parting(*last), len(pairs))


def drawn(one: Graph, two: Graph) -> list[tuple[Run, Run]]:
    """Returns runs of both at random points between 0.5 and 2, the same for inputs of one name."""
    names = dict.fromkeys(graph.nodes[i].name for graph in (one, two) for i in graph.inputs)
    arrays = [node.name for graph in (one, two) for node in graph.nodes if node.shape and not node.args and node.name]
    if arrays or one.has_arrays or two.has_arrays:
        example = next(iter(arrays or names), "x")
        raise UsageError(f"programs of arrays are compared at values: give --{example} VALUE")
    random = numpy().random.default_rng(0)
    found = []
    for _ in range(POINTS):
        at = {name: float(random.uniform(0.5, 2)) for name in names}
        runs = [start(g, {g.nodes[i].name: at[g.nodes[i].name] for i in g.inputs}) for g in (one, two)]
        found.append((runs[0], runs[1]))
    return found


def agree(a: Value | None, b: Value | None) -> bool:
    np = numpy()
    if a is None or b is None:
        return a is b
    if shape_of(a) != shape_of(b):
        return False
    return bool(np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))


def parting(one: Run, two: Run) -> tuple[str, int, int] | None:
    """Returns the first stage of the first program whose value is not that of the stage of its name in the second."""
    there = {two.graph.nodes[i].name: i for i in two.graph.stages}
    for index in one.graph.stages:
        name = one.graph.nodes[index].name
        if name in there and not agree(one.values[index], two.values[there[name]]):
            return name, index, there[name]
    return None
