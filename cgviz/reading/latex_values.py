"""Values in LaTeX that are names: `p(y | x)`, which is no product, and the f(x) of `L(y, f(x)) = ...`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cgviz.errors import ExpressionError
from cgviz.reading.latex_names import LONGEST_SCRIPT, LatexNames
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_scripts import LatexName, Range
from cgviz.text.spelling import Spelling


@dataclass
class Values(LatexNames):
    """Reads names, and values as names.

    defined the functions that stand on a left side, `f(x) = ...`
    values  the calls that are names, as they are written: the f(x) of `L(y, f(x)) = ...`
    barred  the letters of those that stand before a condition somewhere: the p of `p(y | x) p(x)`
    """

    defined: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()

    def read(self, at: int) -> LatexName:
        return self.valued(super().read(at))

    def valued(self, name: LatexName) -> LatexName:
        """Returns a name with the bracket behind it where the two are one value: `p(y | x)`, the f(x) of `L(y, f(x))`.

        The indices of what stands in the bracket are its own.
        """
        at = name.end
        if name.turned or name.spelling.face == "blackboard" or at >= len(self.pieces):
            return name
        bracket = self.pieces[at]
        if bracket.kind != "open" or bracket.text != "(" or name.spelling.text in self.defined:
            return name
        is_known = self.source(name.start, bracket.partner + 1) in self.values
        is_known = is_known or name.spelling.letters in self.barred
        if not is_known or bracket.partner - at > LONGEST_SCRIPT:
            return name
        items = dict(self.own_indices(name))
        head = name.base.text if items else name.spelling.text
        written = ""
        at += 1
        while at < bracket.partner:
            inner = self.read(at) if self.begins(at) else None
            if inner is None:
                sign = self.source(at, at + 1)
                written += ("|" if sign in ("|", "\\mid") else "‖") if is_bar(self.pieces[at]) else sign.strip("{}")
                at += 1
                continue
            found = dict(self.own_indices(inner))
            written += inner.base.text if found else inner.spelling.text
            items = {**found, **items}
            at = inner.end
        whole = Spelling(f"{head}({written})", "italic", sub=tuple(map(Spelling, items)))
        return LatexName(whole, name.start, bracket.partner + 1, "", tuple(items.values()))

    def own_indices(self, name: LatexName) -> Iterator[tuple[str, Range]]:
        """Yields the small letters in the scripts of a name that may be indices, each with its place."""
        for start, end in name.items if len(name.items) < 3 else ():
            if end == start + 1 and self.pieces[start].kind == "letter" and self.pieces[start].text.islower():
                yield self.pieces[start].text, (start, end)
        if name.raised:
            places = range(name.start + 1, name.end)
            at = next(at for at in places if self.pieces[at].text == name.raised and self.pieces[at - 1].text == "(")
            yield name.raised, (at, at + 1)


def is_bar(piece: Piece) -> bool:
    """Tells whether a piece is the bar of a condition, `p(y | x)`."""
    return piece.text == "mid" and piece.kind in ("char", "macro")


def calls_in(names: LatexNames, start: int, end: int) -> Iterator[tuple[str, LatexName]]:
    """Yields the names before round brackets in a range, each with the whole `f(x)` as it is written."""
    at = start
    while at < end:
        try:
            name = names.read(at) if names.begins(at) else None
        except ExpressionError:
            name = None
        at = max(at + 1, name.end if name else 0)
        if name and at < end and names.pieces[at].text == "(" and names.pieces[at].kind == "open":
            yield names.source(name.start, names.pieces[at].partner + 1), name
