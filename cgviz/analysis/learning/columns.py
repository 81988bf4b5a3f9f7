"""An objective example by example, and with all examples at once as columns."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

from cgviz.analysis.learning.objective import Examples, Parameters, Rows
from cgviz.analysis.learning.stacking import stacked
from cgviz.graph.nodes import Graph
from cgviz.records import record
from cgviz.runs.passes import forward, gradient
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, numpy

FEW = 16  # examples for which plain numbers are faster


@record
class ScalarObjective:
    """The mean of a program over `cases`, each a value by name for the inputs that differ from case to case.

    wrt         the names of the parameters
    constants   the values of all other inputs
    """

    graph: Graph
    wrt: tuple[str, ...]
    cases: Examples
    constants: Parameters

    @property
    def examples(self) -> int:
        return len(self.cases)

    def loss_and_gradient(self, parameters: Parameters, rows: Rows) -> tuple[float, Parameters]:
        inputs = {**self.constants, **parameters}
        total, sums = 0.0, [0.0] * len(self.wrt)  # an array takes the place of its 0.0
        chosen = range(len(self.cases)) if rows is None else rows
        for row in chosen:
            inputs.update(self.cases[row])
            value, slopes = gradient(self.graph, inputs)
            total += value
            for slot, name in enumerate(self.wrt):
                sums[slot] += slopes[name]
        count = len(chosen)
        return float(total / count), {name: part / count for name, part in zip(self.wrt, sums, strict=True)}

    def loss(self, parameters: Parameters) -> float:
        inputs, total = {**self.constants, **parameters}, 0.0
        for case in self.cases:
            inputs.update(case)
            total += forward(self.graph, inputs)[self.graph.output]
        return float(total / len(self.cases))

    def run(self, parameters: Parameters, row: int) -> Run:
        return Run(self.graph, {**self.constants, **parameters, **self.cases[row]})


@record
class ColumnObjective:
    """The mean over the examples of `single`, which takes the few ones of plain numbers itself.

    Where a program cannot be rewritten for many examples, `single` takes them all (see `fits`).
    """

    single: ScalarObjective
    known: dict[int, Graph | None] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return self.single.graph

    @property
    def examples(self) -> int:
        return self.single.examples

    @property
    def fits(self) -> bool:
        """Whether the program can be rewritten for many examples."""
        return self.wide(self.examples) is not None

    @cached_property
    def columns(self) -> dict[str, Value]:
        """What differs from one example to the next, one after the other in memory: sums over examples run along it."""
        np, cases = numpy(), self.single.cases
        return {name: np.asfortranarray(np.array([case[name] for case in cases])) for name in cases[0]}

    def wide(self, count: int) -> Graph | None:
        """Returns the program for the mean over so many examples."""
        if count not in self.known:
            self.known[count] = stacked(self.graph, self.columns, count)
        return self.known[count]

    def loss_and_gradient(self, parameters: Parameters, rows: Rows) -> tuple[float, Parameters]:
        count = self.examples if rows is None else len(rows)
        graph = self.wide(count)
        if graph is None or (count < FEW and not self.graph.has_arrays):
            return self.single.loss_and_gradient(parameters, rows)
        loss, found = gradient(graph, self.inputs(parameters, rows))
        return loss, {name: found[name] for name in self.single.wrt}

    def loss(self, parameters: Parameters) -> float:
        graph = self.wide(self.examples)
        if graph is None:
            return self.single.loss(parameters)
        return float(forward(graph, self.inputs(parameters, None))[graph.output])

    def inputs(self, parameters: Parameters, rows: Rows) -> dict[str, Value]:
        """Returns the values of all inputs at some of the examples."""
        columns = self.columns if rows is None else {name: column[rows] for name, column in self.columns.items()}
        return {**self.single.constants, **parameters, **columns}

    def run(self, parameters: Parameters, row: int) -> Run:
        return self.single.run(parameters, row)
