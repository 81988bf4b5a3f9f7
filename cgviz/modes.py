"""Which way derivatives are carried: back from the output (reverse), on from one input (forward), or both."""

from __future__ import annotations

from dataclasses import dataclass

from cgviz.errors import UsageError, quoted
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

    Raises UsageError for a mode or a name that there is not, and for tangents of a program with arrays.
    """
    if name not in MODES:
        raise UsageError(f"no mode {quoted(name)}; there are {', '.join(MODES)}")
    if name == "reverse":
        return REVERSE
    if run.graph.has_arrays:
        raise UsageError("forward mode carries numbers, and this program has arrays; leave out --mode, or give numbers")
    return Mode(name, run.index(wrt))


def passes_needed(run: Run) -> str:
    """Returns in a sentence how many passes either mode needs, with the counts of this program."""
    inputs = len(run.graph.inputs)
    return f"Forward mode needs one pass per input ({inputs} here), reverse mode one pass per output (1 here)."
