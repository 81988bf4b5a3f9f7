"""The rows of a `cases` environment: values and conditions."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.errors import ExpressionError
from cgviz.reading.latex_macros import IF, OPERATORS, OTHERWISE, WORDS
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_statements import word

OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}
UNICODE = {"≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}
LONGEST = 100
Range = tuple[int, int]


def rows(text: str, pieces: Sequence[Piece], opener: Piece, start: int, end: int) -> list[tuple[Range, Range]]:
    """Returns (value, condition) of each row; the last one's condition is empty: it is what holds otherwise.

    Raises ExpressionError where the rows do not cover every case.
    """
    table = [row(pieces, first, last) for first, last in split(pieces, start, end)]
    if not table:
        raise ExpressionError("the cases are empty", text, opener.start, opener.end)
    for value, condition in table[:-1]:
        if condition[0] >= condition[1]:
            first = pieces[value[0]] if value[0] < value[1] else opener
            raise ExpressionError("only the last of the cases goes without a condition", text, first.start, first.end)
    value, condition = table[-1]
    if condition[0] < condition[1] and not complementary(pieces, [c for _, c in table]):
        first, last = pieces[condition[0]], pieces[condition[1] - 1]
        message = "the last of the cases must hold otherwise: \\text{otherwise}; the rows are tried from the top"
        raise ExpressionError(message, text, first.start, last.end)
    return [*table[:-1], (value, (end, end))]


def split(pieces: Sequence[Piece], start: int, end: int) -> list[Range]:
    """Returns the range of every row that is not empty."""
    found: list[Range] = []
    for at, after in within(pieces, start, end):
        if pieces[at].kind == "row":
            found.append((start, at))
            start = after
    return [(first, last) for first, last in [*found, (start, end)] if first < last]


def row(pieces: Sequence[Piece], start: int, end: int) -> tuple[Range, Range]:
    """Returns the value and the condition of a row, without the words and commas around them."""
    middle = next((at for at, _ in within(pieces, start, end) if pieces[at].text == "&"), end)
    value = trimmed(pieces, start, middle)
    return value, trimmed(pieces, min(middle + 1, end), end)


def trimmed(pieces: Sequence[Piece], start: int, end: int) -> Range:
    """Returns a range without gaps and punctuation at its ends and without `if` or `otherwise` at its beginning."""
    while start < end and is_edge(pieces[end - 1]):
        end -= 1
    while start < end:
        piece = pieces[start]
        if is_edge(piece):
            start += 1
        elif piece.kind == "macro" and piece.text in WORDS and pieces[start + 1].text == "{":
            after = pieces[start + 1].partner + 1
            if word(pieces[start + 1 : after]) not in IF | OTHERWISE:
                break
            start = after
        else:
            break
    return start, end


def is_edge(piece: Piece) -> bool:
    return piece.kind == "gap" or (piece.kind == "char" and piece.text in ",.;:&")


def within(pieces: Sequence[Piece], start: int, end: int) -> list[Range]:
    """Returns (index, end) of the pieces of a range outside its inner brackets, indices in the whole."""
    at, found = start, []
    while at < end:
        after = pieces[at].partner + 1 if pieces[at].kind == "open" else at + 1
        found.append((at, after))
        at = after
    return found


def complementary(pieces: Sequence[Piece], conditions: Sequence[Range]) -> bool:
    """Tells whether there are two conditions, of which the second says the opposite of the first: x > 0, x <= 0."""
    if len(conditions) != 2 or any(end - start > LONGEST for start, end in conditions):
        return False
    first, second = ([*map(relation, pieces[start:end])] for start, end in conditions)
    for at, part in enumerate(first):
        if part in OPPOSITE:
            return second in (
                [*first[:at], OPPOSITE[part], *first[at + 1 :]],
                [*first[at + 1 :], MIRRORED[OPPOSITE[part]], *first[:at]],
            )
    return False


MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def relation(piece: Piece) -> str:
    """Returns a piece's meaning for a comparison of texts."""
    if piece.kind == "macro" and piece.text in OPERATORS:
        return OPERATORS[piece.text]
    return UNICODE.get(piece.text, f"\\{piece.text}" if piece.kind == "macro" else piece.text)
