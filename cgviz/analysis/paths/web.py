"""The edges on which a gradient flows, and a path over them."""

from __future__ import annotations

from functools import cached_property

from cgviz.errors import UsageError
from cgviz.graph.nodes import CONSTANT
from cgviz.records import record
from cgviz.runs.run import Run

Edge = tuple[int, int]
"""(target, slot): the edge that feeds an argument of a node."""


@record
class Path:
    """The edges from node `source` to the output, in order, and the product of the local derivatives along them.

    The product is taken as the backward pass takes it, from the output on; None is not computed. The path from the
    output to itself has no edges, and the product 1.
    """

    source: int
    edges: tuple[Edge, ...]
    product: float | None

    @property
    def nodes(self) -> tuple[int, ...]:
        """The nodes on the path, in order."""
        return (self.source, *(target for target, _ in self.edges))


def check_scalars(run: Run, source: int) -> None:
    """Raises UsageError where a path from `source` meets arrays: through a matrix product no number is multiplied."""
    graph = run.graph
    if not graph.has_arrays:
        return
    parts = graph.elements(source)
    if graph.nodes[source].shape != () and parts:
        told = f"{graph.nodes[source].shown} is an array, and a path begins at one number"
        raise UsageError(
            f"{told}; its elements are {', '.join(parts[:4])}{' ...' * (len(parts) > 4)}: --wrt {parts[0]}"
        )
    if meets_arrays(run, source):
        why = "a path multiplies local derivatives that are numbers, and this program has arrays"
        raise UsageError(f"{why}; open them into scalar gates with --expand all, or use cgviz jacobian")


def meets_arrays(run: Run, source: int) -> bool:
    """Tells whether `source`, or a stage that it reaches on its way to the output, has to do with arrays."""
    nodes, reached = run.graph.nodes, run.graph.reached
    met = [False] * len(nodes)
    met[source] = True
    for index in range(source + 1, len(nodes)):
        met[index] = reached[index] and any(met[arg] for arg in nodes[index].args)
        if met[index] and nodes[index].op.vjp is not None:
            return True
    return any(on and nodes[i].shape != () for i, on in enumerate(met))


@record
class Web:
    """The edges of a run by which the output feels a change to first order.

    An edge into a condition or a branch not taken is none of them, nor is one of a stage that the output does not
    need. An edge whose local derivative is 0 is one.
    """

    run: Run

    @cached_property
    def out(self) -> list[list[Edge]]:
        """The edges that leave each node, in the order of the backward pass; constants have none."""
        run, nodes = self.run, self.run.graph.nodes
        return [
            []
            if nodes[source].op is CONSTANT
            else [(target, slot) for target, slot in edges if run.taken[target] and run.flows(target, slot)]
            for source, edges in enumerate(run.graph.edges_out)
        ]

    @cached_property
    def into(self) -> list[list[int]]:
        """The sources of the edges into each node; one that feeds it twice is there twice."""
        found: list[list[int]] = [[] for _ in self.out]
        for source, edges in enumerate(self.out):
            for target, _ in edges:
                found[target].append(source)
        return found

    def path(self, source: int, edges: tuple[Edge, ...]) -> Path:
        """Returns the path of these edges, with its product."""
        if self.run.symbolic:
            return Path(source, edges, None)
        product = 1.0
        for target, slot in reversed(edges):
            product *= self.run.locals[target][slot] or 0.0
        return Path(source, edges, product)
