"""The table as CSV (RFC 4180) for spreadsheets and data frames: a row per input and stage, full precision.

A text cell that a spreadsheet would take for a formula (it begins with = + - or @) gets an apostrophe before it,
which spreadsheets do not show. Cells of numbers are left as they are.
"""

from __future__ import annotations

import csv
import io

from cgviz.modes import REVERSE, Mode
from cgviz.numbers import DIGITS
from cgviz.runs import Run
from cgviz.views.table.rows import Row, by_name, rows
from cgviz.views.table.spelling import exact_spelling

TANGENT = ("tangent", "carried")
HEADINGS = ("number", "kind", "name", "formula", "value", "gradient", "backward", "gate", "flags")


def table(run: Run, digits: int = DIGITS, mode: Mode = REVERSE) -> str:
    """Returns the rows of a run as CSV; in forward mode with the tangent and its terms at the end."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*HEADINGS, *TANGENT) if mode.forward else HEADINGS)
    for row in rows(by_name(run), exact_spelling(), mode):
        writer.writerow(cells(run, row) + (tangent(run, row) if mode.forward else []))
    return text.getvalue()


def cells(run: Run, row: Row) -> list[str]:
    kind = "stage" if row.number else "input"
    formula = row.forward if row.number else ""
    numbers = ["", ""] if run.symbolic else [row.value, row.gradient]
    words = [row.gate, "; ".join(row.flags)]
    return [
        row.number,
        kind,
        safe(row.name),
        safe(formula),
        *numbers,
        safe(" + ".join(row.backward)),
        *map(safe, words),
    ]


def tangent(run: Run, row: Row) -> list[str]:
    return ["" if run.symbolic else row.tangent, safe(" + ".join(row.carried))]


def safe(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
