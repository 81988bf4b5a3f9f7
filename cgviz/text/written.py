"""A formula's text in one notation, and how tightly it binds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.ops.op import ATOM, PRODUCT, SIGNED, Op
from cgviz.values.arrays import Shape


@dataclass(frozen=True, slots=True)
class Written:
    """A written operand: its text, how tightly it binds, how brackets go round it, the shape of what it stands for,
    and whether that is a row."""

    text: str
    binds: int = ATOM
    brackets: tuple[str, str] = ("(", ")")
    shape: Shape | None = ()
    row: bool = False

    def within(self, binds: int) -> str:
        """Returns the text, bracketed when it binds looser than `binds`."""
        return self.text if self.binds >= binds else self.bracketed

    @property
    def bracketed(self) -> str:
        return f"{self.brackets[0]}{self.text}{self.brackets[1]}"

    @property
    def atom(self) -> str:
        return self.within(ATOM)

    @property
    def term(self) -> str:
        """As it stands in a sum."""
        return self.within(PRODUCT)

    @property
    def factor(self) -> str:
        """As an edge multiplies by it: `× −1/x²`, `× (1 − f²)`."""
        return self.within(SIGNED)

    @property
    def is_array(self) -> bool:
        """Whether it is known to stand for an array."""
        return bool(self.shape)

    @property
    def exponential(self) -> str:
        """e to this power in LaTeX; of an array, whose elements are meant, not the exponential of a matrix."""
        return rf"\exp\left({self.text}\right)" if self.is_array else f"e^{{{self.text}}}"

    def __str__(self) -> str:
        return self.text


def gives_row(op: Op, shape: Shape | None, first: Shape | None, rows: Sequence[bool]) -> bool:
    """Tells whether an op makes a row: a turned column, a row times a matrix, or rows element by element.

    shape, first   of what it makes and of its first operand
    rows           which of its operands are rows
    """
    if shape is None or len(shape) != 1:
        return False
    if op.name == "transpose":
        return not rows[0]
    if op.name == "matmul":
        return first is not None and len(first) == 1
    return op.vjp is None and any(rows)
