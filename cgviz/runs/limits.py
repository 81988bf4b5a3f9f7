"""What a view will not do is known before its work begins: how many stages it takes."""

from __future__ import annotations

from cgviz.errors import UsageError
from cgviz.graph.nodes import Graph


def check_size(graph: Graph, most: int, what: str) -> None:
    """Raises UsageError where a graph has more stages than a view takes; `what` is the view, as in "a worksheet"."""
    count = len(graph.stages)
    if count > most:
        raise UsageError(f"{count:,} stages are too many for {what}: at most {most:,}; cgviz table shows them all")
