"""Which way derivatives are carried: back from the output (reverse), on from one input (forward), or both."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import Node
from cgviz.ops.rearranging import listed
from cgviz.records import record
from cgviz.runs.run import Run

MODES = ("reverse", "forward", "both")


@record
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

    Raises UsageError for a mode or a name that there is not, and for an array: a tangent is with respect to a number.
    """
    if name not in MODES:
        raise UsageError(f"no mode {quoted(name)}; there are {', '.join(MODES)}")
    if name == "reverse":
        return REVERSE
    source = run.index(wrt)
    check_scalar(run, source)
    return Mode(name, source)


def check_scalar(run: Run, source: int) -> None:
    """Raises UsageError where a tangent with respect to a node is no number: of an array."""
    node, graph = run.graph.nodes[source], run.graph
    if node.shape:
        numbers = [graph.nodes[i].name for i in graph.inputs if graph.nodes[i].shape == ()]
        others = [f"--wrt {name}" for name in (*graph.elements(source), *numbers)]
        choice = f"choose a number ({', '.join(others[:4])}), or use" if others else "use"
        why = f"a tangent is with respect to one number, and {node.shown} has shape {listed(node.shape)}"
        raise UsageError(f"{why}; {choice} cgviz jacobian --wrt {node.name}")


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
