"""A run in which every number is wide and every edge flows: laid out instead of the run, it leaves room for any.

The live page lays it out, and so does a figure that was made there, see `Figure.window`.
"""

from __future__ import annotations

from functools import cached_property

from cgviz.drawing.diagram.entries import is_small
from cgviz.records import record
from cgviz.runs.run import Contribution, Locals, Run
from cgviz.runs.trouble import Trouble
from cgviz.text.numbers import number
from cgviz.values.arrays import Shape, Value, numpy

WIDE = -0.00123456789012345678


@record
class Roomy(Run):
    """The graph of `real` with wide numbers; what is remarkable at the inputs of the moment is told by the page.

    An edge on a branch not taken has a number, too: at other inputs something flows on it.
    """

    wordless = True

    real: Run | None = None

    @cached_property
    def values(self) -> list[Value | None]:
        return [wide(node.shape or ()) for node in self.bare]

    @cached_property
    def gradients(self) -> list[Value | None]:
        return self.values

    @cached_property
    def locals(self) -> list[Locals]:
        slots = (range(len(node.args)) for node in self.graph)
        return [
            tuple(None if self.local_formula(i, slot) is None else WIDE for slot in own) for i, own in enumerate(slots)
        ]

    def contribution(self, target: int, slot: int) -> Contribution:
        source = self.graph.nodes[target].args[slot]
        local = self.locals[target][slot]
        known = None if self.handed_formula(target, slot) is None else self.values[source]
        return Contribution(source, target, slot, self.values[target], local, known)

    def flows(self, target: int, slot: int) -> bool:
        return self.handed_formula(target, slot) is not None

    @cached_property
    def flags(self) -> list[tuple[str, ...]]:
        return [() if reached else ("dead",) for reached in self.graph.reached]

    @cached_property
    def trouble(self) -> Trouble | None:
        return None


def wide(shape: Shape) -> Value:
    """Returns a wide number, or an array of them; a large one, which is a heat map, runs from one sign to the other."""
    if not shape:
        return WIDE
    if is_small(shape):
        return numpy().full(shape, WIDE)
    return WIDE * numpy().linspace(-1, 1, size(shape)).reshape(shape)


def size(shape: Shape) -> int:
    product = 1
    for length in shape:
        product *= length
    return product


def roomy(run: Run) -> Roomy:
    """Returns the run that is laid out in place of `run`."""
    return Roomy(run.bare, run.inputs, run.given, real=run)


def widest(digits: int) -> str:
    """Returns the text for which there is room."""
    return number(WIDE, digits)
