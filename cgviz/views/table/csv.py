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

from cgviz.graph import Node
from cgviz.numbers import DIGITS
from cgviz.runs import Run
from cgviz.views.table.block import Block
from cgviz.views.table.json import number as as_json
from cgviz.views.table.json import shape
from cgviz.views.table.rows import Row, by_name, rows
from cgviz.views.table.spelling import exact_spelling

HEADINGS = ("number", "kind", "name", "formula", "shape", "value", "gradient", "backward", "gate", "flags")
SHAPE = HEADINGS.index("shape")


def table(run: Run, digits: int = DIGITS) -> str:
    """Returns the rows of a run as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    nodes = (run.graph.nodes[index] for index in (*run.graph.inputs, *run.graph.stages))
    lines = (cells(run, row, node) for row, node in zip(rows(by_name(run), exact_spelling()), nodes, strict=True))
    kept = [i for i in range(len(HEADINGS)) if i != SHAPE or run.graph.has_arrays]
    writer.writerows([line[i] for i in kept] for line in chain([HEADINGS], lines))
    return text.getvalue()


def cells(run: Run, row: Row, node: Node) -> list[str]:
    kind = "stage" if row.number else "input"
    formula = row.forward if row.number else ""
    value, gradient = row.arrays
    numbers = ["", ""] if run.symbolic else [exact(row.value, value), exact(row.gradient, gradient)]
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


def exact(number: str, array: Block | None) -> str:
    return json.dumps(as_json(array.value)) if array else number


def safe(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
