"""The report of a gradient check as a document: head, table, notes, and a verdict in a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cgviz.analysis.checks import Checked, Reading, Row
from cgviz.analysis.checks.bands import AGREES, BANDS, CLOSE, KINK, NOTHING, UNDECIDED
from cgviz.documents.document import GAP, Block, Document, Prose, Table
from cgviz.documents.grid import Column
from cgviz.documents.writing import Writing
from cgviz.text.fold import Span
from cgviz.values.arrays import element_name
from cgviz.views.check.verdict import sentences
from cgviz.views.table.heading import head

HEADINGS = {
    **{"differences": "central", "complex": "complex", "mpmath": "mpmath", "sympy": "sympy"},
    **{"PyTorch": "PyTorch", "JAX": "JAX"},
}
MEANINGS = {
    "differences": "central differences, the step chosen by their own error",
    "complex": "complex step in float64",
    "mpmath": "differences of the program to 50 digits",
    "sympy": "sympy's derivative",
    "PyTorch": "PyTorch's own backward pass",
    "JAX": "JAX's own backward pass",
}
ARRAYS = (
    "Arrays are compared element by element, and the worst element counts; complex steps, mpmath and sympy are asked "
    "of the program opened into single numbers."
)
MOST_NOTES = 8


def document(found: Checked, writing: Writing) -> Document:
    """Returns the document of a check."""
    verdict = [Prose(said) for said in sentences(found, writing)]
    blocks = [head(found.run, writing), GAP, table(found, writing), *notes(found, writing), GAP, *verdict]
    return Document(blocks, "A gradient check")


def table(found: Checked, spelling: Writing) -> Block:
    if not found.rows:
        return Prose([("nothing to check: the program has neither inputs nor stages", "muted")])
    columns = [Column("#", right=True), Column("node", least=10), Column("gradient", right=True)]
    columns += [Column(HEADINGS[witness], right=True) for witness in found.witnesses]
    columns.append(Column("verdict", least=11))
    return Table(columns, [cells(found, row, spelling) for row in found.rows])


def cells(found: Checked, row: Row, spelling: Writing) -> list[Span]:
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


def which(found: Checked, row: Row) -> str:
    """Returns the element that a verdict other than "agrees" is about, ` W[0, 1]`."""
    if row.band in (AGREES, UNDECIDED, NOTHING) or not row.worst or not row.worst.place:
        return ""
    return f" {element_name(found.run.graph.nodes[row.index].shown, row.worst.place)}"


def cell(reading: Reading, spelling: Writing) -> Span:
    """Returns the relative error against one witness; a dash where it says nothing."""
    if reading.band is KINK or math.isnan(reading.relative):
        return mark(reading.band.mark, spelling), reading.band.role
    if reading.noise:
        return "noise", "muted"
    return error_text(reading.relative, spelling), "" if reading.band is AGREES else reading.band.role


def error_text(relative: float, spelling: Writing) -> str:
    """Returns a relative error to one digit: `2e−13`, `0.3`, `0`."""
    if relative == 0 or not math.isfinite(relative) or relative >= 0.01:
        return spelling.number(float(f"{relative:.1g}"), padded=False)
    return spelling.clean(f"{relative:.0e}".replace("e-0", "e-").replace("-", "−"))


def mark(sign: str, spelling: Writing) -> str:
    return ("^" if sign == "∧" else spelling.sign(sign)) if spelling.plain else sign


def notes(found: Checked, spelling: Writing) -> list[Block]:
    """Returns what the columns are, and why a witness was silent, each reason once with the nodes that it is about."""
    columns = "; ".join(f"{HEADINGS[witness]}: {MEANINGS[witness]}" for witness in found.witnesses)
    told = f"Relative errors against {columns}. noise: no more than rounding."
    if found.run.graph.has_arrays:
        told += f" {ARRAYS}"
    blocks: list[Block] = [GAP, Prose([(told, "muted")])]
    reasons = list(reasons_by_text(found, spelling))
    for text, names in reasons[:MOST_NOTES]:
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        blocks.append(Prose([(spelling.clean(f"{shown}: {text}"), "muted")], mark("–", spelling) + " "))
    if len(reasons) > MOST_NOTES:
        blocks.append(Prose([(f"and {len(reasons) - MOST_NOTES} more notes in --format json", "muted")]))
    return blocks


def reasons_by_text(found: Checked, spelling: Writing) -> Iterator[tuple[str, list[str]]]:
    """Yields each note and the names of the nodes that it is about; the more telling ones first."""
    texts: dict[str, list[str]] = {}
    for row in sorted(found.rows, key=lambda row: -BANDS.index(row.band)):
        name = spelling.name(found.run.graph.nodes[row.index].shown)
        if row.note:
            texts.setdefault(row.note, []).append(name)
        for reading in row.readings:
            if reading.note and (reading.witness != "sympy" or row.band not in (AGREES, CLOSE)):
                texts.setdefault(f"{HEADINGS[reading.witness]}, {reading.note}", []).append(name)
    yield from texts.items()
