"""MathML as one more notation: formulas as presentation markup that browsers set themselves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import ClassVar

from cgviz import numbers
from cgviz.formula import GREEK, LETTERS, Notation, Written, name_parts
from cgviz.op import ATOM, POWER, PRODUCT, SIGNED, Op
from cgviz.views.derivation.hand import Hand, elided
from cgviz.views.derivation.template import filled

NAMES = {name: letter for letter, name in LETTERS.items()}
SIGN, APPLY = '<mo form="prefix">−</mo>', "<mo>&#x2061;</mo>"
OPEN, CLOSE = '<mo form="prefix">(</mo>', '<mo form="postfix">)</mo>'


class Mathml(Notation):
    """Elements of MathML; a written formula is a sequence of them."""

    plus, minus, sign = '<mo form="infix">+</mo>', '<mo form="infix">−</mo>', SIGN
    times, over, comma = "<mo>·</mo>", "<mo>/</mo>", "<mo>,</mo>"
    by = "<mo>·</mo>"
    brackets = (f"<mrow>{OPEN}", f"{CLOSE}</mrow>")
    signs: ClassVar = {"<": "&lt;", ">": "&gt;", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}

    def shown(self, name: str) -> str:
        return self.name(name)

    def words(self, text: str) -> str:
        return f"<mtext>{escape(text)}</mtext>"

    def leaf(self, leaf: str | float) -> Written:
        if isinstance(leaf, str):
            return Written(self.name(leaf), ATOM, self.brackets)
        text = self.number(leaf)
        return Written(text, SIGNED if text.startswith(SIGN) else PRODUCT if "msup" in text else ATOM, self.brackets)

    def name(self, name: str) -> str:
        stem, primes, subscript = name_parts(elided(name))
        head = identifier(stem)
        if subscript:
            head = f"<msub>{head}{identifier(subscript)}</msub>"
        return f"<msup>{head}<mo>{'′' * primes}</mo></msup>" if primes else head

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
        if op.latex:
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

    def factorial(self, x: Written) -> tuple[str, int]:
        return f'{x.atom}<mo form="postfix">!</mo>', POWER


WORDS = {"inf": "<mi>∞</mi>", "nan": "<mtext>nan</mtext>"}


def identifier(text: str) -> str:
    """Returns a name as an identifier, Greek letters by their letter, digits as a number."""
    if text.isdigit():
        return f"<mn>{text}</mn>"
    return f"<mi>{escape(NAMES[text] if text in GREEK and text in NAMES else text)}</mi>"


class MathmlHand(Hand):
    """MathML's signs outside formulas."""

    partial, nabla, dots = "<mo>∂</mo>", "<mo>∇</mo>", "<mo>…</mo>"
    brackets = ('<mo form="prefix">[</mo>', '<mo form="postfix">]</mo>')
    call = (OPEN, CLOSE)

    def slope(self, output: str, name: str) -> str:
        above, below = (f"<mrow>{self.partial}{self.name(each)}</mrow>" for each in (output, name))
        return f"<mfrac>{above}{below}</mfrac>"

    def equal(self, name: str, text: str) -> str:
        return f"{self.name(name)}<mo>=</mo>{text}"
