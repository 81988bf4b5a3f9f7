"""Mathematics in LaTeX's own spelling, arrays as matrices: for tables, worksheets and slides."""

from __future__ import annotations

from cgviz.documents.writing import Writing
from cgviz.ops.op import QUOTIENT
from cgviz.text.formula import Formula, with_digits
from cgviz.text.notations import LATEX, Latex
from cgviz.text.numbers import DIGITS, MOST_IN_A_LINE, number
from cgviz.text.runs import END, MATH
from cgviz.text.written import Written
from cgviz.values.arrays import Value, is_array

MOST_ELEMENTS, MOST_ROWS, MOST_COLUMNS = 36, 12, 6


def latex_spelling(digits: int = DIGITS) -> Writing:
    """Returns the spelling in LaTeX's mathematics."""
    return LatexSpelling(
        LATEX,
        LATEX,
        digits,
        whole=True,
        nabla=r"\nabla ",
        partial=r"\partial ",
        ellipsis=r"\ldots",
        brackets=(r"\left[", r"\right]"),
    )


class LatexSpelling(Writing):
    """LaTeX's mathematics, which is written whole: its braces must stay balanced."""

    def math(self, text: str) -> str:
        return f"{MATH}{text}{END}" if text else ""

    def matrix(self, value: Value) -> str:
        return self.math(with_elements(value, self.digits or DIGITS)) if fits_matrix(value) else ""

    def clean(self, text: str) -> str:
        return "".join(c if c.isprintable() else "?" for c in text)

    def gradient(self, name: str) -> str:
        return self.notation.gradient(name)

    def slope(self, output: str, name: str) -> str:
        return rf"\frac{{\partial {self.name(output)}}}{{\partial {self.name(name)}}}"

    def tangent(self, name: str, wrt: str, dotted: bool = False) -> str:
        return rf"\dot{{{self.name(name)}}}" if dotted and len(name) == 1 else self.slope(name, wrt)

    def carried(self, formula: Formula) -> str:
        return formula.write(Told()).text

    def handed(self, target: str, formula: Formula, alone: bool) -> str:
        written = formula.write(self.notation)
        return written.text if alone else written.within(QUOTIENT)

    def number(self, value: Value | None, padded: bool = True) -> str:
        if is_array(value):
            return self.array(value)
        return number(value, self.digits or DIGITS, padded=padded, latex=True)

    def array(self, value: Value) -> str:
        """Returns a matrix of a few elements, a vector as a column; a larger array by its shape."""
        if value.size > MOST_IN_A_LINE or not fits_matrix(value):
            lengths = r"$\times$".join(map(str, value.shape))
            return rf"\text{{({lengths} array)}}"
        return with_elements(value, self.digits or DIGITS)


def fits_matrix(value: Value) -> bool:
    """Tells whether an array is small enough to be written as a matrix in a cell."""
    columns = value.shape[1] if value.ndim > 1 else 1
    return value.ndim <= 2 and len(value) <= MOST_ROWS and columns <= MOST_COLUMNS and value.size <= MOST_ELEMENTS


def with_elements(value: Value, digits: int) -> str:
    """Returns an array as LaTeX's matrix."""
    if not value.size:
        return "[\\,]"
    notation = with_digits(Latex, digits)
    notation.most = MOST_ELEMENTS
    return notation.array(value)


class Told(Latex):
    """Takes a name that is LaTeX already as it is, which no name of a program is."""

    def symbol(self, name: str) -> Written:
        return Written(name) if name.startswith("\\") else super().symbol(name)
