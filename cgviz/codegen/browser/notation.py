"""Formulas as JavaScript: one more notation beside program text, print and LaTeX."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from cgviz.ops.op import ATOM, PRODUCT, SIGNED, Op
from cgviz.text.formula import Formula, Notation
from cgviz.text.written import Written

VARIABLE = re.compile(r"[vx]\[\d+\]|out")  # a value of the program, an operand of a gate, its output
CONSTANTS = {"pi": "Math.PI", "e": "Math.E"}
MATH = frozenset(
    "abs acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log1p log2 log10 max min sign sin "
    "sinh sqrt tan tanh".split()
)


class UnwrittenGateError(Exception):
    """A gate has no form in JavaScript; `str()` says which and why."""


class Verbatim(str):
    """A leaf that is written already."""

    written: Written


def verbatim(written: Written) -> Formula:
    leaf = Verbatim(written.text)
    leaf.written = written
    return Formula(leaf)


class BrowserJavascript(Notation):
    """JavaScript over an array `v` of the values of all nodes; names of the program never occur in it."""

    def leaf(self, leaf: str | float) -> Written:
        return leaf.written if isinstance(leaf, Verbatim) else super().leaf(leaf)

    def apply(self, op: Op, operands: Sequence[Written]) -> Written:
        """Writes the record's template, what Math has, or else the op in terms of simpler ones."""
        if any(op.javascript[:1]):
            return Written(self.call(op, operands), ATOM, self.brackets)
        is_written = op.spell is not None or in_math(op, operands)
        if is_written or op.composed is None:
            return super().apply(op, operands)
        composed: Formula = op.composed(*map(verbatim, operands))
        return composed.write(self)

    def name(self, name: str) -> str:
        if VARIABLE.fullmatch(name):
            return name
        return CONSTANTS[name]

    def number(self, value: float) -> str:
        if math.isfinite(value):
            return super().number(value)
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"

    def call(self, op: Op, operands: Sequence[Written]) -> str:
        template = op.javascript[0] if op.javascript else ""
        if not template and not in_math(op, operands):
            raise UnwrittenGateError(f"{op.name} has no form in JavaScript")
        return filled(template or f"Math.{op.name}({{all}})", operands)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        if exponent.text == "2" and VARIABLE.fullmatch(base.text):
            return f"{base}*{base}", PRODUCT
        return f"Math.pow({base}, {exponent})", ATOM

    def compare(self, sign: str, a: Written, b: Written) -> tuple[str, int]:
        exact = {"==": "===", "!=": "!=="}.get(sign, sign)
        return f"Number({a.atom} {exact} {b.atom})", ATOM

    def factorial(self, x: Written) -> tuple[str, int]:
        return f"gamma({x} + 1)", ATOM


def in_math(op: Op, operands: Sequence[Written]) -> bool:
    """Tells whether Math has the op; a second operand that may be left out is foreign to it."""
    return op.name in MATH and (op.arity[1] is None or len(operands) == op.arity[0])


def filled(template: str, operands: Sequence[Written], **more: object) -> str:
    """Returns a template with its operands, each in brackets unless it is atomic; `{all}` is a list of them."""
    atoms = [operand.atom if operand.binds > SIGNED else f"({operand})" for operand in operands]
    return template.format(*atoms, all=", ".join(map(str, operands)), **more)


JAVASCRIPT = BrowserJavascript()
