r"""How LaTeX writes the derivation: fractions while they are narrow, what is wide in a form that can be broken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from cgviz.documents.breaking import flattened, width
from cgviz.documents.hand import MOST_ELEMENTS, Hand, Slopes
from cgviz.ops.op import QUOTIENT, SUM, Op
from cgviz.text.formula import Formula, Notation
from cgviz.text.notations import Latex
from cgviz.text.spelling import Spelling
from cgviz.text.typeset import Typeset, is_known
from cgviz.text.written import Written

WIDEST = 40.0


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
