"""How hard Graphviz tries: its full effort takes minutes on a thousand stages, so large graphs get less of it."""

from __future__ import annotations

from typing import NamedTuple

from cgviz.errors import RenderError


class Effort(NamedTuple):
    """Graph attributes for graphs of at most `most` nodes, and what to tell the user about them."""

    most: int
    attributes: dict[str, str]
    notice: str = ""


# Measured on random graphs: the limits gain 6 times on 1000 nodes; straight lines take a tenth as long to route as
# curves or broken ones (a fourth of the whole on 300 nodes).
QUICK = {"nslimit": "0.05", "nslimit1": "0.05", "mclimit": "0.3", "splines": "line"}
QUICKEST = {"nslimit": "0.02", "nslimit1": "0.02", "mclimit": "0.01", "splines": "line"}
EFFORTS = (
    Effort(150, {}),
    Effort(500, QUICK, "laid out quickly, so wires cross more often than they must and may pass behind others"),
    Effort(3000, QUICKEST, "laid out as quickly as can be, so wires cross more often and may pass behind others"),
)


def effort(nodes: int, edges: int) -> dict[str, str]:
    """Returns the graph attributes with which a graph of that size is laid out in reasonable time.

    Raises RenderError where it is too large to be drawn, saying what to do.
    """
    return dict(chosen(nodes, edges).attributes)


def notice(nodes: int, edges: int) -> str:
    """Returns the line for the user about what `effort` gives up; empty where it gives up nothing."""
    said = chosen(nodes, edges).notice
    return f"{nodes} nodes are {said}" if said else ""


def chosen(nodes: int, edges: int) -> Effort:
    """Returns the effort for a graph, counted in nodes; an edge beyond two per node counts as half a node."""
    size = max(nodes, edges // 2)
    for step in EFFORTS:
        if size <= step.most:
            return step
    raise RenderError(
        f"{nodes} stages and {edges} wires are too many to draw (at most about {EFFORTS[-1].most} stages);"
        " cgviz table shows them all"
    )
