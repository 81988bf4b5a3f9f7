"""Mathematics of LaTeX as rows of an aligned display: how wide it is, about, and where it may be broken."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cgviz.documents.equations import Equation, Part, Term

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_]|[^\\{}^_]", re.DOTALL)
SILENT = {r"\left", r"\right", r"\mathrm", r"\text", r"\operatorname", r"\begin", r"\end", r"\cdot", r"\mathbin", " "}
WIDE = {r"\quad": 2.0, r"\qquad": 4.0, r"\cdot": 2.2, r"\odot": 2.8, "+": 2.8, "-": 2.4, "=": 2.8, r"\times": 2.8}
PLACE = re.compile(r" (?=[+-] |\\(?:cdot|odot) |/ )|(?<=, )|(?<=(?<!\\left)\()")
DEEPEST = 8
SMALL, SMALLER = 0.75, 2
BRACKETS, BETWEEN = 2.6, 2.2  # of a matrix, and between its columns
MOST_LINES = 24
WIDEST_SYMBOL = 22.0
EQUAL = 3.0


def width(tex: str) -> float:
    """Returns about how many letters wide a formula is."""
    return Measure(tex).group()


class Measure:
    """Reads a formula's tokens once, group by group; the nesting of what is written is bounded."""

    def __init__(self, tex: str) -> None:
        self.tokens = TOKEN.findall(tex)
        self.at = self.level = 0

    def group(self) -> float:
        """Returns the width up to the brace that closes the group, or the end."""
        total = 0.0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token == "}":
                break
            total += self.of(token)
        return total

    def of(self, token: str) -> float:
        if token == "{":
            return self.group()
        if token == r"\begin":
            return self.environment()
        if token == r"\frac":
            return max(self.argument(), self.argument()) + 0.5
        if token in "^_":
            return self.script()
        if token == r"\textcolor":
            self.argument()
            return self.argument()
        return WIDE.get(token, 0.0 if token in SILENT else 1.0 if len(token) < 6 else 2.0)

    def environment(self) -> float:
        """Returns the width of a matrix, that of its widest row; what else has a beginning is as wide as all in it."""
        name = "".join(self.tokens[self.at : self.at + 9])
        total = self.argument()
        if name != "{bmatrix}":
            return total
        rows, row = [BRACKETS], BRACKETS
        while self.at < len(self.tokens) and self.tokens[self.at] != r"\end":
            token = self.tokens[self.at]
            self.at += 1
            if token == r"\\":
                rows.append(row)
                row = BRACKETS
            else:
                row += BETWEEN if token == "&" else self.of(token)
        self.at += 1
        self.argument()
        return max(*rows, row)

    def script(self) -> float:
        """Returns the width of a script, which is set smaller, but no smaller than that of a script."""
        self.level += 1
        found = self.argument() * (SMALL if self.level <= SMALLER else 1.0)
        self.level -= 1
        return found

    def argument(self) -> float:
        if self.at >= len(self.tokens):
            return 0.0
        token = self.tokens[self.at]
        self.at += 1
        return self.of(token)


def broken(tex: str, room: float, first: float | None = None) -> list[str]:
    """Returns a formula in pieces of about `room` letters (the first of `first`), broken between terms or factors.

    Where a break falls between \\left( and \\right), both pieces get an invisible partner.
    """
    lines: list[str] = []
    line, used, depth = "", 0.0, 0
    limit = room if first is None else first
    for piece in pieces(tex):
        wide = width(piece)
        if line and used + wide > limit:
            lines.append(line.rstrip() + r" \right." * depth)
            line, used, limit = r"\left. " * depth, 0.0, room
        line += piece
        used += wide
        depth += piece.count(r"\left") - piece.count(r"\right")
    return [*lines, line]


def flattened(tex: str) -> str:
    r"""Returns a formula; where brackets are nested deeply, they do not grow with what is in them."""
    depth = deepest = 0
    for token in re.findall(r"\\left(?![a-z])|\\right(?![a-z])", tex):
        depth += 1 if token == r"\left" else -1
        deepest = max(deepest, depth)
    return re.sub(r"\\(left|right)(?![a-z])", "", tex) if deepest > DEEPEST else tex


def pieces(tex: str) -> Iterator[str]:
    """Yields a formula cut wherever it may be broken: outside of braces and environments."""
    start = depth = position = 0
    for token in TOKEN.findall(tex):
        if depth == 0 and position > start and PLACE.match(tex, position):
            yield tex[start:position]
            start = position
        depth += {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}.get(token, 0)
        position += len(token)
    yield tex[start:]


class AlignedRow(NamedTuple):
    """A row: what stands left of the `=`, and what from it on."""

    symbol: str
    rest: str
    number: str = ""


class Setter(NamedTuple):
    """How lines are set: the room in letters, and how a number or a remark is dressed."""

    room: float
    coloured: Callable[[str, str], str]
    remark: Callable[[str, str], str]

    def blocks(self, lines: Sequence[Equation]) -> list[list[AlignedRow]]:
        """Returns the rows of all lines, in blocks that are short enough for one display."""
        starts = range(0, len(lines), MOST_LINES)
        return [[row for line in lines[at : at + MOST_LINES] for row in self.rows(line)] for at in starts]

    def rows(self, line: Equation) -> list[AlignedRow]:
        """Returns the rows of one line."""
        symbol, number = line.symbol, line.number
        rows: list[AlignedRow] = []
        wide = width(symbol)
        if wide > WIDEST_SYMBOL:
            rows, symbol, number, wide = [AlignedRow("", symbol, number)], "", "", 0.0
        room = self.room - max(wide, 8.0)
        sides = self.sides(line, room)
        first = AlignedRow(symbol, sides[0] if sides else "", number)
        rows += [first, *(AlignedRow("", side) for side in sides[1:])]
        return self.remarked(rows, line, room)

    def sides(self, line: Equation, room: float) -> list[str]:
        """Returns the sides, each after its `=`, as many on a row as fit."""
        rows: list[str] = []
        for side in line.parts:
            lead = "= " if line.symbol else ""
            text = lead + self.side(side)
            wide = width(text)
            if rows and width(rows[-1]) + wide <= room:
                rows[-1] += f" {text}"
            elif wide <= room:
                rows.append(text)
            else:
                first, *more = broken(text, room - 2 * EQUAL)
                rows += [first, *(rf"\qquad {piece.strip()}" for piece in more)]
        return rows

    def side(self, side: Part) -> str:
        joint = ", " if side.joint == "," else f" {side.joint} "
        return joint.join(map(self.term, side.terms))

    def term(self, term: Term) -> str:
        return "".join(self.coloured(text, role) if role else text for text, role in term)

    def remarked(self, rows: list[AlignedRow], line: Equation, room: float) -> list[AlignedRow]:
        """Returns rows with the note and the flags behind the last one, or below."""
        said = [(line.note, "muted")] * bool(line.note) + [(flag, "flag") for flag in line.flags]
        for text, role in said:
            last = rows[-1]
            if width(last.rest) + len(text) * 0.7 + 3 <= room:
                rows[-1] = last._replace(rest=rf"{last.rest} \quad {self.remark(text, role)}".strip())
            else:
                rows += [
                    AlignedRow("", rf"\qquad {self.remark(part, role)}")
                    for part in textwrap.wrap(text, int(room * 1.2))
                ]
        return rows
