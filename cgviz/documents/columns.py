"""Lines of mathematics at a width: the sides of equations in columns where they fit, else below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from cgviz.documents.equations import Equation, Part
from cgviz.text.fold import Line as Row
from cgviz.text.fold import Span, fold, joined, line_width, split

MARGIN, GAP, WIDEST_SYMBOL, NARROWEST = 2, 3, 24, 12


class Columns:
    """The lines of a section, set at a width."""

    def __init__(self, lines: Sequence[Equation], width: int) -> None:
        self.lines, self.width = lines, width
        self.number = max(len(line.number) + 2 if line.number else 0 for line in lines)
        symbols = [line_width([(line.symbol, "")]) for line in lines if line.parts and line.symbol]
        self.symbol = max((wide for wide in symbols if wide <= WIDEST_SYMBOL), default=0)
        self.start = MARGIN + self.number + (2 if self.number else 0)
        self.columns = self.fitting()

    def rows(self) -> Iterator[Row]:
        for line in self.lines:
            yield from self.in_columns(line) if self.fits(line) else self.stacked(line)

    def fitting(self) -> list[int]:
        """Returns the widths of the sides' columns, made for all lines but the few that are too wide for any."""
        room = self.width - self.start - self.symbol
        widths = [[line_width(flat(side)) + GAP for side in line.parts] for line in self.lines if line.symbol]
        for share in (1.0, 0.8, 0.6, 0.4):
            chosen = [sides for sides in widths if sum(sides) <= room * share]
            columns = [max(column) for column in zip_longest(*chosen, fillvalue=0)]
            if sum(columns) <= room:
                return columns
        return []

    def fits(self, line: Equation) -> bool:
        sides = [line_width(flat(side)) + GAP for side in line.parts]
        small = line_width([(line.symbol, "")]) <= self.symbol and len(sides) <= len(self.columns)
        return bool(line.symbol) and small and all(a <= b for a, b in zip(sides, self.columns, strict=False))

    def head(self, line: Equation) -> Row:
        number = f"({line.number})".rjust(self.number) if line.number else " " * self.number
        return [(" " * MARGIN + number + ("  " if self.number else ""), "muted")]

    def in_columns(self, line: Equation) -> Iterator[Row]:
        """Yields a line whose sides stand in the columns, its note behind them, or behind the line, or below."""
        row = [*self.head(line), (padded(line.symbol, self.symbol) if line.parts else line.symbol, "name")]
        for side, wide in zip(line.parts, self.columns, strict=False):
            spans = flat(side)
            row += [(" = ", ""), *spans, (" " * (wide - GAP - line_width(spans)), "")]
        remarks = noted(line)
        used = self.start + self.symbol + sum(self.columns) + 2
        if remarks and line_width(joined(remarks)) + used <= self.width:
            yield [*row, (" " * (used - line_width(row)), ""), *joined(remarks)]
        else:
            if line.parts:
                row.pop()
            yield from self.remarked([row], remarks)

    def stacked(self, line: Equation) -> Iterator[Row]:
        """Yields a line whose sides stand below each other, one `=` under the other; what fits goes on one row."""
        row: Row = [*self.head(line)]
        wide = line_width([(line.symbol, "")])
        if wide > self.width // 2:
            yield from hung(row, [[(line.symbol, "name")]], self.width)
            row = [(" " * self.start, "")]
        elif line.symbol:
            row.append((padded(line.symbol, self.symbol), "name"))
        rows: list[Row] = []
        for side in line.parts:
            lead: Row = [(" = ", "")] if line.symbol else []
            if rows and line_width([*rows[-1], *lead, *flat(side)]) <= self.width:
                rows[-1] += [*lead, *flat(side)]
                continue
            rows += hung([*row, *lead], words(side), self.width)
            row = [(" " * line_width(row), "")]
        yield from self.remarked(rows or [row], noted(line))

    def remarked(self, rows: list[Row], remarks: list[Row]) -> Iterator[Row]:
        """Yields rows with the remarks behind the last one, or below it."""
        if not remarks:
            yield from rows
        elif line_width([*rows[-1], *joined(remarks)]) + GAP <= self.width:
            yield from rows[:-1]
            yield [*rows[-1], (" " * GAP, ""), *joined(remarks)]
        else:
            yield from rows
            pieces = [word for remark in remarks for word in split(remark)]
            yield from hung([(" " * (self.start + 2), "")], pieces, self.width)


def padded(text: str, width: int) -> str:
    return text + " " * (width - line_width([(text, "")]))


def hung(lead: Row, pieces: list[Row], width: int) -> Iterator[Row]:
    """Yields words folded behind `lead`, the later rows set in as far."""
    indent = line_width(lead)
    for i, row in enumerate(fold(pieces, max(width - indent, NARROWEST))):
        yield [*(lead if i == 0 else [(" " * indent, "")]), *row]


def words(side: Part) -> list[Row]:
    """Returns the terms of a side, each a word that is not broken where it can be helped."""
    last = len(side.terms) - 1
    if side.joint == ",":
        return [[*term, (",", "")] if i < last else list(term) for i, term in enumerate(side.terms)]
    return [[(f"{side.joint} ", ""), *term] if i else list(term) for i, term in enumerate(side.terms)]


def flat(side: Part) -> Row:
    return joined(words(side))


def noted(line: Equation) -> list[Row]:
    """Returns the note and the flags."""
    every: list[Span] = [(line.note, "muted")] * bool(line.note) + [(flag, "flag") for flag in line.flags]
    return [[(said + ";" * (i < len(every)), role)] for i, (said, role) in enumerate(every, 1)]
