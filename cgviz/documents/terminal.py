"""A document as lines with roles for a terminal of any width, and as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from cgviz.documents.document import Block, Document, Drawn, Entry, Equations, Gap, Head, Prose, Table, Title
from cgviz.documents.equations import Equation, Part
from cgviz.documents.grid import grid, prose
from cgviz.drawing.theme import Theme
from cgviz.text.fold import Line, Span, fold, joined, line_width, split

SIDE, HANG, LEAST, NARROWEST, SMALLEST = 10, 2, 36, 30, 20
MARGIN, BETWEEN, WIDEST_SYMBOL, LEAST_FOLD = 2, 3, 24, 12


def page(document: Document, width: int | None = None, rule: str = "─", paint: Theme | None = None) -> list[Line]:
    """Returns the lines of a document in at most `width` columns; None: no row of a table is folded.

    rule   what the line under the headings of a table is made of
    paint  the theme of what is drawn in colours
    """
    width = width and max(width, SMALLEST)
    drawn = [block.lines(width, paint) if isinstance(block, Drawn) else [] for block in document.blocks]
    wide = max(width or max(document.measure, *(line_width(line) for lines in drawn for line in lines), 1), 1)
    pairs = zip(document.blocks, drawn, strict=True)
    return [line for block, lines in pairs for line in lines or lines_of(block, width, wide, rule)]


def lines_of(block: Block, width: int | None, wide: int, rule: str) -> Iterator[Line]:
    if isinstance(block, Gap):
        yield []
    elif isinstance(block, Head):
        yield from head(block, wide)
    elif isinstance(block, Title):
        yield from prose([(f"{block.number}. ", "name"), *block.pieces] if block.number else block.pieces, wide)
    elif isinstance(block, Prose):
        yield from prose(block.pieces, wide, block.lead)
    elif isinstance(block, Entry):
        yield from entry(block, max(wide, LEAST))
    elif isinstance(block, Equations):
        yield from EquationColumns(block.lines, max(wide, NARROWEST)).rows()
    elif isinstance(block, Table):
        yield from grid(block.columns, block.rows, rule, width)
        if block.more:
            yield from prose([(block.more, "muted")], wide)


def head(block: Head, width: int) -> Iterator[Line]:
    """Yields the statements, and the place on the line of the last one where there is room."""
    *before, last = block.statements
    for statement in before:
        yield from fold(split([(statement, "name")]), width)
    one_line: Line = [(last, "name"), *([(f"   {block.where}", "name")] if block.where else [])]
    if line_width(one_line) <= width:
        yield one_line
    else:
        yield from fold(split([(last, "name")]), width)
        yield from fold(split([(block.where, "name")]), width)
    if block.note:
        yield from prose([(block.note, "muted")], width)


def entry(block: Entry, width: int) -> Iterator[Line]:
    """Yields the lines of an entry, its word before the first; what does not fit goes on below, indented."""
    word = block.word
    for line in block.lines:
        for number, part in enumerate([line] if block.is_set else fold(split(line), width - SIDE - HANG)):
            yield [(word.ljust(SIDE), "muted"), *([(" " * HANG, "")] if number else []), *part]
            word = ""


def text(lines: list[Line]) -> str:
    """Returns lines without their roles."""
    return "".join("".join(part for part, _ in line).rstrip() + "\n" for line in lines)


class EquationColumns:
    """The lines of a section, set at a width."""

    def __init__(self, lines: Sequence[Equation], width: int) -> None:
        self.lines, self.width = lines, width
        self.number = max(len(line.number) + 2 if line.number else 0 for line in lines)
        symbols = [line_width([(line.symbol, "")]) for line in lines if line.parts and line.symbol]
        self.symbol = max((wide for wide in symbols if wide <= WIDEST_SYMBOL), default=0)
        self.start = MARGIN + self.number + (2 if self.number else 0)
        self.columns = self.fitting()

    def rows(self) -> Iterator[Line]:
        for line in self.lines:
            yield from self.in_columns(line) if self.fits(line) else self.stacked(line)

    def fitting(self) -> list[int]:
        """Returns the widths of the sides' columns, made for all lines but the few that are too wide for any."""
        room = self.width - self.start - self.symbol
        widths = [[line_width(flat(side)) + BETWEEN for side in line.parts] for line in self.lines if line.symbol]
        for share in (1.0, 0.8, 0.6, 0.4):
            chosen = [sides for sides in widths if sum(sides) <= room * share]
            columns = [max(column) for column in zip_longest(*chosen, fillvalue=0)]
            if sum(columns) <= room:
                return columns
        return []

    def fits(self, line: Equation) -> bool:
        sides = [line_width(flat(side)) + BETWEEN for side in line.parts]
        small = line_width([(line.symbol, "")]) <= self.symbol and len(sides) <= len(self.columns)
        return bool(line.symbol) and small and all(a <= b for a, b in zip(sides, self.columns, strict=False))

    def head(self, line: Equation) -> Line:
        number = f"({line.number})".rjust(self.number) if line.number else " " * self.number
        return [(" " * MARGIN + number + ("  " if self.number else ""), "muted")]

    def in_columns(self, line: Equation) -> Iterator[Line]:
        """Yields a line whose sides stand in the columns, its note behind them, or behind the line, or below."""
        row = [*self.head(line), (padded(line.symbol, self.symbol) if line.parts else line.symbol, "name")]
        for side, wide in zip(line.parts, self.columns, strict=False):
            spans = flat(side)
            row += [(" = ", ""), *spans, (" " * (wide - BETWEEN - line_width(spans)), "")]
        remarks = noted(line)
        used = self.start + self.symbol + sum(self.columns) + 2
        if remarks and line_width(joined(remarks)) + used <= self.width:
            yield [*row, (" " * (used - line_width(row)), ""), *joined(remarks)]
        else:
            if line.parts:
                row.pop()
            yield from self.remarked([row], remarks)

    def stacked(self, line: Equation) -> Iterator[Line]:
        """Yields a line whose sides stand below each other, one `=` under the other; what fits goes on one row."""
        row: Line = [*self.head(line)]
        wide = line_width([(line.symbol, "")])
        if wide > self.width // 2:
            yield from hung(row, [[(line.symbol, "name")]], self.width)
            row = [(" " * self.start, "")]
        elif line.symbol:
            row.append((padded(line.symbol, self.symbol), "name"))
        rows: list[Line] = []
        for side in line.parts:
            lead: Line = [(" = ", "")] if line.symbol else []
            if rows and line_width([*rows[-1], *lead, *flat(side)]) <= self.width:
                rows[-1] += [*lead, *flat(side)]
                continue
            rows += hung([*row, *lead], words(side), self.width)
            row = [(" " * line_width(row), "")]
        yield from self.remarked(rows or [row], noted(line))

    def remarked(self, rows: list[Line], remarks: list[Line]) -> Iterator[Line]:
        """Yields rows with the remarks behind the last one, or below it."""
        if not remarks:
            yield from rows
        elif line_width([*rows[-1], *joined(remarks)]) + BETWEEN <= self.width:
            yield from rows[:-1]
            yield [*rows[-1], (" " * BETWEEN, ""), *joined(remarks)]
        else:
            yield from rows
            pieces = [word for remark in remarks for word in split(remark)]
            yield from hung([(" " * (self.start + 2), "")], pieces, self.width)


def padded(text: str, width: int) -> str:
    return text + " " * (width - line_width([(text, "")]))


def hung(lead: Line, pieces: list[Line], width: int) -> Iterator[Line]:
    """Yields words folded behind `lead`, the later rows set in as far."""
    indent = line_width(lead)
    for i, row in enumerate(fold(pieces, max(width - indent, LEAST_FOLD))):
        yield [*(lead if i == 0 else [(" " * indent, "")]), *row]


def words(side: Part) -> list[Line]:
    """Returns the terms of a side, each a word that is not broken where it can be helped."""
    last = len(side.terms) - 1
    if side.joint == ",":
        return [[*term, (",", "")] if i < last else list(term) for i, term in enumerate(side.terms)]
    return [[(f"{side.joint} ", ""), *term] if i else list(term) for i, term in enumerate(side.terms)]


def flat(side: Part) -> Line:
    return joined(words(side))


def noted(line: Equation) -> list[Line]:
    """Returns the note and the flags."""
    every: list[Span] = [(line.note, "muted")] * bool(line.note) + [(flag, "flag") for flag in line.flags]
    return [[(said + ";" * (i < len(every)), role)] for i, (said, role) in enumerate(every, 1)]
