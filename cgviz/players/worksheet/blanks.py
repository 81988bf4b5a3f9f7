"""What a worksheet leaves blank: values, gradients, local derivatives, formulas, or all of a few nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import Graph

GRADIENTS, VALUES, ALL, LOCALS, FORMULAS = "gradients", "values", "all", "locals", "formulas"
KINDS = (GRADIENTS, VALUES, ALL, LOCALS, FORMULAS)
LINE = "_" * 8
DONE = "The forward pass is done."
TASKS = {
    FORMULAS: "Say what each stage computes.",
    VALUES: "Go forward through the graph and write down every value.",
    LOCALS: "Write the local derivative on every edge, as a formula.",
    GRADIENTS: "Go backward through the graph and write down every gradient.",
}
SOME = "Work out what is left blank: forward through the graph for values, backward for gradients."


@dataclass(frozen=True)
class Blanks:
    """The nodes whose value, and those whose gradient, is left blank, and the task in words.

    locals    the stages whose local derivatives are left blank; formulas: those whose formula is
    backward  whether the sheet is about gradients at all: one on values has no place for them
    """

    values: frozenset[int] = frozenset()
    gradients: frozenset[int] = frozenset()
    task: str = ""
    backward: bool = True
    locals: frozenset[int] = frozenset()
    formulas: frozenset[int] = frozenset()

    @property
    def slopes(self) -> frozenset[int]:
        """The stages whose local derivatives are not told: a local derivative gives a formula away."""
        return self.locals | self.formulas

    @property
    def solved(self) -> Blanks:
        """The same sheet with nothing left blank."""
        return Blanks(backward=self.backward)

    def in_figure(self, graph: Graph) -> Mapping[tuple[str, int], str]:
        """Returns what stands instead of formulas and numbers in the diagram."""
        found = {("value", index): LINE for index in self.values}
        found |= {("formula", index): LINE for index in self.formulas}
        found |= {("local", index): LINE if index in self.locals else "" for index in self.slopes}
        found |= {("gradient", index): LINE for index in self.gradients}
        if self.values or self.gradients:  # "dead" tells that what arrives is 0
            found |= {("flag", index): "" for index in graph.stages}
        if not self.backward:
            found |= {("gradient", index): "" for index in range(len(graph))}
        return found


def blanks(graph: Graph, wanted: str) -> Blanks:
    """Returns the blanks for kinds ("gradients", "values", "all" of both, "locals", "formulas") and names of nodes.

    They have commas between them.

    Values of inputs and the gradient of the output, which is 1, are given on every sheet. A node that bears the name
    of a kind is not meant by it. Raises UsageError for a name that is no node.
    """
    words = [word.strip() for word in wanted.split(",") if word.strip()]
    if not words:
        raise UsageError(f"nothing is left blank; there are {', '.join(KINDS)}, and names of stages")
    kinds = {word for word in words if word in KINDS}
    kinds |= {VALUES, GRADIENTS} if ALL in kinds else set()
    chosen = frozenset(node_of(graph, word) for word in words if word not in KINDS)
    stages, nodes, none = frozenset(graph.stages), frozenset([*graph.inputs, *graph.stages]), frozenset[int]()
    told = [text for kind, text in TASKS.items() if kind in kinds]
    first = [DONE] if VALUES not in kinds and {GRADIENTS, LOCALS} & kinds else []
    return Blanks(
        values=stages if VALUES in kinds else chosen & stages,
        gradients=(nodes if GRADIENTS in kinds else chosen) - {graph.output},
        task=SOME if chosen else " ".join([*first, *told]),
        backward=bool(chosen or {GRADIENTS, LOCALS} & kinds),
        locals=stages if LOCALS in kinds else none,
        formulas=stages if FORMULAS in kinds else none,
    )


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
