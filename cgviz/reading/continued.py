"""Where a statement goes on in the next line: after a sign at the end of a line, and before one at the start.

Only a minus can begin a statement of its own: the line before goes on in it where it stands further in, or where it is
`− x` as print has it; of `- x` nobody can tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cgviz.errors import ExpressionError
from cgviz.reading.brackets import DEEPER
from cgviz.reading.tokens import SIGNS, Token

BETWEEN = frozenset({"+", "*", "·", "×", "⊙", "/", "**", "@", "=", "==", "<=", ">=", "<", ">", "!="})
SIGN = rf"[-+*/@=<>!^–−{SIGNS}]"
AT_A_BREAK = re.compile(rf"{SIGN}\s*\n|\n\s*{SIGN}")
UNSURE = "does this line go on from the one before? Then end that one with the minus; else write it without the blank"


def joined(text: str, every: Sequence[Token]) -> Sequence[Token]:
    """Returns tokens without the line breaks at which a statement goes on.

    Raises ExpressionError where nobody can tell.
    """
    if "#" not in text and not AT_A_BREAK.search(text):
        return every
    made: list[Token] = []
    depth, first = 0, every[0]
    for at, token in enumerate(every):
        depth = max(0, depth + DEEPER.get(token.kind, 0))
        if token.text == "\n" and made and made[-1].kind != "end" and not depth:
            after = next(i for i in range(at + 1, len(every)) if every[i].text != "\n")
            if goes_on(text, first, made[-1], every[after : after + 2]):
                continue
        elif token.kind != "end" and (not made or made[-1].kind == "end"):
            first = token
        made.append(token)
    return made


def goes_on(text: str, first: Token, last: Token, following: Sequence[Token]) -> bool:
    """Tells whether a statement from `first` to `last` goes on with the tokens that follow its line break."""
    sign = following[0]
    if text[last.start - 1 : last.end] in ("++", "--"):
        raise ExpressionError("write x = x + 1: only assignments change a name", text, last.start - 1, last.end)
    if last.kind in BETWEEN or last.kind == "-":
        return True
    if sign.kind != "-":
        return sign.kind in BETWEEN
    apart = following[1].start > sign.end
    if column(text, sign) > column(text, first) or (apart and sign.text == "−"):
        return True
    if apart:
        raise ExpressionError(UNSURE, text, sign.start, sign.end)
    return False


def column(text: str, token: Token) -> int:
    return token.start - text.rfind("\n", 0, token.start)
