"""The table as CSV (RFC 4180) for spreadsheets and data frames: a row per input and stage, full precision.

An array is JSON in its cell: nested lists, or what sums up one of more than 10 000 elements. A program with arrays has
a column of shapes, which are JSON, too (null is not known).

A text cell that a spreadsheet would take for a formula (it begins with = + - or @) gets an apostrophe before it,
which spreadsheets do not show. Cells of numbers are left as they are.
"""

from __future__ import annotations

import csv
import io
import json
from itertools import chain

from cgviz.documents.writing import exact_spelling
from cgviz.graph.nodes import Node
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.views.table.json import number as as_json
from cgviz.views.table.json import shape
from cgviz.views.table.rows import TableRow, by_name, rows

TANGENT = ("tangent", "carried")
HEADINGS = ("number", "kind", "name", "formula", "shape", "value", "gradient", "backward", "gate", "flags")


def table(run: Run, mode: Mode = REVERSE) -> str:
    """Returns the rows of a run as CSV; in forward mode with the tangent and its terms at the end."""
    text = io.StringIO()
    writer = csv.writer(text)
    nodes = (run.graph.nodes[index] for index in (*run.graph.inputs, *run.graph.stages))
    told = zip(rows(by_name(run), exact_spelling(), mode), nodes, strict=True)
    lines = ([*cells(run, row, node), *tangent(run, row)] for row, node in told)
    left_out = {"shape": not run.graph.has_arrays} | dict.fromkeys(TANGENT, not mode.forward)
    headings = (*HEADINGS, *TANGENT)
    kept = [i for i, heading in enumerate(headings) if not left_out.get(heading)]
    writer.writerows([line[i] for i in kept] for line in chain([headings], lines))
    return text.getvalue()


def cells(run: Run, row: TableRow, node: Node) -> list[str]:
    kind = "stage" if row.number else "input"
    formula = row.forward if row.number else ""
    numbers = ["", ""] if run.symbolic else [exact(row, "value"), exact(row, "gradient")]
    words = [row.gate, "; ".join(row.flags)]
    return [
        row.number,
        kind,
        safe(row.name),
        safe(formula),
        json.dumps(shape(node)),
        *numbers,
        safe(" + ".join(row.backward)),
        *map(safe, words),
    ]


def exact(row: TableRow, role: str) -> str:
    """Returns the number of a row that is its value, gradient or tangent; an array as JSON."""
    return json.dumps(as_json(row.arrays[role].value)) if role in row.arrays else str(getattr(row, role))


def tangent(run: Run, row: TableRow) -> list[str]:
    return ["" if run.symbolic else exact(row, "tangent"), safe(" + ".join(row.carried))]


def safe(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
