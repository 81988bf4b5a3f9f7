"""A program's text as tokens."""

from __future__ import annotations

import re
from typing import NamedTuple

from cgviz.errors import ExpressionError, quoted
from cgviz.text.identifiers import name


class Token(NamedTuple):
    """kind is "number", "name", "super" (raised digits), "end" (of a statement) or an operator's own spelling."""

    kind: str
    text: str
    start: int
    end: int


SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
RAISED = str.maketrans(SUPERSCRIPTS, "0123456789+-")
ACCENTS = "\u0300-\u036f"  # which stand after their letter: `x̂` is an x and a circumflex
OPERATORS = {
    "^": "**", "·": "*", "×": "*", "⋅": "*", "∙": "*", "∗": "*", "−": "-", "–": "-", "÷": "/",
    "≤": "<=", "≥": ">=", "≠": "!=",
}  # fmt: skip
PATTERN = re.compile(
    rf"""
    (?P<skip>  [ \t\r\f\v\u00a0\u2009\u202f]+ | \#[^\n]* )
  | (?P<number> (?: [0-9]+(?:_[0-9]+)*\.?[0-9]* | \.[0-9]+ ) (?: [eE][+-]?[0-9]+ )? )
  | (?P<name>  [^\W\d{SUPERSCRIPTS}₀-₉][^\W{SUPERSCRIPTS}]* (?: [{ACCENTS}]+ [^\W{SUPERSCRIPTS}]* )* )
  | (?P<super> [{SUPERSCRIPTS}]+ )
  | (?P<end>   [\n;] )
  | (?P<op>    \*\* | // | <= | >= | == | != | := | [-+*/@%&]= | \.\.\. | [-+*/^()\[\]|!<>=,@.:√·×⋅∙∗−–÷≤≥≠] )
  | (?P<bad>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
WHY_BAD = {
    '"': "text in quotes is not part of an expression",
    "'": "quotes and primes are not part of an expression",
    "{": "braces are not part of an expression; use ( )",
    "}": "braces are not part of an expression; use ( )",
    "\\": "a backslash is LaTeX; give the whole program as LaTeX (--latex)",
    "&": "'&' is not part of an expression; use where(...) for conditions",
    "%": "'%' (remainder) is not part of an expression",
    "~": "'~' is not part of an expression",
    "?": "'?' is not part of an expression; write `a if c else b`",
    "$": "'$' is not part of an expression",
}


def tokens(text: str) -> list[Token]:
    """Returns the tokens of `text`, closed by an "end". Raises ExpressionError at what is no token."""
    found: list[Token] = []
    push, new = found.append, tuple.__new__
    for match in PATTERN.finditer(text):
        kind = match.lastgroup
        if kind == "skip":
            continue
        piece, start, end = match[0], match.start(), match.end()
        if kind == "op":
            kind = OPERATORS.get(piece, piece)
        elif kind == "name":
            piece = name(piece, text, start)
        elif kind == "bad":
            why = WHY_BAD.get(piece) or f"{quoted(piece)} is not part of an expression"
            raise ExpressionError(why, text, start, end)
        push(new(Token, (kind, piece, start, end)))
    push(Token("end", "", len(text), len(text)))
    return found
