"""The report of a gradient check: a row per node, a reading per witness, and the stage where it goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from cgviz.analysis.checks.bands import NOTHING, Band, worst
from cgviz.analysis.checks.digits import Loss, losses
from cgviz.analysis.checks.rules import CheckedRules, Fault, rules
from cgviz.analysis.checks.witnesses import WITNESSES, Reading, Witnesses
from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import Node
from cgviz.ops.rearranging import size
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.values.arrays import Value

WORK = 60_000
WORK_ON_ELEMENTS, MOST_ELEMENTS, TOGETHER = 400_000, 16, 64
MOST_FOR_ONE = 400_000


@record
class CheckedRow:
    """One node: its gradient by backpropagation, what each witness says, and the verdict."""

    index: int
    analytic: Value
    readings: tuple[Reading, ...]
    note: str = ""

    @property
    def worst(self) -> Reading | None:
        """The reading that the verdict rests on; of an array it says which element it is about."""
        return max(self.readings, key=lambda reading: reading.band.rank, default=None)

    @property
    def band(self) -> Band:
        """The worst of what the witnesses say; a kink explains a difference from what knows no kinks."""
        return worst([reading.band for reading in self.readings]) if self.readings else NOTHING


@record
class Checked:
    """What a gradient check found.

    rows      inputs, then stages, in the order of the table
    left_out  the nodes that were not compared, because the program is very long
    rules     the local derivatives, each at its own numbers
    """

    run: Run
    witnesses: tuple[str, ...]
    rows: tuple[CheckedRow, ...]
    left_out: tuple[int, ...]
    rules: CheckedRules

    @cached_property
    def first(self) -> CheckedRow | None:
        """The first node in the order of the backward pass whose gradient disagrees."""
        return max((row for row in self.rows if row.band.disagrees), key=lambda row: row.index, default=None)

    @property
    def fault(self) -> Fault | None:
        """The first local derivative in backward order that is wrong."""
        return self.rules.faults[0] if self.rules.faults else None

    @property
    def agrees(self) -> bool:
        return self.first is None and self.fault is None

    @property
    def stage(self) -> int | None:
        """The stage that is to blame: the one whose rule is wrong, else the one that lost the most digits."""
        if self.agrees:
            return None
        if self.fault:
            return self.fault.index
        return self.loss.index if self.loss else self.culprit

    @property
    def loss(self) -> Loss | None:
        """The stage that lost the most digits, where every rule is right and a gradient is not."""
        if self.agrees or self.fault:
            return None
        return max(losses(self.run), key=lambda loss: loss.digits, default=None)

    @property
    def culprit(self) -> int | None:
        """The last stage that hands a gradient to the first node that disagrees, else that node itself."""
        if self.first is None:
            return None
        targets = [target for target, _ in self.run.graph.edges_out[self.first.index] if self.run.taken[target]]
        kinks = [target for target in targets if self.run.flags[target]]
        return (kinks or targets or [self.first.index])[0]

    def count(self, band: Band) -> int:
        return sum(row.band is band for row in self.rows)


def check(run: Run, witnesses: Sequence[str] | None = None) -> Checked:
    """Returns the gradient of every stage and every input of `run` compared with what witnesses say.

    witnesses  some of differences, complex, mpmath, sympy; where none is named, all of them, and the framework from
               which the program came (`from_torch`, `from_jax`)

    >>> from cgviz import run
    >>> check(run("(x+y)*z", x=-2, y=5, z=-4)).agrees
    True

    Raises UsageError for a run without numbers and for a witness that there is not.
    """
    if witnesses is None:
        witnesses = (*WITNESSES, *[run.framework] * bool(run.framework))
    for witness in witnesses:
        if witness not in WITNESSES and witness != run.framework:
            raise UsageError(f"no witness {quoted(witness)}; there are {', '.join(WITNESSES)}")
    if run.symbolic:
        names = [run.graph.nodes[index].name for index in run.graph.inputs]
        shown = " ".join(f"--{name} VALUE" for name in names[:4])
        raise UsageError(f"a gradient is checked at numbers; give {shown}{' ...' if len(names) > 4 else ''}")
    chosen, left_out = choice(run)
    every = Witnesses(run, elements_each(run, chosen))
    rows = tuple(row(every, index, witnesses) for index in chosen)
    return Checked(run, tuple(witnesses), rows, left_out, rules(run))


def row(every: Witnesses, index: int, witnesses: Sequence[str]) -> CheckedRow:
    analytic = every.run.gradients[index]
    if not every.run.taken[index]:
        return CheckedRow(index, analytic, (), why_nothing_flows(every.run, index))
    shape = every.graph.nodes[index].shape or ()
    note = f"{every.elements} of {size(shape)} elements were compared, evenly spaced" * (size(shape) > every.elements)
    return CheckedRow(index, analytic, tuple(every.read(witness, index) for witness in witnesses), note)


def why_nothing_flows(run: Run, index: int) -> str:
    """Returns why a node has no gradient."""
    if not run.graph.reached[index]:
        return "the output does not need it"
    return "nothing flows here: a condition, or a branch not taken"


def choice(run: Run) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns the nodes to compare, inputs first, and those left out: work is bounded by the edges downstream."""
    graph = run.graph
    below = [0] * (len(graph) + 1)
    for index in range(len(graph) - 1, -1, -1):
        below[index] = below[index + 1] + (work(graph.nodes[index]) if graph.reached[index] else 0)
    every = [*graph.inputs, *graph.stages]
    costs = {index: below[index + 1] + 1 if run.taken[index] else 0 for index in every}
    inputs, left = spread(graph.inputs, costs, WORK)
    stages, _ = spread(graph.stages, costs, left)
    chosen = set(inputs) | set(stages)
    if not chosen & set(graph.inputs) and graph.inputs and costs[graph.inputs[0]] <= MOST_FOR_ONE:
        chosen.add(graph.inputs[0])
    return tuple(i for i in every if i in chosen), tuple(i for i in every if i not in chosen)


def work(node: Node) -> int:
    """Returns what it takes to compute a node, in operations on single numbers: of arrays one for 64 elements.

    An op that is made of pieces is asked for each element on which of them it stands.
    """
    elements = size(node.shape or ())
    return len(node.args) * (1 + (elements if node.op.switch and not node.op.vjp else elements // TOGETHER))


def elements_each(run: Run, chosen: Sequence[int]) -> int:
    """Returns of how many elements of an array each is compared: fewer where the program is large."""
    if not run.graph.has_arrays:
        return 1
    once = sum(work(node) for node in run.graph.nodes)
    return max(1, min(MOST_ELEMENTS, WORK_ON_ELEMENTS // max(1, once * len(chosen))))


def spread(indices: Sequence[int], costs: dict[int, int], room: int) -> tuple[list[int], int]:
    """Returns as many of the nodes as there is room for, evenly spread, and the room that is left."""
    total = sum(costs[index] for index in indices)
    stride = max(1, -(-total // max(room, 1)))
    chosen = []
    for index in indices[::-1][::stride]:
        if costs[index] <= room:
            chosen.append(index)
            room -= costs[index]
    return chosen, room
