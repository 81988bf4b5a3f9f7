"""A loss over many examples at once: every input that differs from one to the next is a column, a stage is one array.

A program of elementwise ops needs no rewriting for that: a column broadcasts with the parameters, and what a parameter
gets back is summed over the column.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cgviz.arrays import Value, is_array, numpy, one, quiet, settled
from cgviz.graph import Graph
from cgviz.learning.objective import Parameters, Rows
from cgviz.learning.scalar import ScalarObjective
from cgviz.passes import backward, forward
from cgviz.runs import Run
from cgviz.shapes import shaped

FEW = 16  # examples for which plain numbers are faster


def elementwise(graph: Graph) -> bool:
    """Tells whether every stage of a program works element by element, also where its operands are columns."""
    return all(
        node.op.vjp is None and not (node.op.alone and len(node.args) == 1) for node in graph.nodes if node.is_stage
    )


@dataclass(frozen=True)
class ColumnObjective:
    """The mean of an elementwise program over the examples of `single`, which takes the few ones itself."""

    single: ScalarObjective

    @property
    def graph(self) -> Graph:
        return self.single.graph

    @property
    def examples(self) -> int:
        return self.single.examples

    @cached_property
    def columns(self) -> dict[str, Value]:
        cases = self.single.cases
        return {name: numpy().array([case[name] for case in cases]) for name in cases[0]}

    @cached_property
    def wide(self) -> Graph:
        """The program with a column for every input that has one."""
        names = [self.graph.nodes[index].name for index in self.graph.inputs]
        return shaped(self.graph, {name: self.columns[name].shape if name in self.columns else () for name in names})

    def loss_and_gradient(self, parameters: Parameters, rows: Rows) -> tuple[float, Parameters]:
        if (self.examples if rows is None else len(rows)) < FEW:
            return self.single.loss_and_gradient(parameters, rows)
        values = self.values(parameters, rows)
        losses = values[self.wide.output]
        share = one(losses.shape) / len(losses) if is_array(losses) else 1.0
        gradients = backward(self.wide, values, share)
        return mean(losses), {name: gradients[at] for name, at in zip(self.single.wrt, self.single.places, strict=True)}

    def loss(self, parameters: Parameters) -> float:
        return mean(self.values(parameters, None)[self.wide.output])

    def values(self, parameters: Parameters, rows: Rows) -> list[Any]:
        """Returns the value of every node at some of the examples."""
        columns = self.columns if rows is None else {name: column[rows] for name, column in self.columns.items()}
        return forward(self.wide, {**self.single.constants, **parameters, **columns})

    def run(self, parameters: Parameters, row: int) -> Run:
        return self.single.run(parameters, row)


def mean(losses: Value) -> float:
    """Returns the mean of a column; of what no column bears on, the value itself."""
    if not is_array(losses):
        return float(losses)
    with quiet():
        return float(settled(losses.sum() / len(losses)))
