"""Rows of data in LaTeX: `w^T x_i`, `x_i \\cdot x_j` and `\\|x_i - \\mu\\|^2` within a sum over i.

A row's components are an axis that is not written: the names of such a product or norm bear one index more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from cgviz.errors import ExpressionError
from cgviz.reading.latex_cases import within as own
from cgviz.reading.latex_elements import Elements
from cgviz.reading.latex_macros import OPERATORS
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_scripts import LatexName
from cgviz.reading.latex_spans import EMPTY, Env, Item, Span, around, called, synthetic
from cgviz.reading.tokens import Token

UNUSED = "kjlpqrsuvabcde"
PLAIN_ROWS = "a norm within a sum is read of sums and differences of names, \\|x_i - y_i\\|; write out anything else"


class Factor(NamedTuple):
    """A factor of a product of rows: the pieces of a name, or of a bracket in which names are added; its names;
    whether it is the inverse of a matrix."""

    start: int
    end: int
    names: tuple[LatexName, ...]
    inverse: bool = False


def product(indices: Elements, span: Span) -> list[Item]:
    """Returns `w^T x_i` at the beginning of a span as a product of rows and moves the span behind it, or []."""
    env = span.env or EMPTY
    if not env.axes or env.hidden:
        return []
    factors, end = chain(indices, span.at, span.end)
    if len(factors) < 2:
        return []
    piece = indices.pieces[span.at]
    span.at = end
    return multiplied(indices, env, piece, factors)


def inner_product(indices: Elements, env: Env, piece: Piece, inside: Span) -> list[Item]:
    """Reads `\\langle x, y \\rangle`. Raises ExpressionError where it is no product of two parts."""
    edges = [at for at, _ in own(indices.pieces, inside.at, inside.end) if indices.pieces[at].text == ","]
    parts = [(inside.at, edges[0]), (edges[0] + 1, inside.end)] if len(edges) == 1 else []
    if parts and not env.axes:
        first, second = (Span(*part) for part in parts)
        return [called("dot", piece), *around(piece, [first, synthetic(",", piece), second])]
    found = [factor(indices, *part) for part in parts]
    factors = [one[0] for one, part in zip(found, parts, strict=True) if one is not None and one[1] == part[1]]
    if len(factors) < 2:
        message = "angle brackets hold a product of two vectors, \\langle x, y \\rangle"
        raise ExpressionError(message, indices.text, piece.start, indices.pieces[piece.partner].end)
    return multiplied(indices, env, piece, factors)


def multiplied(indices: Elements, env: Env, piece: Piece, factors: Sequence[Factor]) -> list[Item]:
    """Returns a product of rows, summed over their components."""
    letters = unused(indices, env, len(factors) - 1)
    inner = replace(env, axes=(*env.axes, *letters))
    own = ["", *letters, ""]
    spans = [
        around(piece, [Span(one.start, one.end, env=replace(inner, hidden=before + after, inverse=one.inverse))])
        for one, (before, after) in zip(factors, pairwise(own), strict=True)
    ]
    borne = [[a for name in one.names for a in bears(indices, env, name)] for one in factors]
    for bare, row in ((0, 1), (1, 0)):
        if len(factors) == 2 and not borne[bare] and tuple(borne[row]) == env.axes:
            return around(piece, [*spans[row], synthetic("@", piece), *spans[bare]])
    joined = [item for each in spans for item in (synthetic("*", piece), *each)][1:]
    return summed("sum", piece, joined, len(letters))


def bears(indices: Elements, env: Env, name: LatexName) -> list[str]:
    """Returns the indices of a name, of a parameter those of what the function is applied to."""
    meant = env.bound.get(indices.names.identifier(name.spelling), name)
    return [letter for letter in indices.letters(meant) if letter]


def chain(indices: Elements, at: int, end: int) -> tuple[list[Factor], int]:
    """Returns the factors of `x^T y`, `(x - m)^T A y`, `\\mathbf x \\cdot \\mathbf y`, and where they end."""
    pieces = indices.pieces
    first = factor(indices, at, end)
    if first is None:
        return [], at
    after = turned_end(indices, first[1], end)
    is_dotted = not after and first[1] < end and OPERATORS.get(pieces[first[1]].text) == "·"
    if not after and not is_dotted:
        return [first[0]], first[1]
    found, at = [first[0]], after or first[1] + 1
    while at < end and (len(found) == 1 or is_matrix(indices, found[-1])) and (one := factor(indices, at, end)):
        made, stop = one
        if turned_end(indices, stop, end) or any(name.turned for name in made.names):
            break
        found.append(made)
        at = stop
        if is_dotted:
            break
    if is_dotted and not all(one.names[0].spelling.face == "bold" for one in found):
        return [first[0]], first[1]
    return found, at


def is_matrix(indices: Elements, one: Factor) -> bool:
    """Tells whether a factor may be the A of `x^T A y`: an inverse, or a capital letter without an index."""
    name = one.names[0]
    is_capital = len(one.names) == 1 and name.spelling.letters[:1].isupper() and not any(indices.letters(name))
    return one.inverse or is_capital


def factor(indices: Elements, at: int, end: int) -> tuple[Factor, int] | None:
    """Returns the factor at `at` and where it ends, behind the `^{-1}` of a matrix; None for what is none."""
    pieces, names = indices.pieces, indices.names
    if names.begins(at):
        name = names.read(at)
        stop = name.end
        if stop + 1 < end and pieces[stop].text == "^":
            after = names.extent(stop + 1)
            written = "".join(piece.text for piece in pieces[stop + 1 : after] if piece.kind != "close")
            if written.lstrip("{") in ("-1", "−1"):
                return Factor(at, stop, (name,), inverse=True), after
        return Factor(at, stop, (name,)), stop
    piece = pieces[at]
    if piece.kind != "open" or piece.text not in ("(", "[") or not are_rows(indices, at + 1, piece.partner):
        return None
    inner, here = [], at + 1
    while here < piece.partner:
        if names.begins(here):
            inner.append(names.read(here))
            here = inner[-1].end
        else:
            here += 1
    return (Factor(at + 1, piece.partner, tuple(inner)), piece.partner + 1) if len(inner) > 1 else None


def turned_end(indices: Elements, at: int, end: int) -> int:
    """Returns where a `^T` at `at` ends; 0 where there is none."""
    if at + 1 >= end or indices.pieces[at].text != "^":
        return 0
    after = indices.names.extent(at + 1)
    inner = [piece for piece in indices.pieces[at + 1 : after] if piece.kind != "close"]
    return after if indices.names.is_transpose(inner) else 0


def length(indices: Elements, env: Env, piece: Piece, inside: Span, kind: str) -> list[Item]:
    """Returns the norm of a row, `\\|x_i - y_i\\|`. Raises ExpressionError where its parts may be anything but rows."""
    if env.hidden or kind not in ("", "1", "2") or not are_rows(indices, inside.at, inside.end):
        closer = indices.pieces[piece.partner]
        raise ExpressionError(PLAIN_ROWS, indices.text, piece.start, closer.end)
    (letter,) = unused(indices, env, 1)
    row = Span(inside.at, inside.end, env=replace(env, axes=(*env.axes, letter), hidden=letter))
    if kind == "1":
        return summed("sum", piece, [called("abs", piece), *around(piece, [row])], 1)
    return summed("norm", piece, [row], 1)


def are_rows(indices: Elements, at: int, end: int) -> bool:
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


def unused(indices: Elements, env: Env, count: int) -> list[str]:
    """Returns letters for the components of rows that are no index here."""
    taken = {*env.axes, *env.numbers, *indices.bound, *indices.free}
    return [letter for letter in UNUSED if letter not in taken][:count]
