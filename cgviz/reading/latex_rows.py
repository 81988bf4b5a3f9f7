"""Rows of data in LaTeX: `w^T x_i`, `x_i \\cdot x_j` and `\\|x_i - \\mu\\|^2` within a sum over i.

A row's components are an axis that is not written: the names of such a product or norm bear one index more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from cgviz.errors import ExpressionError
from cgviz.reading.latex_indices import Indices
from cgviz.reading.latex_macros import OPERATORS
from cgviz.reading.latex_names import Name
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_spans import EMPTY, Env, Item, Span, around, called, synthetic
from cgviz.reading.tokens import Token

UNUSED = "kjlpqrsuvabcde"
PLAIN_ROWS = "a norm within a sum is read of sums and differences of names, \\|x_i - y_i\\|; write out anything else"


def product(indices: Indices, span: Span) -> list[Item]:
    """Returns `w^T x_i` at the beginning of a span as a product of rows and moves the span behind it, or []."""
    env = span.env or EMPTY
    if not env.axes or env.hidden:
        return []
    factors, end = chain(indices, span.at, span.end)
    if len(factors) < 2:
        return []
    piece = indices.pieces[span.at]
    span.at = end
    letters = unused(indices, env, len(factors) - 1)
    inner = replace(env, axes=(*env.axes, *letters))
    own = ["", *letters, ""]
    spans: list[Item] = [
        Span(name.start, name.start + width(name), env=replace(inner, hidden=before + after))
        for name, (before, after) in zip(factors, pairwise(own), strict=True)
    ]
    borne = [[a for a in indices.letters(env.bound.get(indices.names.identifier(n.spelling), n)) if a] for n in factors]
    for bare, row in ((0, 1), (1, 0)):
        if len(factors) == 2 and not borne[bare] and tuple(borne[row]) == env.axes:
            return around(piece, [spans[row], synthetic("@", piece), spans[bare]])
    joined = [item for each in spans for item in (synthetic("*", piece), each)][1:]
    return summed("sum", piece, joined, len(letters))


def width(name: Name) -> int:
    return name.end - name.start


def chain(indices: Indices, at: int, end: int) -> tuple[list[Name], int]:
    """Returns the names of `x^T y`, `x^T A y` or of `\\mathbf x \\cdot \\mathbf y`, and where they end."""
    pieces, names = indices.pieces, indices.names
    first = names.read(at)
    after = turned_end(indices, first.end, end)
    is_dotted = not after and first.end < end and OPERATORS.get(pieces[first.end].text) == "·"
    if not after and not is_dotted:
        return [first], first.end
    found, at = [first], after or first.end + 1
    while at < end and names.begins(at):
        name = names.read(at)
        if name.end < end and pieces[name.end].kind == "open" and pieces[name.end].text in ("(", "["):
            break
        if turned_end(indices, name.end, end) or name.turned:
            break
        found.append(name)
        at = name.end
        if is_dotted:
            break
    if is_dotted and not all(name.spelling.face == "bold" for name in found):
        return [first], first.end
    return found, at


def turned_end(indices: Indices, at: int, end: int) -> int:
    """Returns where a `^T` at `at` ends; 0 where there is none."""
    if at + 1 >= end or indices.pieces[at].text != "^":
        return 0
    after = indices.names.extent(at + 1)
    inner = [piece for piece in indices.pieces[at + 1 : after] if piece.kind != "close"]
    return after if indices.names.is_transpose(inner) else 0


def length(indices: Indices, env: Env, piece: Piece, inside: Span, kind: str) -> list[Item]:
    """Returns the norm of a row, `\\|x_i - y_i\\|`. Raises ExpressionError where its parts may be anything but rows."""
    if env.hidden or kind not in ("", "1", "2") or not are_rows(indices, inside.at, inside.end):
        closer = indices.pieces[piece.partner]
        raise ExpressionError(PLAIN_ROWS, indices.text, piece.start, closer.end)
    (letter,) = unused(indices, env, 1)
    row = Span(inside.at, inside.end, env=replace(env, axes=(*env.axes, letter), hidden=letter))
    if kind == "1":
        return summed("sum", piece, [called("abs", piece), *around(piece, [row])], 1)
    return summed("norm", piece, [row], 1)


def are_rows(indices: Indices, at: int, end: int) -> bool:
    """Tells whether names are added and subtracted and nothing else."""
    wants_name = True
    while at < end:
        is_name = indices.names.begins(at)
        if not is_name and indices.pieces[at].text not in "+-−":
            return False
        if is_name and not wants_name:
            return False
        at = indices.names.read(at).end if is_name else at + 1
        wants_name = not is_name
    return True


def summed(name: str, piece: Piece, items: Sequence[Item], times: int) -> list[Item]:
    """Returns `sum(items, axis=-1)`, or norm; so many times over."""
    last = [synthetic(",", piece), Token("name", "axis", piece.start, piece.end), synthetic("=", piece)]
    last += [synthetic("-", piece), Token("number", "1", piece.start, piece.end)]
    made = list(items)
    for _ in range(times):
        made = [called(name, piece), synthetic("(", piece), *made, *last, synthetic(")", piece)]
    return made


def unused(indices: Indices, env: Env, count: int) -> list[str]:
    """Returns letters for the components of rows that are no index here."""
    taken = {*env.axes, *env.numbers, *indices.bound, *indices.free}
    return [letter for letter in UNUSED if letter not in taken][:count]
