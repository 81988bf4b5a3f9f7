"""The places along an axis, `np.arange(len(y))` and `range(N)` after `N = X.shape[0]`, known when the shapes are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cgviz.reading.tokens import Token

Length = tuple[Token, int]
"""An array's name, and the axis whose length is meant."""


def length(tokens: Sequence[Token], at: int) -> tuple[Length, int] | None:
    """Returns the length that `len(y)`, `X.shape[0]` or `X.size(0)` at `at` is, and where it ends; else None."""
    kinds = [token.kind for token in tokens[at : at + 6]]
    texts = [token.text for token in tokens[at : at + 6]]
    if kinds[:4] == ["name", "(", "name", ")"] and texts[0] == "len":
        return (tokens[at + 2], 0), at + 4
    is_part = kinds in (["name", ".", "name", "[", "number", "]"], ["name", ".", "name", "(", "number", ")"])
    if is_part and (texts[2], texts[3]) in (("shape", "["), ("size", "(")) and texts[4].isdigit():
        return (tokens[at], int(texts[4])), at + 6
    return None


def lengths_assigned(line: Sequence[Token], names: Sequence[Token]) -> dict[str, Length]:
    """Returns the names of a statement that stand for lengths: `N = len(y)`, `N, D = X.shape`."""
    at = 2 * len(names)
    found = length(line, at) if len(names) == 1 else None
    if found is not None and line[found[1]].kind == "end":
        return {names[0].text: found[0]}
    if [token.text for token in line[at + 1 : at + 3]] == [".", "shape"] and len(line) == at + 4 and len(names) > 1:
        return {name.text: (line[at], axis) for axis, name in enumerate(names)}
    return {}


def counted(tokens: Sequence[Token], at: int, known: Mapping[str, object]) -> tuple[Length | str, int] | None:
    """Returns the length between the brackets that begin at `at`, or the name of one, and where they end."""
    inner, found = tokens[at + 1], length(tokens, at + 1)
    if found is not None and tokens[found[1]].kind == ")":
        return found[0], found[1] + 1
    return (inner.text, at + 3) if inner.text in known and tokens[at + 2].kind == ")" else None
