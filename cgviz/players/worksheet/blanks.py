"""What a worksheet leaves blank: gradients, values, both, or both of a few nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import Graph

GRADIENTS, VALUES, ALL = "gradients", "values", "all"
KINDS = (GRADIENTS, VALUES, ALL)
LINE = "_" * 8
TASKS = {
    GRADIENTS: "The forward pass is done. Go backward through the graph and write down every gradient.",
    VALUES: "Go forward through the graph and write down every value.",
    ALL: "Go forward through the graph and write down every value, then backward and write down every gradient.",
}
SOME = "Work out what is left blank: forward through the graph for values, backward for gradients."


@dataclass(frozen=True)
class Blanks:
    """The nodes whose value, and those whose gradient, is left blank, and the task in words.

    backward  whether the sheet is about gradients at all: one on values has no place for them
    """

    values: frozenset[int] = frozenset()
    gradients: frozenset[int] = frozenset()
    task: str = ""
    backward: bool = True

    def in_figure(self, graph: Graph) -> Mapping[tuple[str, int], str]:
        """Returns what stands instead of numbers in the diagram."""
        found = {("value", index): LINE for index in self.values}
        found |= {("gradient", index): LINE for index in self.gradients}
        if not self.backward:
            found |= {("gradient", index): "" for index in range(len(graph))}
        return found


def blanks(graph: Graph, wanted: str) -> Blanks:
    """Returns the blanks for "gradients", "values", "all", or names with commas between them.

    Values of inputs and the gradient of the output, which is 1, are given on every sheet. A node that bears the name
    of a kind is not meant by it. Raises UsageError for a name that is no node.
    """
    stages = frozenset(graph.stages)
    nodes = frozenset([*graph.inputs, *graph.stages])
    if wanted in KINDS:
        return Blanks(
            values=frozenset() if wanted == GRADIENTS else stages,
            gradients=frozenset() if wanted == VALUES else nodes - {graph.output},
            task=TASKS[wanted],
            backward=wanted != VALUES,
        )
    chosen = frozenset(node_of(graph, name.strip()) for name in wanted.split(",") if name.strip())
    if not chosen:
        raise UsageError(f"nothing is left blank; there are {', '.join(KINDS)}, and names of stages")
    return Blanks(chosen & stages, chosen - {graph.output}, SOME)


def node_of(graph: Graph, name: str) -> int:
    """Returns the index of an input or stage by its name. Raises UsageError."""
    for index in (*graph.inputs, *graph.stages):
        if name in (graph.nodes[index].name, graph.nodes[index].shown):
            return index
    from difflib import get_close_matches

    names = [*(graph.nodes[index].name for index in (*graph.inputs, *graph.stages)), *KINDS]
    near = get_close_matches(name[:60], names[:2000], n=1, cutoff=0.6)
    hint = f"did you mean {quoted(near[0])}?" if near else f"blanks are {', '.join(KINDS)}, or names such as {names[0]}"
    raise UsageError(f"there is no stage {quoted(name)}; {hint}")
