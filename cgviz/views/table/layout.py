"""The columns of a run's table, and what of them gives way where a terminal has little room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cgviz.documents.grid import NARROWEST, TableColumn, Words, placed, side_by_side
from cgviz.documents.writing import Writing
from cgviz.runs.modes import REVERSE, Mode
from cgviz.text.fold import Line, fold, split
from cgviz.views.table.rows import TableRow

WIDE_GAP = 3
ROOM_FOR_ARRAYS = (None, 40, 34, 28, 24, 20, 16)
"""How wide an array may be in its cell, widest first; one that is wider is summarised."""
ALONE = (("seed",), ("nothing",), ("held fixed",))
"""What stands in the place of a sum, in words."""


class ToldColumn(NamedTuple):
    """What a column tells of a row; `symbol` is what its cell is the sum of, where it can go below the row."""

    column: TableColumn
    words: Callable[[TableRow], Words]
    symbol: Callable[[TableRow], str] | None = None


def told(
    spelling: Writing, symbolic: bool, mode: Mode = REVERSE, arrays: bool = False, room: int | None = None
) -> list[ToldColumn]:
    """Returns the columns, first to last, of a mode; without values or arrays, their column is left out.

    An array is at most `room` wide.
    """
    formula = "= formula" if mode.forward else "= forward"
    forward, backward = f"= forward (local {spelling.times} tangent)", f"= backward (upstream {spelling.times} local)"

    def numbers(role: str) -> ToldColumn:
        return ToldColumn(TableColumn(role, right=True), lambda row: number(row, role, room))

    made = [
        ToldColumn(TableColumn("#", right=True), lambda row: [[(row.number, "muted")]]),
        ToldColumn(TableColumn("stage", least=16), lambda row: [[(row.name, "name")]]),
        ToldColumn(
            TableColumn(formula, False, 16, 44),
            lambda row: split([(row.forward, "formula" if row.number else "muted")]),
        ),
        ToldColumn(TableColumn("shape", least=16), lambda row: [[(row.shape, "muted")]]),
        *map(numbers, ("value", "tangent")),
        ToldColumn(TableColumn(forward, False, 40, 72), lambda row: summed(row.carried), lambda row: row.rate),
        numbers("gradient"),
        ToldColumn(TableColumn(backward, False, 40, 72), lambda row: summed(row.backward), lambda row: row.symbol),
        ToldColumn(TableColumn("gate", False, 40, 44), noted),
    ]
    dropped = ["value"] * symbolic + ["shape"] * (not arrays)
    dropped += ["tangent", forward] * (not mode.forward)
    dropped += ["gradient", backward] * (not mode.reverse)
    return [each for each in made if each.column.heading not in dropped]


def number(row: TableRow, role: str, room: int | None) -> Words:
    """Returns the lines of a row's value, gradient or tangent, of which an array has several."""
    array = row.arrays.get(role)
    return [[(line, role)] for line in (array.lines(room) if array else [getattr(row, role)])]


def summed(terms: tuple[str, ...]) -> Words:
    """Returns the terms of a sum, each a word that is not broken where it can be helped."""
    role = "" if terms in ALONE else "formula"
    return [[(term if i == 0 else f"+ {term}", role)] for i, term in enumerate(terms)]


def noted(row: TableRow) -> Words:
    """Returns what the gate does, then the flags, each a word that is not broken where it can be helped."""
    parts = [(row.gate, "muted")] if row.gate else []
    parts += [(flag, "flag") for flag in row.flags]
    return [[(text + ";" * (i < len(parts)), role)] for i, (text, role) in enumerate(parts, 1)]


def table_lines(
    rows: Sequence[TableRow], spelling: Writing, width: int | None, symbolic: bool, mode: Mode = REVERSE
) -> list[Line]:
    """Returns the table in at most `width` columns (None: as wide as it likes).

    What gives way, in this order: the gap, the fold of long cells, the gate column (flags become notes below),
    the columns of sums (lines of their own under each row), wide arrays (a summary in a few lines), and at last the
    columns altogether.
    """
    arrays = any(row.shape for row in rows)
    for room in ROOM_FOR_ARRAYS if arrays else (None,):
        every = told(spelling, symbolic, mode, arrays, room)
        numbers, sums = [c for c in every[:-1] if not c.symbol], [c for c in every if c.symbol]
        for shown, below in ((every, []), (every[:-1], []), (numbers, sums)):
            columns, cells = [each.column for each in shown], [[each.words(row) for each in shown] for row in rows]
            widths, gap = placed(columns, cells, width, WIDE_GAP)
            if widths:
                wide = width or sum(widths) + gap * (len(shown) - 1)
                under = [list(sums_of(row, below, widths[0] + gap, wide)) for row in rows]
                lines = list(side_by_side(columns, cells, widths, gap, spelling.rule, under))
                return lines if shown is every else lines + notes(rows, wide)
    narrow = max(width or 0, NARROWEST)
    return list(stacked(rows, narrow, symbolic, mode)) + notes(rows, narrow)


def sums_of(row: TableRow, below: Sequence[ToldColumn], indent: int, width: int) -> Iterator[Line]:
    """Yields what columns tell of a row as lines under it."""
    for each in below:
        symbol = each.symbol(row) if each.symbol else ""
        yield from hung([[(symbol, "name"), (" =", "")], *each.words(row)], width, indent)


def stacked(rows: Sequence[TableRow], width: int, symbolic: bool, mode: Mode = REVERSE) -> Iterator[Line]:
    """Yields each row as a short paragraph, for a terminal too narrow for columns."""
    for row in rows:
        title: Words = [[(f"({row.number})", "muted")]] if row.number else []
        yield from fold([*title, [(row.name, "name")], [("=", "muted")], *split([(row.forward, "")])], width)
        if row.shape:
            yield from hung([[("shape", "muted")], [(row.shape, "muted")]], width)
        if not symbolic:
            yield from labelled(row, "value", width)
        for is_told, name, symbol, terms in (
            (mode.forward, "tangent", row.rate, row.carried),
            (mode.reverse, "gradient", row.symbol, row.backward),
        ):
            if is_told and not symbolic:
                yield from labelled(row, name, width)
            if is_told:
                yield from hung([[(symbol, "name"), (" =", "")], *summed(terms)], width)


def labelled(row: TableRow, role: str, width: int) -> Iterator[Line]:
    """Yields a number after what it is, or the lines of an array below that."""
    lines = number(row, role, width - 4)
    if len(lines) == 1:
        yield from hung([[(role, "muted")], *lines], width)
        return
    yield from hung([[(role, "muted")]], width)
    yield from ([("    ", ""), *line] for line in lines)


def hung(words: Words, width: int, indent: int = 2) -> Iterator[Line]:
    """Yields lines that are set in."""
    yield from ([(" " * indent, ""), *line] for line in fold(words, width - indent))


def notes(rows: Sequence[TableRow], width: int) -> list[Line]:
    """Returns the flags, where there is no gate column to hold them."""
    lines: list[Line] = []
    for row in rows:
        if row.flags:
            lines += fold([[(row.name, "name"), (":", "")], *split([("; ".join(row.flags), "flag")])], width)
    return [[], *lines] if lines else []
