"""What a LaTeX translation is made of: spans of pieces still to be read, and tokens that are ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.reading.latex_pieces import Piece
from cgviz.reading.tokens import Token


@dataclass(slots=True)
class Span:
    """Pieces `at` to `end` that are being read.

    bare       the span from which this one was taken: an argument without brackets, which ends where it must
    condition  '=' compares here
    top        not inside any bracket: layout is skipped
    fed        something of it has been read
    """

    at: int
    end: int
    bare: Span | None = None
    condition: bool = False
    top: bool = False
    fed: bool = False


Item = Token | Span


def synthetic(kind: str, piece: Piece) -> Token:
    """Returns a token that no piece stands for; errors point at `piece`."""
    return Token(kind, kind, piece.start, piece.end)


def called(name: str, piece: Piece) -> Token:
    """Returns a function's name: the bracket after it holds its arguments."""
    return Token("call", name, piece.start, piece.end)


def around(piece: Piece, items: Sequence[Item]) -> list[Item]:
    """Returns `items` in brackets that are not in the text."""
    return [synthetic("(", piece), *items, synthetic(")", piece)]


def within(opener: Piece, closer: Piece, span: Span) -> list[Item]:
    """Returns what stands in a bracket of the text."""
    return [Token("(", "(", opener.start, opener.end), span, Token(")", ")", closer.start, closer.end)]
