"""A name in LaTeX, what its scripts may hold, and how names keep apart that scripts alone tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from cgviz.reading.latex_pieces import Piece
from cgviz.records import record
from cgviz.text.spelling import Spelling

Range = tuple[int, int]


@record
class LatexName:
    """A name as it stands in the text: its spelling, where it ends, and what its scripts could be.

    letter   what it is without scripts where that is one letter, else ""
    items    the ranges of pieces of its subscript, one for each index: `i` and `j` of W_{ij}
    raised   the letter of a superscript in brackets, the i of x^{(i)}, which may be an index as well
    turned   it is transposed: W^{[2]T}
    base     the spelling without scripts that may be indices
    """

    spelling: Spelling
    start: int
    end: int
    letter: str
    items: tuple[Range, ...] = ()
    raised: str = ""
    turned: bool = False

    @property
    def base(self) -> Spelling:
        whole = replace(self.spelling, sup=()) if self.raised else self.spelling
        return replace(whole, sub=(), glued=False) if self.items else whole


def is_label(piece: Piece) -> bool:
    """Tells whether a piece may stand in the superscript of a layer: l, l-1, L."""
    return piece.kind in ("letter", "digit") or piece.text in ("+", "-", "−")


def apart(spelling: Spelling, taken: Collection[str]) -> str:
    """Returns another identifier for a spelling whose own is taken: a_i1 for a^{(1)} beside a1, w_bold beside w."""
    plain = spelling.identifier
    bare = replace(spelling, sup=()).identifier
    first = spelling.sup[0].letters if spelling.sup else ""
    wished = [bare.removesuffix("_")] if "(" in spelling.letters else []
    if first in ("(", "["):
        wished.append(f"{bare}_{'i' if first == '(' else 'l'}{plain.removeprefix(bare).strip('_')}")
    if spelling.face:
        wished.append(f"{plain}_{spelling.face}")
    wished += [f"{plain}_{count}" for count in range(2, len(taken) + 3)]
    return next(name for name in wished if name not in taken)


def indexed_power(inner: Sequence[Piece]) -> bool:
    """Tells whether a superscript is one index in brackets and then a number or a letter: `(2)2`."""
    kinds = [piece.kind for piece in inner]
    brackets = len(kinds) == 4 and kinds[0] == "open" and kinds[2] == "close" and inner[3].text != "T"
    return brackets and {kinds[1], kinds[3]} <= {"digit", "letter"}
