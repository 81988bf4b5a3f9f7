"""Names in LaTeX: one letter is a name, so is a group of words; with subscript, accent, index."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.latex_macros import ACCENTS, FRACTIONS, GREEK, NO_DERIVATIVE, WORDS
from cgviz.reading.latex_pieces import Piece
from cgviz.text.identifiers import name as spelled

MOST_BARE = 8
JOINTS = {",": "_", "+": "p", "-": "m", "−": "m", "_": "_"}


@dataclass(frozen=True)
class Name:
    """A name as the program spells it, the index after it, and whether it is one letter (accents aside)."""

    text: str
    end: int
    letter: str


@dataclass
class Names:
    """Reads names. `known` are the names of several letters that the program assigns or that have values."""

    text: str
    pieces: Sequence[Piece]
    known: frozenset[str] = frozenset()

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.known), default=0)

    def begins(self, at: int) -> bool:
        piece = self.pieces[at]
        if piece.kind == "macro":
            return piece.text in GREEK or piece.text in WORDS or piece.text in ACCENTS
        return piece.kind == "letter"

    def read(self, at: int) -> Name:
        """Returns the name at `at`, with all that belongs to it."""
        first = self.pieces[at]
        run = self.run(at)
        base, end = next((part for part in reversed(run) if part[0] in self.known), run[0])
        letter = (GREEK.get(first.text, "") or base) if first.kind == "letter" or first.text in GREEK else ""
        index = subscript = ""
        while end < len(self.pieces) and self.pieces[end].kind == "char":
            mark = self.pieces[end].text
            inside = self.index(end) if mark == "^" and not index else ""
            if mark == "_" and not subscript:
                subscript, end = self.subscript(end)
            elif inside:
                index, end = inside, self.extent(end + 1)
            elif mark in ("'", "’", "′"):
                raise self.error(f"a prime: {NO_DERIVATIVE}; for a second name write a subscript", end)
            else:
                break
        written = base + index + (f"_{subscript}" if subscript else "")
        name = spelled(written, self.text, first.start)
        if not name.isidentifier():
            message = f"{quoted(name)} is not a name"
            raise ExpressionError(message, self.text, first.start, self.pieces[end - 1].end)
        return Name(name, end, letter)

    def run(self, at: int) -> list[tuple[str, int]]:
        """Returns the (letters, end) that begin at `at`, longest last: x, xp, xpy; one where no name is known."""
        run = [self.atom(at)]
        while len(run[-1][0]) < self.longest:
            end = run[-1][1]
            if end >= len(self.pieces) or not self.begins(end) or self.pieces[end - 1].end != self.pieces[end].start:
                break
            letters, end = self.atom(end)
            run.append((run[-1][0] + letters, end))
        return run

    def atom(self, at: int) -> tuple[str, int]:
        """Returns a letter, a Greek letter, a word or an accented letter, with the digits that touch it."""
        piece = self.pieces[at]
        end = at + 1
        if piece.kind == "letter" or piece.text in GREEK:
            letters = GREEK.get(piece.text, piece.text) if piece.kind == "macro" else piece.text
        else:
            end = self.extent(at)
            letters = self.words(at + 1, end) + ACCENTS.get(piece.text, "")
        while end < len(self.pieces) and self.pieces[end].kind == "digit" and touches(self.pieces, end):
            letters += self.pieces[end].text
            end += 1
        return letters, end

    def words(self, start: int, end: int) -> str:
        """Returns pieces as one name; blanks between words become underscores."""
        parts: list[str] = []
        for at in range(start, end):
            piece = self.pieces[at]
            if piece.text == "{" or (piece.kind == "macro" and (piece.text in WORDS or piece.text in ACCENTS)):
                continue
            if parts and piece.start > self.pieces[at - 1].end and piece.kind == "letter":
                parts.append("_")
            parts.append(self.part(piece))
        return "".join(parts).strip("_")

    def part(self, piece: Piece) -> str:
        """Returns what one piece adds to a name."""
        if piece.kind in ("letter", "digit"):
            return piece.text
        known = GREEK.get(piece.text) if piece.kind == "macro" else None
        joint = known or JOINTS.get(piece.text) if piece.kind in ("char", "macro") else None
        if joint is None:
            shown = quoted(self.text[piece.start : piece.end])
            raise ExpressionError(f"{shown} cannot be part of a name", self.text, piece.start, piece.end)
        return joint

    def subscript(self, at: int) -> tuple[str, int]:
        """Returns the subscript whose `_` is at `at`, and the index after it."""
        end = self.extent(at + 1)
        if end == at + 2 and self.pieces[at + 1].kind == "digit" and touching_digit(self.pieces, end):
            raise self.error("only the first digit is a subscript here: put it in braces, _{..}", at)
        inside = self.words(at + 1, end)
        if not inside:
            raise self.error("a subscript is missing after '_'", at)
        return inside, end

    def index(self, at: int) -> str:
        """Returns the 1 of `^{(1)}`, the index of a layer or sample; "" where the `^` at `at` is a power."""
        group = self.pieces[at + 1 : at + 6]
        if len(group) < 5 or [piece.text for piece in group[:2]] not in (["{", "("], ["{", "["]):
            return ""
        start, end = at + 3, group[1].partner
        if end + 1 != group[0].partner or any(p.kind not in ("letter", "digit") for p in self.pieces[start:end]):
            return ""
        return "".join(piece.text for piece in self.pieces[start:end])

    def extent(self, at: int) -> int:
        """Returns the index after the argument at `at`: a group, a single piece, or a macro with its arguments."""
        first, wanted = at, 1
        for _ in range(MOST_BARE):
            if at >= len(self.pieces) or self.pieces[at].kind in ("close", "row", "gap"):
                raise self.error("an argument is missing here", min(at, len(self.pieces) - 1))
            piece = self.pieces[at]
            if piece.text == "{" and piece.partner == at + 1:
                raise self.error("the braces are empty; something is expected in them", at)
            wanted += arguments(piece) - 1
            at = piece.partner + 1 if piece.kind == "open" else at + 1
            if piece.kind == "macro" and piece.text == "sqrt":
                at = self.after_option(at)
            if not wanted:
                return at
        raise self.error("put this argument in braces, {..}", first)

    def after_option(self, at: int) -> int:
        """Returns the index after the `[3]` of `\\sqrt[3]{x}` where there is one at `at`."""
        if at < len(self.pieces) and self.pieces[at].kind == "open" and self.pieces[at].text == "[":
            return self.pieces[at].partner + 1
        return at

    def error(self, message: str, at: int) -> ExpressionError:
        piece = self.pieces[at]
        return ExpressionError(message, self.text, piece.start, piece.end)


def arguments(piece: Piece) -> int:
    """Returns how many arguments a macro takes."""
    if piece.kind != "macro":
        return 0
    return 2 if piece.text in FRACTIONS else int(piece.text in WORDS or piece.text in ACCENTS or piece.text == "sqrt")


def touches(pieces: Sequence[Piece], at: int) -> bool:
    return pieces[at - 1].end == pieces[at].start


def touching_digit(pieces: Sequence[Piece], at: int) -> bool:
    return at < len(pieces) and pieces[at].kind == "digit" and touches(pieces, at)


def multiple(names: Collection[str]) -> frozenset[str]:
    """Returns the names of several letters: the others are names anyway."""
    return frozenset(name for name in names if len(re.sub("[0-9]+$", "", name)) > 1)
