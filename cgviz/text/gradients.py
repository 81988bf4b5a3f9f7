"""How the gradient of a node is called: dq, ∂L/∂q, q̄ or δq."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cgviz.text.names import Name
from cgviz.text.written import Written

if TYPE_CHECKING:
    from cgviz.text.formula import Notation

STYLES = {"d": "dq", "partial": "∂L/∂q", "bar": "q̄", "delta": "δq"}
"""The ways to write the gradient of q, when L is the output."""


@dataclass(frozen=True, slots=True)
class Gradient:
    """The gradient of a node as one symbol: `dq`, ∂L/∂q, q̄ or δq, by its style."""

    of: str
    output: str = ""
    style: str = "d"

    def write(self, notation: Notation) -> Written:
        of = notation.whole(self.of)
        if self.style == "partial" and self.output:
            return notation.partial_of(notation.whole(self.output), of)
        if self.style == "bar":
            return notation.adjoint(self.of)
        return notation.error(of) if self.style == "delta" else notation.differential(of)


def gradient_of(name: str) -> Gradient:
    """Returns how the gradient of a node of this name is called."""
    found: Gradient | None = getattr(name, "gradient", None)
    return found or Gradient(name)


def gradient_name(name: str) -> Name:
    """Returns the name of the gradient of a node, as text `dname`, which any notation writes in its style."""
    return Name(f"d{name}", gradient_of(name))
