"""Where the columns of the table go at a given width: side by side, folded, on lines of their own, or stacked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from cgviz.documents.grid import aligned
from cgviz.documents.writing import Writing
from cgviz.runs.modes import REVERSE, Mode
from cgviz.text.fold import Line, fold, line_width, split, width_of
from cgviz.views.table.columns import Column, columns, number, summed
from cgviz.views.table.rows import Row

NARROWEST = 20
WIDE_GAP, GAP = 3, 2
ROOM_FOR_ARRAYS = (None, 40, 34, 28, 24, 20, 16)
"""How wide an array may be in its cell, widest first; one that is wider is summarised."""


def table_lines(
    rows: Sequence[Row], spelling: Writing, width: int | None, symbolic: bool, mode: Mode = REVERSE
) -> list[Line]:
    """Returns the table in at most `width` columns (None: as wide as it likes).

    What gives way, in this order: the gap, the fold of long cells, the gate column (flags become notes below),
    the columns of sums (lines of their own under each row), wide arrays (a summary in a few lines), and at last the
    columns altogether.
    """
    arrays = any(row.shape for row in rows)
    for room in ROOM_FOR_ARRAYS if arrays else (None,):
        every = columns(spelling, symbolic, mode, arrays, room)
        numbers, sums = [c for c in every[:-1] if not c.symbol], [c for c in every if c.symbol]
        for shown, below in ((every, []), (every[:-1], []), (numbers, sums)):
            widths, gap = placed(shown, rows, width)
            if widths:
                total = sum(widths) + gap * (len(shown) - 1)
                lines = list(side_by_side(rows, shown, widths, gap, spelling, below, width or total))
                return lines if shown is every else lines + notes(rows, width or total)
    narrow = max(width or 0, NARROWEST)
    return list(stacked(rows, narrow, symbolic, mode)) + notes(rows, narrow)


def placed(every: Sequence[Column], rows: Sequence[Row], width: int | None) -> tuple[list[int], int]:
    """Returns a width for each column and the gap between them; no widths where not even the narrowest fit."""
    cells = [[column.words(row) for row in rows] for column in every]
    natural = [natural_width(column, words) for column, words in zip(every, cells, strict=True)]
    roomy = [max(wide, width_of(column.heading)) for column, wide in zip(every, natural, strict=True)]
    if width is None or sum(roomy) + WIDE_GAP * (len(every) - 1) <= width:
        return roomy, WIDE_GAP
    least = [least_width(column, words) for column, words in zip(every, cells, strict=True)]
    return fitted(least, natural, width - GAP * (len(every) - 1)), GAP


def natural_width(column: Column, cells: Sequence[Sequence[Line]]) -> int:
    """Returns the width in which no cell is folded, or what the folded cells need at the column's most."""
    if column.least is None:
        return max((line_width(word) for words in cells for word in [*words, [(short(column.heading), "")]]), default=0)
    widest = max((line_width(joined(words)) for words in cells), default=0)
    if column.most and widest > column.most:
        widest = max(line_width(line) for words in cells for line in fold(words, column.most))
    return max(widest, width_of(short(column.heading)))


def least_width(column: Column, cells: Sequence[Sequence[Line]]) -> int:
    """Returns the width down to which the column may be folded."""
    if column.least is None:
        return natural_width(column, cells)
    widest = max((line_width(word) for words in cells for word in words), default=0)
    return max(min(widest, column.least), width_of(short(column.heading)))


def short(heading: str) -> str:
    """Returns a heading without what it says in brackets."""
    return heading.partition(" (")[0]


def joined(words: Sequence[Line]) -> Line:
    """Returns words on one line."""
    return [span for i, word in enumerate(words) for span in ([(" ", "")] if i else []) + list(word)]


def fitted(least: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """Returns widths that fill the room: first what each column needs, then, from the left, what it would like."""
    spare = room - sum(least)
    if spare < 0:
        return []
    widths = []
    for need, wish in zip(least, natural, strict=True):
        grown = max(0, min(wish - need, spare))
        widths.append(need + grown)
        spare -= grown
    return widths


def side_by_side(
    rows: Sequence[Row],
    every: Sequence[Column],
    widths: Sequence[int],
    gap: int,
    spelling: Writing,
    below: Sequence[Column],
    width: int,
) -> Iterator[Line]:
    """Yields heading, rule and rows; the cells of the columns `below` go under their rows, `width` wide in all."""
    headings = [
        column.heading if width_of(column.heading) <= wide else short(column.heading)
        for column, wide in zip(every, widths, strict=True)
    ]
    yield aligned(every, widths, [[(heading, "name")] for heading in headings], gap)
    yield [(spelling.rule * (sum(widths) + gap * (len(widths) - 1)), "muted")]
    indent = widths[0] + gap
    tall = False
    for row in rows:
        cells = [lines_of(column, row, wide) for column, wide in zip(every, widths, strict=True)]
        above, tall = tall, is_tall(cells, every)
        if above and tall:
            yield []
        for parts in zip_longest(*cells, fillvalue=[]):
            yield aligned(every, widths, parts, gap)
        for column in below:
            symbol = column.symbol(row) if column.symbol else ""
            for line in fold([[(symbol, "name"), (" =", "")], *column.words(row)], width - indent):
                yield [(" " * indent, ""), *line]


def is_tall(cells: Sequence[Sequence[Line]], every: Sequence[Column]) -> bool:
    """Tells whether a row has an array of several lines; two such rows have a blank line between them."""
    return any(len(lines) > 1 for lines, column in zip(cells, every, strict=True) if column.least is None)


def lines_of(column: Column, row: Row, width: int) -> list[Line]:
    words = column.words(row)
    return words if column.least is None else fold(words, width)


def stacked(rows: Sequence[Row], width: int, symbolic: bool, mode: Mode = REVERSE) -> Iterator[Line]:
    """Yields each row as a short paragraph, for a terminal too narrow for columns."""
    for row in rows:
        number: Line = [(f"({row.number})", "muted")] if row.number else []
        title = [number] if number else []
        yield from fold([*title, [(row.name, "name")], [("=", "muted")], *split([(row.forward, "")])], width)
        if row.shape:
            yield from hung([[("shape", "muted")], [(row.shape, "muted")]], width)
        if not symbolic:
            yield from labelled(row, "value", width)
        for told, name, symbol, terms in (
            (mode.forward, "tangent", row.rate, row.carried),
            (mode.reverse, "gradient", row.symbol, row.backward),
        ):
            if told and not symbolic:
                yield from labelled(row, name, width)
            if told:
                yield from hung([[(symbol, "name"), (" =", "")], *summed(terms)], width)


def labelled(row: Row, role: str, width: int) -> Iterator[Line]:
    """Yields a number after what it is, or the lines of an array below that."""
    lines = number(row, role, width - 4)
    if len(lines) == 1:
        yield from hung([[(role, "muted")], *lines], width)
        return
    yield from hung([[(role, "muted")]], width)
    for line in lines:
        yield [("    ", ""), *line]


def hung(words: Sequence[Line], width: int) -> Iterator[Line]:
    """Yields lines that are set in by two columns."""
    for line in fold(words, width - 2):
        yield [("  ", ""), *line]


def notes(rows: Sequence[Row], width: int) -> list[Line]:
    """Returns the flags, where there is no gate column to hold them."""
    lines: list[Line] = []
    for row in rows:
        if row.flags:
            lines += fold([[(row.name, "name"), (":", "")], *split([("; ".join(row.flags), "flag")])], width)
    return [[], *lines] if lines else []
