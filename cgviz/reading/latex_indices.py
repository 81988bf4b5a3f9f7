"""Indices in LaTeX: which letters run over the axes of arrays, and what a name with indices stands for.

`\\sum_{i=1}^{3} w_i x_i` is written out, its names w_1, w_2 ...; `\\sum_i w_i x_i` and `\\sum_{i=1}^{n}` run over a
whole axis of the arrays w and x. An index that stands on both sides of an equation is one: element by element.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from cgviz.errors import CgvizError
from cgviz.reading.latex_macros import FRACTIONS
from cgviz.reading.latex_names import LatexNames
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_scripts import LatexName, Range
from cgviz.reading.latex_spans import EMPTY, Env
from cgviz.reading.latex_sums import BOUNDED, COUNTS, Bounds, bounds, side, term_end


@dataclass
class Indices:
    """What a program's indices mean.

    bound   the letters that run over an axis; `free` those that stand on both sides of an equation
    arrays  the identifiers of the names that are indexed by one of them; `first` is the number of their first element
    compared those in a condition under a sum, `i < j`
    assigned the names on left sides: x_1 is no element of x where it is one
    partial the sums to n-1 over an axis whose length is n
    counts  for the letter over a sum, as the n of \\sum_{i=1}^{n}: (n, the array, its axis, how many more n is)
    """

    text: str
    pieces: Sequence[Piece]
    names: LatexNames
    given: frozenset[str] = frozenset()
    bound: set[str] = field(default_factory=set)
    free: set[str] = field(default_factory=set)
    arrays: set[str] = field(default_factory=set)
    counts: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    found: dict[int, LatexName] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    partial: set[int] = field(default_factory=set)
    compared: set[str] = field(default_factory=set)
    first: int = 1
    assigned: Collection[str] = ()

    def survey(self, assigned: Collection[str], skipped: Collection[Range], left: Collection[str] = ()) -> None:
        """Meets every sum and every name of the program before anything is read; `skipped` are not read at all.

        `left` are the letters in the subscripts of left sides: the i of `z_i = \\sum_{j=1}^i x_j` is an index.
        """
        self.assigned = assigned
        series: list[tuple[int, Bounds]] = []
        counted: list[tuple[int, Bounds]] = []
        beyond, at = dict(skipped), 0
        while at < len(self.pieces):
            if at in beyond:
                at = beyond[at]
                continue
            piece = self.pieces[at]
            if piece.kind == "macro" and piece.text in BOUNDED:
                try:
                    found = self.bounds(at)
                except CgvizError:
                    at += 1
                    continue
                self.compared |= found.compared
                top = found.top.letter
                self.bound |= {top} if top and top in left and top not in COUNTS else set()
                counted += [(at, found)] if found.literal is not None else []
                if found.literal is None and found.letters:
                    series.append((at, found))
                    self.bound |= {*found.letters, *found.compared}
                at = found.end
            elif self.names.begins(at):
                at = self.met(at)
            else:
                is_chosen = piece.text == "_" and at and self.pieces[at - 1].kind == "close"
                chosen = {each.text for each in self.pieces[at + 1 : at + 2]} if is_chosen else set()  # softmax(z)_i
                self.bound |= chosen & {*left} - {""}
                at += 1
        begun = [found for at, found in counted if self.mentions(at, len(self.pieces), found.letters[0], single=True)]
        begun = [found for _, found in series] + ([] if any(found.lower == 1 for _, found in series) else begun)
        self.first = 0 if any(found.lower == 0 for found in begun) else 1
        if not self.bound:
            return
        self.spread()
        for is_plain in (True, False):
            for at, found in series:
                self.count(at, found, assigned, is_plain)

    def met(self, at: int) -> int:
        """Enters the name at `at`; returns where it ends."""
        try:
            name = self.found[at] = self.names.read(at)
        except CgvizError:
            return at + 1
        return name.end

    def spread(self) -> None:
        """Finds the arrays, by the indices that run over an axis, and then the free indices of those arrays."""
        for _ in range(3):
            for name in self.found.values():
                letters = self.letters(name)
                base = self.base(name)
                if letters and any(letter in self.bound or letter in self.free for letter in letters):
                    self.arrays.add(base)
                if base in self.arrays:
                    self.free |= {letter for letter in letters if letter and letter not in self.bound}

    def letters(self, name: LatexName) -> tuple[str, ...]:
        """Returns the indices of a name that are single letters, "" for any other."""
        found = self.single(name)
        return (name.raised, *found) if name.raised in self.bound else tuple(found)

    def base(self, name: LatexName, env: Env = EMPTY) -> str:
        """Returns the identifier of a name without its indices; a raised one is an index where a sum binds it."""
        is_index = name.raised in self.bound or name.raised in env.numbers
        spelling = name.base if is_index else replace(name.base, sup=name.spelling.sup)
        return self.names.identifier(spelling)

    def bounds(self, at: int) -> Bounds:
        """Returns what stands under and over the sum at `at`; an index that is not written is the one that it bears."""
        found = bounds(self.text, self.pieces, self.names, at)
        if found.letters or self.pieces[at].text not in ("sum", "prod"):
            return found
        end = term_end(self.pieces, found.end, len(self.pieces))
        borne = self.borne(found.end, end)
        return replace(found, letters=(*borne,)) if len(borne) == 1 else found

    def borne(self, start: int, end: int) -> set[str]:
        """Returns the single letters that names between two places bear as indices, those of inner sums left out."""
        found, inner, at = set[str](), set[str](), start
        while at < end:
            if self.pieces[at].text in BOUNDED and self.pieces[at].kind == "macro":
                below = bounds(self.text, self.pieces, self.names, at)
                inner |= {*below.letters}
                at = below.end
            elif self.names.begins(at):
                name = self.names.read(at)
                found |= {letter for letter in (name.raised, *self.single(name)) if letter}
                at = name.end
            else:
                at += 1
        return found - inner

    def single(self, name: LatexName) -> list[str]:
        """Returns the parts of a subscript that are one letter, "" for any other."""
        inner = [self.pieces[a:b] for a, b in name.items]
        return [part[0].text if len(part) == 1 and part[0].kind == "letter" else "" for part in inner]

    def before(self, at: int) -> Range:
        """Returns the n of a `\\frac{1}{n}` right before the sum at `at`, which is a mean then."""
        end = at - 1
        while end > 0 and (self.pieces[end].kind == "close" or self.pieces[end].text in ("*", "cdot")):
            end -= 1
        is_half = end > 2 and self.pieces[end].text in COUNTS and self.pieces[end].kind == "letter"
        digits = [piece for piece in self.pieces[max(end - 6, 0) : end] if piece.text not in ("{", "}")]
        return (end, end + 1) if is_half and any(p.text in ("/", *FRACTIONS) for p in digits) else (at, at)

    def count(self, at: int, bounds: Bounds, assigned: Collection[str], is_plain: bool) -> None:
        """Enters the letter over a sum as the length of an axis, where an input bears the index.

        `is_plain`: only a letter alone, n rather than n-1.
        """
        start, end = bounds.over if bounds.over != (0, 0) else self.before(at)
        over = [piece for piece in self.pieces[start:end] if piece.text != "{"]
        over = [piece for piece in over if piece.kind != "close"]
        if not over or over[0].kind != "letter" or len(bounds.letters) != 1:
            return
        name = self.found.get(start + (self.pieces[start].text == "{")) or self.names.read(
            start + (self.pieces[start].text == "{")
        )
        tail = "".join(piece.text for piece in self.pieces[name.end : end] if piece.kind not in ("close", "open"))
        less = re.fullmatch(r"|[-−](\d{1,8})", tail)
        identifier = self.names.identifier(name.spelling)
        is_other = over[0].text in self.bound or identifier in self.arrays
        is_other |= bounds.over == (0, 0) and identifier in self.given
        if less is None or is_plain != (tail == "") or is_other:
            return
        letter = bounds.letters[0]
        low, high = self.shifts(bounds.end, term_end(self.pieces, bounds.end, len(self.pieces)), letter)
        begins = 1 if bounds.lower is None else bounds.lower
        more = int(less[1] or 0) + (0 if begins > 1 else begins - 1 - (high - low))
        after = [one for place, one in sorted(self.found.items()) if place > at]
        for one in [*after, *self.found.values()]:
            letters, base = self.letters(one), self.base(one)
            if letter in letters and base not in assigned:
                entry = base, letters.index(letter), more
                known = self.counts.setdefault(identifier, entry)
                self.partial |= {at} if known[:2] == entry[:2] and known != entry else set()
                return

    def mentions(self, start: int, end: int, letter: str, single: bool = False) -> bool:
        """Tells whether a name between two places bears an index, of its subscript where `single`."""
        letters = self.single if single else self.letters
        return any(start <= at < end and letter in letters(name) for at, name in self.found.items())

    def shifts(self, start: int, end: int, letter: str) -> tuple[int, int]:
        """Returns the least and the most that is added to an index between two places."""
        found = {0} if self.mentions(start, end, letter) else set[int]()
        for at, name in self.found.items():
            for part in name.items if start <= at < end else ():
                one = side(self.pieces[part[0] : part[1]])
                found |= {one.more} if one is not None and one.letter == letter else set()
        return min(found, default=0), max(found, default=0)

    def bearers(self, start: int, end: int, letters: Sequence[str]) -> dict[str, LatexName]:
        """Returns a name between two places for each index that one bears there."""
        found: dict[str, LatexName] = {}
        for at, name in sorted(self.found.items()):
            if start <= at < end:
                found = {letter: name for letter in letters if letter in self.letters(name)} | found
        return found
