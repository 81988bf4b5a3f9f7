"""Sums as they are printed: what stands under and over a `\\sum`, and how far its terms go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.latex_macros import OPERATORS
from cgviz.reading.latex_names import Names, Range
from cgviz.reading.latex_pieces import Piece, touching_digit

SERIES = frozenset({"sum", "prod"})
BOUNDED = SERIES | {"max", "min"}
MOST_TERMS = 200
CONDITIONS = frozenset({"!=", "<", ">", "<=", ">=", "≠", "≤", "≥"})
MASK = (
    "sum over all and give its terms a factor, \\sum_j m_j ..., m being 1 where the condition holds and 0 elsewhere; "
    "the place y_i of s_{y_i} is no index: give that value a name of its own"
)
WRITE_OUT = "read are \\sum_i, \\sum_{i=1}^{n} and \\sum_{i,j}; write anything else out"


@dataclass(frozen=True)
class Bounds:
    """What stands under and over a sum: its indices, and its bounds where both are numbers."""

    letters: tuple[str, ...]
    lower: int | None
    upper: int | None
    over: Range
    end: int

    @property
    def literal(self) -> range | None:
        """The numbers that the index takes, where the bounds say them."""
        if len(self.letters) == 1 and self.lower is not None and self.upper is not None:
            return range(self.lower, self.upper + 1)
        return None


def bounds(text: str, pieces: Sequence[Piece], names: Names, at: int) -> Bounds:
    """Returns the bounds of the sum at `at`. Raises ExpressionError for those that are not read."""
    below, over, end = (0, 0), (0, 0), at + 1
    while end < len(pieces) and pieces[end].kind == "char" and pieces[end].text in "_^":
        after = names.extent(end + 1)
        if pieces[end].text == "_":
            below = (end + 1, after)
        else:
            over = (end + 1, after)
        end = after
    letters, lower = under(text, pieces, *inside(pieces, *below), at)
    start, stop = inside(pieces, *over)
    digits = "".join(piece.text for piece in pieces[start:stop])
    upper = int(digits) if digits.isdecimal() and len(digits) < 9 else None
    if upper is None and start < stop and not names.begins(start):
        message = "the upper bound of this sum is not read: a number or a name stands there"
        if "infty" in digits:
            message = "a sum without end is not read: give its closed form, or so many terms, \\sum_{k=0}^{20}"
        raise ExpressionError(message, text, pieces[at].start, pieces[stop - 1].end)
    return Bounds(letters, lower, upper, over, end)


def inside(pieces: Sequence[Piece], start: int, end: int) -> Range:
    return (start + 1, end - 1) if start < end and pieces[start].text == "{" else (start, end)


def under(text: str, pieces: Sequence[Piece], start: int, end: int, at: int) -> tuple[tuple[str, ...], int | None]:
    """Returns the indices under a sum, and where the first begins: `i`, `i=1`, `i,j`, `ij`."""
    texts = [piece.text for piece in pieces[start:end]]
    kinds = [piece.kind for piece in pieces[start:end]]
    equals = texts.index("=") if "=" in texts else len(texts)
    begins = {*kinds[equals + 1 :]} == {"digit"}
    lower = int("".join(texts[equals + 1 :])[:9]) if begins else None
    if begins:
        texts, kinds = texts[:equals], kinds[:equals]
    letters = tuple(text for text in texts if text != ",")
    are_letters = all(kind == "letter" for kind, text in zip(kinds, texts, strict=True) if text != ",")
    if are_letters and len({*letters}) == len(letters):
        return letters, lower
    written = text[pieces[start].start : pieces[end - 1].end]
    is_condition = any(OPERATORS.get(text, text) in CONDITIONS for text in texts)
    message = (
        f"the index condition {quoted(written[:40])} under this sum is not read: {MASK if is_condition else WRITE_OUT}"
    )
    raise ExpressionError(message, text, pieces[at].start, pieces[end - 1].end)


def term_end(pieces: Sequence[Piece], at: int, end: int) -> int:
    """Returns where the term that begins at `at` ends: at the next sign of a sum, a relation or a separator."""
    first = at
    while at < end:
        piece = pieces[at]
        if piece.kind in ("row", "gap", "close") or piece.text == "&":
            break
        ends = piece.kind == "char" and (piece.text in "+-−=<>,;≤≥≠" or piece.text == "|")
        ends = ends or (piece.kind == "macro" and OPERATORS.get(piece.text, "*") not in ("*", "·", "×", "/"))
        ends = ends or (piece.text == "." and piece.kind == "char" and not touching_digit(pieces, at + 1))
        if ends and at > first:
            break
        at = piece.partner + 1 if piece.kind == "open" else at + 1
    return at
