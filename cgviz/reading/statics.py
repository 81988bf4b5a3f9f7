"""What must be known when a program is read: axes and shapes, the key in `x[0, 1:]`, the numbers of `W = [[1, 2]]`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cgviz.errors import ExpressionError
from cgviz.reading.tokens import Token
from cgviz.values.arrays import as_array

WORDS = {"True": True, "False": False, "None": None}
INFINITE = frozenset(("inf", "np.inf", "numpy.inf", "math.inf", "torch.inf", "jnp.inf"))
NEW_AXIS = frozenset(("None", "newaxis", "np.newaxis", "numpy.newaxis", "jnp.newaxis"))
ALSO = {"dim": "axis", "keepdim": "keepdims", "newshape": "shape"}
CLOSERS = {"(": ")", "[": "]"}


class NotStaticError(Exception):
    """What stands here is no number, shape or slice that is known when the program is read."""


def value(tokens: Sequence[Token], at: int) -> tuple[Any, int]:
    """Returns the value at `at`, a whole number, True, False, None or several of them in brackets, and where it ends.

    Raises NotStaticError for anything else.
    """
    token = tokens[at]
    if token.kind == "name" and token.text in WORDS:
        return WORDS[token.text], at + 1
    if token.kind == "text":
        return token.text[1:-1], at + 1
    if token.kind not in CLOSERS:
        return literal(tokens, at)
    found, at = [], at + 1
    while tokens[at].kind != CLOSERS[token.kind]:
        item, at = value(tokens, at)
        found.append(item)
        if tokens[at].kind == ",":
            at += 1
        elif tokens[at].kind != CLOSERS[token.kind]:
            raise NotStaticError
    return tuple(found), at + 1


def literal(tokens: Sequence[Token], at: int) -> tuple[int | float, int]:
    """Returns a number with or without a sign."""
    sign = 1
    while tokens[at].kind in ("-", "+"):
        sign, at = sign * (-1 if tokens[at].kind == "-" else 1), at + 1
    token = tokens[at]
    if token.kind == "name" and token.text in INFINITE:
        return sign * math.inf, at + 1
    if token.kind != "number" or len(token.text) > 30:
        raise NotStaticError
    return sign * (int(token.text) if token.text.isdigit() else float(token.text)), at + 1


def integer(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    sign = 1
    while tokens[at].kind in ("-", "+"):
        sign, at = sign * (-1 if tokens[at].kind == "-" else 1), at + 1
    token = tokens[at]
    if token.kind != "number" or not token.text.isdigit() or len(token.text) > 9:
        raise NotStaticError
    return sign * int(token.text), at + 1


def key(tokens: Sequence[Token], at: int) -> tuple[tuple[Any, ...], int]:
    """Returns the key whose first token is `at`, and where the bracket after it ends. Raises NotStaticError."""
    parts = []
    while tokens[at].kind != "]":
        part, at = key_part(tokens, at)
        parts.append(part)
        if (tokens[at].kind == "," and tokens[at + 1].kind != "]") or tokens[at].kind == ",":
            at += 1
        elif tokens[at].kind != "]":
            raise NotStaticError
    if not parts:
        raise NotStaticError
    return tuple(parts), at + 1


def key_part(tokens: Sequence[Token], at: int) -> tuple[Any, int]:
    """Returns a place, a slice, an ellipsis or None (a new axis), and where it ends."""
    if tokens[at].kind == "...":
        return Ellipsis, at + 1
    if tokens[at].kind == "name" and tokens[at].text in NEW_AXIS:
        return None, at + 1
    limits: list[int | None] = [None]
    while tokens[at].kind not in (",", "]"):
        if tokens[at].kind == ":":
            limits.append(None)
            at += 1
        elif limits[-1] is None:
            limits[-1], at = integer(tokens, at)
        else:
            raise NotStaticError
    if len(limits) == 1 and limits[0] is not None:
        return limits[0], at
    if not 2 <= len(limits) <= 3 or (len(limits) == 3 and limits[2] == 0):
        raise NotStaticError
    return ("slice", *limits, *(None,) * (3 - len(limits))), at


def array(text: str, tokens: Sequence[Token]) -> Any:
    """Returns the array that `tokens` (closed by an "end") write in numbers, or None where they hold anything else.

    Raises ExpressionError where the rows differ in length.
    """
    if tokens[0].kind != "[":
        return None
    rows: list[list[Any]] = [[]]
    sign = 1
    for token in tokens[:-1]:
        if token.kind == "[":
            rows.append([])
        elif token.kind == "]":
            if len(rows) < 2:
                return None
            done = rows.pop()
            rows[-1].append(done)
        elif token.kind in ("-", "+"):
            sign = -sign if token.kind == "-" else sign
        elif token.kind == "number":
            rows[-1].append(sign * float(token.text))
            sign = 1
        elif token.kind != ",":
            return None
    if len(rows) != 1 or len(rows[0]) != 1:
        return None
    try:
        return as_array(rows[0][0])
    except (ValueError, TypeError):
        message = "the rows of this array differ in length"
        raise ExpressionError(message, text, tokens[0].start, tokens[-2].end) from None
