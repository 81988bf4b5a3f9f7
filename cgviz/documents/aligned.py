"""Lines of mathematics as rows of an aligned display: the symbol, then as many sides as fit on each row."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cgviz.documents.breaking import broken, width
from cgviz.documents.equations import Equation, Part, Term

MOST_LINES = 24
WIDEST_SYMBOL = 22.0
EQUAL = 3.0


class Row(NamedTuple):
    """A row: what stands left of the `=`, and what from it on."""

    symbol: str
    rest: str
    number: str = ""


class Setter(NamedTuple):
    """How lines are set: the room in letters, and how a number or a remark is dressed."""

    room: float
    coloured: Callable[[str, str], str]
    remark: Callable[[str, str], str]

    def blocks(self, lines: Sequence[Equation]) -> list[list[Row]]:
        """Returns the rows of all lines, in blocks that are short enough for one display."""
        starts = range(0, len(lines), MOST_LINES)
        return [[row for line in lines[at : at + MOST_LINES] for row in self.rows(line)] for at in starts]

    def rows(self, line: Equation) -> list[Row]:
        """Returns the rows of one line."""
        symbol, number = line.symbol, line.number
        rows: list[Row] = []
        wide = width(symbol)
        if wide > WIDEST_SYMBOL:
            rows, symbol, number, wide = [Row("", symbol, number)], "", "", 0.0
        room = self.room - max(wide, 8.0)
        sides = self.sides(line, room)
        first = Row(symbol, sides[0] if sides else "", number)
        rows += [first, *(Row("", side) for side in sides[1:])]
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

    def remarked(self, rows: list[Row], line: Equation, room: float) -> list[Row]:
        """Returns rows with the note and the flags behind the last one, or below."""
        said = [(line.note, "muted")] * bool(line.note) + [(flag, "flag") for flag in line.flags]
        for text, role in said:
            last = rows[-1]
            if width(last.rest) + len(text) * 0.7 + 3 <= room:
                rows[-1] = last._replace(rest=rf"{last.rest} \quad {self.remark(text, role)}".strip())
            else:
                rows += [Row("", rf"\qquad {self.remark(part, role)}") for part in textwrap.wrap(text, int(room * 1.2))]
        return rows
