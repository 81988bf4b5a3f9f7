"""How one format writes mathematics: names, formulas, numbers, ∂f/∂x and ∇f."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.errors import printable
from cgviz.ops.op import POWER, PRODUCT, QUOTIENT, SUM
from cgviz.text.formula import Formula, Notation, Pretty, with_digits
from cgviz.text.plain import ascii_text
from cgviz.text.written import Written
from cgviz.values.arrays import Value

LONGEST_NAME = 40
MOST_ELEMENTS = 16  # of a matrix that is set in full


class Slope(str):
    """∂f/∂q as a leaf of a formula: it is written already."""


class Slopes(Notation):
    """What a notation adds for formulas in which slopes stand."""

    def leaf(self, leaf: str | Value) -> Written:
        return Written(leaf, POWER, self.brackets) if isinstance(leaf, Slope) else super().leaf(leaf)

    def symbol(self, name: str) -> Written:
        return super().symbol(elided(name))


class OnALine(Slopes):
    """Slopes and quotients with a slash: one over the other needs brackets, `(∂f/∂q)/3`."""

    def quotient(self, top: Written, bottom: Written) -> tuple[str, int]:
        return super().quotient(Written(top.bracketed) if isinstance(top.text, Slope) else top, bottom)


class Eye(OnALine, Pretty):
    """For the eye."""


class Ascii(OnALine):
    """Program text, for an encoding without σ and −."""

    by = " * "

    def name(self, name: str) -> str:
        return ascii_text(super().name(elided(name)))

    def number(self, value: float) -> str:
        return ascii_text(Pretty.number(self, value))  # type: ignore[arg-type]


class Hand:
    """A notation and the few signs that stand outside formulas; this one is for the eye."""

    spelled: type[Notation] = Eye
    partial, nabla, dots = "∂", "∇", "…"
    brackets = ("[", "]")
    call = ("(", ")")
    maps = " ↦ "
    most: int | None = None
    """How many elements of an array are written out; None: as many as a line of text shows."""

    def __init__(self, digits: int) -> None:
        self.notation = self.spelled()
        self.rounded = with_digits(self.spelled, digits)
        self.notation.most = self.rounded.most = self.most or self.rounded.most

    def name(self, name: str) -> str:
        return self.notation.name(name)

    def formula(self, formula: Formula, within: int = SUM) -> str:
        """Returns a formula; a comparison, in brackets."""
        return formula.write(self.notation).within(within)

    def numbers(self, formula: Formula, within: int = SUM) -> str:
        """Returns a formula of numbers, rounded."""
        return formula.write(self.rounded).within(within)

    def number(self, value: Value) -> str:
        return self.numbers(Formula(value))

    def slope(self, output: str, name: str) -> str:
        """Returns ∂output/∂name."""
        return f"{self.partial}{self.name(output)}/{self.partial}{self.name(name)}"

    def gradient(self, output: str) -> str:
        return f"{self.nabla}{self.name(output)}"

    def function(self, name: str, inputs: Sequence[str]) -> str:
        """Returns `f(x, y)`."""
        inside = self.notation.comma.join(map(self.name, inputs))
        return self.name(name) + (f"{self.call[0]}{inside}{self.call[1]}" if inputs else "")

    def equal(self, name: str, text: str) -> str:
        return f"{self.name(name)} = {text}"

    @property
    def by(self) -> str:
        return self.notation.by

    def factor(self, formula: Formula) -> str:
        """Returns a formula as the second factor of a product."""
        return self.formula(formula, PRODUCT)

    def term(self, formula: Formula, first: bool) -> str:
        """Returns a formula as a term of a sum."""
        return self.formula(formula, SUM if first else QUOTIENT)

    def upstream(self, value: Value, first: bool = True) -> str:
        """Returns a number that begins a term of a sum."""
        return self.numbers(Formula(value), SUM if first else QUOTIENT)

    def local(self, value: Value) -> str:
        """Returns a number as the second factor of a product: `(−0.2623)`."""
        return self.numbers(Formula(value), POWER)


class AsciiHand(Hand):
    """What an encoding has that knows neither ∂ nor ∇."""

    spelled = Ascii
    partial, nabla, dots = "d", "grad ", "..."
    maps = " -> "


def elided(name: str) -> str:
    """Returns a name, its middle left out where it is very long, with nothing unprintable."""
    if len(name) <= LONGEST_NAME and name.isprintable():
        return name
    name = printable(name).replace("\n", "\\n")
    half = LONGEST_NAME // 2 - 1
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}…{name[-half:]}"
