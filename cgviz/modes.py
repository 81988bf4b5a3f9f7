"""Which way derivatives are carried: back from the output (reverse), on from one input (forward), or both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.errors import UsageError, quoted
from cgviz.graph import Node
from cgviz.runs import Run

MODES = ("reverse", "forward", "both")


@dataclass(frozen=True)
class Mode:
    """What a view shows: gradients (`reverse`), tangents (`forward`) with respect to the node `source`, or both."""

    name: str = "reverse"
    source: int = 0

    @property
    def reverse(self) -> bool:
        """Whether gradients are shown."""
        return self.name != "forward"

    @property
    def forward(self) -> bool:
        """Whether tangents are shown."""
        return self.name != "reverse"


REVERSE = Mode()


def mode_of(run: Run, name: str = "reverse", wrt: str | None = None) -> Mode:
    """Returns the mode of that name, its tangents with respect to `wrt` (None: the first input).

    Raises UsageError for a mode or a name that there is not, and for tangents with respect to an array.
    """
    if name not in MODES:
        raise UsageError(f"no mode {quoted(name)}; there are {', '.join(MODES)}")
    if name == "reverse":
        return REVERSE
    source = run.index(wrt)
    if run.graph.nodes[source].shape:
        shown = quoted(run.graph.nodes[source].shown)
        raise UsageError(f"{shown} is an array, and a forward pass begins with one number: give --wrt one that is none")
    return Mode(name, source)


def passes_needed(run: Run) -> str:
    """Returns in a sentence how many passes either mode needs, with the counts of this program."""
    graph = run.graph
    inputs, outputs = (elements([graph.nodes[i] for i in nodes]) for nodes in (graph.inputs, (graph.output,)))
    each = "element of an input" if graph.has_arrays else "input"
    return f"Forward mode needs one pass per {each} ({inputs} here), reverse mode one pass per output ({outputs} here)."


def elements(nodes: Sequence[Node]) -> int | str:
    """Returns how many numbers some nodes hold; "?" where nobody knows."""
    shapes = [node.shape for node in nodes]
    known = [math.prod(shape) for shape in shapes if shape is not None]
    return sum(known) if len(known) == len(shapes) else "?"
