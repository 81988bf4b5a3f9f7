"""What a LaTeX translation is made of: spans of pieces still to be read, and tokens that are ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_scripts import LatexName
from cgviz.reading.tokens import Token
from cgviz.records import record


@record
class Env:
    """What indices mean in a part of a formula.

    numbers  those that a sum with numbers for bounds has given a value
    axes     those that run over the axis of an array, outermost first; `met` are those that a name has borne
    hidden   axes that every name here has beside those it bears: the components of the rows in w^T x_i
    starts   the first number of those whose sum says it, `i=1`: there the index itself is a number
    shifts   the least and the most that is added to an index along an axis, (0, 1) of x_i and x_{i+1}
    bearers  a name for each axis that bears its index
    inverse  the name here is a matrix whose inverse is meant
    bound    the identifiers of a function's parameters, each with the name that it is applied to
    """

    numbers: Mapping[str, int] = field(default_factory=dict)
    axes: tuple[str, ...] = ()
    met: set[str] = field(default_factory=set)
    hidden: str = ""
    inverse: bool = False
    starts: Mapping[str, int] = field(default_factory=dict)
    shifts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    bearers: Mapping[str, LatexName] = field(default_factory=dict)
    bound: Mapping[str, LatexName] = field(default_factory=dict)


EMPTY = Env()


@dataclass(slots=True)
class Span:
    """Pieces `at` to `end` that are being read.

    bare       the span from which this one was taken: an argument without brackets, which ends where it must
    condition  '=' compares here
    top        not inside any bracket: layout is skipped
    fed        something of it has been read
    env        what the indices mean; that of the span around it where it has none of its own
    """

    at: int
    end: int
    bare: Span | None = None
    condition: bool = False
    top: bool = False
    fed: bool = False
    env: Env | None = None


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


def number(value: int, piece: Piece) -> list[Item]:
    """Returns a whole number, in brackets where it has a sign."""
    token = Token("number", str(abs(value)), piece.start, piece.end)
    return [token] if value >= 0 else around(piece, [synthetic("-", piece), token])
