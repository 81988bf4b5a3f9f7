"""Brackets among tokens: how deep they are, where one closes, what stands between the commas."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.reading.tokens import Token

DEEPER = {"(": 1, "[": 1, ")": -1, "]": -1}


def closing(tokens: Sequence[Token], at: int) -> int:
    """Returns where the bracket closes in which `at` stands; 0 where it is never closed."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += DEEPER.get(tokens[place].kind, 0)
        if depth < 0:
            return place
    return 0


def after_bracket(tokens: Sequence[Token], at: int) -> int:
    """Returns the place after the bracket that opens at `at`; `at` where it is never closed."""
    return (closing(tokens, at + 1) or at - 1) + 1


def parted(tokens: Sequence[Token]) -> list[list[Token]]:
    """Returns tokens between commas."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += DEEPER.get(token.kind, 0)
        if token.kind == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
