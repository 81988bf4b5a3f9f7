"""The report of a gradient check as lines for a terminal: head, table, notes, and a verdict in a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cgviz.analysis.checks import Reading, Report, Row
from cgviz.analysis.checks.bands import AGREES, BANDS, CLOSE, KINK, NOTHING
from cgviz.analysis.checks.witnesses import ONLY_NUMBERS
from cgviz.documents.grid import NARROWEST, Column, grid, prose
from cgviz.text.fold import Line, Span
from cgviz.values.arrays import element_name
from cgviz.views.check.verdict import sentences
from cgviz.views.table.page import head_lines
from cgviz.views.table.spelling import Spelling

HEADINGS = {"differences": "central", "complex": "complex", "mpmath": "mpmath", "sympy": "sympy"}
MEANINGS = {
    "differences": "central differences, the step chosen by their own error",
    "complex": "complex step in float64",
    "mpmath": "differences of the program to 50 digits",
    "sympy": "sympy's derivative",
}
ASCII_MARKS = {"✓": "ok", "✗": "x", "≈": "~", "∧": "^", "–": "-"}
ARRAYS = (
    "Arrays are compared element by element, and the worst element counts; complex steps, mpmath and sympy are asked "
    "of programs of single numbers only."
)
PROSE = 80
MOST_NOTES = 8


def page(found: Report, spelling: Spelling, width: int | None) -> list[Line]:
    """Returns the lines of the report in at most `width` columns (None: no row of the table is folded)."""
    wide = max(width or PROSE, NARROWEST)
    return [
        *head_lines(found.run, spelling, wide),
        [],
        *table(found, spelling, width),
        *notes(found, spelling, wide),
        [],
        *[line for said in sentences(found, spelling) for line in prose(said, wide)],
    ]


def table(found: Report, spelling: Spelling, width: int | None) -> list[Line]:
    if not found.rows:
        return [[("nothing to check: the program has neither inputs nor stages", "muted")]]
    columns = [Column("#", right=True), Column("node", least=10), Column("gradient", right=True)]
    columns += [Column(HEADINGS[witness], right=True) for witness in found.witnesses]
    columns.append(Column("verdict", least=11))
    return grid(columns, [cells(found, row, spelling) for row in found.rows], spelling.rule, width)


def cells(found: Report, row: Row, spelling: Spelling) -> list[Span]:
    graph = found.run.graph
    number = graph.numbers.get(row.index)
    blank = [(mark("–", spelling), "muted")] * len(found.witnesses)
    return [
        (f"({number})" if number else "", "muted"),
        (spelling.name(graph.nodes[row.index].shown), "name"),
        (spelling.number(row.analytic), "gradient"),
        *([cell(reading, spelling) for reading in row.readings] or blank),
        (f"{mark(row.band.mark, spelling)} {row.band.word}{spelling.clean(which(found, row))}", row.band.role),
    ]


def which(found: Report, row: Row) -> str:
    """Returns the element that a verdict other than "agrees" is about, ` W[0, 1]`."""
    if row.band in (AGREES, NOTHING) or not row.worst or not row.worst.place:
        return ""
    return f" {element_name(found.run.graph.nodes[row.index].shown, row.worst.place)}"


def cell(reading: Reading, spelling: Spelling) -> Span:
    """Returns the relative error against one witness; a dash where it says nothing."""
    if reading.band is KINK or math.isnan(reading.relative):
        return mark(reading.band.mark, spelling), reading.band.role
    if reading.noise:
        return "noise", "muted"
    return error_text(reading.relative, spelling), "" if reading.band is AGREES else reading.band.role


def error_text(relative: float, spelling: Spelling) -> str:
    """Returns a relative error to one digit: `2e−13`, `0.3`, `0`."""
    if relative == 0 or not math.isfinite(relative) or relative >= 0.01:
        return spelling.number(float(f"{relative:.1g}"), padded=False)
    return spelling.clean(f"{relative:.0e}".replace("e-0", "e-").replace("-", "−"))


def mark(sign: str, spelling: Spelling) -> str:
    return ASCII_MARKS.get(sign, sign) if spelling.rule == "-" else sign


def notes(found: Report, spelling: Spelling, width: int) -> list[Line]:
    """Returns what the columns are, and why a witness was silent, each reason once with the nodes that it is about."""
    columns = "; ".join(f"{HEADINGS[witness]}: {MEANINGS[witness]}" for witness in found.witnesses)
    told = f"Relative errors against {columns}. noise: no more than rounding."
    if found.run.graph.has_arrays:
        told += f" {ARRAYS}"
    lines: list[Line] = [[], *prose([(told, "muted")], width)]
    reasons = list(reasons_by_text(found, spelling))
    for text, names in reasons[:MOST_NOTES]:
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        lines += prose([(spelling.clean(f"{shown}: {text}"), "muted")], width, mark("–", spelling) + " ")
    if len(reasons) > MOST_NOTES:
        lines += prose([(f"and {len(reasons) - MOST_NOTES} more notes in --format json", "muted")], width)
    return lines


def reasons_by_text(found: Report, spelling: Spelling) -> Iterator[tuple[str, list[str]]]:
    """Yields each note and the names of the nodes that it is about; the more telling ones first."""
    texts: dict[str, list[str]] = {}
    for row in sorted(found.rows, key=lambda row: -BANDS.index(row.band)):
        name = spelling.name(found.run.graph.nodes[row.index].shown)
        if row.note:
            texts.setdefault(row.note, []).append(name)
        for reading in row.readings:
            if (
                reading.note
                and reading.note != ONLY_NUMBERS
                and (reading.witness != "sympy" or row.band not in (AGREES, CLOSE))
            ):
                texts.setdefault(f"{HEADINGS[reading.witness]}, {reading.note}", []).append(name)
    yield from texts.items()
