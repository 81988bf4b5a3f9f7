"""How LaTeX writes mathematics: equations that can be broken, and tables whose arrays are matrices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from cgviz.documents.aligned import flattened, width
from cgviz.documents.writing import MOST_ELEMENTS, Hand, Slopes, Writing
from cgviz.ops.op import QUOTIENT, SUM, Op
from cgviz.text.formula import Formula, Notation, with_digits
from cgviz.text.notations import LATEX, Latex
from cgviz.text.numbers import DIGITS, MOST_IN_A_LINE, number
from cgviz.text.runs import END, MATH
from cgviz.text.spelling import Spelling
from cgviz.text.typeset import Typeset, is_known
from cgviz.text.written import Written
from cgviz.values.arrays import Value, is_array

WIDEST = 40.0
MOST_IN_A_CELL, MOST_ROWS, MOST_COLUMNS = 36, 12, 6


class Breakable(Slopes, Latex):
    r"""Writes wide quotients with a slash, and wide operands in \left( \right), where a line may be broken."""

    def quotient(self, top: Written, bottom: Written) -> tuple[str, int]:
        if max(width(top.text), width(bottom.text)) <= WIDEST:
            return super().quotient(top, bottom)
        text, binds = self.joined(" / ", [top, bottom])
        return text, min(binds, QUOTIENT)

    def call(self, op: Op, operands: Sequence[Written]) -> str:
        if not op.latex or max(map(width, map(str, operands)), default=0) <= WIDEST:
            return super().call(op, operands)
        return Latex.call(self, plain(op), operands)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        if width(exponent.text) <= WIDEST:
            return super().power(base, exponent)
        return rf"\operatorname{{pow}}\left({base}, {exponent}\right)", base.binds


def plain(op: Op) -> Op:
    """Returns an op that is written as a call of its name."""
    return replace(op, latex="")


class Tex(Breakable, Typeset):
    """For LaTeX, whatever letters names hold."""


class TexHand(Hand):
    """LaTeX's signs outside formulas."""

    spelled: type[Notation] = Tex
    partial, nabla, dots = r"\partial ", r"\nabla ", r"\ldots"
    maps, most = r" \mapsto ", MOST_ELEMENTS
    brackets = (r"\left[", r"\right]")

    def formula(self, formula: Formula, within: int = SUM) -> str:
        return flattened(super().formula(formula, within))

    def slope(self, output: str, name: str) -> str:
        return rf"\frac{{{self.partial}{self.name(output)}}}{{{self.partial}{self.name(name)}}}"


class Mark(Breakable):
    r"""For MathJax in Markdown: without what HTML, Markdown or GitHub's list of macros would stumble on."""

    signs: ClassVar = {**Latex.signs, "<": r"\lt", ">": r"\gt"}

    def spell(self, spelling: Spelling, name: str) -> str:
        return super().spell(spelling, name) if is_known(spelling) else rf"\text{{{plain_text(name)}}}"

    def call(self, op: Op, operands: Sequence[Written]) -> str:
        return super().call(op, operands).replace(r"\operatorname", r"\mathrm")

    def along(self, name: str, x: Written, options: str) -> tuple[str, int]:
        text, binds = super().along(name, x, options)
        return text.replace(r"\operatorname", r"\mathrm"), binds


class MarkHand(TexHand):
    """The same signs; words without any markup."""

    spelled = Mark


def plain_text(text: str) -> str:
    """Returns text in which the signs that TeX, Markdown or HTML would read are their full-width twins."""
    return re.sub(r"[\\{}$_^#%&~<>`*|\[\]\"]", lambda found: chr(ord(found[0]) + 0xFEE0), text)


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
        return formula.write(ReadyLatex()).text

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
    return value.ndim <= 2 and len(value) <= MOST_ROWS and columns <= MOST_COLUMNS and value.size <= MOST_IN_A_CELL


def with_elements(value: Value, digits: int) -> str:
    """Returns an array as LaTeX's matrix."""
    if not value.size:
        return "[\\,]"
    notation = with_digits(Latex, digits)
    notation.most = MOST_IN_A_CELL
    return notation.array(value)


class ReadyLatex(Latex):
    """Takes a name that is LaTeX already as it is, which no name of a program is."""

    def symbol(self, name: str) -> Written:
        return Written(name) if name.startswith("\\") else super().symbol(name)
