"""The table as CSV (RFC 4180) for spreadsheets and data frames: a row per input and stage, full precision.

A text cell that a spreadsheet would take for a formula (it begins with = + - or @) gets an apostrophe before it,
which spreadsheets do not show. Cells of numbers are left as they are.
"""

from __future__ import annotations

import csv
import io

from cgviz.numbers import DIGITS
from cgviz.runs import Run
from cgviz.views.table.rows import Row, by_name, rows
from cgviz.views.table.spelling import exact_spelling

HEADINGS = ("number", "kind", "name", "formula", "value", "gradient", "backward", "gate", "flags")


def table(run: Run, digits: int = DIGITS) -> str:
    """Returns the rows of a run as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(cells(run, row) for row in rows(by_name(run), exact_spelling()))
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


def safe(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
