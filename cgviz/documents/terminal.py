"""A document as lines with roles for a terminal of any width, and as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.documents.document import Block, Document, Drawn, Entry, Equations, Gap, Head, Prose, Table, Title
from cgviz.documents.grid import grid, prose
from cgviz.drawing.theme import Theme
from cgviz.text.fold import Line, fold, line_width, split

SIDE, HANG, LEAST, NARROWEST, SMALLEST = 10, 2, 36, 30, 20


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
        from cgviz.documents.columns import Columns

        yield from Columns(block.lines, max(wide, NARROWEST)).rows()
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
