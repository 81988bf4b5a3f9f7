"""A loss over many examples at once: what differs from one to the next is a column, and every stage one array."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import Any

from cgviz.analysis.learning.objective import Parameters, Rows
from cgviz.analysis.learning.scalar import ScalarObjective
from cgviz.analysis.learning.stacking import stacked
from cgviz.graph.nodes import Graph
from cgviz.records import record
from cgviz.runs.passes import forward, reached
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, is_array, numpy, quiet, spread, zero

FEW = 16  # examples for which plain numbers are faster


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
        cases = self.single.cases
        return {name: numpy().array([case[name] for case in cases]) for name in cases[0]}

    def wide(self, count: int) -> Graph | None:
        """Returns the program for so many examples."""
        if count not in self.known:
            self.known[count] = stacked(self.graph, self.columns, count)
        return self.known[count]

    def loss_and_gradient(self, parameters: Parameters, rows: Rows) -> tuple[float, Parameters]:
        count = self.examples if rows is None else len(rows)
        graph = self.wide(count)
        if graph is None or (count < FEW and not self.graph.has_arrays):
            return self.single.loss_and_gradient(parameters, rows)
        values = self.values(graph, parameters, rows)
        losses = values[graph.output]
        gradients = reached(graph, values, spread(1.0 / count, losses.shape) if is_array(losses) else 1.0)
        found = {graph.nodes[at].name: (gradients[at], graph.nodes[at].shape or ()) for at in graph.inputs}
        wrt = ((name, *found[name]) for name in self.single.wrt)
        return mean(losses), {name: zero(shape) if slope is None else slope for name, slope, shape in wrt}

    def loss(self, parameters: Parameters) -> float:
        graph = self.wide(self.examples)
        if graph is None:
            return self.single.loss(parameters)
        return mean(self.values(graph, parameters, None)[graph.output])

    def values(self, graph: Graph, parameters: Parameters, rows: Rows) -> list[Any]:
        """Returns the value of every node at some of the examples."""
        columns = self.columns if rows is None else {name: column[rows] for name, column in self.columns.items()}
        return forward(graph, {**self.single.constants, **parameters, **columns})

    def run(self, parameters: Parameters, row: int) -> Run:
        return self.single.run(parameters, row)


def mean(losses: Value) -> float:
    """Returns the mean of a column; of what no column bears on, the value itself."""
    if not is_array(losses):
        return float(losses)
    with quiet():
        return float(losses.sum() / len(losses))
