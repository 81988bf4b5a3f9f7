"""A run in which every number is wide and every edge flows: laid out instead of the run, it leaves room for any."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cgviz.runs.run import Contribution, Locals, Run
from cgviz.runs.trouble import Trouble
from cgviz.text.numbers import number

WIDE = -0.00123456789012345678


@dataclass(frozen=True)
class Roomy(Run):
    """The graph of `real` with the flags of `real`; its numbers are all `WIDE`.

    An edge on a branch not taken has a number, too: at other inputs something flows on it.
    """

    real: Run | None = None

    @cached_property
    def values(self) -> list[float | None]:
        return [WIDE] * len(self.bare)

    @cached_property
    def gradients(self) -> list[float | None]:
        return [WIDE] * len(self.bare)

    @cached_property
    def locals(self) -> list[Locals]:
        slots = (range(len(node.args)) for node in self.graph)
        return [
            tuple(None if self.local_formula(i, slot) is None else WIDE for slot in own) for i, own in enumerate(slots)
        ]

    def contribution(self, target: int, slot: int) -> Contribution:
        known = None if self.locals[target][slot] is None else WIDE
        return Contribution(self.graph.nodes[target].args[slot], target, slot, WIDE, known, known)

    @cached_property
    def flags(self) -> list[tuple[str, ...]]:
        return self.real.flags if self.real else []

    @cached_property
    def trouble(self) -> Trouble | None:
        return self.real.trouble if self.real else None


def roomy(run: Run) -> Roomy:
    """Returns the run that is laid out in place of `run`."""
    return Roomy(run.bare, run.inputs, run.given, real=run)


def widest(digits: int) -> str:
    """Returns the text for which there is room."""
    return number(WIDE, digits)
