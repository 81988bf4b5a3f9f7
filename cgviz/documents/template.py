r"""The LaTeX template of an op's written call, `\sqrt[3]{{{0}}}`, as MathML: only what such templates are made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from cgviz.text.letters import GREEK

TOKEN = re.compile(r"\\[A-Za-z]+|\\\\|[^\s]")
FIRST = 0xE000


class Hole(str):
    """An operand in a template: a private letter, another one for it in brackets."""

    @property
    def atom(self) -> str:
        return chr(ord(self) + 1)

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
    return cases(text) if r"\begin{cases}" in text else Reader(text).row("")


def cases(text: str) -> str:
    r"""Returns `\begin{cases} a & \text{if } c \\ b & \text{otherwise} \end{cases}`."""
    inner = text.removeprefix(r"\begin{cases}").removesuffix(r"\end{cases}")
    rows = [[cell(part) for part in row.split("&")] for row in inner.split(r"\\")]
    made = "".join(f"<mtr>{''.join(f'<mtd>{part}</mtd>' for part in row)}</mtr>" for row in rows)
    return f'<mo form="prefix">{{</mo><mtable class="cases">{made}</mtable>'


def cell(text: str) -> str:
    words, math = re.fullmatch(r"\s*(?:\\text\{(.*?)\})?(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    said = f"<mtext>{words.strip()}&#xa0;</mtext>" if words else ""
    return said + Reader(math.strip()).row("")


class Reader:
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
