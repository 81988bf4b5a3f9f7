"""MathML as one more notation: formulas as presentation markup that browsers set themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import ClassVar

from cgviz.documents.writing import MOST_ELEMENTS, Hand, Slopes
from cgviz.ops.op import ATOM, POWER, PRODUCT, SIGNED, Op
from cgviz.text import numbers
from cgviz.text.formula import Mathematics
from cgviz.text.letters import GREEK
from cgviz.text.mathml import identifier, mathml
from cgviz.text.notations import kept
from cgviz.text.spelling import Spelling
from cgviz.text.written import Written
from cgviz.values.arrays import Value, is_array

SIGN, APPLY = '<mo form="prefix">−</mo>', "<mo>&#x2061;</mo>"
LEFT, RIGHT = '<mo form="prefix">[</mo>', '<mo form="postfix">]</mo>'
OPEN, CLOSE = '<mo form="prefix">(</mo>', '<mo form="postfix">)</mo>'
WORDS = {"inf": "<mi>∞</mi>", "nan": "<mtext>nan</mtext>"}
TOKEN = re.compile(r"\\[A-Za-z]+|\\\\|[^\s]")
FIRST = 0xE000


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


class Hole(str):
    """An operand in a template: a private letter, another one for it in brackets."""

    @property
    def atom(self) -> str:
        return chr(ord(self) + 1)

    term = atom

    @property
    def exponential(self) -> str:
        return f"e^{{{self}}}"


def filled(template: str, operands: Sequence[str], atoms: Sequence[str]) -> str:
    """Returns a template with operands in MathML, `atoms` being the same in brackets where they need them."""
    made = translated(template, len(operands))
    for i, (operand, atom) in enumerate(zip(operands, atoms, strict=True)):
        made = made.replace(chr(FIRST + 2 * i), operand).replace(chr(FIRST + 2 * i + 1), atom)
    return f"<mrow>{made}</mrow>"


@lru_cache(maxsize=256)
def translated(template: str, count: int) -> str:
    text = template.format(*(Hole(chr(FIRST + 2 * i)) for i in range(count)))
    return cases(text) if r"\begin{cases}" in text else TemplateReader(text).row("")


def cases(text: str) -> str:
    r"""Returns `\begin{cases} a & \text{if } c \\ b & \text{otherwise} \end{cases}`."""
    inner = text.removeprefix(r"\begin{cases}").removesuffix(r"\end{cases}")
    rows = [[cell(part) for part in row.split("&")] for row in inner.split(r"\\")]
    made = "".join(f"<mtr>{''.join(f'<mtd>{part}</mtd>' for part in row)}</mtr>" for row in rows)
    return f'<mo form="prefix">{{</mo><mtable class="cases">{made}</mtable>'


def cell(text: str) -> str:
    words, math = re.fullmatch(r"\s*(?:\\text\{(.*?)\})?(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    said = f"<mtext>{words.strip()}&#xa0;</mtext>" if words else ""
    return said + TemplateReader(math.strip()).row("")


class TemplateReader:
    """Reads a template's tokens once."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def next(self) -> str:
        self.at += 1
        token: str = self.tokens[self.at - 1]
        return token

    def row(self, end: str) -> str:
        """Returns what stands before `end`, scripts on what they belong to."""
        parts: list[str] = []
        while self.at < len(self.tokens):
            token = self.next()
            if token == end:
                break
            if token in "^_":
                kind = "msup" if token == "^" else "msub"
                parts.append(f"<{kind}>{parts.pop()}<mrow>{self.argument()}</mrow></{kind}>")
            elif token == "'":
                parts.append(f"<msup>{parts.pop()}<mo>′</mo></msup>")
            else:
                parts.append(self.element(token))
        return "".join(parts)

    def argument(self) -> str:
        token = self.next()
        return self.row("}") if token == "{" else self.element(token)

    def element(self, token: str) -> str:
        if token == "{":
            return f"<mrow>{self.row('}')}</mrow>"
        if token in (r"\left", r"\right"):
            return self.fence(self.next(), "prefix" if token == r"\left" else "postfix")
        if token == r"\sqrt":
            return self.root()
        if token in (r"\operatorname", r"\mathrm"):
            return f"<mi>{self.word()}</mi>"
        if token.startswith("\\"):
            return f"<mi>{GREEK.get(token[1:], token[1:])}</mi>"
        if token.isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha() or ord(token) >= FIRST:
            return token if ord(token) >= FIRST else f"<mi>{token}</mi>"
        return f'<mo form="infix">{"−" if token == "-" else token}</mo>'

    def fence(self, sign: str, form: str) -> str:
        return f'<mo form="{form}" fence="true" stretchy="true">{sign}</mo>'

    def root(self) -> str:
        if self.tokens[self.at] != "[":
            return f"<msqrt>{self.argument()}</msqrt>"
        self.next()
        index = self.row("]")
        return f"<mroot><mrow>{self.argument()}</mrow>{index}</mroot>"

    def word(self) -> str:
        self.next()
        letters = ""
        while (token := self.next()) != "}":
            letters += token
        return letters
