"""Sums as they are printed: what stands under and over a `\\sum`, and how far its terms go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.latex_macros import OPERATORS
from cgviz.reading.latex_names import LatexNames
from cgviz.reading.latex_pieces import Piece, touching_digit
from cgviz.reading.latex_scripts import Range
from cgviz.records import record

SERIES = frozenset({"sum", "prod"})
BOUNDED = SERIES | {"max", "min"}
MOST_TERMS = 200
RELATIONS = {"≠": "!=", "≤": "<=", "≥": ">=", "<": "<", ">": ">", "=": "="}
COUNTS = frozenset("nNmMKDTd")
MASK = (
    "sum over all and give its terms a factor, \\sum_j m_j ..., m being 1 where the condition holds and 0 elsewhere; "
    "with a label, in text: sum(max(0, s - s[y] + 1)*(arange(3) != y)) of 3 scores, y counted from 0"
)
WRITE_OUT = "read are \\sum_i, \\sum_{i=1}^{n}, \\sum_{i,j}, \\sum_{j \\ne i} and \\sum_{i<j}; write anything else out"


class Side(NamedTuple):
    """One side of a condition on indices: a letter and what is added to it, or a number alone."""

    letter: str
    more: int = 0


NONE = Side("")


class Condition(NamedTuple):
    """A condition under a sum, `j \\ne i`, `j > i`: the terms for which it does not hold are none."""

    left: Side
    sign: str
    right: Side


@record
class Bounds:
    """What stands under and over a sum: its indices, its bounds where both are numbers, conditions on the indices.

    Of a condition such as `i < j` both are its indices, but for one that a sum around it has.
    """

    letters: tuple[str, ...]
    lower: int | None
    upper: int | None
    over: Range
    end: int
    conditions: tuple[Condition, ...] = ()
    top: Side = NONE

    @property
    def compared(self) -> set[str]:
        """The indices in the conditions."""
        return {one.letter for each in self.conditions for one in (each.left, each.right) if one.letter}

    @property
    def literal(self) -> range | None:
        """The numbers that the index takes, where the bounds say them."""
        if len(self.letters) == 1 and self.lower is not None and self.upper is not None:
            return range(self.lower, self.upper + 1)
        return None


def bounds(text: str, pieces: Sequence[Piece], names: LatexNames, at: int) -> Bounds:
    """Returns the bounds of the sum at `at`. Raises ExpressionError for those that are not read."""
    below, over, end = (0, 0), (0, 0), at + 1
    while end < len(pieces) and pieces[end].kind == "char" and pieces[end].text in "_^":
        after = names.extent(end + 1)
        if pieces[end].text == "_":
            below = (end + 1, after)
        else:
            over = (end + 1, after)
        end = after
    letters, lower, conditions = under(text, pieces, *inside(pieces, *below), at)
    start, stop = inside(pieces, *over)
    digits = "".join(piece.text for piece in pieces[start:stop])
    upper = int(digits) if digits.isdecimal() and len(digits) < 9 else None
    is_length = start < stop and all(piece.kind in ("digit", "letter") for piece in pieces[start:stop])
    if upper is None and start < stop and not names.begins(start) and not is_length:
        message = "the upper bound of this sum is not read: a number or a name stands there"
        if "infty" in digits:
            message = "a sum without end is not read: give its closed form, or so many terms, \\sum_{k=0}^{20}"
        raise ExpressionError(message, text, pieces[at].start, pieces[stop - 1].end)
    top = side(pieces[start:stop]) or Side("")
    return Bounds(letters, lower, upper, over, end, conditions, top)


def inside(pieces: Sequence[Piece], start: int, end: int) -> Range:
    while start < end and pieces[start].text == "{" and pieces[start].partner == end - 1:
        start, end = start + 1, end - 1
    return start, end


def under(
    text: str, pieces: Sequence[Piece], start: int, end: int, at: int
) -> tuple[tuple[str, ...], int | None, tuple[Condition, ...]]:
    """Returns the indices under a sum, where the first begins, and conditions: `i`, `i=1`, `i,j`, `j \\ne i`, `i<j`."""
    letters: list[str] = []
    lower: int | None = None
    conditions: list[Condition] = []
    first = start
    for edge in [*(n for n in range(start, end) if pieces[n].text == "," or pieces[n].kind == "row"), end]:
        clause, first = pieces[first:edge], edge + 1
        places = [n for n, piece in enumerate(clause) if relation(piece)]
        parts = [clause[a:b] for a, b in zip([0, *(n + 1 for n in places)], [*places, len(clause)], strict=True)]
        signs = [relation(clause[n]) for n in places]
        if not signs:
            letters += [piece.text for piece in clause if piece.kind == "letter"]
            if all(piece.kind == "letter" for piece in clause):
                continue
        found = [side(part) for part in parts]
        if len(signs) > 1 and found[-1] is not None and found[-1].letter in COUNTS:  # 1 <= i < j <= n
            found, signs = found[:-1], signs[:-1]
        for left, sign, right in zip(found, signs, found[1:], strict=False):
            if left is None or right is None or not (left.letter or right.letter) or (sign == "=" and left.more):
                raise unread(text, pieces, start, end, at)
            is_lower = sign == "=" or (sign == "<=" and not left.letter)
            begins = right.more if sign == "=" else left.more
            if is_lower and not (right.letter if sign == "=" else left.letter):
                lower = begins
            else:
                conditions.append(Condition(left, ">=" if sign == "=" else sign, right))
            own = (left,) if sign in ("=", "!=") else (left, right)
            letters += [one.letter for one in own if one.letter and one.letter not in letters]
        if not signs:
            raise unread(text, pieces, start, end, at)
    if len({*letters}) < len(letters):
        raise unread(text, pieces, start, end, at)
    return tuple(letters), lower, tuple(conditions)


def relation(piece: Piece) -> str:
    """Returns the sign of a comparison, "" for any other piece."""
    sign = OPERATORS.get(piece.text, "") if piece.kind == "macro" else RELATIONS.get(piece.text, "")
    return sign if sign in RELATIONS.values() else ""


def side(part: Sequence[Piece]) -> Side | None:
    """Returns `i`, `i+1` or `2` as one side of a condition; None for anything else."""
    letter = part[0].text if part and part[0].kind == "letter" else ""
    rest = part[bool(letter) :]
    sign = -1 if rest and rest[0].text in "-−" else 1
    digits = rest[rest[0].text in "+-−" :] if rest else []
    if not part or (rest and not digits) or any(piece.kind != "digit" for piece in digits) or len(digits) > 8:
        return None
    if letter and rest and digits == rest:
        return None
    return Side(letter, sign * int("".join(piece.text for piece in digits) or "0"))


def unread(text: str, pieces: Sequence[Piece], start: int, end: int, at: int) -> ExpressionError:
    """Returns the error for what stands under a sum and is not read."""
    written = quoted(text[pieces[start].start : pieces[end - 1].end][:40])
    is_condition = any(relation(piece) not in ("", "=") for piece in pieces[start:end])
    message = f"the index condition {written} under this sum is not read: {MASK if is_condition else WRITE_OUT}"
    return ExpressionError(message, text, pieces[at].start, pieces[end - 1].end)


def term_end(pieces: Sequence[Piece], at: int, end: int) -> int:
    """Returns where the term that begins at `at` ends: at the next sign of a sum, a relation or a separator."""
    first = at
    while at < end:
        piece = pieces[at]
        if piece.kind in ("row", "gap", "close") or piece.text == "&":
            break
        ends = piece.kind == "char" and (piece.text in "+-−=<>,;≤≥≠" or piece.text == "|")
        ends = ends or (piece.kind == "macro" and OPERATORS.get(piece.text, "*") not in ("*", "·", "×", "⊙", "/"))
        ends = ends or (piece.text == "." and piece.kind == "char" and not touching_digit(pieces, at + 1))
        if ends and at > first:
            break
        at = piece.partner + 1 if piece.kind == "open" else at + 1
    return at
