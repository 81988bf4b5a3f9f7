"""Notations that set type: text with marks for faces and scripts, and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import ClassVar

from cgviz.ops.op import ATOM, POWER, PRODUCT, SIGNED, Op
from cgviz.text import numbers
from cgviz.text.formula import Mathematics, Pretty, apart, shaped
from cgviz.text.runs import END, SUP, marked
from cgviz.text.spelling import Spelling
from cgviz.text.tex import escaped, latex
from cgviz.text.written import Written
from cgviz.values.arrays import Value


class Marked(Pretty):
    """For pictures, pages and slides: letters slanted and scripts where they belong, as marks in the text."""

    signs: ClassVar = {**Pretty.signs, "==": "="}

    def kronecker(self, a: Written, b: Written) -> tuple[str, int]:
        return self.joined(" ⊗ ", [a, b])

    def spell(self, spelling: Spelling, name: str) -> str:
        return marked(spelling)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        return f"{base.atom}{SUP}{exponent}{END}", POWER

    def transposed(self, x: Written) -> tuple[str, int]:
        return f"{x.atom}{SUP}⊤{END}", POWER


EXPONENTIAL = "{0.exponential}"
FUNCTIONS_OF_ONE = re.compile(r"\\[a-z]+\\(?!left)[A-Za-z]+\\left")  # log σ(x), of which a power is one of σ(x)


class Latex(Mathematics):
    """LaTeX mathematics: fractions, names set as words, Greek letters and subscripts as such."""

    times, plus, minus = r" \cdot ", " + ", " - "
    by, adds, elementwise = r" \cdot ", r"\mathrel{+}=", r" \odot "
    d, partial = r"\mathrm{d}", r"\partial "
    apart = r" \, "
    brackets = (r"\left(", r"\right)")
    signs: ClassVar = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne"}

    def spell(self, spelling: Spelling, name: str) -> str:
        return latex(spelling)

    def overlined(self, of: Written) -> Written:
        return Written(rf"\overline{{{of}}}", ATOM, self.brackets)

    def error(self, of: Written) -> Written:
        return Written(rf"\delta {of.atom}", ATOM, self.brackets)

    def partial_of(self, output: Written, of: Written) -> Written:
        return Written(rf"\partial {output.atom} / \partial {of.atom}", POWER, self.brackets)

    def words(self, text: str) -> str:
        return rf"\text{{{text}}}"

    def number(self, value: float) -> str:
        if self.digits is not None:
            return numbers.number(value, self.digits, latex=True)
        mantissa, _, exponent = numbers.exact(value).partition("e")
        return rf"{mantissa}\times 10^{{{int(exponent)}}}" if exponent else mantissa

    def call(self, op: Op, operands: Sequence[Written]) -> str:
        if op.latex:
            return op.latex.format(*apart(op, operands))
        return rf"\operatorname{{{escaped(op.name)}}}\left({self.comma.join(map(str, operands))}\right)"

    def apply(self, op: Op, operands: Sequence[Written]) -> Written:
        made = super().apply(op, operands)
        is_call = op.latex == EXPONENTIAL and operands[0].is_array
        return replace(made, binds=ATOM) if is_call else made

    def bound(self, op: Op) -> int:
        if r"} \, {" in op.latex or FUNCTIONS_OF_ONE.match(op.latex):
            return PRODUCT
        return POWER if op.latex.startswith((EXPONENTIAL, r"\frac", "{{")) else ATOM

    def quotient(self, top: Written, bottom: Written) -> tuple[str, int]:
        if top.binds == SIGNED:
            return rf"-\frac{{{top.text[1:]}}}{{{bottom}}}", SIGNED
        return rf"\frac{{{top}}}{{{bottom}}}", POWER

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        return f"{base.atom}^{{{exponent}}}", POWER

    def compare(self, sign: str, a: Written, b: Written) -> tuple[str, int]:
        return super().compare(self.signs.get(sign, sign), a, b)

    def array(self, value: Value) -> str:
        """Writes a matrix, a vector as a column; of many elements corners and shape, of more axes the shape."""
        if value.ndim > 2:
            return rf"\left({{\textstyle {shaped(value)}\text{{ array}}}}\right)"
        rows = value.reshape(-1, 1) if value.ndim == 1 else value
        few = value.size <= self.most
        down, across = (kept(length, few) for length in rows.shape)
        lines = r" \\ ".join(" & ".join(self.entry(rows, i, j) for j in across) for i in down)
        shape = "" if few else rf"_{{{shaped(rows)}}}"
        return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}{shape}"

    def entry(self, rows: Value, i: int, j: int) -> str:
        """Writes an element; where a place is -1, dots for those that are left out."""
        if i < 0 or j < 0:
            return r"\ddots" if i == j else r"\vdots" if i < 0 else r"\cdots"
        return self.number(float(rows[i, j]))

    def kronecker(self, a: Written, b: Written) -> tuple[str, int]:
        return self.joined(r" \otimes ", [a, b])

    def transposed(self, x: Written) -> tuple[str, int]:
        return rf"{x.atom}^{{\top}}", POWER

    def indexed(self, x: Written, key: str) -> tuple[str, int]:
        return rf"{{{x.atom}}}_{{[{escaped(key)}]}}", ATOM

    def picked(self, x: Written, place: Written) -> tuple[str, int]:
        return rf"{{{x.atom}}}_{{[{place}]}}", ATOM

    def row(self, *parts: Written) -> tuple[str, int]:
        return rf"\left[{self.comma.join(map(str, parts))}\right]", ATOM

    def along(self, name: str, x: Written, options: str) -> tuple[str, int]:
        inside = escaped(options).replace("×", r"\times ")
        under = rf"_{{\mathrm{{{inside}}}}}" if options else ""
        return rf"\operatorname{{{escaped(name)}}}{under}\left({x}\right)", ATOM

    def iverson(self, condition: Written) -> tuple[str, int]:
        return rf"\left[{condition}\right]", ATOM

    def factorial(self, x: Written) -> tuple[str, int]:
        return f"{x.atom}!", POWER


@cache
def kept(length: int, few: bool) -> list[int]:
    """Returns the places along an axis that are written: all, or the first two and the last one, -1 between them."""
    return list(range(length)) if few or length <= 4 else [0, 1, -1, length - 1]


MARKED, LATEX = Marked(), Latex()
