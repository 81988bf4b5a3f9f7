"""What the descent needs of a loss: its value and gradient at some parameters, over some of the examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cgviz.graph.nodes import Graph
from cgviz.runs.run import Run
from cgviz.values.arrays import Value

Parameters = dict[str, Value]  # a float each, or an array
Rows = Sequence[int] | None


class Objective(Protocol):
    """A loss averaged over examples. `rows` are indices of examples; None stands for all of them, in their order."""

    @property
    def graph(self) -> Graph:
        """The program: the loss on one example."""

    @property
    def examples(self) -> int:
        """How many examples there are."""

    def loss_and_gradient(self, parameters: Parameters, rows: Rows) -> tuple[float, Parameters]:
        """Returns the mean loss, and its gradient by the name of each parameter. Never raises on numbers."""

    def loss(self, parameters: Parameters) -> float:
        """Returns the mean loss over all examples."""

    def run(self, parameters: Parameters, row: int) -> Run:
        """Returns the run of the program on one example, with all that can be said about its numbers."""


Examples = Sequence[Mapping[str, Value]]
