"""MathML as one more notation: formulas as presentation markup that browsers set themselves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import ClassVar

from cgviz.documents.hand import MOST_ELEMENTS, Hand, Slopes
from cgviz.documents.template import filled
from cgviz.ops.op import ATOM, POWER, PRODUCT, SIGNED, Op
from cgviz.text import numbers
from cgviz.text.formula import Mathematics
from cgviz.text.mathml import identifier, mathml
from cgviz.text.notations import kept
from cgviz.text.spelling import Spelling
from cgviz.text.written import Written
from cgviz.values.arrays import Value, is_array

SIGN, APPLY = '<mo form="prefix">−</mo>', "<mo>&#x2061;</mo>"
LEFT, RIGHT = '<mo form="prefix">[</mo>', '<mo form="postfix">]</mo>'
OPEN, CLOSE = '<mo form="prefix">(</mo>', '<mo form="postfix">)</mo>'


class Mathml(Slopes, Mathematics):
    """Elements of MathML; a written formula is a sequence of them."""

    plus, minus, sign = '<mo form="infix">+</mo>', '<mo form="infix">−</mo>', SIGN
    times, over, comma = "<mo>·</mo>", "<mo>/</mo>", "<mo>,</mo>"
    by = "<mo>·</mo>"
    d, partial = '<mi mathvariant="normal">d</mi>', "<mo>∂</mo>"
    apart = '<mspace width="0.25em"/>'
    brackets = (f"<mrow>{OPEN}", f"{CLOSE}</mrow>")
    signs: ClassVar = {"<": "&lt;", ">": "&gt;", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}

    def words(self, text: str) -> str:
        return f"<mtext>{escape(text)}</mtext>"

    def leaf(self, leaf: str | Value) -> Written:
        if isinstance(leaf, str) or is_array(leaf):
            return super().leaf(leaf)
        text = self.number(leaf)
        return Written(text, SIGNED if text.startswith(SIGN) else PRODUCT if "msup" in text else ATOM, self.brackets)

    def spell(self, spelling: Spelling, name: str) -> str:
        return mathml(spelling)

    def number(self, value: float) -> str:
        plain = numbers.exact(value) if self.digits is None else numbers.number(value, self.digits)
        plain = plain.replace("−", "-")
        mantissa, _, exponent = plain.lstrip("-").partition("e")
        text = WORDS.get(mantissa) or f"<mn>{mantissa}</mn>"
        if exponent:
            power = int(exponent)
            raised = f"{SIGN if power < 0 else ''}<mn>{abs(power)}</mn>"
            text += f"<mo>×</mo><msup><mn>10</mn><mrow>{raised}</mrow></msup>"
        return (SIGN if plain.startswith("-") else "") + text

    def call(self, op: Op, operands: Sequence[Written]) -> str:
        raised = "exponential" in op.latex and operands[0].is_array
        if op.latex and not raised:
            return filled(op.latex, [str(operand) for operand in operands], [operand.atom for operand in operands])
        return f"{identifier(op.name)}{APPLY}<mrow>{OPEN}{self.comma.join(map(str, operands))}{CLOSE}</mrow>"

    def quotient(self, top: Written, bottom: Written) -> tuple[str, int]:
        signed = top.binds == SIGNED
        above = top.text.removeprefix(SIGN) if signed else top.text
        fraction = f"<mfrac><mrow>{above}</mrow><mrow>{bottom}</mrow></mfrac>"
        return (SIGN + fraction, SIGNED) if signed else (fraction, POWER)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        return f"<msup><mrow>{base.atom}</mrow><mrow>{exponent}</mrow></msup>", POWER

    def compare(self, sign: str, a: Written, b: Written) -> tuple[str, int]:
        text, binds = super().compare("|", a, b)
        return text.replace(" | ", f"<mo>{self.signs[sign]}</mo>", 1), binds

    def iverson(self, condition: Written) -> tuple[str, int]:
        return f'<mrow><mo form="prefix">[</mo>{condition}<mo form="postfix">]</mo></mrow>', ATOM

    def array(self, value: Value) -> str:
        """Writes a matrix, a vector as a column; of many elements corners and shape, of more axes the shape."""
        if value.ndim > 2:
            return f"<mtext>({'×'.join(map(str, value.shape))} array)</mtext>"
        rows = value.reshape(-1, 1) if value.ndim == 1 else value
        few = value.size <= self.most
        down, across = (kept(length, few) for length in rows.shape)
        made = (f"<mtr>{''.join(f'<mtd>{self.entry(rows, i, j)}</mtd>' for j in across)}</mtr>" for i in down)
        matrix = f"<mrow>{LEFT}<mtable>{''.join(made)}</mtable>{RIGHT}</mrow>"
        return matrix if few else f"<msub>{matrix}<mtext>{'×'.join(map(str, rows.shape))}</mtext></msub>"

    def entry(self, rows: Value, i: int, j: int) -> str:
        """Writes an element; where a place is -1, dots for those that are left out."""
        if i < 0 or j < 0:
            return f"<mo>{'⋱' if i == j else '⋮' if i < 0 else '⋯'}</mo>"
        return self.number(float(rows[i, j]))

    def outer(self, a: Written, b: Written) -> tuple[str, int]:
        return self.joined(self.apart, [a, Written(self.transposed(b)[0])])

    def kronecker(self, a: Written, b: Written) -> tuple[str, int]:
        return self.joined("<mo>⊗</mo>", [a, b])

    def transposed(self, x: Written) -> tuple[str, int]:
        return f"<msup><mrow>{x.atom}</mrow><mo>⊤</mo></msup>", POWER

    def indexed(self, x: Written, key: str) -> tuple[str, int]:
        return self.picked(x, Written(f"<mtext>{escape(key)}</mtext>"))

    def picked(self, x: Written, place: Written) -> tuple[str, int]:
        return f"<msub><mrow>{x.atom}</mrow><mrow>{LEFT}{place}{RIGHT}</mrow></msub>", ATOM

    def row(self, *parts: Written) -> tuple[str, int]:
        return f"<mrow>{LEFT}{self.comma.join(map(str, parts))}{RIGHT}</mrow>", ATOM

    def along(self, name: str, x: Written, options: str) -> tuple[str, int]:
        head = identifier(name)
        if options:
            head = f"<msub>{head}<mtext>{escape(options)}</mtext></msub>"
        return f"{head}{APPLY}<mrow>{OPEN}{x}{CLOSE}</mrow>", ATOM

    def factorial(self, x: Written) -> tuple[str, int]:
        return f'{x.atom}<mo form="postfix">!</mo>', POWER


WORDS = {"inf": "<mi>∞</mi>", "nan": "<mtext>nan</mtext>"}


class MathmlHand(Hand):
    """MathML's signs outside formulas."""

    spelled = Mathml
    partial, nabla, dots = "<mo>∂</mo>", "<mo>∇</mo>", "<mo>…</mo>"
    brackets = (LEFT, RIGHT)
    call = (OPEN, CLOSE)
    maps, most = '<mo form="infix">↦</mo>', MOST_ELEMENTS

    def slope(self, output: str, name: str) -> str:
        above, below = (f"<mrow>{self.partial}{self.name(each)}</mrow>" for each in (output, name))
        return f"<mfrac>{above}{below}</mfrac>"

    def equal(self, name: str, text: str) -> str:
        return f"{self.name(name)}<mo>=</mo>{text}"
