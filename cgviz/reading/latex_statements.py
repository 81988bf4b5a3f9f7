"""A LaTeX text's pieces as statements: which range of pieces is one equation or expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.latex_beside import (
    group_end,
    is_number,
    is_range,
    joined,
    refuse_condition,
    spoken,
    without_number,
    without_set,
)
from cgviz.reading.latex_macros import AND, OPERATORS, WORDS
from cgviz.reading.latex_pieces import Piece


class Chunk(NamedTuple):
    """Pieces `start` to `end` between two separators; `before` is the separator, `equals` the place of each '=',
    `words` what the separator says where it is prose."""

    start: int
    end: int
    before: Piece | None
    equals: tuple[int, ...]
    words: tuple[str, ...] = ()


def statements(text: str, pieces: Sequence[Piece]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Returns the range of pieces of every statement, and the ranges of the text that are none and left out.

    Raises ExpressionError for what stands beside a formula and cannot be left out.
    """
    found: list[tuple[int, int]] = []
    left_out: list[tuple[int, int]] = []
    every = list(chunks(text, pieces, *unbraced(pieces, 0, len(pieces))))
    dropped = beside(text, pieces, every)
    for number, chunk in enumerate(every):
        before = chunk.before
        is_empty = all(map(is_layout, pieces[chunk.start : chunk.end]))
        if before is not None and chunk.words and (not chunk.equals or chunk.words[0] not in AND):
            left_out.append((before.start, pieces[chunk.start - 1].end))
        if is_empty or number in dropped:
            left_out += [] if is_empty else [(pieces[chunk.start].start, pieces[chunk.end - 1].end)]
            continue
        if found and continues(pieces, chunk):
            found[-1] = (found[-1][0], chunk.end)
            continue
        first = pieces[unbraced(pieces, chunk.start, chunk.end)[0]]
        if found and not chunk.equals and first.kind == "char" and first.text in "-−":
            message = "does this row go on with the one before? Then write & before its sign; else a name, f = -..."
            raise ExpressionError(message, text, first.start, first.end)
        if found and not chunk.equals and before is not None and before.kind != "row":
            shown = quoted(text[before.start : before.end])
            raise ExpressionError(f"an equation is expected after {shown}", text, before.start, before.end)
        end = without_number(text, pieces, chunk.start, chunk.end) if chunk.equals else chunk.end
        end = without_set(pieces, chunk.start, end)
        left_out += [(pieces[end].start, pieces[chunk.end - 1].end)] if end < chunk.end else []
        found.append(unbraced(pieces, chunk.start, end))
    return found, list(joined(left_out))


def unbraced(pieces: Sequence[Piece], start: int, end: int) -> tuple[int, int]:
    """Returns a range without braces round all of it: `{\\displaystyle f(x) = ...}`."""
    while start < end and is_layout(pieces[start]):
        start += 1
    while end - start > 2 and pieces[start].text == "{" and pieces[start].partner == end - 1:
        start, end = start + 1, end - 1
    return start, end


def beside(text: str, pieces: Sequence[Piece], every: Sequence[Chunk]) -> set[int]:
    """Returns which chunks stand beside the equations: `for i = 1, \\dots, m`, `x \\in \\mathbb{R}^n`, a name alone,
    an equation's number, what prose is about: `\\text{where } n \\text{ is the number}`.
    """
    found: set[int] = set()
    equations = sum(bool(chunk.equals) for chunk in every)
    for number, chunk in enumerate(every):
        inner = [piece for piece in pieces[chunk.start : chunk.end] if not is_layout(piece)]
        if number and not chunk.equals:
            refuse_condition(text, chunk.words, inner)
        own = [pieces[at] for at, _ in outermost(pieces, *unbracketed(pieces, chunk.start, chunk.end))]
        if number and is_range(own, bool(chunk.equals)):
            found.add(number)
            only_dots = len(inner) == 1
            if only_dots and number + 1 < len(every) and not every[number + 1].equals:
                found.add(number + 1)
            last = every[number - 1]
            before = [piece.kind for piece in pieces[last.start : last.end] if not is_layout(piece)]
            if only_dots and number > 1 and before == ["letter", "char", "digit"]:
                found.add(number - 1)
        elif number and equations and inner and not chunk.equals:
            first = pieces.index(inner[0], chunk.start)
            is_alone = len(inner) == 1 and inner[0].kind in ("letter", "macro")
            if is_alone or chunk.words or len(inner) == group_end(pieces, first) - first or numbered(pieces, chunk):
                found.add(number)
    return found


def unbracketed(pieces: Sequence[Piece], start: int, end: int) -> tuple[int, int]:
    """Returns a range without the round bracket that is all of it: `(i = 1, \\dots, m)`."""
    while start < end and is_layout(pieces[start]):
        start += 1
    is_all = start < end and pieces[start].text == "(" and pieces[start].partner == end - 1
    return (start + 1, end - 1) if is_all else (start, end)


def numbered(pieces: Sequence[Piece], chunk: Chunk) -> bool:
    """Tells whether a chunk is nothing but an equation's number."""
    start, end = chunk.start, chunk.end
    while start < end and is_layout(pieces[start]):
        start += 1
    while start < end and is_layout(pieces[end - 1]):
        end -= 1
    return is_number(pieces, start, end)


def is_layout(piece: Piece) -> bool:
    return piece.kind in ("row", "gap") or piece.text == "&"


def continues(pieces: Sequence[Piece], chunk: Chunk) -> bool:
    """Tells whether a chunk goes on with what was begun: after a gap without '=', or with an operator, "=" or "+".

    A minus goes on behind `&`; elsewhere `-q` may be a statement of its own, which is asked about.
    """
    if chunk.before is not None and chunk.before.kind == "gap":
        return not chunk.equals
    at = chunk.start
    while is_layout(pieces[at]):
        at += 1
    aligned = any(piece.text == "&" for piece in pieces[chunk.start : at])
    piece = pieces[at]
    if is_equals(piece) or (piece.text in ("+", "*", "/") if piece.kind == "char" else is_factor(piece)):
        return True
    return aligned and piece.kind == "char" and piece.text in "-−"


def is_factor(piece: Piece) -> bool:
    return OPERATORS.get(piece.text) in ("*", "·", "×", "⊙", "/")


def chunks(text: str, pieces: Sequence[Piece], start: int, stop: int) -> Iterator[Chunk]:
    """Yields what stands between separators outside all brackets; a gap at the beginning of a chunk is no separator."""
    before, empty = None, True
    equals: list[int] = []
    words: list[str] = []
    for at, end in outermost(pieces, start, stop):
        piece = pieces[at]
        if empty and piece.kind == "gap":
            continue
        empty = empty and is_layout(piece)
        said = spoken(text, pieces, at) if end > at + 1 and piece.text in WORDS else []
        if is_equals(piece):
            equals.append(at)
        elif said or separates(pieces, at, stop):
            yield Chunk(start, at, before, tuple(equals), tuple(words))
            start, before, equals, empty, words = end, piece, [], True, said
    yield Chunk(start, stop, before, tuple(equals), tuple(words))


def outermost(pieces: Sequence[Piece], at: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yields (index, end) of the pieces outside all brackets; a macro of words takes its group along."""
    while at < stop:
        piece = pieces[at]
        end = at + 1
        if piece.kind == "open":
            end = piece.partner + 1
        elif piece.kind == "macro" and piece.text in WORDS and end < len(pieces) and pieces[end].text == "{":
            end = pieces[end].partner + 1
        yield at, end
        at = end


def separates(pieces: Sequence[Piece], at: int, stop: int) -> bool:
    """Tells whether a piece outside all brackets ends a statement; a full stop does so before another separator."""
    piece = pieces[at]
    if piece.text == "." and piece.kind == "char":
        return at + 1 == stop or is_layout(pieces[at + 1])
    return piece.kind in ("row", "gap") or (piece.kind == "char" and piece.text in ",;")


def is_equals(piece: Piece) -> bool:
    return piece.text == "=" if piece.kind == "char" else piece.kind == "macro" and OPERATORS.get(piece.text) == "="


def word(pieces: Sequence[Piece]) -> str:
    """Returns the letters of a group: "where" of `{where }`."""
    return "".join(piece.text for piece in pieces if piece.kind == "letter").lower()
