"""A loss example by example: one after the other through the passes, which is fast for plain numbers."""

from __future__ import annotations

from cgviz.analysis.learning.objective import Examples, Parameters, Rows
from cgviz.graph.nodes import Graph
from cgviz.records import record
from cgviz.runs.passes import forward, gradient
from cgviz.runs.run import Run


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
