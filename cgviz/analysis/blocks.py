"""What a Jacobian is: a matrix whose rows and columns belong to the elements of nodes."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from cgviz.ops.rearranging import size
from cgviz.records import record
from cgviz.values.arrays import Shape, numpy


@record
class Block:
    """The node that some rows or columns belong to: its index, how it is shown, its shape."""

    index: int
    name: str
    shape: Shape

    @property
    def size(self) -> int:
        return size(self.shape)

    @property
    def labels(self) -> list[str]:
        """The names of the elements in row-major order: `W[0,0]`, `W[0,1]` ..., `x` for a scalar."""
        return [self.label(place) for place in range(self.size)]

    def label(self, place: int) -> str:
        where = numpy().unravel_index(place, self.shape) if self.shape else ()
        return self.name + (f"[{','.join(map(str, where))}]" if self.shape else "")


@record
class Jacobian:
    """Every ∂output/∂input of some elements in others.

    rows, columns  the nodes whose elements the rows and columns are, outputs and inputs in numerator layout
    entries        the matrix, a row per element of the rows' nodes
    blank          a mask of the entries that are 0 whatever the numbers are: no path leads from input to output
    mode           "reverse", "forward", or "differences" (of gradients, where a rule cannot be differentiated)
    passes         how many passes it took; `other` how many the other mode would have
    asked          the mode was asked for, not chosen
    """

    rows: tuple[Block, ...]
    columns: tuple[Block, ...]
    entries: Any
    blank: Any
    mode: str
    passes: int
    other: int
    asked: bool = False
    transposed: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        high, wide = self.entries.shape
        return high, wide

    @property
    def layout(self) -> str:
        return "denominator" if self.transposed else "numerator"

    def turned(self) -> Jacobian:
        """Returns it in the other layout, rows and columns exchanged."""
        return replace(
            self,
            rows=self.columns,
            columns=self.rows,
            entries=self.entries.T,
            blank=self.blank.T,
            transposed=not self.transposed,
        )

    @property
    def outputs(self) -> tuple[Block, ...]:
        return self.columns if self.transposed else self.rows

    @property
    def inputs(self) -> tuple[Block, ...]:
        return self.rows if self.transposed else self.columns

    @cached_property
    def zeros(self) -> int:
        """How many entries are 0, for whatever reason."""
        return int((self.entries == 0).sum())

    @cached_property
    def blanks(self) -> int:
        """How many entries are 0 whatever the numbers are."""
        return int(self.blank.sum())

    @property
    def is_apart(self) -> bool:
        """Whether no output depends on any input."""
        return bool(0 < self.entries.size == self.blanks)
